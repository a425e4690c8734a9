import assert from 'node:assert/strict'
import {
  ask,
  authorization,
  http,
  inNamespace,
  judge,
  layerOf,
  mesh,
  namespace,
  peers,
  plaintext,
  pod,
  readAll,
  service,
  shop,
  verdict,
  type Json,
} from './objects'

const frontend = 'cluster.local/ns/web/sa/frontend'
const selector = { matchLabels: { app: 'cart' } }
const admitting = (principal: string) => ({ rules: [{ from: [{ source: { principals: [principal] } }] }] })
const nothing = authorization('shop/default-deny', {})
const tcp = { http: undefined }

describe('deciding one request', () => {
  it('names what decided', () => {
    const because = (objects: readonly Json[], request: Json = ask()) =>
      judge(layerOf([...shop, ...objects]), request).because
    assert.deepEqual(because([]), ['no ALLOW policy applies to Pod shop/cart'])
    assert.deepEqual(
      because([authorization('shop/a', { rules: [{ when: [{ key: 'source.namespace', values: ['x'] }] }, {}] })]),
      ['AuthorizationPolicy shop/a rules[1]'],
    )
    assert.deepEqual(because([nothing]), ['AuthorizationPolicy shop/default-deny'])
    assert.deepEqual(because([nothing, authorization('shop/no', { action: 'DENY', rules: [{}] })]), [
      'AuthorizationPolicy shop/no rules[0]',
    ])
    assert.deepEqual(because([peers('shop/default', { mtls: { mode: 'STRICT' } })], ask(plaintext)), [
      'PeerAuthentication shop/default',
    ])
  })

  it('is unknown for a workload that is not among the objects', () => {
    assert.deepEqual(judge(layerOf(shop), ask({ to: { namespace: 'shop', workload: 'crat', port: 80 } })), {
      verdict: 'unknown',
      because: ['no workload shop/crat is among the objects'],
    })
  })

  it('is unknown for a workload that could not be read', () => {
    const { layer } = readAll([...shop.slice(0, 2), pod('shop/cart', {}, { hostNetwork: 'no' })])
    assert.equal(judge(layer, ask()).verdict, 'unknown')
  })

  it('finds a workload by the names of its Pods and of its controller', () => {
    const owned = { ownerReferences: [{ kind: 'StatefulSet', name: 'db', controller: true }] }
    const layer = layerOf([...shop, pod('shop/db-0', owned), nothing])
    for (const workload of ['db', 'db-0']) {
      assert.equal(judge(layer, ask({ to: { namespace: 'shop', workload, port: 8080 } })).verdict, 'deny')
    }
  })
})

describe('a workload without a proxy', () => {
  const bare = [mesh(), namespace('shop', {}), pod('shop/cart'), nothing]

  it('enforces nothing', () => {
    assert.deepEqual(judge(layerOf(bare), ask(plaintext)), {
      verdict: 'allow',
      because: ['namespace shop has no injection label'],
    })
  })
  it('is judged as if it had one where the recordings are assumed', () => {
    assert.equal(judge(layerOf(bare), ask(plaintext), { assume: 'recorded' }).verdict, 'deny')
  })
  it('is unknown where nobody can tell, unless it makes no difference', () => {
    const unlabelled = [mesh(), pod('shop/cart')]
    assert.equal(judge(layerOf([...unlabelled, nothing]), ask()).verdict, 'unknown')
    assert.equal(judge(layerOf(unlabelled), ask()).verdict, 'allow')
  })
})

