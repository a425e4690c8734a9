import { a1, a2, bothHttp, echoes, grpcAndTcp, port, strict } from './echo'
import { holds } from './table'

const http = `ports: ['${port.http}', '${port.http2}'], methods: [GET]`
const policy = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: b, namespace: echo1 }
spec:
  selector: { matchLabels: { app: b } }
  rules:
    - from: [{ source: { trustDomains: [cluster.local] } }]
      to: [{ operation: { ${http}, paths: [/allow] } }]
    - from: [{ source: { trustDomains: [bad.example.com] } }]
      to: [{ operation: { ${http}, paths: [/deny] } }]
    - from: [{ source: { notTrustDomains: [cluster.local] } }]
      to: [{ operation: { ${http}, paths: [/not-trust-domain] } }]
    - from: [{ source: { notTrustDomains: [bad.example.com] } }]
      to: [{ operation: { ${http}, paths: [/not-deny] } }]
    - from: [{ source: { trustDomains: [cluster.local] } }]
      to: [{ operation: { ports: ['${port.grpc}'], methods: [POST], paths: [/proto.EchoTestService/Echo] } }]
    - from: [{ source: { trustDomains: [cluster.local] } }]
      to: [{ operation: { ports: ['${port.tcp}'] } }]
`

/** istio `tests/integration/security/authz_test.go` TestAuthz_TrustDomain, with `testdata/authz/allow-trust-domain.yaml.tmpl`. */
describe('table: trust domains allowed', () => {
  const calls = [a1, a2].map(from => ({ from, to: 'echo1/b' }))
  holds(
    [...echoes, strict('echo1/b'), policy],
    calls.flatMap(call => [
      ...grpcAndTcp('allow', call),
      ...bothHttp('allow', { ...call, http: 'GET /allow' }),
      ...bothHttp('deny', { ...call, http: 'GET /deny' }),
      ...bothHttp('deny', { ...call, http: 'GET /not-trust-domain' }),
      ...bothHttp('allow', { ...call, http: 'GET /not-deny' }),
    ]),
  )
})
