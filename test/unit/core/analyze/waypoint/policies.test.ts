import assert from 'node:assert/strict'
import { ambient, ambientJudge, ambientVerdict, from, targeted, to, viaCart, waypoint } from '../ambient-objects'
import { authorization, http, inNamespace, mesh, namespace, service, type Json } from '../objects'

const behind = [namespace('shop', { ...ambient, 'istio.io/use-waypoint': 'waypoint' }), waypoint('shop/waypoint')]
const at = (objects: readonly Json[], changes: Json = {}) =>
  ambientVerdict([...behind, ...objects], { ...viaCart, ...changes })

describe('which policies a waypoint enforces', () => {
  it('are those that name the Service that is called, from beside it', () => {
    assert.equal(at([targeted('shop/p', 'Service cart')]), 'deny')
    assert.equal(at([targeted('shop/p', 'Service other')]), 'allow')
    assert.equal(at([targeted('pay/p', 'Service cart')]), 'allow')
    assert.equal(at([targeted('istio-system/p', 'Service cart')]), 'allow')
  })
  it('are those that name the Gateway, from beside it', () => {
    assert.equal(at([targeted('shop/p', 'Gateway waypoint')]), 'deny')
    assert.equal(at([targeted('shop/p', 'Gateway other')]), 'allow')
    assert.equal(at([targeted('pay/p', 'Gateway waypoint')]), 'allow')
  })
  it('are those that name the class of all waypoints, from the root namespace', () => {
    assert.equal(at([targeted('istio-system/p', 'GatewayClass istio-waypoint')]), 'deny')
    assert.equal(at([targeted('istio-system/p', 'GatewayClass other')]), 'allow')
    assert.equal(at([targeted('shop/p', 'GatewayClass istio-waypoint')]), 'allow')
    const rootless = mesh({ rootNamespace: undefined })
    assert.equal(at([rootless, targeted('shop/p', 'GatewayClass istio-waypoint')]), 'unknown')
  })
  it('lie with the Service where the waypoint lies elsewhere', () => {
    const shared = [
      namespace('edge', {}),
      waypoint('edge/shared', {}, { allowedRoutes: { namespaces: { from: 'All' } } }),
      service(
        'shop/cart',
        {},
        { labels: { 'istio.io/use-waypoint': 'shared', 'istio.io/use-waypoint-namespace': 'edge' } },
      ),
    ]
    assert.equal(at([...shared, targeted('shop/p', 'Service cart')]), 'deny')
    assert.equal(at([...shared, targeted('edge/p', 'Service cart')]), 'allow')
    assert.equal(at([...shared, targeted('edge/p', 'Gateway shared')]), 'deny')
    assert.equal(at([...shared, targeted('shop/p', 'Gateway shared')]), 'allow')
  })
  it('have targetRefs: selectors, and whole namespaces, are for the Pods', () => {
    const waypoints = authorization('shop/pods', {
      rules: [{ from: [{ source: { serviceAccounts: ['waypoint'] } }] }],
    })
    assert.equal(at([waypoints]), 'allow')
  })
  it('are unknown where what they name cannot be read, if they lie where it may be this', () => {
    const unread = (id: string) => inNamespace('AuthorizationPolicy', id, { targetRefs: [{ kind: 1, name: 'cart' }] })
    assert.equal(at([unread('shop/p')]), 'unknown')
    assert.equal(at([unread('istio-system/p')]), 'unknown')
    assert.equal(at([unread('pay/p')]), 'allow')
  })
  it('leave to an external authorizer what they leave to it at a sidecar', () => {
    const rules = [{ to: [{ operation: { paths: ['/admin'] } }] }]
    const custom = targeted('shop/p', 'Service cart', { action: 'CUSTOM', rules })
    assert.equal(at([custom], http({ path: '/admin' })), 'unknown')
    assert.equal(at([custom]), 'allow')
    assert.equal(at([targeted('shop/p', 'Service cart', { action: 'AUDIT', rules })]), 'allow')
  })
})