describe('a port that goes round the proxy', () => {
  const excluding = (port: string) =>
    pod('shop/cart', { annotations: { 'traffic.sidecar.istio.io/excludeInboundPorts': port } })
  const world = (port: string) => layerOf([mesh(), namespace('shop'), excluding(port), nothing])

  it('is open, whatever policy says', () => {
    assert.equal(judge(world('8080'), ask(plaintext)).verdict, 'allow')
    assert.equal(judge(world('9090'), ask(plaintext)).verdict, 'deny')
    assert.equal(judge(world('any'), ask(plaintext)).verdict, 'unknown')
  })
  it('is each of the agent’s own', () => {
    for (const port of [15020, 15021, 15090]) {
      assert.equal(verdict([nothing], { ...plaintext, to: { namespace: 'shop', workload: 'cart', port } }), 'allow')
    }
  })
})

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

  it('leave to an external authorizer what a CUSTOM policy matches', () => {
    assert.equal(verdict([custom()], http({ path: '/admin' })), 'unknown')
    assert.equal(verdict([custom()], http({ path: '/' })), 'allow')
  })
  it('cannot undo a denial', () => {
    assert.equal(verdict([custom(), nothing], http({ path: '/admin' })), 'deny')
  })
  it('still ask the authorizer in a dry run', () => {
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
    for (const key of [
      'destination.ip',
      'experimental.envoy.filters.a[b]',
      'request.headers[x-request-id]',
      'connection.sni',
    ]) {
      assert.equal(verdict([asking(key)]), 'unknown', key)
    }
  })
  it('stay unknown where they ask for an address that the request does not give', () => {
    const block = authorization('shop/p', { rules: [{ from: [{ source: { ipBlocks: ['10.0.0.0/8'] } }] }] })
    const from = { plaintext: true, ip: '10.1.1.1' }
    assert.equal(verdict([block], plaintext), 'unknown')
    assert.equal(verdict([block], { from }), 'allow')
    assert.equal(verdict([block], { from: { ...from, ip: '11.1.1.1' } }), 'deny')
  })
  it('stay unknown where they ask for a host that the request does not give', () => {
    const host = authorization('shop/p', { rules: [{ to: [{ operation: { hosts: ['cart'] } }] }] })
    assert.equal(verdict([host], { http: { method: 'GET', path: '/' } }), 'unknown')
  })
})

describe('raw TCP', () => {
  it('gets nowhere on a port declared as HTTP', () => {
    assert.equal(verdict([], tcp), 'deny')
  })
  it('gets through to a port of no Service, which is sniffed', () => {
    assert.equal(verdict([], { ...tcp, to: { namespace: 'shop', workload: 'cart', port: 9090 } }), 'allow')
  })
  it('is denied by a DENY that asks for HTTP alone', () => {
    const noDelete = authorization('shop/p', {
      action: 'DENY',
      rules: [{ to: [{ operation: { methods: ['DELETE'] } }] }],
    })
    const sniffed = { to: { namespace: 'shop', workload: 'cart', port: 9090 } }
    assert.equal(verdict([noDelete], { ...sniffed, ...tcp }), 'deny')
    assert.equal(verdict([noDelete], sniffed), 'allow')
  })
})

describe('a Sidecar with ingress', () => {
  const ingress = (protocol: string, port = 8080) =>
    inNamespace('Sidecar', 'shop/default', { ingress: [{ port: { number: port, protocol } }] })
  const get = authorization('shop/get', { rules: [{ to: [{ operation: { methods: ['GET'] } }] }] })

  it('tells the protocol of its ports, whatever the Services say', () => {
    assert.equal(verdict([get]), 'allow')
    assert.equal(verdict([get, ingress('HTTP')]), 'allow')
    assert.equal(verdict([get, ingress('TCP')]), 'deny')
  })
  it('leaves its other ports sniffed', () => {
    assert.equal(verdict([ingress('TCP', 9090)], tcp), 'allow')
  })
})

