import { decide } from '../../../../../core/analyze/decide'
import { listenersOf } from '../../../../../core/analyze/gateway/listeners'
import { routeOf } from '../../../../../core/analyze/gateway/route'
import type { Layer } from '../../../../../core/analyze/layer'
import type { Request } from '../../../../../core/analyze/request'
import { inNamespace, layerOf, mesh, namespace, pod, type Json } from '../objects'

const labels = { app: 'front-door', istio: 'door' }

/** A gateway of Istio's chart in namespace `edge`, its Service (80 → 8080, 443 → 8443), and a mesh of which everything is known. */
export const edge: readonly Json[] = [
  mesh(),
  namespace('edge'),
  namespace('shop'),
  pod('edge/front-door', { labels, annotations: { 'inject.istio.io/templates': 'gateway' } }),
  inNamespace('Service', 'edge/front-door', {
    selector: labels,
    ports: [
      { name: 'http', port: 80, targetPort: 8080 },
      { name: 'https', port: 443, targetPort: 8443 },
    ],
  }),
]

export const onHttp = (...hosts: readonly string[]): Json => ({
  port: { number: 80, name: 'http', protocol: 'HTTP' },
  hosts,
})

export const onHttps = (mode: string, ...hosts: readonly string[]): Json => ({
  port: { number: 443, name: 'https', protocol: 'HTTPS' },
  tls: { mode, credentialName: 'cert' },
  hosts,
})

/** A Gateway of Istio's own API for the chart's Pods. */
export function door(id: string, servers: readonly Json[], metadata: Json = {}): Json {
  return inNamespace('IstioGateway', id, { selector: { istio: 'door' }, servers }, metadata)
}

export function virtualService(id: string, spec: Json, metadata: Json = {}): Json {
  return inNamespace('VirtualService', id, spec, metadata)
}

/** A rule of a VirtualService to a Service of its own namespace. */
export const to = (host: string, ...match: readonly Json[]): Json => ({
  ...(match.length > 0 ? { match } : {}),
  route: [{ destination: { host, port: { number: 80 } } }],
})

export const created = (hour: number): Json => ({ creationTimestamp: `2026-01-01T0${hour}:00:00Z` })

/** A request to the gateway: `GET shop.example.com/cart`, in plaintext, unless told otherwise. */
export interface Knock {
  readonly host?: string
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly port?: number
  readonly workload?: string
  readonly from?: Request['from']
  readonly sni?: string
}

export function knock({ host = 'shop.example.com', path = '/cart', method = 'GET', ...rest }: Knock = {}): Request {
  const { headers = {}, port = 8080, workload = 'front-door', from = { kind: 'plaintext' }, sni } = rest
  return {
    id: 'knock',
    from,
    to: { namespace: 'edge', workload, port },
    http: { method, path, host, headers },
    ...(sni === undefined ? {} : { sni }),
  }
}

export function edgeLayer(...objects: readonly Json[]): Layer {
  return layerOf([...edge, ...objects])
}

/** Whether the gateway lets a request in. */
export function enters(layer: Layer, asked: Knock = {}): string {
  return decide(layer, knock(asked)).verdict
}

/** Where it goes: `host:port`, of several in turn, `nowhere` or `unknown`. */
export function goes(layer: Layer, asked: Knock = {}): string {
  const onward = routeOf(layer, knock(asked))
  if (onward.kind !== 'to') return onward.kind
  return onward.destinations
    .map(({ host, port }) => `${host.replace('.svc.cluster.local', '')}:${port ?? ''}`)
    .join(' ')
}

/** The listeners of a gateway: `8080 shop.example.com *.example.com`, with `?` where one is not certain. */
export function listens(layer: Layer, name = 'front-door'): readonly string[] {
  const workload = layer.workloads.find(one => one.name === name)
  if (!workload) throw new Error(`no workload is called ${name}`)
  return listenersOf(layer, workload).map(
    ({ port, certain, hosts }) =>
      `${port}${certain === 'yes' ? '' : '?'} ${hosts.map(({ host, doubtful }) => `${host}${doubtful ? '?' : ''}`).join(' ')}`,
  )
}
