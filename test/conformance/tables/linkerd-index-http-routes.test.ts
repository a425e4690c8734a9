import { account, each, holdsBehindLinkerd, pod, unmeshed } from './linkerd'
import { cluster, domain, elsewhere, namespaces, subject, within } from './linkerd-index'
import { authorization, grpcRoute, httpRoute, server } from './linkerd-objects'

const foo = account('ns-0/foo', domain)
const other = account('ns-0/other', domain)
const pods = { app: 'app-0' }

/** linkerd2 `policy-controller/k8s/index/src/inbound/tests/{http_routes,grpc_routes}.rs`. */
describe('table: routes in the index', () => {
  describe('route_attaches_to_server', () => {
    const to = { to: 'ns-0/pod-0', port: 8080, http: 'GET /foo/bar', ip: within }
    const objects = [
      cluster(),
      ...namespaces,
      subject,
      server('ns-0/srv-8080', { pods, port: 8080, protocol: 'HTTP/1' }),
      httpRoute('ns-0/route-foo', 'srv-8080', ['GET /foo/bar*']),
    ]
    holdsBehindLinkerd(objects, [
      ...each('deny', [foo, unmeshed], to),
      ...each('404', [foo, unmeshed], { ...to, http: 'POST /foo/bar' }),
      ...each('404', [foo, unmeshed], { ...to, http: 'GET /foo' }),
    ])
    describe('and its policy to it', () => {
      // Upstream spells the kind `HttpRoute` here.
      const policy = authorization('ns-0/authz-foo', 'HTTPRoute/route-foo', 'ServiceAccount/ns-0/foo')
      holdsBehindLinkerd(
        [...objects, policy.replace('"HTTPRoute"', '"HttpRoute"')],
        [...each('allow', [foo], to), ...each('deny', [other, unmeshed], to)],
      )
    })
  })

  describe('routes_created_for_probes', () => {
    const installed = cluster('cluster-unauthenticated', ['10.0.0.0/24'])
    const probed = pod('ns-0/pod-0', {}, { labels: pods, probe: ['/ready-container-1', 5432] })
    const ruled = server('ns-0/srv-5432', { pods, port: 5432, protocol: 'HTTP/1' })
    const to = { to: 'ns-0/pod-0', port: 5432, http: 'GET /ready-container-1', ip: '10.0.0.9' }
    const fromProbes = each('allow', [unmeshed], to)
    const others = [
      ...each('deny', [unmeshed], { ...to, http: 'GET /' }),
      ...each('deny', [unmeshed], { ...to, http: 'POST /ready-container-1' }),
      ...each('deny', [unmeshed], { ...to, ip: elsewhere }),
    ]
    holdsBehindLinkerd([installed, ...namespaces, probed], [...fromProbes, ...others])
    holdsBehindLinkerd([installed, ...namespaces, probed, ruled], [...fromProbes, ...others])
    holdsBehindLinkerd(
      [installed, ...namespaces, probed, ruled, httpRoute('ns-0/route-foo', 'srv-5432', ['GET /foo/bar*'])],
      each('404', [unmeshed], to),
    )
  })

  describe('server_with_default_route, for gRPC', () => {
    const ruled = server('ns-0/srv-8080', { pods, port: 8080, protocol: 'gRPC' })
    const policy = authorization('ns-0/authz-foo', 'Server/srv-8080', 'ServiceAccount/ns-0/foo')
    const base = [cluster(), ...namespaces, subject, ruled]
    const to = { to: 'ns-0/pod-0', port: 8080, http: 'POST /pkg.Svc/Do', ip: within }
    holdsBehindLinkerd(base, each('deny', [foo, unmeshed], to))
    holdsBehindLinkerd([...base, policy], [...each('allow', [foo], to), ...each('deny', [other, unmeshed], to)])
    holdsBehindLinkerd(
      [...base, policy, grpcRoute('ns-0/route-foo', 'srv-8080', ['pkg.Svc/Other'])],
      each('404', [foo, unmeshed], to),
    )
  })
})
