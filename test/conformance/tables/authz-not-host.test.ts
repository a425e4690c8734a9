import { echoes, port } from './echo'
import { holds, type Row } from './table'

const policy = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: allow-b, namespace: echo1 }
spec:
  selector: { matchLabels: { app: b } }
  rules: [{ to: [{ operation: { notHosts: [deny.b.com] } }] }]
`
const ingress = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account'
const through = (host: string) => ({ from: ingress, to: 'echo1/b', port: port.http, http: 'GET /', host })

/**
 * istio `tests/integration/security/authz_test.go` TestAuthz_NotHost, with `testdata/authz/not-host.yaml.tmpl`: the policy is the
 * server's, which the calls reach through an ingress gateway that keeps the host.
 */
describe('table: every host but one allowed', () => {
  const rows: readonly Row[] = [
    ['allow', through('allow.b.com')],
    ['deny', through('deny.b.com')],
  ]
  holds([...echoes, policy], rows)
})
