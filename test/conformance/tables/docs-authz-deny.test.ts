import { app, deployment, mesh, namespace } from './objects'
import { holds, type Row } from './table'

const objects = [mesh(), namespace('foo'), app('foo/httpbin', { http: [8000, 8080] }), deployment('foo/sleep', {})]

const denyGet = (when = '') => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: deny-method-get, namespace: foo }
spec:
  selector: { matchLabels: { app: httpbin } }
  action: DENY
  rules:
    - to: [{ operation: { methods: [GET] } }]
      ${when}
`
const unlessAdmin = denyGet("when: [{ key: 'request.headers[x-token]', notValues: [admin] }]")
const allowIp = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: allow-path-ip, namespace: foo }
spec:
  selector: { matchLabels: { app: httpbin } }
  rules: [{ to: [{ operation: { paths: [/ip] } }] }]
`
const line = (verdict: Row[0], http: string, token?: string): Row => [
  verdict,
  {
    from: 'cluster.local/ns/foo/sa/sleep',
    to: 'foo/httpbin',
    port: 8080,
    http,
    ...(token !== undefined && { headers: { 'x-token': token } }),
  },
]

/** istio.io `content/en/docs/tasks/security/authorization/authz-deny/index.md`. */
describe('table: the page on explicit deny', () => {
  describe('without a policy', () => {
    holds(objects, [line('allow', 'GET /ip')])
  })

  describe('a DENY of GET', () => {
    holds([...objects, denyGet()], [line('deny', 'GET /get'), line('allow', 'POST /post')])
  })

  describe('a DENY of GET unless a header says otherwise', () => {
    holds([...objects, unlessAdmin], [line('allow', 'GET /get', 'admin'), line('deny', 'GET /get', 'guest')])
  })

  describe('and an ALLOW of one path', () => {
    holds(
      [...objects, unlessAdmin, allowIp],
      [line('deny', 'GET /ip', 'guest'), line('allow', 'GET /ip', 'admin'), line('deny', 'GET /get', 'admin')],
    )
  })
})
