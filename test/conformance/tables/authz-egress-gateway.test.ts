import { chartGateway, istioGateway, rule, virtualService } from './gateway-objects'
import { a1, a2 } from './echo'
import { mesh, namespace } from './objects'
import { holds, type Row } from './table'

const policies = `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: default, namespace: istio-system }
spec:
  jwtRules:
    - { issuer: test-issuer-1@istio.io, jwksUri: https://example.com/jwks }
    - { issuer: test-issuer-2@istio.io, jwksUri: https://example.com/jwks }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: egressgateway, namespace: istio-system }
spec:
  selector: { matchLabels: { app: istio-egressgateway } }
  rules:
    - to: [{ operation: { paths: [/allow], hosts: [www.company.com] } }]
    - to: [{ operation: { hosts: [a-echo1-only.com] } }]
      from: [{ source: { principals: [${a1}] } }]
    - to: [{ operation: { hosts: [jwt-only.com] } }]
      from: [{ source: { requestPrincipals: [test-issuer-1@istio.io/sub-1] } }]
    - to: [{ operation: { hosts: [jwt-and-a-echo1-only.com] } }]
      from: [{ source: { requestPrincipals: [test-issuer-1@istio.io/sub-1], principals: [${a1}] } }]
`

const only = ['a-echo1-only.com', 'jwt-only.com', 'jwt-and-a-echo1-only.com']
const towards = (port: number) => [
  rule('istio-egressgateway.istio-system:443', { gateways: ['mesh'], port: 80 }),
  rule('b.echo1:80', { gateways: ['test-egress'], port }),
]

const objects = [
  mesh(),
  namespace('echo1'),
  chartGateway('istio-system/istio-egressgateway'),
  istioGateway(
    'echo1/test-egress',
    [
      { port: 80, protocol: 'HTTP', hosts: ['www.company.com'] },
      { port: 443, protocol: 'HTTPS', tls: 'ISTIO_MUTUAL', hosts: ['*'] },
    ],
    { selected: 'egressgateway' },
  ),
  virtualService('echo1/one', { hosts: ['www.company.com'], gateways: ['test-egress', 'mesh'], http: towards(80) }),
  virtualService('echo1/two', { hosts: only, gateways: ['test-egress', 'mesh'], http: towards(443) }),
  policies,
]

const to = 'istio-system/istio-egressgateway'
const token = (issuer: number) => ({ iss: `test-issuer-${issuer}@istio.io`, sub: `sub-${issuer}` })

const rows = (from: string): readonly Row[] => {
  const own = from === a1 ? 'allow' : 'deny'
  // Routed in plaintext, where nobody's identity is asked for, and in the mesh's TLS.
  const plain = { from, to, port: 8080, host: 'www.company.com' }
  const inTls = { from, to, port: 8443, http: 'GET /' }
  return [
    ['allow', { ...plain, http: 'GET /allow' }],
    ['deny', { ...plain, http: 'GET /deny' }],
    [own, { ...inTls, host: 'a-echo1-only.com' }],
    ['allow', { ...inTls, host: 'jwt-only.com', jwt: token(1) }],
    ['deny', { ...inTls, host: 'jwt-only.com', jwt: token(2) }],
    [own, { ...inTls, host: 'jwt-and-a-echo1-only.com', jwt: token(1) }],
    ['deny', { ...inTls, host: 'jwt-and-a-echo1-only.com', jwt: token(2) }],
  ]
}

/** istio `tests/integration/security/authz_test.go` TestAuthz_EgressGateway. */
describe('table: authorization at an egress gateway', () => {
  for (const from of [a1, a2]) holds(objects, rows(from))
})
