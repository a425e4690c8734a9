import { account, each, holdsBehindLinkerd, linkerd, meshed, pod, unmeshed } from './linkerd'
import { accounts, authorization, dated, grpcRoute, httpRoute, server, serverAuthorization } from './linkerd-objects'

const base = [linkerd(), meshed('ns'), pod('ns/web', { http: 8080 }, { probe: ['/healthz', 8080] })]
const foo = account('ns/foo')
const to = { to: 'ns/web', port: 8080, http: 'GET /', ip: '10.1.0.1' }

/*
 * Where Linkerd's pages (linkerd/website `linkerd.io/content/2-edge`) and its source say different things: the pages' words are the titles, the verdicts are the
 * source's.
 */
describe("table: where Linkerd's pages and its source disagree", () => {
  // `reference/authorization-policy.md` Server; linkerd2 `policy-controller/runtime/src/admission.rs` looks at `accessPolicy` alone, `…/inbound/index.rs` reindex_servers takes the oldest.
  describe('"an admission controller that prevents overlapping Servers from being created"', () => {
    const strict = server('ns/strict', { pods: { app: 'web' }, port: 8080, made: 1 })
    const open = (made: number) =>
      server('ns/open', { pods: { app: 'web' }, port: 'http', accessPolicy: 'all-unauthenticated', made })
    holdsBehindLinkerd([...base, strict, open(0)], each('allow', [foo, unmeshed], to))
    holdsBehindLinkerd([...base, strict, open(2)], each('deny', [foo, unmeshed], to))
    holdsBehindLinkerd([...base, strict, open(1)], each('allow', [foo, unmeshed], to))
  })

  // `reference/authorization-policy.md` Server Spec; linkerd2 `…/inbound/index.rs` select_ports takes any number.
  describe('"only ports in a pod spec\'s `ports` are considered"', () => {
    const undeclared = { ...to, port: 9999 }
    holdsBehindLinkerd(base, each('allow', [foo, unmeshed], undeclared))
    holdsBehindLinkerd(
      [...base, server('ns/strict', { pods: { app: 'web' }, port: 9999 })],
      each('deny', [foo, unmeshed], undeclared),
    )
  })

  // `reference/authorization-policy.md` targetRef; linkerd2 `…/inbound/index.rs` client_authzs and default_inbound_server.
  describe('a Namespace as target "applies to all traffic to all Servers and HTTPRoutes defined in the namespace"', () => {
    const policy = authorization('ns/all', 'Namespace/ns', 'ServiceAccount/foo')
    const denying = [linkerd({ proxy: { defaultInboundPolicy: 'deny' } }), meshed('ns'), pod('ns/web', { http: 8080 })]
    const ruled = server('ns/web', { port: 8080 })
    const route = httpRoute('ns/route', 'web', ['GET /route'])
    holdsBehindLinkerd([...denying, policy], each('deny', [foo], to))
    holdsBehindLinkerd([...denying, policy, ruled], each('allow', [foo], to))
    holdsBehindLinkerd(
      [...denying, policy, ruled, route],
      [...each('allow', [foo], { ...to, http: 'GET /route' }), ...each('404', [foo], to)],
    )
    // A Server of another name is ruled as well: the policy names none.
    holdsBehindLinkerd(
      [...denying, policy, server('ns/other', { pods: { app: 'web' }, port: 8080 })],
      each('allow', [foo], to),
    )
  })

  // `features/server-policy.md` Default authorizations; linkerd2 `…/inbound/index.rs` default_inbound_http_routes is of HTTPRoutes, and `…/status/src/index.rs` parent_has_conflicting_routes.
  describe('"if any HTTPRoute or GRPCRoute matches the Server, these automatic authorizations are not created"', () => {
    const probe = { ...to, http: 'GET /healthz' }
    const ruled = server('ns/web', { port: 8080, protocol: 'HTTP/1' })
    const http = httpRoute('ns/http', 'web', ['GET /route'])
    const grpc = grpcRoute('ns/grpc', 'web', ['a.B/C'])
    holdsBehindLinkerd([...base, ruled], each('allow', [unmeshed], probe))
    holdsBehindLinkerd([...base, ruled, http], each('404', [unmeshed], probe))
    holdsBehindLinkerd([...base, ruled, grpc], each('allow', [unmeshed], probe))
    holdsBehindLinkerd([...base, ruled, grpc, http], each('allow', [unmeshed], probe))
    // On a gRPC Server there never was one.
    holdsBehindLinkerd([...base, server('ns/web', { port: 8080, protocol: 'gRPC' })], each('404', [unmeshed], probe))
  })

  // `tasks/restricting-access.md` Setting a Default Policy; linkerd2 `…/inbound/index.rs` http_routes.
  describe('"if you create a Server […] you will need to explicitly create an authorization to allow those probe requests"', () => {
    const denying = linkerd({ proxy: { defaultInboundPolicy: 'deny' } })
    const objects = [denying, meshed('ns'), pod('ns/web', { http: 8080 }, { probe: ['/healthz', 8080] })]
    holdsBehindLinkerd(
      [...objects, server('ns/web', { port: 8080 })],
      each('allow', [unmeshed], { ...to, http: 'GET /healthz' }),
    )
  })

  // `reference/authorization-policy.md` MeshTLSAuthentication Spec; linkerd2 `policy-controller/k8s/api/src/policy/meshtls_authentication.rs`.
  describe('`identityRefs`: "a list of targetRefs to ServiceAccounts"', () => {
    const policy = authorization('ns/all', 'Server/web', 'MeshTLSAuthentication/all')
    holdsBehindLinkerd(
      [...base, server('ns/web', { port: 8080 }), policy, accounts('ns/all', 'Namespace/other')],
      [...each('allow', [account('other/anybody')], to), ...each('deny', [foo, unmeshed], to)],
    )
  })

  // `reference/authorization-policy.md`: all examples; `v1beta3` is the one that is stored (linkerd2 `charts/linkerd-crds/templates/policy/server.yaml`).
  describe('examples are of `v1beta1`, and are read all the same', () => {
    const policy = authorization('ns/web', 'Server/web', 'ServiceAccount/foo')
    for (const version of ['v1alpha1', 'v1beta1', 'v1beta2', 'v1beta3']) {
      holdsBehindLinkerd(
        [...base, server('ns/web', { port: 8080, version }), policy],
        [...each('allow', [foo], to), ...each('deny', [unmeshed], to)],
      )
    }
  })

  // `reference/authorization-policy.md` client; linkerd2 `policy-controller/grpc/src/inbound.rs` to_authz.
  describe('networks unset: "typically, all IPs or the cluster\'s pod network"', () => {
    const all = serverAuthorization('ns/all', { name: 'web' }, { unauthenticated: true })
    const everywhere = '198.51.100.1'
    holdsBehindLinkerd(
      [...base, server('ns/web', { port: 8080 }), all],
      [
        ...each('allow', [foo, unmeshed], to),
        ...each('allow', [foo, unmeshed], { ...to, ip: '192.168.9.9' }),
        ...each('deny', [foo, unmeshed], { ...to, ip: everywhere }),
      ],
    )
  })

  // `reference/authorization-policy.md` Default policies; linkerd2 `policy-controller/k8s/index/src/defaults.rs`: the addresses of `clusterNetworks`, private ones unless they are narrowed.
  describe('`cluster-authenticated`: "traffic from meshed clients in the same cluster"', () => {
    const objects = [
      linkerd({ proxy: { defaultInboundPolicy: 'cluster-unauthenticated' } }),
      meshed('ns'),
      pod('ns/web', { http: 8080 }),
    ]
    holdsBehindLinkerd(objects, [
      // Some other machine of the same private network.
      ...each('allow', [unmeshed], { ...to, ip: '192.168.77.1' }),
      ...each('deny', [unmeshed], { ...to, ip: '203.0.113.1' }),
    ])
  })

  // `reference/authorization-policy.md` HTTPRoute refers to "the Gateway API rules of precedence"; proxy `linkerd/http/route/src/http/match.rs` compares lengths.
  describe('"one will be picked according to the Gateway API rules of precedence": Exact before Prefix', () => {
    const prefix = (made: number) => dated(made, httpRoute('ns/prefix', 'web', ['/foo*']))
    const exact = (made: number) => dated(made, httpRoute('ns/exact', 'web', ['/foo']))
    const ruled = [...base, server('ns/web', { port: 8080 }), authorization('ns/exact', 'HTTPRoute/exact')]
    holdsBehindLinkerd([...ruled, exact(1), prefix(0)], each('deny', [foo], { ...to, http: 'GET /foo' }))
    holdsBehindLinkerd([...ruled, exact(0), prefix(1)], each('allow', [foo], { ...to, http: 'GET /foo' }))
  })
})
