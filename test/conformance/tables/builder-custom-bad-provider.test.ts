import { mesh, namespace, app } from './objects'
import { holds, type Ask, type Row } from './table'

const shared = [
  namespace('foo'),
  app('foo/httpbin', { http: [8000, 80], tcp: [9000, 9000] }, { labels: { version: 'v1' } }),
]

const grpc = (name: string) => ({
  name,
  envoyExtAuthzGrpc: { service: 'my-custom-ext-authz.foo.svc.cluster.local', port: 9000 },
})

const custom = (name: string, provider: string, path: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: foo }
spec:
  action: CUSTOM
  provider: { name: ${provider} }
  selector: { matchLabels: { app: httpbin, version: v1 } }
  rules: [{ to: [{ operation: { paths: [${path}] } }] }]
`

const get = (verdict: Row[0], path: string): Row => [verdict, { ...call, port: 80, http: `GET ${path}` }]
const bytes = (verdict: Row[0]): Row => [verdict, { ...call, port: 9000 }]
const call: Omit<Ask, 'port'> = { from: 'cluster.local/ns/foo/sa/curl', to: 'foo/httpbin' }

/**
 * istio `pilot/pkg/security/authz/builder/builder_test.go`, cases custom-bad-multiple-providers, custom-bad-invalid-config and custom-only-http, with
 * `testdata/http/custom-simple-http-in.yaml` and others there. What upstream expects are filters; the lines here are what these answer.
 */
describe('table: CUSTOM with a provider that is none', () => {
  const simple = [custom('httpbin-1', 'default', '/httpbin1'), custom('httpbin-2', 'default', '/httpbin2')]

  describe('since the mesh defines none of its name', () => {
    holds(
      [mesh({ extensionProviders: [grpc('another')] }), ...shared, ...simple],
      [get('deny', '/httpbin1'), get('deny', '/httpbin2'), get('allow', '/httpbin3'), bytes('deny')],
    )
  })

  describe('since the mesh defines none at all', () => {
    holds([mesh(), ...shared, ...simple], [get('deny', '/httpbin1'), get('allow', '/httpbin3'), bytes('deny')])
  })

  describe('since what has its name is no authorizer', () => {
    const tracer = { name: 'default', zipkin: { service: 'zipkin.foo.svc.cluster.local', port: 9411 } }
    holds([mesh({ extensionProviders: [tracer] }), ...shared, ...simple], [get('deny', '/httpbin1')])
  })

  describe('beside one that is', () => {
    const policies = [custom('httpbin-1', 'default', '/httpbin1'), custom('httpbin-2', 'another', '/httpbin2')]
    holds(
      [mesh({ extensionProviders: [grpc('default')] }), ...shared, ...policies],
      [get('unknown', '/httpbin1'), get('deny', '/httpbin2'), get('allow', '/httpbin3')],
    )
  })

  /*
   * Whether a provider that the mesh defines can be used also rests on the Service it names, which istiod must know: where it does not, what the
   * policy matches is denied, and where it speaks HTTP only, bytes are not asked about at all. Neither is told apart here.
   */
  describe('which the mesh defines', () => {
    const http = { name: 'default', envoyExtAuthzHttp: { service: 'foo/my-custom-ext-authz', port: 999999 } }
    holds(
      [mesh({ extensionProviders: [http] }), ...shared, ...simple],
      [get('unknown', '/httpbin1'), get('allow', '/httpbin3'), bytes('unknown')],
    )
  })
})
