import assert from 'node:assert/strict'
import {
  ask,
  authorization,
  decided,
  http,
  inNamespace,
  judge,
  layerOf,
  mesh,
  peers,
  plaintext,
  pod,
  shop,
  verdict,
  type Json,
} from './objects'

const frontend = 'cluster.local/ns/web/sa/frontend'
const selector = { matchLabels: { app: 'cart' } }
const admitting = (principal: string) => ({ rules: [{ from: [{ source: { principals: [principal] } }] }] })
const nothing = authorization('shop/default-deny', {})

describe('what is not known of the mesh', () => {
  const withoutMesh = shop.slice(1)
  const judged = (objects: readonly Json[], changes: Json = {}) =>
    judge(layerOf([...withoutMesh, ...objects]), ask(changes)).verdict

  it('leaves the caller’s trust domain unknown, but not a denial', () => {
    assert.equal(judged([]), 'unknown')
    assert.equal(judged([], plaintext), 'allow')
    assert.equal(judged([nothing]), 'deny')
  })
  it('makes a policy of any other namespace one that may be mesh-wide', () => {
    assert.equal(judged([authorization('admin/all', {})], plaintext), 'unknown')
    assert.equal(verdict([authorization('admin/all', {})], plaintext), 'allow')
  })
  it('makes a PeerAuthentication of any other namespace one that may be mesh-wide', () => {
    const strict = peers('admin/default', { mtls: { mode: 'STRICT' } })
    assert.equal(judged([strict], plaintext), 'unknown')
    assert.equal(judged([strict, peers('shop/default', { mtls: { mode: 'PERMISSIVE' } })], plaintext), 'allow')
  })
  it('makes the own namespace one that may be the root, whose selectors PeerAuthentication ignores', () => {
    const strict = peers('shop/cart', { selector, mtls: { mode: 'STRICT' } })
    assert.equal(judged([strict], plaintext), 'unknown')
    assert.equal(verdict([strict], plaintext), 'deny')
  })
  it('leaves open what a path is before policies, where that matters', () => {
    const to = (path: string) => authorization('shop/p', { rules: [{ to: [{ operation: { paths: [path] } }] }] })
    const at = (path: string) => ({ ...plaintext, ...http({ path }) })
    assert.equal(judged([to('/admin')], at('//admin')), 'unknown')
    assert.equal(judged([to('/admin')], at('/x/../admin')), 'unknown')
    assert.equal(judged([to('/admin')], at('/admin')), 'allow')
    assert.equal(judged([to('/admin')], at('//other')), 'deny')
  })
  it('leaves open whether `cluster.local` is meant to be the mesh’s own', () => {
    const world = (config: Json) =>
      layerOf([mesh(config), ...withoutMesh, authorization('shop/p', admitting(frontend))])
    const from = (trustDomain: string) => ask({ from: { trustDomain, namespace: 'web', serviceAccount: 'frontend' } })
    assert.equal(judge(world({ trustDomain: 'acme' }), from('acme')).verdict, 'allow')
    assert.equal(judge(world({ trustDomain: 'acme' }), from('cluster.local')).verdict, 'deny')
    assert.equal(
      judge(layerOf([...withoutMesh, authorization('shop/p', admitting(frontend))]), from('acme')).verdict,
      'unknown',
    )
  })
  it('lets a peer of a further root through the handshake', () => {
    const world = layerOf([mesh({ caCertificates: [{ trustDomains: ['partner'] }] }), ...withoutMesh])
    const from = (trustDomain: string) => ask({ from: { trustDomain, namespace: 'web', serviceAccount: 'frontend' } })
    assert.equal(judge(world, from('partner')).verdict, 'allow')
    assert.equal(judge(world, from('stranger')).verdict, 'deny')
  })
})

