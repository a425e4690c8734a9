import type { Fit } from './match-request'

/**
 * How well a route's host names fit: an exact name goes before a suffix, a longer one before a shorter, and any before none. The port does not count, nor a dot at the
 * end; case does (proxy `linkerd/http/route/src/http/match/host.rs`, `linkerd/http/route/src/lib.rs` find).
 */
export function fitHost(hostnames: readonly string[], host: string | undefined): Fit {
  if (hostnames.length === 0) return [0, 0]
  if (host === undefined) return 'unknown'
  const fits = hostnames.flatMap(pattern => fitOne(pattern, withoutPort(host)) ?? [])
  return fits.length === 0 ? 'no' : fits.reduce((best, fit) => (isBetter(fit, best) ? fit : best))
}

type HostFit = readonly [number, number]

function isBetter([kind, length]: HostFit, [bestKind, bestLength]: HostFit): boolean {
  return kind > bestKind || (kind === bestKind && length > bestLength)
}

function fitOne(pattern: string, host: string): readonly HostFit[] | undefined {
  const bare = pattern.endsWith('.') ? host : host.replace(/\.$/, '')
  if (!pattern.startsWith('*.')) return bare === pattern ? [[2, pattern.length]] : undefined
  const suffix = pattern.slice(1)
  return bare.endsWith(suffix) ? [[1, suffix.length]] : undefined
}

/** The host of an authority; an IPv6 address keeps its brackets. */
function withoutPort(authority: string): string {
  return authority.replace(/:\d*$/, '')
}
