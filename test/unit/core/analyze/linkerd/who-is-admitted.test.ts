import assert from 'node:assert/strict'
import { inNamespace, pod, type Json } from '../objects'
import { frontend, group, httpRoute, identity, linkerdVerdict, nobody, path, policy, server } from './objects'

const closed = server('shop/cart')
const tls = (name: string, more: Json = {}): Json => ({ group, kind: 'MeshTLSAuthentication', name, ...more })
const net = (name: string, more: Json = {}): Json => ({ group, kind: 'NetworkAuthentication', name, ...more })
const everyone = (id: string) => inNamespace('MeshTLSAuthentication', id, { identities: ['*'] })
const near = (id: string) => inNamespace('NetworkAuthentication', id, { networks: [{ cidr: '10.0.0.0/8' }] })
const far = (id: string) => inNamespace('NetworkAuthentication', id, { networks: [{ cidr: '192.0.2.0/24' }] })

describe('an AuthorizationPolicy of Linkerd', () => {
  const inWorld = [everyone('shop/m'), everyone('shop/m2'), near('shop/n'), near('shop/n2'), far('shop/far')]
  const none = inNamespace('MeshTLSAuthentication', 'shop/none', { identities: [] })
  const nowhere = inNamespace('NetworkAuthentication', 'shop/nowhere', { networks: [] })
  const other = { kind: 'ServiceAccount', name: 'other', namespace: 'web' }

  // `policy-controller/k8s/index/src/inbound/index.rs` policy_client_authz, `network_authentication.rs`, `meshtls_authentication.rs`
  const table: readonly (readonly [why: string, refs: readonly Json[], found: string])[] = [
    ['asks for nothing', [], 'allow'],
    ['asks for an account', [frontend], 'allow'],
    ['asks for another account', [other], 'deny'],
    ['asks for an account beside it', [{ kind: 'ServiceAccount', name: 'frontend' }], 'deny'],
    ['asks for an identity', [tls('m')], 'allow'],
    ['asks for an address', [net('n')], 'allow'],
    ['asks for an address that the caller has not', [net('far')], 'deny'],
    ['asks for both', [tls('m'), net('n')], 'allow'],
    ['asks for both, of which the caller has one', [tls('m'), net('far')], 'deny'],
    ['asks for both, of which the caller has the other', [net('n'), other], 'deny'],
    ['asks for two addresses, which voids it', [net('n'), net('n2')], 'deny'],
    ['asks for two identities, which voids it', [tls('m'), tls('m2')], 'deny'],
    ['asks for an identity and an account, which voids it', [frontend, tls('m')], 'deny'],
    ['asks for two accounts, which voids it', [frontend, frontend], 'deny'],
    ['asks for too many of one and one of the other', [net('n'), tls('m'), tls('m2')], 'deny'],
    ['asks for too many of the other', [net('n'), net('n2'), tls('m')], 'deny'],
    ['asks for an authentication that has no identities', [tls('none')], 'deny'],
    ['asks for an authentication that has no networks', [net('nowhere')], 'deny'],
    ['asks for what is not there, too', [tls('m'), net('missing')], 'deny'],
    ['asks for what lies elsewhere without saying so', [tls('away')], 'deny'],
    ['asks for what lies elsewhere', [tls('away', { namespace: 'web' })], 'allow'],
    ['asks for a network that lies elsewhere without saying so', [net('away')], 'deny'],
    ['asks for a network that lies elsewhere', [net('away', { namespace: 'web' })], 'allow'],
    ['asks for what is not where it says', [tls('m', { namespace: 'web' })], 'deny'],
  ]
  for (const [why, refs, found] of table)
    it(`${found === 'allow' ? 'admits' : 'does not admit'} a caller where it ${why}`, () => {
      const world = [closed, ...inWorld, none, nowhere, everyone('web/away'), near('web/away')]
      assert.equal(linkerdVerdict([...world, policy('shop/p', refs)]), found)
    })

  it('is for the Server, the route or the namespace it names, and for nothing that shares the name', () => {
    // `index.rs` client_authzs, route_client_authzs
    const route = httpRoute('shop/cart', [path('/api')])
    const rest = httpRoute('shop/rest', [path('/')])
    const under = (target: Json, asked: string | undefined, id = 'shop/p') =>
      linkerdVerdict([closed, route, rest, policy(id, [frontend], target)], {
        http: asked === undefined ? undefined : { method: 'GET', path: asked, host: 'cart' },
      })
    const all = (target: Json, id?: string) => ['/api', '/x', undefined].map(asked => under(target, asked, id))
    assert.deepEqual(all({}), ['allow', 'allow', 'allow'])
    assert.deepEqual(all({ kind: 'HTTPRoute' }), ['allow', 'deny', 'deny'])
    assert.deepEqual(all({ kind: 'HTTPRoute', name: 'CART' }), ['allow', 'deny', 'deny'])
    assert.deepEqual(all({ kind: 'HTTPRoute', group: 'gateway.networking.k8s.io' }), ['deny', 'deny', 'deny'])
    assert.deepEqual(all({ kind: 'GRPCRoute', group: 'gateway.networking.k8s.io' }), ['deny', 'deny', 'deny'])
    assert.deepEqual(all({ kind: 'Namespace', group: 'core', name: 'shop' }), ['allow', 'allow', 'allow'])
    assert.deepEqual(all({ kind: 'Namespace', group: 'core', name: 'web' }), ['allow', 'allow', 'allow'])
    assert.deepEqual(all({ name: 'other' }), ['deny', 'deny', 'deny'])
    assert.deepEqual(all({ kind: 'ServiceAccount', group: 'core' }), ['deny', 'deny', 'deny'])
    for (const target of [{}, { kind: 'HTTPRoute' }, { kind: 'Namespace', group: 'core', name: 'shop' }])
      assert.deepEqual(all(target, 'web/p'), ['deny', 'deny', 'deny'])
  })
})

