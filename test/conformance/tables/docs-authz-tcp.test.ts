import { app, deployment, mesh, namespace } from './objects'
import { holds, type Row } from './table'

const objects = [
  mesh(),
  namespace('foo'),
  app('foo/tcp-echo', { tcp: [9000, 9000], 'tcp-other': [9001, 9001] }),
  deployment('foo/sleep', {}),
]

const policy = (action: string, operation: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: tcp-policy, namespace: foo }
spec:
  selector: { matchLabels: { app: tcp-echo } }
  action: ${action}
  rules: [{ to: [{ operation: ${operation} }] }]
`
const line = (verdict: Row[0], port: number): Row => [
  verdict,
  { from: 'cluster.local/ns/foo/sa/sleep', to: 'foo/tcp-echo', port },
]

/**
 * istio.io `content/en/docs/tasks/security/authorization/authz-tcp/index.md`. The page calls 9002, which no Service declares, at the
 * Pod's address, where a proxy passes it through in plaintext.
 */
describe('table: the page on TCP traffic', () => {
  describe('without a policy', () => {
    holds(objects, [line('allow', 9000), line('allow', 9001), line('allow', 9002)])
  })

  describe('an ALLOW of two ports', () => {
    const undeclared: Row = ['deny', { from: 'plaintext', to: 'foo/tcp-echo', port: 9002 }]
    holds(
      [...objects, policy('ALLOW', "{ ports: ['9000', '9001'] }")],
      [line('allow', 9000), line('allow', 9001), line('deny', 9002), undeclared],
    )
  })

  describe('an ALLOW of a port and a method', () => {
    holds(
      [...objects, policy('ALLOW', "{ methods: [GET], ports: ['9000'] }")],
      [line('deny', 9000), line('deny', 9001)],
    )
  })

  describe('a DENY of a method', () => {
    holds([...objects, policy('DENY', '{ methods: [GET] }')], [line('deny', 9000), line('deny', 9001)])
  })

  describe('a DENY of a port and a method', () => {
    holds(
      [...objects, policy('DENY', "{ methods: [GET], ports: ['9000'] }")],
      [line('deny', 9000), line('allow', 9001)],
    )
  })
})
