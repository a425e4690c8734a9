import assert from 'node:assert/strict'
import { Language } from '../../../core/model/language'
import { Region } from '../../../core/model/region'
import { world, type World } from './table'

/** A line of a table of what leaves the cluster: whether the caller's proxy sends a call on to where it is for, and that call. */
export type Leaving = readonly ['leaves' | 'stays', `${'http' | 'https'}://${string}`]

/** An EgressNetwork `namespace/name`. */
export function egressNetwork(id: string, trafficPolicy: 'Allow' | 'Deny'): string {
  const [namespace, name] = id.split('/')
  const metadata = { name, namespace }
  return JSON.stringify({
    apiVersion: 'policy.linkerd.io/v1alpha1',
    kind: 'EgressNetwork',
    metadata,
    spec: { trafficPolicy },
  })
}

interface RouteOptions {
  readonly network: string
  readonly port: number
  readonly hostnames?: readonly string[]
  readonly matches?: readonly object[]
  /** Where it sends to. @default nothing is written */
  readonly to?: object
}

/** A route `namespace/name` for an EgressNetwork beside it. */
export function egressRoute(kind: 'HTTPRoute' | 'TLSRoute' | 'TCPRoute', id: string, options: RouteOptions): string {
  const { network, port, hostnames, matches, to } = options
  const [namespace, name] = id.split('/')
  const rule = { ...(matches && { matches }), ...(to && { backendRefs: [to] }) }
  const parent = { group: 'policy.linkerd.io', kind: 'EgressNetwork', name: network, port }
  const apiVersion = `gateway.networking.k8s.io/${kind === 'HTTPRoute' ? 'v1' : 'v1alpha2'}`
  const spec = { parentRefs: [parent], ...(hostnames && { hostnames }), rules: [rule] }
  return JSON.stringify({ apiVersion, kind, metadata: { name, namespace }, spec })
}

/** As a backend. */
export const itself = (name: string) => ({ group: 'policy.linkerd.io', kind: 'EgressNetwork', name, port: 443 })

/** One test a row, for a caller of trust domain `cluster.local`, `namespace/serviceAccount`. */
export function lets(manifests: readonly string[], caller: string, rows: readonly Leaving[]): void {
  const made = world(...manifests)
  for (const [expected, url] of rows) {
    it(`${url} of ${caller} ${expected}`, () => assert.equal(leaves(made(), caller, new URL(url)), expected))
  }
}

function leaves({ reach }: World, caller: string, { protocol, hostname, pathname }: URL): Leaving[0] | 'unknown' {
  const [namespace = '', serviceAccount = ''] = caller.split('/')
  const tls = protocol === 'https:'
  const { open, certain } = reach.egress(
    { trustDomain: 'cluster.local', namespace, serviceAccount },
    { host: hostname, port: tls ? 443 : 80, speaks: tls ? 'tls' : 'requests' },
  )
  if (open === 'unknown') return 'unknown'
  const asked = Region.intersection([
    Region.where('protocol', Language.literals(['http'])),
    Region.where('method', Language.literals(['GET'])),
    Region.where('path', Language.literals([pathname])),
  ])
  const sent = tls ? !certain.isEmpty : asked.minus(certain).isEmpty
  return open === 'yes' && sent ? 'leaves' : 'stays'
}
