import { account, each, holdsBehindLinkerd, linkerd, meshed, pod, unmeshed } from './linkerd'
import { authorization, grpcRoute, httpRoute, httpRouteOf, server } from './linkerd-objects'

const base = [linkerd(), meshed('ns'), pod('ns/web', { http: 8080 })]
const http1 = server('ns/web', { port: 'http', protocol: 'HTTP/1' })
const foo = account('ns/foo')
const to = { to: 'ns/web', port: 8080, http: 'GET /foo' }
const other = { ...to, http: 'GET /other' }
const parent = (name: string, more: object = {}) => ({ group: 'policy.linkerd.io', kind: 'Server', name, ...more })
const rules = [{ matches: [{ path: { type: 'Exact', value: '/foo' } }] }]
const everybody = authorization('ns/one', 'HTTPRoute/one')

/**
 * linkerd2 `policy-test/tests/inbound_http_route_status.rs` and `policy-controller/k8s/status/src/tests/{conflict,routes/http,routes/grpc}.rs`: whether a route is
 * accepted, which shows in what a Server then lets in. A route that is not accepted leaves the Server without one, and so without 404.
 */
describe('table: which routes a Server accepts', () => {
  const accepted = [...each('allow', [foo, unmeshed], to), ...each('404', [foo], other)]
  const none = each('deny', [foo, unmeshed], to)

  describe('inbound_accepted_parent, route_accepted_after_server_create', () => {
    holdsBehindLinkerd([...base, http1, httpRoute('ns/one', 'web', ['/foo']), everybody], accepted)
  })

  describe('inbound_multiple_parents: one of them is not there', () => {
    const parentRefs = [parent('web', { namespace: 'ns' }), parent('test-invalid-server', { namespace: 'ns' })]
    holdsBehindLinkerd([...base, http1, httpRouteOf('ns/one', '', { parentRefs, rules }), everybody], accepted)
  })

  describe('inbound_no_parent_ref_patch', () => {
    holdsBehindLinkerd([...base, http1, httpRouteOf('ns/one', '', { parentRefs: [], rules }), everybody], none)
  })

  describe('inbound_accepted_reconcile_no_parent, inbound_accepted_reconcile_parent_delete', () => {
    const routes = [httpRoute('ns/one', 'nowhere', ['/foo']), everybody]
    holdsBehindLinkerd([...base, http1, ...routes], none)
    // Without its Server the port has the default back.
    holdsBehindLinkerd([...base, ...routes], each('allow', [foo, unmeshed], other))
  })

  describe('http_route_conflict_grpc', () => {
    const one = httpRoute('ns/one', 'web', ['/foo'])
    const grpc = grpcRoute('ns/grpc', 'web', ['a.B/C'])
    holdsBehindLinkerd([...base, http1, one, everybody, grpc], none)
    // The GRPCRoute is another Server's: no conflict.
    holdsBehindLinkerd([...base, http1, one, everybody, grpcRoute('ns/grpc', 'other', ['a.B/C'])], accepted)
  })

  describe('http_route_no_conflict: TLSRoutes and TCPRoutes take nothing away', () => {
    const strange = ['TLSRoute', 'TCPRoute'].map(kind =>
      JSON.stringify({
        apiVersion: 'gateway.networking.k8s.io/v1alpha2',
        kind,
        metadata: { name: 'strange', namespace: 'ns' },
        spec: { parentRefs: [parent('web')], rules: [{}] },
      }),
    )
    holdsBehindLinkerd([...base, http1, httpRoute('ns/one', 'web', ['/foo']), everybody, ...strange], accepted)
  })

  describe('grpc_route_no_conflict: HTTPRoutes take nothing away from GRPCRoutes', () => {
    const ruled = server('ns/web', { port: 'http', protocol: 'gRPC' })
    const objects = [ruled, grpcRoute('ns/one', 'web', ['a.B/C']), httpRoute('ns/http', 'web', ['/foo'])]
    holdsBehindLinkerd(
      [...base, ...objects, authorization('ns/one', 'GRPCRoute/one')],
      [
        ...each('allow', [foo, unmeshed], { ...to, http: 'POST /a.B/C' }),
        ...each('404', [foo], { ...to, http: 'POST /a.B/D' }),
      ],
    )
  })
})
