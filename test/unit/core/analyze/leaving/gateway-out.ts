import { authorization, inNamespace, namespace, pod, type Json } from '../objects'
import { virtualService } from '../gateway/gateway-objects'
import { entry, shop } from './outward'

export const labels = { app: 'out' }
/** The gateway's Service. */
export const out = 'out.edge.svc.cluster.local'
export const toHost = (host: string, port = 80): Json => ({
  route: [{ destination: { host, port: { number: port } } }],
})

/** Calls of `shop/cart` to `api.example.com:80` are sent to a gateway in namespace `edge`, by mTLS, and on from there. */
const world = {
  pod: pod('edge/out', { labels, annotations: { 'inject.istio.io/templates': 'gateway' } }),
  service: inNamespace('Service', 'edge/out', {
    selector: labels,
    ports: [{ name: 'http', port: 80, targetPort: 8080 }],
  }),
  rule: inNamespace('DestinationRule', 'edge/out', {
    host: out,
    trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', sni: out } },
  }),
  gateway: inNamespace('IstioGateway', 'edge/out', {
    selector: labels,
    servers: [
      { port: { number: 80, name: 'https', protocol: 'HTTPS' }, tls: { mode: 'ISTIO_MUTUAL' }, hosts: ['*/*'] },
    ],
  }),
  there: entry({ exportTo: ['.'] }, {}, 'edge/api'),
  onward: virtualService('edge/api', {
    hosts: ['api.example.com'],
    gateways: ['out'],
    http: [toHost('api.example.com')],
  }),
  here: entry({ exportTo: ['.'] }),
  turn: virtualService('shop/api', { hosts: ['api.example.com'], http: [toHost(out)] }),
}
export type World = Partial<Record<keyof typeof world, Json | readonly Json[]>>

export function objects(changes: World = {}, ...more: readonly Json[]): readonly unknown[] {
  const all: World = { ...world, ...changes }
  return [...shop, namespace('edge'), pod('shop/other'), ...Object.values(all).flat(), ...more]
}

export const [cart, other] = ['cart', 'other'].map(name => `cluster.local/ns/shop/sa/${name}`)
export const allow = (principal = cart, operation?: Json): Json =>
  authorization('edge/p', {
    rules: [{ from: [{ source: { principals: [principal ?? ''] } }], ...(operation && { to: [{ operation }] }) }],
  })