describe('an order nobody told', () => {
  const strict = (metadata: Json = {}) => peers('shop/a', { mtls: { mode: 'STRICT' } }, metadata)
  const open = (metadata: Json = {}) => peers('shop/b', { mtls: { mode: 'PERMISSIVE' } }, metadata)
  const at = (day: number) => ({ creationTimestamp: `2026-01-0${day}T00:00:00Z` })

  it('leaves open which of two PeerAuthentications is the older', () => {
    assert.equal(verdict([strict(), open()], plaintext), 'unknown')
    assert.equal(verdict([strict(at(1)), open(at(2))], plaintext), 'deny')
    assert.equal(verdict([strict(at(2)), open(at(1))], plaintext), 'allow')
    assert.equal(verdict([strict(at(1)), open()], plaintext), 'unknown')
  })
  it('matters not where both say the same, or where identity is shown anyway', () => {
    assert.equal(verdict([strict(), peers('shop/b', { mtls: { mode: 'STRICT' } })], plaintext), 'deny')
    assert.equal(verdict([strict(), open()]), 'allow')
  })
  it('is that of the names where the recordings are assumed', () => {
    assert.equal(verdict([strict(), open()], plaintext, { assume: 'recorded' }), 'deny')
  })
  it('leaves open which of two Services tells the protocol', () => {
    const other = inNamespace('Service', 'shop/raw', {
      selector: { app: 'cart' },
      ports: [{ name: 'tcp', port: 8080 }],
    })
    const get = authorization('shop/get', { rules: [{ to: [{ operation: { methods: ['GET'] } }] }] })
    assert.equal(verdict([other, get]), 'unknown')
    assert.equal(verdict([other]), 'allow')
    assert.equal(verdict([other, get], {}, { assume: 'recorded' }), 'allow')
  })
})