describe('a MeshTLSAuthentication', () => {
  const by = (spec: Json, from: Json = identity()) =>
    linkerdVerdict(
      [closed, inNamespace('MeshTLSAuthentication', 'web/m', spec), policy('shop/p', [tls('m', { namespace: 'web' })])],
      { from },
    )
  const account = (name: string, namespace?: string): Json => ({
    kind: 'ServiceAccount',
    name,
    ...(namespace && { namespace }),
  })

  // `meshtls_authentication.rs` try_from_resource
  const table: readonly (readonly [why: string, spec: Json, found: string])[] = [
    ['names an account beside it', { identityRefs: [account('frontend')] }, 'allow'],
    ['names an account elsewhere', { identityRefs: [account('frontend', 'shop')] }, 'deny'],
    ['names the account where it is', { identityRefs: [account('frontend', 'web')] }, 'allow'],
    ['names another account', { identityRefs: [account('other')] }, 'deny'],
    ['names one of several', { identityRefs: [account('other'), account('frontend')] }, 'allow'],
    ['names the namespace', { identityRefs: [{ kind: 'Namespace', name: 'web' }] }, 'allow'],
    ['names another namespace', { identityRefs: [{ kind: 'Namespace', name: 'shop' }] }, 'deny'],
    ['names what is no identity, too', { identities: ['*'], identityRefs: [{ kind: 'Pod', name: 'x' }] }, 'deny'],
    ['names texts and references', { identities: ['x'], identityRefs: [account('frontend')] }, 'allow'],
  ]
  for (const [why, spec, found] of table)
    it(`${found === 'allow' ? 'means' : 'does not mean'} a caller where it ${why}`, () => {
      assert.equal(by(spec), found)
      assert.equal(by(spec, { plaintext: true, ip: '10.1.0.7' }), 'deny')
    })

  it('means by references those of the mesh’s own trust domain alone', () => {
    const stranger = identity({ trustDomain: 'other' })
    for (const ref of [account('frontend'), { kind: 'Namespace', name: 'web' }])
      assert.equal(by({ identityRefs: [ref] }, stranger), 'deny')
    assert.equal(by({ identities: ['*'] }, stranger), 'unknown')
  })
})

