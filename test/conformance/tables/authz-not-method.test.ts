import { a1, bothHttp, echoes } from './echo'
import { holds } from './table'

const policy = (namespace: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: b-allow, namespace: ${namespace} }
spec:
  selector: { matchLabels: { app: b } }
  rules: [{ to: [{ operation: { notMethods: [PUT] } }] }]
`

/** istio `tests/integration/security/authz_test.go` TestAuthz_NotMethod, with `testdata/authz/not-method.yaml.tmpl`. */
describe('table: every method but one allowed', () => {
  holds(
    [...echoes, policy('echo1'), policy('echo2')],
    ['echo1/b', 'echo2/b'].flatMap(to => [
      ...bothHttp('allow', { from: a1, to, http: 'GET /' }),
      ...bothHttp('deny', { from: a1, to, http: 'PUT /' }),
    ]),
  )
})
