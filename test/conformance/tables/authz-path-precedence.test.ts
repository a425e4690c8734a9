import { a1, bothHttp, echoes } from './echo'
import { holds } from './table'

const policies = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: deny, namespace: echo1 }
spec:
  selector: { matchLabels: { app: b } }
  action: DENY
  rules: [{ to: [{ operation: { paths: [/allow/admin] } }] }]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: allow, namespace: echo1 }
spec:
  selector: { matchLabels: { app: b } }
  rules: [{ to: [{ operation: { paths: [/allow*] } }] }]
`

/** istio `tests/integration/security/authz_test.go` TestAuthz_PathPrecedence, with `testdata/authz/path-precedence.yaml.tmpl`. */
describe('table: a denied path under an allowed one', () => {
  const call = { from: a1, to: 'echo1/b' }
  holds(
    [...echoes, policies],
    [
      ...bothHttp('deny', { ...call, http: 'GET /allow/admin' }),
      ...bothHttp('deny', { ...call, http: 'GET /allow/admin?param=value' }),
      ...bothHttp('allow', { ...call, http: 'GET /allow' }),
      ...bothHttp('allow', { ...call, http: 'GET /allow?param=value' }),
    ],
  )
})
