import { a1, bothHttp, echoes } from './echo'
import { holds } from './table'

const policy = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: b, namespace: echo1 }
spec:
  selector: { matchLabels: { app: b } }
  rules: [{ to: [{ operation: { paths: ['/allow/admin/{**}', '/foo/{*}/bar/{**}', '/store/{**}/cart'] } }] }]
`

const allowed = [
  '/allow/admin/',
  '/allow/admin/temp',
  '/allow/admin/temp.txt',
  '/allow/admin/foo/temp.txt',
  '/foo/buzz/bar/bat.txt',
  '/foo/buzz/bar/bat.temp.txt',
  '/foo/buzz/bar/bat/fuzz.txt',
  '/foo/buzz/bar/bat',
  '/store//cart',
  '/store/foo/cart',
  '/store/foo/bar/cart',
]
const denied = [
  '/allow/admin',
  '/allow/user/',
  '/allow/admin?param=value',
  '/allow',
  '/foo/bar/bat.txt',
  '/foo//bar/bat.txt',
  '/store/cart',
]

/** istio `tests/integration/security/authz_test.go` TestAuthz_PathTemplating, with `testdata/authz/path-templating.yaml.tmpl`. */
describe('table: path templates', () => {
  const asking = (path: string) => ({ from: a1, to: 'echo1/b', http: `GET ${path}` })
  holds(
    [...echoes, policy],
    [
      ...allowed.flatMap(path => bothHttp('allow', asking(path))),
      ...denied.flatMap(path => bothHttp('deny', asking(path))),
    ],
  )
})
