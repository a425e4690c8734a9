import { a1, bothHttp, echoes, grpcAndTcp, port, servicePort } from './echo'
import { arrives, holds } from './table'

const policies = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: echo1 }
spec: { mtls: { mode: PERMISSIVE } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: echo1 }
spec: { host: '*.echo1.svc.cluster.local', trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: b, namespace: echo1 }
spec:
  selector: { matchLabels: { app: b } }
  action: DENY
  rules: [{ from: [{ source: { notPrincipals: ['*'] } }] }]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: b, namespace: echo2 }
spec: { host: b.echo1.svc.cluster.local, trafficPolicy: { tls: { mode: DISABLE } } }
`

/**
 * istio `tests/integration/security/authz_test.go` TestAuthz_DenyPlaintext, with `testdata/authz/plaintext.yaml.tmpl`: one namespace
 * speaks mTLS; a DestinationRule tells the other to speak plaintext.
 */
describe('table: plaintext denied by policy', () => {
  const allowed = { from: a1, to: 'echo1/b' }
  const plain = { from: 'plaintext', to: 'echo1/b' }
  holds(
    [...echoes, policies],
    [
      ...grpcAndTcp('allow', allowed),
      ...bothHttp('allow', { ...allowed, http: 'GET /' }),
      ...grpcAndTcp('deny', plain),
      ...bothHttp('deny', { ...plain, http: 'GET /' }),
    ],
  )
  const call = { to: 'echo1/b', port: port.http, via: `b:${servicePort.http}`, http: 'GET /' }
  arrives(
    [...echoes, policies],
    [
      ['mtls', { ...call, from: 'echo1/a' }],
      ['fails', { ...call, from: 'echo2/a' }],
    ],
  )
})
