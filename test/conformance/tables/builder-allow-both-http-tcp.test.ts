import { app, deployment, mesh, namespace } from './objects'
import { holds, type Row } from './table'

const policy = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: httpbin, namespace: foo }
spec:
  action: ALLOW
  rules:
    - from: [{ source: { requestPrincipals: [id-1] } }]
      to: [{ operation: { methods: [GET] } }]
    - from: [{ source: { namespaces: [ns-1] } }]
      to: [{ operation: { ports: ['8080'], methods: [GET] } }]
    - from: [{ source: { namespaces: [ns-2], requestPrincipals: [id-2] } }]
      to: [{ operation: { ports: ['9090'] } }]
    - from: [{ source: { namespaces: [ns-1] } }]
      to: [{ operation: { ports: ['80'] } }]
`
const ports = { 'tcp-a': [80, 80], 'tcp-b': [8080, 8080], 'tcp-c': [9090, 9090] } as const
const objects = [
  mesh(),
  ...['foo', 'ns-1', 'ns-2'].map(name => namespace(name)),
  app('foo/httpbin', ports),
  deployment('ns-1/client', {}),
  deployment('ns-2/client', {}),
]

/**
 * istio `pilot/pkg/security/authz/builder/testdata/tcp/allow-both-http-tcp-{in,out}.yaml`: on a TCP chain only the last rule is left.
 */
describe('table: an ALLOW of HTTP and TCP fields on a TCP chain', () => {
  const callers = ['cluster.local/ns/ns-1/sa/client', 'cluster.local/ns/ns-2/sa/client', 'plaintext']
  holds(
    [...objects, policy],
    callers.flatMap(from =>
      [80, 8080, 9090].map((port): Row => {
        const left = from.includes('/ns-1/') && port === 80
        return [left ? 'allow' : 'deny', { from, to: 'foo/httpbin', port }]
      }),
    ),
  )
})