describe('tokens', () => {
  const issuer = 'https://issuer'
  const authentication = (id: string, rule: Json = {}, spec: Json = {}) =>
    inNamespace('RequestAuthentication', id, { jwtRules: [{ issuer, ...rule }], ...spec })
  const signedIn = authorization('shop/p', { rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }] })
  const token = (jwt: Json, more: Json = {}) => ({ jwt: { iss: issuer, sub: 'me', ...jwt }, ...more })

  it('are nothing where no RequestAuthentication applies', () => {
    assert.equal(verdict([], { jwt: { invalid: true } }), 'allow')
    assert.equal(verdict([signedIn], token({})), 'deny')
    assert.equal(verdict([signedIn, authentication('pay/jwt')], token({})), 'deny')
  })
  it('are refused where they are bad, of another issuer, or for another audience', () => {
    const world = [authentication('shop/jwt', { audiences: ['https://shop/'] })]
    assert.equal(verdict(world, { jwt: { invalid: true } }), 'deny')
    assert.equal(verdict(world, token({ iss: 'other' })), 'deny')
    assert.equal(verdict(world, token({ aud: ['pay'] })), 'deny')
    assert.equal(verdict(world, token({})), 'deny')
    assert.equal(verdict(world, token({ aud: ['pay', 'shop'] })), 'allow')
    assert.equal(verdict(world, token({ aud: 'https://shop' })), 'allow')
    assert.equal(verdict(world), 'allow')
  })
  it('pass if any rule takes them', () => {
    const world = [signedIn, authentication('shop/a', { issuer: 'other' }), authentication('istio-system/b')]
    assert.equal(verdict(world, token({})), 'allow')
    assert.equal(verdict(world, token({ iss: 'third' })), 'deny')
  })
  it('are not looked at in a CORS preflight', () => {
    const preflight = http({
      method: 'OPTIONS',
      headers: { Origin: 'https://a', 'Access-Control-Request-Method': 'PUT' },
    })
    assert.equal(verdict([authentication('shop/jwt')], { jwt: { invalid: true }, ...preflight }), 'allow')
    assert.equal(
      verdict([authentication('shop/jwt')], { jwt: { invalid: true }, ...http({ method: 'OPTIONS' }) }),
      'deny',
    )
  })
  it('are unknown where a rule looks for them elsewhere, or could not be read', () => {
    assert.equal(verdict([authentication('shop/jwt', { fromParams: ['token'] })], token({})), 'unknown')
    const { layer } = readAll([...shop, authentication('shop/jwt', { audiences: 'shop' })])
    assert.equal(judge(layer, ask(token({}))).verdict, 'unknown')
    assert.equal(judge(layer, ask()).verdict, 'allow')
  })
  it('mean nothing on a TCP chain', () => {
    const port = { to: { namespace: 'shop', workload: 'cart', port: 9090 }, ...tcp }
    assert.equal(verdict([authentication('shop/jwt')], { jwt: { invalid: true }, ...port }), 'allow')
  })
  it('have claims that a rule may split on spaces', () => {
    const claim = authorization('shop/p', {
      rules: [{ when: [{ key: 'request.auth.claims[groups]', values: ['dev'] }] }],
    })
    const dev = token({ claims: { groups: 'ops dev' } })
    assert.equal(verdict([claim, authentication('shop/jwt')], dev), 'deny')
    assert.equal(verdict([claim, authentication('shop/jwt', { spaceDelimitedClaims: ['groups'] })], dev), 'allow')
  })
})

describe('namespaces as patterns', () => {
  const from = (namespaces: readonly string[]) => [
    authorization('shop/p', { rules: [{ from: [{ source: { namespaces } }] }] }),
  ]

  it('take every namespace by a star that runs on into `/sa/`', () => {
    assert.equal(verdict(from(['w*b'])), 'allow')
    assert.equal(verdict(from(['w*a'])), 'allow')
    assert.equal(verdict(from(['x*a'])), 'deny')
    assert.equal(verdict(from(['we'])), 'deny')
  })
  it('hold dots for dots', () => {
    assert.equal(verdict(from(['w.b'])), 'deny')
  })
})

describe('several versions of one workload', () => {
  it('are unknown together where they differ, and known where they agree', () => {
    const owned = (account: string, name: string) =>
      pod(
        `shop/${name}`,
        {
          labels: { app: 'db', version: account },
          ownerReferences: [{ kind: 'StatefulSet', name: 'db', controller: true }],
        },
        { serviceAccountName: account },
      )
    const policy = authorization('shop/p', { selector: { matchLabels: { version: 'b' } } })
    const layer = (more: readonly Json[]) => layerOf([...shop, owned('a', 'db-0'), owned('b', 'db-1'), ...more])
    const request = ask({ to: { namespace: 'shop', workload: 'db', port: 8080 } })
    assert.equal(judge(layer([]), request).verdict, 'allow')
    assert.equal(judge(layer([policy]), request).verdict, 'unknown')
    assert.equal(judge(layer([nothing]), request).verdict, 'deny')
  })
})

describe('a Service that selects Pods', () => {
  it('does so in its own namespace only', () => {
    const foreign = inNamespace('Service', 'pay/cart', {
      selector: { app: 'cart' },
      ports: [{ name: 'tcp', port: 8080 }],
    })
    const get = authorization('shop/get', { rules: [{ to: [{ operation: { methods: ['GET'] } }] }] })
    assert.equal(verdict([foreign, get, service('pay/x')]), 'allow')
  })
})
