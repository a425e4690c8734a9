import { app, mesh, namespace, type Labels } from './objects'
import type { Ask, Row } from './table'

/*
 * The mesh that Istio's integration tests run in, as far as their authorization tables ask: echo servers in two injected namespaces.
 * Source: istio `pkg/test/framework/components/echo/common/deployment/echos.go` DefaultEchoConfigs and `…/echo/common/ports/ports.go`.
 */

/** Container ports of an echo server. */
export const port = { http: 18080, http2: 18085, grpc: 17070, tcp: 19090, https: 18443 } as const

/** Its Service port for a name of `port`. */
export const servicePort = { http: 80, http2: 85, grpc: 7070, tcp: 9090, https: 443 } as const

interface Echo {
  readonly labels?: Labels
  readonly serviceLabels?: Labels
  readonly annotations?: Labels
  /** Service ports are then the container's, as upstream's `ports.Headless` has it. */
  readonly headless?: boolean
}

/** An echo server `namespace/name` under a ServiceAccount of its own name, labelled `app: <name>`, and its Service. */
export function echo(id: string, options: Echo = {}): string {
  const names = Object.keys(port) as (keyof typeof port)[]
  const ports = names.map(name => [name, [options.headless ? port[name] : servicePort[name], port[name]]] as const)
  return app(id, Object.fromEntries(ports), options)
}

/** `a` and `b` in both namespaces, and a headless Service in the first. */
export const echoes: readonly string[] = [
  mesh(),
  namespace('echo1'),
  namespace('echo2'),
  echo('echo1/a'),
  echo('echo1/b'),
  echo('echo1/headless', { headless: true }),
  echo('echo2/a'),
  echo('echo2/b'),
]

export const a1 = 'cluster.local/ns/echo1/sa/a'
export const a2 = 'cluster.local/ns/echo2/sa/a'

/** The call each port of the tables stands for: echo's gRPC method, or bytes. */
export const grpcEcho = 'POST /proto.EchoTestService/Echo'

/** STRICT for one server, as upstream's `mtls.yaml.tmpl` has it. */
export function strict(id: string): string {
  const [namespace, name] = id.split('/')
  return `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: ${name}, namespace: ${namespace} }
spec: { selector: { matchLabels: { app: ${name} } }, mtls: { mode: STRICT } }
`
}

/** A policy for one server: HTTP, gRPC and TCP ports each in a rule of its own, all of them for one `source`. */
export function perProtocol(
  id: string,
  policy: { readonly source: string; readonly http: string; readonly action: string },
): string {
  const [namespace, name] = id.split('/')
  const from = `from: [{ source: ${policy.source} }]`
  return `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  selector: { matchLabels: { app: ${name} } }
  action: ${policy.action}
  rules:
    - ${from}
      to: [{ operation: { ports: ['${port.http}', '${port.http2}'], methods: [GET], ${policy.http} } }]
    - ${from}
      to: [{ operation: { ports: ['${port.grpc}'], methods: [POST], paths: [/proto.EchoTestService/Echo] } }]
    - ${from}
      to: [{ operation: { ports: ['${port.tcp}'] } }]
`
}

/** A line for each of the two HTTP ports. */
export function bothHttp(verdict: Row[0], ask: Omit<Ask, 'port'>): readonly Row[] {
  return [port.http, port.http2].map(number => [verdict, { ...ask, port: number }])
}

/** A line for the gRPC port and one for the TCP port. */
export function grpcAndTcp(verdict: Row[0], { from, to }: Pick<Ask, 'from' | 'to'>): readonly Row[] {
  return [
    [verdict, { from, to, port: port.grpc, http: grpcEcho }],
    [verdict, { from, to, port: port.tcp }],
  ]
}

/** A DENY for every workload of the mesh, as upstream's `deny-global.yaml.tmpl` has it. */
export const denyEverywhere = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: deny-everywhere, namespace: istio-system }
spec:
  action: DENY
  rules:
    - to: [{ operation: { ports: ['18080', '18085'], paths: [/global-deny*], notPaths: [/global-deny/allow] } }]
`
