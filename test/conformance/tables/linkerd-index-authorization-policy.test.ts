import { account, each, holdsBehindLinkerd, unmeshed } from './linkerd'
import { cluster, domain, elsewhere, namespaces, subject, within } from './linkerd-index'
import { authorization, httpRoute, identities, networks, server } from './linkerd-objects'

const base = [cluster(), ...namespaces, subject]
const ruled = server('ns-0/srv-8080', { pods: { app: 'app-0' }, port: 8080, protocol: 'HTTP/1' })
const net = networks('ns-0/net-foo', '10.0.0.0/8')
const bar = identities('ns-1/mtls-bar', `foo.bar.serviceaccount.identity.linkerd.${domain}`)
const refs = ['NetworkAuthentication/net-foo', 'MeshTLSAuthentication/ns-1/mtls-bar']

const to = { to: 'ns-0/pod-0', port: 8080, http: 'GET /foo' }
const inside = { ...to, ip: '10.1.1.1' }
const foo = account('ns-0/foo', domain)
const fooBar = account('bar/foo', domain)

/** linkerd2 `policy-controller/k8s/index/src/inbound/tests/authorization_policy.rs`. */
describe('table: AuthorizationPolicies in the index', () => {
  describe('a default, while there is no Server', () => {
    holdsBehindLinkerd(base, [
      ...each('allow', [unmeshed, foo], { ...to, ip: within }),
      ...each('deny', [unmeshed, foo], { ...to, ip: elsewhere }),
    ])
  })

  describe('a Server that nothing is said of', () => {
    holdsBehindLinkerd([...base, ruled], each('deny', [unmeshed, foo], { ...to, ip: within }))
  })

  for (const [title, target] of [
    ['links_authorization_policy_with_mtls_name', 'Server/srv-8080'],
    ['authorization_targets_namespace', 'Namespace/ns-0'],
  ] as const) {
    describe(title, () => {
      holdsBehindLinkerd(
        [...base, ruled, authorization('ns-0/authz-foo', target, ...refs), net, bar],
        [
          ...each('allow', [fooBar], inside),
          ...each('deny', [fooBar], { ...to, ip: within }),
          ...each('deny', [foo, unmeshed], inside),
        ],
      )
    })
  }

  describe('links_authorization_policy_with_service_account', () => {
    const policy = authorization('ns-0/authz-foo', 'Server/srv-8080', refs[0] ?? '', 'ServiceAccount/ns-0/foo')
    holdsBehindLinkerd(
      [...base, ruled, policy, net],
      [
        ...each('allow', [foo], inside),
        ...each('deny', [foo], { ...to, ip: within }),
        ...each('deny', [fooBar, unmeshed], inside),
      ],
    )
  })

  describe('authorization_policy_prevents_index_deletion: a policy for a route', () => {
    const policy = authorization('ns-0/authz-foo', 'HTTPRoute/route-foo', refs[0] ?? '', 'ServiceAccount/ns-0/foo')
    const route = httpRoute('ns-0/route-foo', 'srv-8080', ['/foo*'])
    holdsBehindLinkerd(
      [...base, ruled, policy, route, net],
      [
        ...each('allow', [foo], inside),
        ...each('allow', [foo], { ...inside, http: 'GET /foo/bar' }),
        ...each('404', [foo], { ...inside, http: 'GET /foobar' }),
        ...each('deny', [fooBar, unmeshed], inside),
        ...each('deny', [foo], { ...to, ip: within }),
      ],
    )
  })
})
