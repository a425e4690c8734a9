import type { Egress } from '../../../../../core/analyze/egress-view'
import type { Reach } from '../../../../../core/analyze/reach'
import { reach } from '../../../../../core/analyze/reach'
import { Region } from '../../../../../core/model/region'
import { inNamespace, pod, readAll, type Json } from '../objects'
import { group, linkerdConfig, linkerdNamespace } from './objects'

/** Settings of which all that counts for egress is known. */
export const known = {
  proxyInit: { ignoreInboundPorts: '', ignoreOutboundPorts: '4567' },
  egress: { globalEgressNetworkNamespace: 'out' },
}
const base: readonly Json[] = [
  linkerdConfig(known),
  linkerdNamespace('shop'),
  linkerdNamespace('web'),
  pod('web/frontend', { labels: { app: 'frontend' } }, { serviceAccountName: 'frontend' }),
  pod('shop/cart', { labels: { app: 'cart' } }, { serviceAccountName: 'cart' }),
]

/** Where `web/frontend` and `shop/cart` are behind Linkerd, and these objects beside them. */
export function reached(...objects: readonly Json[]): Reach {
  return reach(readAll([...base, ...objects]).layer)
}

/** `web/frontend`. */
export const caller = { trustDomain: 'cluster.local', namespace: 'web', serviceAccount: 'frontend' }

/** An EgressNetwork, which denies unless told otherwise. */
export function network(id: string, spec: Json = {}, metadata: Json = {}): Json {
  return inNamespace('EgressNetwork', id, { trafficPolicy: 'Deny', ...spec }, metadata)
}

/** A parent. */
export const hook = (port: number, name = 'net', more: Json = {}): Json => ({
  group,
  kind: 'EgressNetwork',
  name,
  port,
  ...more,
})
/** A rule that sends calls on. */
export const itself = { backendRefs: [{ group, kind: 'EgressNetwork', name: 'net' }] }

/** A route beside the caller, on `web/net`. */
export function route(kind: 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute', port: number, spec: Json = {}): Json {
  return inNamespace(kind, `web/${kind.toLowerCase()}-${port}`, { parentRefs: [hook(port)], rules: [itself], ...spec })
}

/** What becomes of the caller’s calls to a host. */
export function to(
  host: string,
  port: number,
  speaks: 'requests' | 'tls' | 'bytes',
  ...objects: readonly Json[]
): Egress {
  return reached(...objects).egress(caller, { host, port, speaks })
}

/** `yes`, `no` or `unknown`, and in which measure. */
export function open(
  host: string,
  port: number,
  speaks: 'requests' | 'tls' | 'bytes',
  ...objects: readonly Json[]
): string {
  const { open: answer, certain } = to(host, port, speaks, ...objects)
  return `${answer} ${certain === Region.all ? 'all' : certain.isEmpty ? 'none' : 'some'}`
}