describe('a NetworkAuthentication', () => {
  // proxy `linkerd/proxy/server-policy/src/authz/network.rs` contains
  const table: readonly (readonly [networks: readonly Json[], taken: readonly string[], not: readonly string[]])[] = [
    [[{ cidr: '10.1.0.0/16' }], ['10.1.0.0', '10.1.255.255'], ['10.2.0.0', '10.0.255.255', '::1:2', 'fd00::1']],
    [[{ cidr: '10.1.0.7' }], ['10.1.0.7'], ['10.1.0.8']],
    [[{ cidr: '10.1.0.7/24' }], ['10.1.0.1', '10.1.0.255'], ['10.1.1.0']],
    [[{ cidr: '0.0.0.0/0' }], ['10.1.0.7', '192.0.2.1'], ['fd00::1']],
    [[{ cidr: 'fd00::/8' }], ['fd00::1', 'fdff::1'], ['fe00::1', '10.1.0.7']],
    [[{ cidr: 'fd00::1' }], ['fd00::1'], ['fd00::2']],
    [[{ cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }], ['10.2.0.1'], ['10.1.0.7']],
    [[{ cidr: '10.0.0.0/8', except: ['10.1.0.7', '10.1.0.9'] }], ['10.1.0.8'], ['10.1.0.7', '10.1.0.9']],
    [[{ cidr: '10.1.0.0/16' }, { cidr: '192.0.2.0/24' }], ['10.1.0.7', '192.0.2.1'], ['192.0.3.1']],
    [[{ cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }, { cidr: '10.1.0.7' }], ['10.1.0.7'], ['10.1.0.8']],
  ]
  for (const [networks, taken, not] of table)
    it(`is of ${taken.join(' and ')}, and not of ${not.join(' or ')}: ${JSON.stringify(networks)}`, () => {
      const world = [closed, policy('shop/p', [net('n')]), inNamespace('NetworkAuthentication', 'shop/n', { networks })]
      assert.deepEqual(
        [...taken, ...not].filter(ip => linkerdVerdict(world, { from: identity({ ip }) }) === 'allow'),
        taken,
      )
    })
})

describe('a ServerAuthorization', () => {
  const cart = server('shop/cart', {}, { labels: { tier: 'web', app: 'cart' } })
  const all = { unauthenticated: true }
  const by = (spec: Json, changes: Json = {}, id = 'shop/s') =>
    linkerdVerdict(
      [cart, inNamespace('ServerAuthorization', id, { server: { name: 'cart' }, client: all, ...spec })],
      changes,
    )
  const labels = (matchLabels: Json): Json => ({ server: { selector: { matchLabels } } })
  const expression = (operator: string, key: string, values?: readonly string[]): Json => ({
    server: { selector: { matchExpressions: [{ key, operator, ...(values && { values }) }] } },
  })

  // `policy-controller/k8s/api/src/labels.rs` Selector::matches, Expression::matches; `server_authorization.rs`
  const servers: readonly (readonly [spec: Json, found: string])[] = [
    [{}, 'allow'],
    [{ server: { name: 'other' } }, 'deny'],
    [{ server: { selector: {} } }, 'allow'],
    [labels({ tier: 'web' }), 'allow'],
    [labels({ tier: 'web', app: 'cart' }), 'allow'],
    [labels({ tier: 'web', app: 'other' }), 'deny'],
    [labels({ more: '' }), 'deny'],
    [expression('In', 'tier', ['db', 'web']), 'allow'],
    [expression('In', 'tier', ['db']), 'deny'],
    [expression('In', 'more', ['web']), 'deny'],
    [expression('In', 'tier'), 'deny'],
    [expression('NotIn', 'tier', ['db']), 'allow'],
    [expression('NotIn', 'tier', ['db', 'web']), 'deny'],
    [expression('NotIn', 'more', ['web']), 'allow'],
    [expression('NotIn', 'more'), 'deny'],
    [expression('Exists', 'tier'), 'allow'],
    [expression('Exists', 'tier', []), 'deny'],
    [expression('Exists', 'more'), 'deny'],
    [expression('DoesNotExist', 'more'), 'allow'],
    [expression('DoesNotExist', 'more', []), 'deny'],
    [expression('DoesNotExist', 'tier'), 'deny'],
    [
      {
        server: {
          selector: { matchLabels: { tier: 'web' }, matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] },
        },
      },
      'deny',
    ],
    [
      { server: { selector: { matchLabels: { tier: 'db' }, matchExpressions: [{ key: 'app', operator: 'Exists' }] } } },
      'deny',
    ],
  ]
  for (const [spec, found] of servers)
    it(`${found === 'allow' ? 'is' : 'is not'} for the Server: ${JSON.stringify(spec)}`, () => {
      assert.equal(by(spec), found)
      assert.equal(by(spec, {}, 'web/s'), 'deny')
    })

  const mesh = (meshTLS: Json): Json => ({ client: { meshTLS } })
  const plain = nobody
  const distant: Json = { from: identity({ ip: '192.0.2.1' }) }
  const stranger: Json = { from: identity({ serviceAccount: 'other' }) }
  const name = 'frontend.web.serviceaccount.identity.linkerd.cluster.local'
  // `policy-controller/grpc/src/inbound.rs` to_authz, `server_authorization.rs` client_authz, client_mtls_authn
  const clients: readonly (readonly [
    spec: Json,
    found: readonly [own: string, plain: string, distant: string, other: string],
  ])[] = [
    [{ client: all }, ['allow', 'allow', 'deny', 'allow']],
    [{ client: { ...all, networks: [{ cidr: '192.0.2.0/24' }] } }, ['deny', 'deny', 'allow', 'deny']],
    [{ client: { ...all, networks: [{ cidr: '0.0.0.0/0' }, { cidr: '::/0' }] } }, ['allow', 'allow', 'allow', 'allow']],
    [{ client: {} }, ['deny', 'deny', 'deny', 'deny']],
    [{ client: { unauthenticated: false } }, ['deny', 'deny', 'deny', 'deny']],
    [mesh({}), ['deny', 'deny', 'deny', 'deny']],
    [mesh({ identities: [] }), ['deny', 'deny', 'deny', 'deny']],
    [mesh({ unauthenticatedTLS: false }), ['deny', 'deny', 'deny', 'deny']],
    [mesh({ unauthenticatedTLS: true }), ['allow', 'deny', 'deny', 'allow']],
    [mesh({ identities: ['*'] }), ['allow', 'deny', 'deny', 'allow']],
    [mesh({ identities: [name] }), ['allow', 'deny', 'deny', 'deny']],
    [mesh({ serviceAccounts: [{ name: 'frontend', namespace: 'web' }] }), ['allow', 'deny', 'deny', 'deny']],
    [mesh({ serviceAccounts: [{ name: 'frontend' }] }), ['deny', 'deny', 'deny', 'deny']],
    [mesh({ serviceAccounts: [{ name: 'x' }], identities: ['y', name] }), ['allow', 'deny', 'deny', 'deny']],
  ]
  for (const [spec, found] of clients)
    it(`admits ${JSON.stringify(spec)}`, () => {
      assert.deepEqual(
        [{}, plain, distant, stranger].map(changes => by(spec, changes)),
        found,
      )
    })
})

