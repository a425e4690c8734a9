import type { Manifest } from '../../../model/manifest'
import { fitName } from '../../names'
import { manifest } from '../../objects'
import { sorted, sortedGroups } from '../../order'
import type { Use } from '../../outside'
import { wireOf } from '../../outside'
import { linkerdGroup } from '../authorize'
import { patternMatch } from '../path-match'

/** Where routes hang. */
export interface Hook {
  readonly namespace: string
  /** The EgressNetwork's name. */
  readonly network: string
}

/** Matches of one rule (Gateway API, HTTPRouteRule `matches`). */
const mostMatches = 64

/**
 * The routes of one port, by which what services of a namespace call there is let out. All are of one kind, and all send calls on to the address that they were
 * for: an EgressNetwork's only backend is itself (linkerd2 `policy-controller/grpc/src/outbound/http.rs` convert_backend).
 */
export function portRoutes(hook: Hook, uses: readonly Use[]): Manifest[] {
  const [first] = uses
  if (!first) return []
  const hosts = [...sortedGroups(uses, ({ host }) => host).values()]
  switch (wireOf(first)) {
    case 'http':
      return hosts.flatMap(same => httpRoutes(hook, same))
    case 'tls':
      return hosts.flatMap(same => tlsRoute(hook, same))
    case 'tcp':
      return tcpRoute(hook, uses)
  }
}

/** Every request that somebody of the namespace may ask of a host; the proxy knows who asks no further than that. */
function httpRoutes(hook: Hook, uses: readonly Use[]): Manifest[] {
  const asked = sortedGroups(
    uses.flatMap(({ line }) => {
      const { route } = line.flow
      return route.kind === 'http' ? [{ path: patternMatch(route.path), method: route.method }] : []
    }),
    match => JSON.stringify(match),
  )
  const matches = [...asked.values()].flatMap(([match]) => (match ? [match] : []))
  return Array.from({ length: Math.ceil(matches.length / mostMatches) }, (_, index) => {
    const part = matches.slice(index * mostMatches, (index + 1) * mostMatches)
    return route('HTTPRoute', hook, { uses, matches: part, suffix: index === 0 ? '' : `.${index + 1}` })
  })
}

/** By the server name that the caller asks for in the open; what it says inside is its own. */
function tlsRoute(hook: Hook, uses: readonly Use[]): Manifest[] {
  return [route('TLSRoute', hook, { uses })]
}

/** Of bytes nobody can tell whose they are, so that one takes all; of several the oldest would (linkerd2 `policy-controller/grpc/src/outbound/tcp.rs` protocol). */
function tcpRoute({ namespace, network }: Hook, uses: readonly Use[]): Manifest[] {
  const port = uses[0]?.port ?? 0
  const spec = { parentRefs: [parent(network, port)], rules: [{ backendRefs: [backend(network)] }] }
  const because = reasons(uses)
  return [manifest({ kind: 'TCPRoute', namespace, name: `${network}.${port}`, spec, because })]
}

interface Part {
  readonly uses: readonly Use[]
  readonly matches?: readonly object[]
  readonly suffix?: string
}

function route(
  kind: 'HTTPRoute' | 'TLSRoute',
  { namespace, network }: Hook,
  { uses, matches, suffix = '' }: Part,
): Manifest {
  const { host = '', port = 0 } = uses[0] ?? {}
  const spec = {
    parentRefs: [parent(network, port)],
    hostnames: [host],
    rules: [{ ...(matches && { matches }), backendRefs: [backend(network)] }],
  }
  const name = fitName(`${network}.${host}`, `.${port}${suffix}`)
  return manifest({ kind, namespace, name, spec, because: reasons(uses) })
}

/** An EgressNetwork is a parent at one port of it alone (linkerd2 `policy-controller/k8s/index/src/outbound/index.rs` apply_http_route). */
function parent(network: string, port: number): object {
  return { ...backend(network), port }
}

function backend(name: string): object {
  return { group: linkerdGroup, kind: 'EgressNetwork', name }
}

function reasons(uses: readonly Use[]): string[] {
  return sorted(uses.map(({ line }) => line.text))
}