describe('what a waypoint sees', () => {
  const rule = (id: string, given: Json, target = 'Service cart') => targeted(id, target, { rules: [given] })
  const operation = (fields: Json) => rule('shop/p', { to: [{ operation: fields }] })

  it('is the Service’s port', () => {
    assert.equal(at([operation({ ports: ['80'] })]), 'allow')
    assert.equal(at([operation({ ports: ['8080'] })]), 'deny')
  })
  it('is the Pod’s port in a call to a Pod, of which only the Gateway’s policies know', () => {
    const all = waypoint('shop/waypoint', { 'istio.io/waypoint-for': 'all' })
    const toPod = (policy: Json, changes: Json = {}) => at([all, policy], { ...to({}), ...changes })
    const get = (ports: readonly string[], target: string) =>
      rule('shop/p', { to: [{ operation: { ports, methods: ['GET'] } }] }, target)
    assert.equal(toPod(get(['8080'], 'Gateway waypoint')), 'allow')
    assert.equal(toPod(get(['80'], 'Gateway waypoint')), 'deny')
    assert.equal(toPod(get(['80'], 'Service cart')), 'allow')
    assert.equal(toPod(get(['8080'], 'Gateway waypoint'), { http: undefined }), 'deny')
    assert.equal(toPod(rule('shop/p', {}, 'Gateway waypoint'), { http: undefined }), 'allow')
  })
  it('is the request, as the Service’s port declares it', () => {
    const tcp = service('shop/cart', { name: 'tcp' })
    const sniffed = service('shop/cart', { name: 'x' })
    assert.equal(at([operation({ methods: ['GET'] })]), 'allow')
    assert.equal(at([operation({ methods: ['POST'] })]), 'deny')
    assert.equal(at([operation({ methods: ['GET'] }), tcp]), 'deny')
    assert.equal(at([operation({ methods: ['GET'] }), sniffed]), 'allow')
    assert.equal(at([operation({ methods: ['GET'] }), sniffed], { http: undefined }), 'deny')
    assert.deepEqual(ambientJudge(behind, { ...viaCart, http: undefined }), {
      verdict: 'deny',
      because: ['port 80 of Gateway shop/waypoint speaks HTTP only'],
    })
  })
  it('is the caller, whose trust domain may be an alias, which then the Pods’ ztunnel never sees', () => {
    const aliased = mesh({ trustDomainAliases: ['old'] })
    const principal = rule('shop/p', { from: [{ source: { principals: ['cluster.local/ns/web/sa/frontend'] } }] })
    const recorded = (changes: Json) =>
      ambientVerdict([...behind, aliased, principal], { ...viaCart, ...changes }, { assume: 'recorded' })
    assert.equal(recorded(from('web/frontend')), 'allow')
    assert.equal(recorded(from('web/frontend', { trustDomain: 'old' })), 'allow')
    assert.equal(recorded(from('web/other', { trustDomain: 'old' })), 'deny')
    assert.equal(recorded(from('web/frontend', { trustDomain: 'foreign' })), 'deny')
  })
  it('is a token, where a RequestAuthentication names the Service', () => {
    const spec = { jwtRules: [{ issuer: 'https://idp.example', jwks: '{"keys":[]}' }] }
    const reads = (id: string, target: string) => targeted(id, target, spec, 'RequestAuthentication')
    const signedIn = rule('shop/p', { from: [{ source: { requestPrincipals: ['*'] } }] })
    const jwt = { jwt: { iss: 'https://idp.example', sub: 'alice' } }
    assert.equal(at([reads('shop/r', 'Service cart'), signedIn], jwt), 'allow')
    assert.equal(at([reads('shop/r', 'Service cart'), signedIn]), 'deny')
    assert.equal(at([reads('shop/r', 'Service other'), signedIn], jwt), 'deny')
    assert.equal(at([reads('shop/r', 'Service cart')], { jwt: { iss: 'https://other.example' } }), 'deny')
    assert.equal(at([reads('pay/r', 'Service cart')], { jwt: { iss: 'https://other.example' } }), 'allow')
  })
  it('is no server name, since the tunnel’s own is not the connection’s, unless its bytes may be TLS', () => {
    const named = rule('shop/p', { when: [{ key: 'connection.sni', values: ['*'] }] })
    assert.equal(at([named]), 'deny')
    // To sets, a connection whose server name is not told has none.
    assert.equal(ambientJudge([...behind, named, service('shop/cart', { name: 'tls' })], viaCart).verdict, 'unknown')
  })
})

describe('a waypoint of a mesh that is not known', () => {
  const unknownMesh = mesh({ trustDomain: undefined })

  it('still refuses, but nobody knows as whom it calls on', () => {
    const waypointAlone = [...behind, unknownMesh]
    assert.equal(
      ambientVerdict([...waypointAlone, targeted('shop/p', 'Service cart'), authorization('shop/none', {})], viaCart),
      'deny',
    )
    assert.equal(ambientVerdict([...waypointAlone], viaCart), 'unknown')
  })
})
