import { account, each, holdsBehindLinkerd, linkerd, meshed, pod, unmeshed } from './linkerd'
import {
  authorization,
  grpcRoute,
  httpRoute,
  identities,
  networks,
  server,
  serverAuthorization,
} from './linkerd-objects'

const base = [linkerd(), meshed('ns'), pod('ns/web', { port: 8080 })]
const foo = account('ns/foo')
const test = account('testns/testsa')

/** linkerd2-proxy `linkerd/app/inbound/src/policy/http/tests.rs` and `…/policy/tcp/tests.rs`. */
describe("table: the proxy's own tests of policies", () => {
  const to = { to: 'ns/web', port: 8080, ip: '192.168.3.3' }
  const net = networks('ns/net', '192.168.3.3/32')

  describe('http_route', () => {
    const ruled = [...base, server('ns/web', { port: 8080, protocol: 'HTTP/1' }), net]
    const get = httpRoute('ns/get', 'web', ['GET'])
    const policy = authorization('ns/test', 'HTTPRoute/get', 'NetworkAuthentication/net')
    holdsBehindLinkerd(
      [...ruled, get, httpRoute('ns/post', 'web', ['POST']), policy],
      [
        ...each('allow', [foo], { ...to, http: 'GET /' }),
        ...each('deny', [foo], { ...to, http: 'POST /' }),
        ...each('404', [foo], { ...to, http: 'DELETE /' }),
      ],
    )
    const others = networks('ns/other', '172.2.2.2/32')
    const changed = [
      get,
      authorization('ns/other', 'HTTPRoute/get', 'NetworkAuthentication/other'),
      others,
      httpRoute('ns/delete', 'web', ['DELETE']),
      authorization('ns/test', 'HTTPRoute/delete', 'NetworkAuthentication/net'),
    ]
    holdsBehindLinkerd(
      [...ruled, ...changed],
      [
        ...each('deny', [foo], { ...to, http: 'GET /' }),
        ...each('404', [foo], { ...to, http: 'POST /' }),
        ...each('allow', [foo], { ...to, http: 'DELETE /' }),
      ],
    )
  })

  describe('grpc_route', () => {
    const ruled = [...base, server('ns/web', { port: 8080, protocol: 'gRPC' }), net]
    const routes = [grpcRoute('ns/baz', 'web', ['foo.bar.bah/baz']), grpcRoute('ns/qux', 'web', ['foo.bar.bah/qux'])]
    holdsBehindLinkerd(
      [...ruled, ...routes, authorization('ns/test', 'GRPCRoute/baz', 'NetworkAuthentication/net')],
      [
        ...each('allow', [foo], { ...to, http: 'POST /foo.bar.bah/baz' }),
        ...each('deny', [foo], { ...to, http: 'POST /foo.bar.bah/qux' }),
        ...each('404', [foo], { ...to, http: 'POST /boo.bar.bah/bah' }),
      ],
    )
  })

  const opaque = server('ns/web', { port: 8080, protocol: 'opaque' })
  const tcp = { to: 'ns/web', port: 8080, ip: '192.0.2.3' }
  const clients = { networks: [{ cidr: '192.0.2.0/24' }] }
  const granted = (client: object) => serverAuthorization('ns/test', { name: 'web' }, { ...clients, ...client })

  describe('unauthenticated_allowed', () => {
    holdsBehindLinkerd(
      [...base, opaque, granted({ unauthenticated: true })],
      [...each('allow', [unmeshed], tcp), ...each('deny', [unmeshed], { ...tcp, ip: '198.51.100.3' })],
    )
  })

  describe('authenticated_identity', () => {
    const name = 'testsa.testns.serviceaccount.identity.linkerd.cluster.local'
    holdsBehindLinkerd(
      [...base, opaque, granted({ meshTLS: { identities: [name] } })],
      [...each('allow', [test], tcp), ...each('deny', [account('testns/othersa'), unmeshed], tcp)],
    )
  })

  describe('authenticated_suffix', () => {
    // Whether the anchors verify another domain is not said, and here makes no difference.
    holdsBehindLinkerd(
      [...base, opaque, granted({ meshTLS: { identities: ['*.cluster.local'] } })],
      [
        ...each('allow', [test], tcp),
        ...each('deny', [account('testns/testsa', 'cluster.example.com'), unmeshed], tcp),
      ],
    )
  })

  describe('tls_unauthenticated', () => {
    // A caller in TLS without an identity, whom this is for, cannot be asked for; callers in plaintext are not let in.
    holdsBehindLinkerd(
      [...base, opaque, granted({ meshTLS: { unauthenticatedTLS: true } })],
      [...each('allow', [test], tcp), ...each('deny', [unmeshed], tcp)],
    )
  })

  describe('suffixes are of whole labels', () => {
    const policy = authorization('ns/test', 'Server/web', 'MeshTLSAuthentication/test')
    holdsBehindLinkerd(
      [...base, opaque, policy, identities('ns/test', '*.testns.serviceaccount.identity.linkerd.cluster.local')],
      [...each('allow', [test], tcp), ...each('deny', [account('atestns/testsa'), unmeshed], tcp)],
    )
  })
})
