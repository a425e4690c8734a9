import assert from 'node:assert/strict'
import { decide } from '../../../../../core/analyze/decide'
import { reach } from '../../../../../core/analyze/reach'
import { pointOf } from '../../../../../core/analyze/regions/point'
import { parseRequest } from '../../../../../core/analyze/request'
import { portAsked, wayTaken } from '../../../../support/way'
import { ambient, from, targeted, to, viaCart, waypoint } from '../ambient-objects'
import {
  ask,
  authorization,
  http,
  mesh,
  namespace,
  peers,
  plaintext,
  pod,
  readAll,
  service,
  type Json,
} from '../objects'

const hbone = mesh({ defaultConfig: { proxyMetadata: { ISTIO_META_ENABLE_HBONE: 'true' } } })
const labelled = { metadata: { labels: { 'istio.io/use-waypoint': 'waypoint' } } }
const behind = { ...service('shop/cart'), metadata: { namespace: 'shop', name: 'cart', ...labelled.metadata } }
const known: readonly Json[] = [
  namespace('web', ambient),
  pod('web/frontend'),
  namespace('side', { 'istio-injection': 'enabled' }),
  pod('side/caller'),
  behind,
  pod('shop/cart'),
  waypoint('shop/waypoint'),
]
/** Service `cart` behind a waypoint, its Pods behind sidecars. */
const injected: readonly Json[] = [hbone, namespace('shop'), ...known]
const bare: readonly Json[] = [hbone, namespace('shop', {}), ...known]

/** What both hands say: `decide`, and the sets. */
function verdict(objects: readonly Json[], changes: Json = viaCart): string {
  const { layer, problems } = readAll(objects)
  assert.deepEqual(problems, [])
  const { request } = parseRequest(ask(changes), 'request')
  assert.ok(request)
  const { verdict: decided } = decide(layer, request)
  const all = reach(layer)
  const { must, may } = wayTaken(portAsked(all, request), layer, request)
  const point = pointOf({ request, path: request.http?.path ?? '', questions: all.questions })
  assert.equal(must.contains(point) ? 'allow' : may.contains(point) ? 'unknown' : 'deny', decided)
  return decided
}

const nobody = targeted('shop/nobody', 'Service cart')
const only = (principal: string, operation?: Json): Json =>
  authorization('shop/guard', {
    selector: { matchLabels: { app: 'cart' } },
    rules: [{ from: [{ source: { principals: [principal] } }], ...(operation && { to: [{ operation }] }) }],
  })
const byWaypoint = 'cluster.local/ns/shop/sa/waypoint'
const byFrontend = 'cluster.local/ns/web/sa/frontend'
const strict = peers('shop/strict', { mtls: { mode: 'STRICT' } })

describe('a call to a Service behind a waypoint, whose Pods have sidecars', () => {
  it('passes the waypoint if it comes from ztunnel, and no other', () => {
    assert.equal(verdict(injected), 'allow')
    assert.equal(verdict([...injected, nobody]), 'deny')
    assert.equal(verdict([...injected, nobody], { ...viaCart, ...from('side/caller') }), 'allow')
    assert.equal(verdict([...injected, nobody], { ...viaCart, ...plaintext }), 'allow')
    assert.equal(verdict([...injected, nobody], to({})), 'allow')
  })
  it('shows the sidecar the waypoint’s identity', () => {
    assert.equal(verdict([...injected, only(byWaypoint)]), 'allow')
    assert.equal(verdict([...injected, only(byWaypoint)], to({})), 'deny')
    assert.equal(verdict([...injected, only(byFrontend)]), 'deny')
    assert.equal(verdict([...injected, only(byFrontend)], to({})), 'allow')
  })
  it('is judged by the sidecar as the same request', () => {
    const guarded = [...injected, only(byWaypoint, { methods: ['GET'], paths: ['/a'] })]
    assert.equal(verdict(guarded, { ...viaCart, ...http({ path: '/a' }) }), 'allow')
    assert.equal(verdict(guarded, { ...viaCart, ...http({ path: '/b' }) }), 'deny')
    assert.equal(verdict(guarded, { ...viaCart, ...http({ path: '/a', method: 'PUT' }) }), 'deny')
  })
  it('comes from an address nobody knows', () => {
    const block = authorization('shop/p', { rules: [{ from: [{ source: { ipBlocks: ['10.0.0.0/8'] } }] }] })
    const near = { ...viaCart, ...from('web/frontend', { ip: '10.1.1.1' }) }
    assert.equal(verdict([...injected, block], near), 'unknown')
    assert.equal(verdict([...injected, block], { ...near, ...to({}) }), 'allow')
  })
  it('may have left its token at the waypoint, where that reads tokens', () => {
    const asks = authorization('shop/p', { rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }] })
    const rules = { jwtRules: [{ issuer: 'https://idp.example', jwks: '{"keys":[]}' }] }
    const sidecars: Json = { ...targeted('shop/read', 'Service cart', {}, 'RequestAuthentication'), spec: rules }
    const waypoints = targeted('shop/way', 'Service cart', rules, 'RequestAuthentication')
    const jwt = { iss: 'https://idp.example', sub: 'alice' }
    assert.equal(verdict([...injected, asks, sidecars], { ...viaCart, jwt }), 'allow')
    assert.equal(verdict([...injected, asks, sidecars, waypoints], { ...viaCart, jwt }), 'unknown')
  })
  it('is plaintext, and shows nobody, to a sidecar that speaks no HBONE', () => {
    const [, ...others] = injected
    const world = [mesh(), ...others]
    assert.equal(verdict(world), 'allow')
    assert.equal(verdict([...world, strict]), 'deny')
    assert.equal(verdict([...world, only(byWaypoint)]), 'deny')
    assert.equal(verdict([...injected, strict]), 'allow')
  })
  it('widens what an adversary may reach, since who may call the waypoint may call under its name', () => {
    const { layer } = readAll([...injected, only(byWaypoint)])
    const { request } = parseRequest(ask(), 'request')
    assert.ok(request)
    const all = reach(layer)
    const point = pointOf({ request, path: '/', questions: all.questions })
    assert.ok(portAsked(all, request).bounds.may.contains(point))
  })
})

describe('a call to a Service behind a waypoint, whose Pods have no proxy', () => {
  it('meets the waypoint alone', () => {
    assert.equal(verdict(bare), 'allow')
    assert.equal(verdict([...bare, nobody]), 'deny')
    assert.equal(verdict([...bare, nobody], { ...viaCart, ...from('side/caller') }), 'allow')
  })
  it('is unknown by the address of a Pod that has one, since a waypoint speaks nothing but HBONE to it', () => {
    const all = waypoint('shop/waypoint', { 'istio.io/waypoint-for': 'all' })
    const cart = pod('shop/cart', { labels: { app: 'cart', 'istio.io/use-waypoint': 'waypoint' } })
    const world = [...bare.filter(({ kind }) => kind !== 'Gateway' && kind !== 'Pod'), pod('web/frontend'), cart, all]
    assert.equal(verdict(world, to({})), 'unknown')
    assert.equal(verdict(world, { ...to({}), ...plaintext }), 'allow')
  })
})
