import assert from 'node:assert/strict'
import { inNamespace, object, pod, type Json } from '../objects'
import {
  at,
  frontend,
  group,
  grpcRoute,
  httpRoute,
  identity,
  linkerdConfig,
  linkerdJudge,
  linkerdVerdict,
  nobody,
  path,
  policy,
  server,
} from './objects'

const cart = server('shop/cart')
const meshTls = { group, kind: 'MeshTLSAuthentication', name: 'm' }
const network = { group, kind: 'NetworkAuthentication', name: 'n' }
const without = (setting: string) => linkerdConfig({ [setting]: undefined })

describe('what is not known of Linkerd', () => {
  it('leaves open which of two Servers is the older, where they differ', () => {
    const other = (metadata: Json = {}) => server('shop/all', { accessPolicy: 'all-unauthenticated' }, metadata)
    assert.equal(linkerdVerdict([cart, other()]), 'unknown')
    assert.equal(linkerdVerdict([server('shop/cart', {}, at(1)), other(at(2))]), 'deny')
    assert.equal(linkerdVerdict([server('shop/cart', {}, at(2)), other(at(1))]), 'allow')
    assert.equal(linkerdVerdict([server('shop/cart', {}, at(1)), other(at(1))]), 'allow')
    assert.equal(linkerdVerdict([cart, server('shop/other')]), 'deny')
  })
  it('is ordered by name where verdicts were recorded', () => {
    const objects = [cart, server('shop/all', { accessPolicy: 'all-unauthenticated' })]
    assert.equal(linkerdJudge(objects, {}, { assume: 'recorded' }).verdict, 'allow')
  })
  it('makes a Server that cannot be read one for anything beside it', () => {
    const odd = server('shop/odd', { proxyProtocol: 'http' })
    assert.equal(linkerdVerdict([odd]), 'unknown')
    assert.equal(linkerdVerdict([odd, server('web/other', {})]), 'unknown')
    assert.equal(linkerdVerdict([server('web/odd', { proxyProtocol: 'http' })]), 'deny')
  })
  it('makes a policy that cannot be read one that may admit anybody', () => {
    assert.equal(linkerdVerdict([cart, policy('shop/p', undefined as never)]), 'unknown')
    assert.equal(linkerdVerdict([cart, policy('web/p', undefined as never)]), 'deny')
  })
  it('makes a policy without a namespace one that may lie beside the Server', () => {
    const stray = object('LinkerdAuthorizationPolicy', { name: 'p' }, { spec: policy('a/b', []).spec })
    assert.equal(linkerdVerdict([cart, stray]), 'unknown')
  })
  it('tells an authentication that is missing from one that cannot be read', () => {
    assert.equal(linkerdVerdict([cart, policy('shop/p', [meshTls])]), 'deny')
    assert.equal(
      linkerdVerdict([
        cart,
        policy('shop/p', [meshTls]),
        inNamespace('MeshTLSAuthentication', 'shop/m', { identities: 1 }),
      ]),
      'unknown',
    )
    const odd = inNamespace('NetworkAuthentication', 'shop/n', { networks: [{ cidr: '10.0.0.0/33' }] })
    assert.equal(linkerdVerdict([cart, policy('shop/p', [network])]), 'deny')
    assert.equal(linkerdVerdict([cart, policy('shop/p', [network]), odd]), 'unknown')
  })
  it('leaves the caller’s trust domain open, but not a denial', () => {
    const config = linkerdConfig({ identityTrustDomain: undefined, clusterDomain: undefined })
    assert.equal(linkerdVerdict([config, cart, policy('shop/p', [frontend])]), 'unknown')
    assert.equal(linkerdVerdict([config, cart, policy('shop/p', [{ ...frontend, name: 'other' }])]), 'deny')
    const any = inNamespace('MeshTLSAuthentication', 'shop/m', { identities: ['*'] })
    assert.equal(linkerdVerdict([config, cart, policy('shop/p', [meshTls]), any]), 'unknown')
  })
  it('leaves the cluster’s networks open, where they are asked for', () => {
    const authorization = inNamespace('ServerAuthorization', 'shop/s', {
      server: { name: 'cart' },
      client: { unauthenticated: true },
    })
    assert.equal(linkerdVerdict([cart, authorization]), 'allow')
    assert.equal(linkerdVerdict([without('clusterNetworks'), cart, authorization]), 'unknown')
    assert.equal(linkerdVerdict([without('clusterNetworks'), cart]), 'deny')
  })
  it('leaves open who may probe', () => {
    const containers = [{ name: 'app', livenessProbe: { httpGet: { path: '/', port: 8080 } } }]
    const probing = pod('shop/cart', {}, { containers })
    const kubelet = { from: { plaintext: true, ip: '10.9.0.1' } }
    assert.equal(linkerdVerdict([probing], kubelet), 'allow')
    assert.equal(linkerdVerdict([without('policyController'), probing], kubelet), 'unknown')
  })
  it('leaves open where a caller comes from who gives no address, or none that is one', () => {
    const near = inNamespace('NetworkAuthentication', 'shop/n', { networks: [{ cidr: '10.0.0.0/8' }] })
    const objects = [cart, policy('shop/p', [network]), near]
    assert.equal(linkerdVerdict(objects, nobody), 'allow')
    // To sets, such a caller has none.
    assert.equal(linkerdJudge(objects, { from: { plaintext: true } }).verdict, 'unknown')
    assert.equal(linkerdJudge(objects, { from: { plaintext: true, ip: 'here' } }).verdict, 'unknown')
    assert.equal(linkerdVerdict([cart, policy('shop/p', [])], { from: { plaintext: true } }), 'allow')
  })
  it('leaves open what a route that cannot be read would match', () => {
    const odd = httpRoute('shop/odd', [path('/api', 'Regex')])
    assert.equal(linkerdVerdict([cart, policy('shop/p', [frontend]), odd]), 'unknown')
    assert.equal(linkerdVerdict([cart, odd]), 'deny')
    assert.equal(linkerdVerdict([cart, policy('shop/p', [frontend]), odd], { http: undefined }), 'allow')
  })
  it('leaves open whether HTTPRoutes are accepted beside a GRPCRoute that cannot be read', () => {
    const objects = [server('shop/cart', { accessPolicy: 'all-unauthenticated' }), httpRoute('shop/r', [path('/api')])]
    const odd = grpcRoute('shop/g', [{ headers: 'odd' }])
    assert.equal(linkerdVerdict(objects), 'deny')
    assert.equal(linkerdVerdict([...objects, odd]), 'unknown')
  })
  it('leaves open what a host is that nobody gave', () => {
    const hosted = httpRoute('shop/r', [], { hostnames: ['cart'], rules: [{}] })
    const objects = [server('shop/cart', { accessPolicy: 'all-unauthenticated' }), hosted]
    assert.equal(linkerdVerdict(objects), 'allow')
    assert.equal(linkerdVerdict(objects, { http: { method: 'GET', path: '/', host: 'CART' } }), 'deny')
    assert.equal(linkerdVerdict(objects, { http: { method: 'GET', path: '/' } }), 'unknown')
  })
  it('leaves open whether a `host` header is seen, but not what else a route asks', () => {
    // proxy `linkerd/http/route/src/http/match/header.rs`; HTTP/2 carries the host in `:authority`
    const open = server('shop/cart', { accessPolicy: 'all-unauthenticated' })
    const asks = (more: Json = {}) => httpRoute('shop/r', [{ headers: [{ name: 'Host', value: 'cart' }], ...more }])
    assert.equal(linkerdVerdict([open, asks()]), 'unknown')
    assert.equal(linkerdVerdict([open, asks({ method: 'PUT' })]), 'deny')
    assert.equal(linkerdVerdict([open, asks(path('/x'))]), 'deny')
  })
  it('is no matter of a caller without an address where every address is meant', () => {
    const whole = [{ cidr: '0.0.0.0/0' }, { cidr: '::/0' }]
    const from = (...networks: readonly Json[]) =>
      linkerdJudge([cart, policy('shop/p', [network]), inNamespace('NetworkAuthentication', 'shop/n', { networks })], {
        from: { plaintext: true },
      }).verdict
    assert.equal(from(...whole), 'allow')
    assert.equal(from({ cidr: '0.0.0.0/0' }), 'unknown')
    assert.equal(from({ cidr: '::/0' }), 'unknown')
    assert.equal(from({ cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] }, { cidr: '::/0' }), 'unknown')
  })
  it('leaves open what a name means where the control plane’s namespace is not known, but not what is never one', () => {
    const two = [linkerdConfig(), linkerdConfig({}, 'linkerd-two/linkerd-config')]
    const by = (text: string) =>
      linkerdVerdict([
        ...two,
        cart,
        policy('shop/p', [meshTls]),
        inNamespace('MeshTLSAuthentication', 'shop/m', { identities: [text] }),
      ])
    assert.equal(by('*'), 'allow')
    assert.equal(by('frontend.web.serviceaccount.identity.linkerd.cluster.local'), 'unknown')
    assert.equal(by('spiffe://cluster.local/ns/web/sa/frontend'), 'deny')
  })
  it('is no matter of a port that goes round the proxy or does not, where the proxy lets the call in, too', () => {
    const skipping = pod('shop/cart', { annotations: { 'config.linkerd.io/skip-inbound-ports': 'mysql' } })
    assert.equal(linkerdVerdict([skipping, cart]), 'unknown')
    assert.equal(linkerdVerdict([skipping, cart, policy('shop/p', [frontend])]), 'allow')
  })
  it('leaves open what tap asks of the port that is tap’s', () => {
    // proxy `linkerd/app/src/tap.rs`: permitted_client_ids
    const to = { namespace: 'shop', workload: 'cart', port: 4190 }
    const by = (serviceAccount: string) => linkerdJudge([], { to, from: identity({ serviceAccount }) }).verdict
    assert.deepEqual([by('tap'), by('frontend')], ['unknown', 'deny'])
    assert.equal(linkerdJudge([], { to, from: { plaintext: true } }).verdict, 'deny')
  })
  it('makes of what cannot be read anything of its kind beside it, by whatever name', () => {
    const odd = (id: string) => inNamespace('MeshTLSAuthentication', id, { identities: 1 })
    const away = policy('shop/p', [{ ...meshTls, namespace: 'web' }])
    assert.equal(linkerdVerdict([cart, policy('shop/p', [meshTls]), odd('shop/other')]), 'unknown')
    assert.equal(linkerdVerdict([cart, policy('shop/p', [meshTls]), odd('web/other')]), 'deny')
    assert.equal(linkerdVerdict([cart, away, odd('web/other')]), 'unknown')
    assert.equal(linkerdVerdict([cart, away, odd('shop/other')]), 'deny')
    const net = (id: string) => inNamespace('NetworkAuthentication', id, { networks: 1 })
    assert.equal(linkerdVerdict([cart, policy('shop/p', [network]), net('shop/other')]), 'unknown')
    assert.equal(linkerdVerdict([cart, policy('shop/p', [network]), net('web/other')]), 'deny')
    const route = httpRoute('shop/odd', [path('/', 'Regex')])
    const forRoute = (name: string) => policy('shop/p', [frontend], { kind: 'HTTPRoute', name })
    assert.equal(linkerdVerdict([cart, route, forRoute('other')]), 'unknown')
    assert.equal(linkerdVerdict([cart, httpRoute('shop/odd', [path('/')]), forRoute('other')]), 'deny')
    const stray = (kind: 'MeshTLSAuthentication' | 'NetworkAuthentication', spec: Json) =>
      object(kind, { name: 'x' }, { spec })
    assert.equal(
      linkerdVerdict([cart, policy('shop/p', [meshTls]), stray('MeshTLSAuthentication', { identities: ['*'] })]),
      'unknown',
    )
    assert.equal(
      linkerdVerdict([
        cart,
        policy('shop/p', [network]),
        stray('NetworkAuthentication', { networks: [{ cidr: '10.0.0.0/8' }] }),
      ]),
      'unknown',
    )
  })
})
