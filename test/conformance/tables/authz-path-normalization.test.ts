import { a1, echoes, port } from './echo'
import { holds, type Row } from './table'

const policy = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: b, namespace: echo1 }
spec:
  selector: { matchLabels: { app: b } }
  rules: [{ to: [{ operation: { paths: [/public*], methods: [GET] } }] }]
`

const denied = [
  '/private',
  '/public/../private',
  '/public/./../private',
  '/public/.././private',
  '/public/%2E%2E/private',
  '/public/%2e%2e/private',
  '/public/%2E/%2E%2E/private',
  '/public/%2e/%2e%2e/private',
  '/public/%2E%2E/%2E/private',
  '/public/%2e%2e/%2e/private',
]

/** istio `tests/integration/security/authz_test.go` TestAuthz_PathNormalization, with `testdata/authz/path-normalization.yaml.tmpl`. */
describe('table: paths that lead elsewhere', () => {
  const asking = (path: string) => ({ from: a1, to: 'echo1/b', port: port.http, http: `GET ${path}` })
  holds(
    [...echoes, policy],
    [
      ['allow', asking('/public')],
      ['allow', asking('/public/../public')],
      ...denied.map((path): Row => ['deny', asking(path)]),
    ],
  )
})
