import { a1, bothHttp, echoes, port } from './echo'
import { mesh } from './objects'
import { holds } from './table'

const [, ...servers] = echoes
const grpc = (name: string) => ({
  name,
  envoyExtAuthzGrpc: { service: `${name}.istio-system.svc.cluster.local`, port: 9000 },
})
const known = mesh({ extensionProviders: [grpc('first'), grpc('second')] })

const custom = (name: string, provider: string, paths: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: echo1 }
spec:
  selector: { matchLabels: { app: b } }
  action: CUSTOM
  provider: { name: ${provider} }
  rules:
    - to: [{ operation: { ports: ['${port.http}', '${port.http2}'], paths: ${paths}, methods: [GET] } }]
`

const get = (path: string) => ({ from: a1, to: 'echo1/b', http: `GET ${path}` })

/**
 * istio `tests/integration/security/authz_multiple_providers_test.go`, with `testdata/authz/multiple-providers-*.yaml.tmpl`. Which authorizer answers
 * what, the test's headers tell; and that any is asked at all rests on PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS, without which, and before
 * 1.30, all that the policies match is denied.
 */
describe('table: several external authorizers', () => {
  describe('for paths apart', () => {
    const policies = [custom('api', 'first', '[/api, /api/*]'), custom('admin', 'second', '[/admin, /admin/*]')]
    holds(
      [known, ...servers, ...policies],
      [
        ...bothHttp('unknown', get('/api/users')),
        ...bothHttp('unknown', get('/admin/settings')),
        ...bothHttp('allow', get('/public/info')),
      ],
    )
  })

  describe('for paths that overlap', () => {
    const policies = [custom('broad', 'first', '[/api/*]'), custom('specific', 'second', '[/api/admin, /api/admin/*]')]
    holds(
      [known, ...servers, ...policies],
      [
        ...bothHttp('unknown', get('/api/users')),
        ...bothHttp('unknown', get('/api/admin/users')),
        ...bothHttp('allow', get('/public')),
      ],
    )
  })
})
