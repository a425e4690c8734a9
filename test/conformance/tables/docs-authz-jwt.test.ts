import { app, deployment, mesh, namespace } from './objects'
import { holds, type Ask, type Row } from './table'

const issuer = 'testing@secure.istio.io'
const objects = [
  mesh(),
  namespace('foo'),
  app('foo/httpbin', { http: [8000, 8080] }),
  deployment('foo/sleep', {}),
  `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: jwt-example, namespace: foo }
spec:
  selector: { matchLabels: { app: httpbin } }
  jwtRules: [{ issuer: ${issuer}, jwksUri: 'https://jwks.example.com' }]
`,
]
const requireToken = (when = '') => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: require-jwt, namespace: foo }
spec:
  selector: { matchLabels: { app: httpbin } }
  action: ALLOW
  rules:
    - from: [{ source: { requestPrincipals: [${issuer}/${issuer}] } }]
      ${when}
`
const demo = { iss: issuer, sub: issuer, claims: { foo: 'bar' } }
const groups = { iss: issuer, sub: issuer, claims: { groups: ['group1', 'group2'], scope: ['scope1', 'scope2'] } }
const invalid = { invalid: true, reason: 'garbage' }

const line = (verdict: Row[0], jwt?: Ask['jwt']): Row => [
  verdict,
  {
    from: 'cluster.local/ns/foo/sa/sleep',
    to: 'foo/httpbin',
    port: 8080,
    http: 'GET /headers',
    ...(jwt && { jwt }),
  },
]

/** istio.io `content/en/docs/tasks/security/authorization/authz-jwt/index.md`. */
describe('table: the page on tokens', () => {
  describe('with a RequestAuthentication alone', () => {
    holds(objects, [line('deny', invalid), line('allow')])
  })

  describe('and a request principal required', () => {
    holds([...objects, requireToken()], [line('allow', demo), line('deny')])
  })

  describe('and a group', () => {
    const group = requireToken("when: [{ key: 'request.auth.claims[groups]', values: [group1] }]")
    holds([...objects, group], [line('allow', groups), line('deny', demo)])
  })
})
