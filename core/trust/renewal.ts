import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import type { Duration } from './certificate'
import { day, hour, showDuration } from './certificate'
import type { Expected } from './expected'
import { usualLeaf, usualSkew } from './expected'

/** When a certificate is renewed by cert-manager: how long each one lasts, and how long before its end the next one is made. */
export interface Renewal {
  /** The object, and where it is. */
  readonly at: string
  readonly duration: Duration
  readonly renewBefore: Duration
  readonly role: 'anchor' | 'issuer'
}

/** Certificates that last longer are renewed late in their life, and a date early in it was meant to be counted from the end. */
const longLived: Duration = 30 * day

/**
 * Whether certificates are renewed when somebody who wrote the dates would think so. `renewBefore` counts from the end (cert-manager
 * `pkg/apis/certmanager/v1/types_certificate.go`); written as if it counted from the beginning, an anchor of a year is replaced every other
 * month, unattended, and what runs does not know the new one. Linkerd's own documentation has it so.
 */
export function renewalProblems(
  renewal: Renewal,
  { mesh, leaf = usualLeaf, skew = usualSkew[mesh] }: Expected,
): readonly Problem[] {
  const { at, duration, renewBefore, role } = renewal
  const early = duration - renewBefore
  const problem = (code: string, message: string, hint: string) => [blocking({ code, at, message, hint })]
  if (early <= 0) {
    const message = `\`renewBefore\` (${showDuration(renewBefore)}) is not before the end: the certificate lasts ${showDuration(duration)}`
    return problem('renew-before', message, 'give a `renewBefore` that is shorter than `duration`')
  }
  if (duration > longLived && renewBefore > duration / 2) {
    const message = `it is renewed ${showDuration(early)} after it was made, since \`renewBefore\` (${showDuration(renewBefore)}) counts from its end`
    return problem('renew-before', message, `did you mean \`renewBefore: ${early / hour}h\`?`)
  }
  if (role === 'anchor' || renewBefore >= leaf + skew) return []
  const message = `it is renewed ${showDuration(renewBefore)} before its end, and identities it issued until then last ${showDuration(leaf)}`
  const hint = `give a \`renewBefore\` of at least \`${Math.ceil((leaf + skew) / hour)}h\``
  return problem('renew-before', message, hint)
}

/** A span as Kubernetes writes it, `8760h0m0s`; nothing where it is none (Go `time.ParseDuration`, without its smallest units). */
export function parseSpan(text: string): Duration | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:h|m|s))+$/.test(text)) return undefined
  const sizes: Readonly<Record<string, number>> = { h: hour, m: 60_000, s: 1000 }
  return [...text.matchAll(/([\d.]+)([hms])/g)].reduce(
    (sum, [, n = '0', unit = 's']) => sum + Number(n) * (sizes[unit] ?? 0),
    0,
  )
}