describe('a default policy, be it a Server’s own or a port’s', () => {
  // `policy-controller/k8s/index/src/defaults.rs` default_authzs
  const table: readonly (readonly [name: string, own: string, plain: string, distant: string])[] = [
    ['all-unauthenticated', 'allow', 'allow', 'allow'],
    ['all-authenticated', 'allow', 'deny', 'allow'],
    ['cluster-unauthenticated', 'allow', 'allow', 'deny'],
    ['cluster-authenticated', 'allow', 'deny', 'deny'],
    ['audit', 'allow', 'allow', 'allow'],
    ['deny', 'deny', 'deny', 'deny'],
  ]
  const key = 'config.linkerd.io/default-inbound-policy'
  const asked: readonly Json[] = [{}, nobody, { from: identity({ ip: '192.0.2.1' }) }]
  for (const [name, ...found] of table)
    it(name, () => {
      const worlds = [
        [server('shop/cart', { accessPolicy: name })],
        [pod('shop/cart', { annotations: { [key]: name } })],
      ]
      for (const world of worlds)
        assert.deepEqual(
          asked.map(changes => linkerdVerdict(world, changes)),
          found,
        )
    })

  it('asks for an identity at a port that is listed, where it lets callers in without one', () => {
    const required = 'config.linkerd.io/proxy-require-identity-inbound-ports'
    const under = (name: string) =>
      asked.map(changes =>
        linkerdVerdict([pod('shop/cart', { annotations: { [key]: name, [required]: '8080' } })], changes),
      )
    assert.deepEqual(under('all-unauthenticated'), ['allow', 'deny', 'allow'])
    assert.deepEqual(under('cluster-unauthenticated'), ['allow', 'deny', 'deny'])
    assert.deepEqual(under('all-authenticated'), ['allow', 'deny', 'allow'])
    assert.deepEqual(under('cluster-authenticated'), ['allow', 'deny', 'deny'])
    assert.deepEqual(under('audit'), ['allow', 'allow', 'allow'])
    assert.deepEqual(under('deny'), ['deny', 'deny', 'deny'])
  })
})