describe('policies whose effect is not written down', () => {
  const custom = (metadata: Json = {}) =>
    inNamespace(
      'AuthorizationPolicy',
      'shop/ext',
      { action: 'CUSTOM', provider: { name: 'oauth' }, rules: [{ to: [{ operation: { paths: ['/admin'] } }] }] },
      metadata,
    )

  const oauth = mesh({ extensionProviders: [{ name: 'oauth', envoyExtAuthzHttp: {} }] })
  const tracer = mesh({
    extensionProviders: [
      { name: 'oauth', zipkin: {} },
      { name: 'other', envoyExtAuthzGrpc: {} },
    ],
  })

  it('leave to an external authorizer what a CUSTOM policy matches', () => {
    assert.equal(verdict([oauth, custom()], http({ path: '/admin' })), 'unknown')
    assert.equal(verdict([oauth, custom()], http({ path: '/' })), 'allow')
  })
  it('are a denial where the mesh defines no such authorizer', () => {
    assert.equal(verdict([custom()], http({ path: '/admin' })), 'deny')
    assert.equal(verdict([tracer, custom()], http({ path: '/admin' })), 'deny')
    assert.equal(verdict([tracer, custom()], http({ path: '/' })), 'allow')
    const withoutMesh = layerOf([...shop.slice(1), custom()])
    assert.equal(judge(withoutMesh, ask({ ...plaintext, ...http({ path: '/admin' }) })).verdict, 'unknown')
  })
  it('are not known to be one where the mesh’s providers, or the policy’s, are not known', () => {
    const unreadable = mesh({ extensionProviders: [{ name: 1, envoyExtAuthzGrpc: {} }] })
    assert.equal(verdict([unreadable, custom()], http({ path: '/admin' })), 'unknown')
    const nameless = inNamespace('AuthorizationPolicy', 'shop/ext', { action: 'CUSTOM', rules: [{}] })
    assert.equal(verdict([nameless]), 'unknown')
  })
  it('cannot undo a denial', () => {
    assert.equal(verdict([custom(), nothing], http({ path: '/admin' })), 'deny')
  })
  it('may refuse in a dry run too', () => {
    assert.equal(
      verdict([custom({ annotations: { 'istio.io/dry-run': 'true' } })], http({ path: '/admin' })),
      'unknown',
    )
  })
  it('are nothing under AUDIT, in a dry run, and with targetRefs', () => {
    assert.equal(verdict([authorization('shop/a', { action: 'AUDIT', rules: [] })]), 'allow')
    assert.equal(verdict([authorization('shop/a', {}, { annotations: { 'istio.io/dry-run': 'T' } })]), 'allow')
    assert.equal(verdict([authorization('shop/a', {}, { annotations: { 'istio.io/dry-run': 'yes' } })]), 'deny')
    const targeted = { targetRefs: [{ kind: 'Service', name: 'cart' }] }
    assert.equal(verdict([inNamespace('AuthorizationPolicy', 'shop/a', targeted)]), 'allow')
  })
  it('stay unknown where they ask for the Pod’s address, a filter’s metadata, or a header the proxy rewrites', () => {
    const asking = (key: string) => authorization('shop/p', { rules: [{ when: [{ key, values: ['10.0.0.1'] }] }] })
    for (const key of ['destination.ip', 'experimental.envoy.filters.a[b]', 'request.headers[x-request-id]']) {
      assert.equal(verdict([asking(key)]), 'unknown', key)
    }
  })
  it('know the address of the Pod that is called, where one was seen with it', () => {
    const seen = (...ips: readonly string[]) => ({
      ...pod('shop/cart', { uid: 'a' }, { containers: [{ name: 'app' }, { name: 'istio-proxy' }] }),
      status: { podIP: ips[0], podIPs: ips.map(ip => ({ ip })) },
    })
    const asking = (block: string) =>
      authorization('shop/p', { rules: [{ when: [{ key: 'destination.ip', values: [block] }] }] })
    const judged = (cart: Json, block: string) =>
      judge(layerOf([...shop.filter(({ kind }) => kind !== 'Pod'), cart, asking(block)]), ask()).verdict
    assert.equal(judged(seen('10.1.2.3'), '10.1.0.0/16'), 'allow')
    assert.equal(judged(seen('10.1.2.3'), '10.2.0.0/16'), 'deny')
    assert.equal(judged(seen('10.1.2.3'), 'fd00::/8'), 'deny')
    assert.equal(judged(seen('10.1.2.3', 'fd00::1'), '10.1.0.0/16'), 'unknown')
    assert.equal(judged(seen(), '10.1.0.0/16'), 'unknown')
  })
  it('stay unknown where they ask for an address that the request does not give', () => {
    const block = authorization('shop/p', { rules: [{ from: [{ source: { ipBlocks: ['10.0.0.0/8'] } }] }] })
    const from = { plaintext: true, ip: '10.1.1.1' }
    assert.equal(decided([block], plaintext), 'unknown')
    assert.equal(verdict([block], { from }), 'allow')
    assert.equal(verdict([block], { from: { ...from, ip: '11.1.1.1' } }), 'deny')
  })
  it('know the server name that a caller’s own proxy sends to a Service, and no other', () => {
    const named = (name: string) =>
      authorization('shop/p', { rules: [{ when: [{ key: 'connection.sni', values: [name] }] }] })
    const own = named('outbound_.80_._.cart.shop.svc.cluster.local')
    const second = inNamespace('Service', 'shop/two', {
      selector: { app: 'cart' },
      ports: [{ name: 'http', port: 81, targetPort: 8080 }],
    })
    assert.equal(decided([own]), 'allow')
    assert.equal(verdict([own], plaintext), 'deny')
    assert.equal(verdict([own], { sni: 'other' }), 'deny')
    assert.equal(verdict([named('OTHER'), own], { sni: 'OTHER' }), 'deny')
    assert.equal(decided([own, second]), 'unknown')
    const to = { namespace: 'shop', workload: 'cart', port: 8080, viaService: 'cart', servicePort: 80 }
    assert.equal(decided([own, second], { to }), 'allow')
    assert.equal(decided([own], { to: { namespace: 'shop', workload: 'cart', port: 9090 } }), 'unknown')
  })
  it('stay unknown where they ask for a host that the request does not give', () => {
    const host = authorization('shop/p', { rules: [{ to: [{ operation: { hosts: ['cart'] } }] }] })
    assert.equal(decided([host], { http: { method: 'GET', path: '/' } }), 'unknown')
  })
})
