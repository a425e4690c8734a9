import { a1, echoes, port } from './echo'
import { holds, type Row } from './table'

const policy = (namespace: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: b-allow, namespace: ${namespace} }
spec:
  selector: { matchLabels: { app: b } }
  rules: [{ to: [{ operation: { notPorts: ['${port.http2}'] } }] }]
`

/** istio `tests/integration/security/authz_test.go` TestAuthz_NotPort, with `testdata/authz/not-port.yaml.tmpl`. */
describe('table: every port but one allowed', () => {
  holds(
    [...echoes, policy('echo1'), policy('echo2')],
    ['echo1/b', 'echo2/b'].flatMap((to): readonly Row[] => [
      ['allow', { from: a1, to, port: port.http, http: 'GET /' }],
      ['deny', { from: a1, to, port: port.http2, http: 'GET /' }],
    ]),
  )
})
