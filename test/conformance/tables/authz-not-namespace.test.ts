import { a1, a2, bothHttp, echoes, grpcAndTcp, strict } from './echo'
import { holds } from './table'

const policy = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: b-deny, namespace: echo1 }
spec:
  selector: { matchLabels: { app: b } }
  action: DENY
  rules: [{ from: [{ source: { notNamespaces: [echo1] } }] }]
`

/** istio `tests/integration/security/authz_test.go` TestAuthz_NotNamespace, with `testdata/authz/not-namespace.yaml.tmpl`. */
describe('table: every namespace but one denied', () => {
  const allowed = { from: a1, to: 'echo1/b' }
  const others = { from: a2, to: 'echo1/b' }
  holds(
    [...echoes, strict('echo1/b'), policy],
    [
      ...grpcAndTcp('allow', allowed),
      ...bothHttp('allow', { ...allowed, http: 'GET /' }),
      ...grpcAndTcp('deny', others),
      ...bothHttp('deny', { ...others, http: 'GET /' }),
    ],
  )
})
