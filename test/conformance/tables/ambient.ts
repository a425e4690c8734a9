import { echo, port, servicePort } from './echo'
import { deployment, mesh, namespace } from './objects'
import type { Ask } from './table'

/*
 * The mesh that Istio's ambient integration tests run in, as far as their authorization tables ask: one namespace, with servers of each kind.
 * Source: istio `tests/integration/ambient/main_test.go` SetupApps.
 */

/** Captured, with a waypoint that takes what is addressed to its Pods. */
export const workloadAddressed = 'workload-addressed-waypoint'
/** Captured, with a waypoint that takes what is addressed to its Service. */
export const serviceAddressed = 'service-addressed-waypoint'
export const captured = 'captured'
export const uncaptured = 'uncaptured'
export const sidecar = 'sidecar'

export const servers = [workloadAddressed, serviceAddressed, captured, uncaptured, sidecar] as const
export type Server = (typeof servers)[number]

/** What a server's waypoint is called, which is also its ServiceAccount. */
export const waypoint: Readonly<Partial<Record<Server, string>>> = {
  [workloadAddressed]: 'waypoint-workload',
  [serviceAddressed]: 'waypoint-service',
}

const labels: Readonly<Record<Server, Readonly<Record<string, string>>>> = {
  [workloadAddressed]: { 'istio.io/use-waypoint': 'waypoint-workload' },
  [serviceAddressed]: {},
  [captured]: {},
  [uncaptured]: { 'istio.io/dataplane-mode': 'none' },
  [sidecar]: { 'istio.io/dataplane-mode': 'none', 'sidecar.istio.io/inject': 'true' },
}
const serviceLabels: Readonly<Partial<Record<Server, Readonly<Record<string, string>>>>> = {
  [serviceAddressed]: { 'istio.io/use-waypoint': 'waypoint-service' },
}

const gateway = (name: string, traffic: string) => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: echo, labels: { istio.io/waypoint-for: ${traffic} } }
spec:
  gatewayClassName: istio-waypoint
  listeners: [{ name: mesh, port: 15008, protocol: HBONE }]
`

/** The Service labels may be given anew. */
export function ambient(changed = serviceLabels): readonly string[] {
  return [
    mesh({ defaultConfig: { proxyMetadata: { ISTIO_META_ENABLE_HBONE: 'true' } } }),
    namespace('echo', { 'istio.io/dataplane-mode': 'ambient' }),
    ...servers.map(name => echo(`echo/${name}`, { labels: labels[name], serviceLabels: changed[name] ?? {} })),
    gateway('waypoint-workload', 'workload'),
    gateway('waypoint-service', 'service'),
    deployment(
      'istio-system/istio-ingressgateway',
      {},
      { serviceAccount: ingressAccount, annotations: { 'inject.istio.io/templates': 'gateway' } },
    ),
  ]
}

const ingressAccount = 'istio-ingressgateway-service-account'
export const ingress = `cluster.local/ns/istio-system/sa/${ingressAccount}`

/** Who a server is when it calls; without a proxy, nobody. */
export function identityOf(server: Server): string {
  return server === uncaptured ? 'plaintext' : `cluster.local/ns/echo/sa/${server}`
}

/** A call to a server's Service. */
export function toService(server: Server, name: keyof typeof port): Pick<Ask, 'to' | 'port' | 'via'> {
  return { to: `echo/${server}`, port: port[name], via: `${server}:${servicePort[name]}` }
}

/** A call that passes the server's waypoint, if it has one: to its Pod where that is what the waypoint takes. */
export function toWaypoint(server: Server, name: keyof typeof port): Pick<Ask, 'to' | 'port' | 'via'> {
  return server === workloadAddressed ? { to: `echo/${server}`, port: port[name] } : toService(server, name)
}

/** An AuthorizationPolicy in the servers' namespace: where it binds, and its action and rules. */
export function policy(name: string, bind: string, spec: string): string {
  return `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: echo }
spec:
  ${bind}
  ${spec}
`
}

export const selects = (server: Server): string => `selector: { matchLabels: { app: ${server} } }`
export const forService = (server: Server): string => `targetRefs: [{ kind: Service, group: core, name: ${server} }]`
export const forGateway = (name: string): string =>
  `targetRefs: [{ kind: Gateway, group: gateway.networking.k8s.io, name: ${name} }]`
