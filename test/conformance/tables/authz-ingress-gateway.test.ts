import { mesh, namespace } from './objects'
import { chartGateway } from './gateway-objects'
import { holds, type Row } from './table'

const host = (text: string) => text.replace('%', 'a')

const policy = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: policy-a, namespace: istio-system }
spec:
  action: DENY
  selector: { matchLabels: { app: istio-ingressgateway } }
  rules:
    - to: [{ operation: { hosts: [deny.a.com, '*.suffix.a.com', 'prefix.a.*'] } }]
    - to:
        - operation: { hosts: [internal.a.com] }
        - operation: { paths: [/private] }
    - from: [{ source: { remoteIpBlocks: [172.17.72.46, 192.168.4.0/23] } }]
      to: [{ operation: { hosts: [remoteipblocks.a.com] } }]
    - from: [{ source: { notRemoteIpBlocks: [172.23.240.0/22] } }]
      to: [{ operation: { hosts: [notremoteipblocks.a.com] } }]
    - to: [{ operation: { hosts: [remoteipattr.a.com] } }]
      when: [{ key: remote.ip, values: [10.242.5.7, 10.124.99.0/24] }]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: gw-a, namespace: echo1 }
spec:
  selector: { istio: ingressgateway }
  servers:
    - port: { number: 80, name: http, protocol: HTTP }
      hosts: ['*.a.com']
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: vs-a, namespace: echo1 }
spec:
  hosts: ['*.a.com']
  gateways: [gw-a]
  http: [{ route: [{ destination: { host: a.echo1.svc.cluster.local, port: { number: 80 } } }] }]
`

const from = 'plaintext'
const to = { to: 'istio-system/istio-ingressgateway', port: 8080 }

/** A line for a host, and one for an address that a trusted proxy before the gateway wrote down. */
const named = (verdict: Row[0], text: string): Row => [verdict, { from, ...to, host: host(text), http: 'GET /' }]
const forwarded = (verdict: Row[0], text: string, ip: string, path = '/'): Row => [
  verdict,
  { from, ...to, host: host(text), http: `GET ${path}`, headers: { 'x-forwarded-for': ip } },
]

/** istio `tests/integration/security/authz_test.go` TestAuthz_IngressGateway, where one proxy before the gateway is trusted. */
describe('table: authorization at an ingress gateway', () => {
  holds(
    [
      mesh({ defaultConfig: { gatewayTopology: { numTrustedProxies: 1 } } }),
      namespace('echo1'),
      chartGateway('istio-system/istio-ingressgateway'),
      policy,
    ],
    [
      named('deny', 'deny.%.com'),
      named('deny', 'DENY.%.COM'),
      named('deny', 'Deny.%.Com'),
      named('deny', 'deny.suffix.%.com'),
      named('deny', 'DENY.SUFFIX.%.COM'),
      named('deny', 'Deny.Suffix.%.Com'),
      named('deny', 'prefix.%.com'),
      named('deny', 'PREFIX.%.COM'),
      named('deny', 'Prefix.%.Com'),
      forwarded('allow', 'www.%.com', '172.16.0.1'),
      forwarded('deny', 'www.%.com', '172.16.0.1', '/private'),
      forwarded('allow', 'www.%.com', '172.16.0.1', '/public'),
      forwarded('deny', 'internal.%.com', '172.16.0.1'),
      forwarded('deny', 'internal.%.com', '172.16.0.1', '/private'),
      forwarded('deny', 'remoteipblocks.%.com', '172.17.72.46'),
      forwarded('deny', 'remoteipblocks.%.com', '192.168.5.233'),
      forwarded('allow', 'remoteipblocks.%.com', '10.4.5.6'),
      forwarded('deny', 'notremoteipblocks.%.com', '10.2.3.4'),
      forwarded('allow', 'notremoteipblocks.%.com', '172.23.242.188'),
      forwarded('deny', 'remoteipattr.%.com', '10.242.5.7'),
      forwarded('deny', 'remoteipattr.%.com', '10.124.99.10'),
      forwarded('allow', 'remoteipattr.%.com', '10.4.5.6'),
    ],
  )
})
