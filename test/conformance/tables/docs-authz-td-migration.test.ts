import { app, deployment, mesh, namespace } from './objects'
import { holds, type Row } from './table'

const objects = [
  namespace('default'),
  namespace('sleep-allow'),
  app('default/httpbin', { http: [8000, 8080] }),
  deployment('default/sleep', {}),
  deployment('sleep-allow/sleep', {}),
]

const policy = (principal: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: httpbin, namespace: default }
spec:
  selector: { matchLabels: { app: httpbin } }
  rules:
    - from: [{ source: { principals: [${principal}] } }]
      to: [{ operation: { methods: [GET] } }]
`
const written = policy('old-td/ns/sleep-allow/sa/sleep')
const line = (verdict: Row[0], from: string): Row => [
  verdict,
  { from, to: 'default/httpbin', port: 8080, http: 'GET /ip' },
]

/** istio.io `content/en/docs/tasks/security/authorization/authz-td-migration/index.md`. */
describe('table: the page on trust domain migration', () => {
  describe('before', () => {
    holds(
      [mesh({ trustDomain: 'old-td' }), ...objects, written],
      [line('deny', 'old-td/ns/default/sa/sleep'), line('allow', 'old-td/ns/sleep-allow/sa/sleep')],
    )
  })

  describe('migrated without an alias', () => {
    holds(
      [mesh({ trustDomain: 'new-td' }), ...objects, written],
      [line('deny', 'new-td/ns/default/sa/sleep'), line('deny', 'new-td/ns/sleep-allow/sa/sleep')],
    )
  })

  describe('migrated with an alias', () => {
    holds(
      [mesh({ trustDomain: 'new-td', trustDomainAliases: ['old-td'] }), ...objects, written],
      [
        line('deny', 'new-td/ns/default/sa/sleep'),
        line('allow', 'new-td/ns/sleep-allow/sa/sleep'),
        line('deny', 'old-td/ns/default/sa/sleep'),
        line('allow', 'old-td/ns/sleep-allow/sa/sleep'),
      ],
    )
  })

  describe('written with cluster.local, whatever the trust domain', () => {
    for (const trustDomain of ['old-td', 'new-td']) {
      holds(
        [mesh({ trustDomain }), ...objects, policy('cluster.local/ns/sleep-allow/sa/sleep')],
        [line('deny', `${trustDomain}/ns/default/sa/sleep`), line('allow', `${trustDomain}/ns/sleep-allow/sa/sleep`)],
      )
    }
  })
})
