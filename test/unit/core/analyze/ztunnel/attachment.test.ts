import assert from 'node:assert/strict'
import { ztunnelPoliciesFor } from '../../../../../core/analyze/istio/attachment'
import { ambientShop, ambientVerdict, cartOf, targeted } from '../ambient-objects'
import { authorization, inNamespace, mesh, namespace, pod, type Json } from '../objects'

const nobody = (id: string, spec: Json = {}, metadata: Json = {}) =>
  inNamespace('AuthorizationPolicy', id, spec, metadata)
const bare = pod('shop/cart', { labels: {} })
const selector = { matchLabels: { app: 'other' } }

describe('which policies a ztunnel enforces for a workload', () => {
  it('are those of its namespace, and those of the root namespace', () => {
    assert.equal(ambientVerdict([nobody('shop/p')]), 'deny')
    assert.equal(ambientVerdict([nobody('istio-system/p')]), 'deny')
    assert.equal(ambientVerdict([nobody('pay/p')]), 'allow')
  })
  it('are those whose labels it has, from the root namespace too', () => {
    const cart = { selector: { matchLabels: { app: 'cart' } } }
    assert.equal(ambientVerdict([nobody('shop/p', cart)]), 'deny')
    assert.equal(ambientVerdict([nobody('istio-system/p', cart)]), 'deny')
    assert.equal(ambientVerdict([nobody('shop/p', { selector })]), 'allow')
  })
  it('are not those with an empty selector, unlike for a sidecar', () => {
    assert.equal(ambientVerdict([nobody('shop/p', { selector: {} })]), 'allow')
    assert.equal(ambientVerdict([nobody('istio-system/p', { selector: {} })]), 'allow')
    assert.equal(ambientVerdict([nobody('shop/p', { selector: {} }), bare]), 'allow')
    assert.equal(ambientVerdict([nobody('shop/p', { selector: {} }), namespace('shop')]), 'deny')
  })
  it('are those with a selector of no labels: it names some, if none', () => {
    assert.equal(ambientVerdict([nobody('shop/p', { selector: { matchLabels: {} } })]), 'deny')
    assert.equal(ambientVerdict([nobody('istio-system/p', { selector: { matchLabels: {} } })]), 'deny')
    assert.equal(ambientVerdict([nobody('pay/p', { selector: { matchLabels: {} } })]), 'allow')
  })
  it('are all with labels, for a Pod that has none', () => {
    assert.equal(ambientVerdict([nobody('shop/p', { selector }), bare]), 'deny')
    assert.equal(ambientVerdict([nobody('istio-system/p', { selector }), bare]), 'deny')
    assert.equal(ambientVerdict([nobody('pay/p', { selector }), bare]), 'allow')
  })
  it('are only its own for what a controller makes, whose Pods have the controller’s labels at least', () => {
    const template = { metadata: { labels: {} }, spec: { serviceAccountName: 'cart', containers: [{ name: 'app' }] } }
    const job = inNamespace('Job', 'shop/migrate', { template })
    const asked = { to: { namespace: 'shop', workload: 'migrate', port: 1 } }
    assert.equal(ambientVerdict([nobody('shop/p', { selector }), job], asked), 'allow')
  })
  it('are neither AUDIT nor CUSTOM, nor in a dry run, nor for a waypoint, and such count for no ALLOW', () => {
    const rules = [{}]
    assert.equal(ambientVerdict([nobody('shop/p', { action: 'AUDIT', rules })]), 'allow')
    assert.equal(ambientVerdict([nobody('shop/p', { action: 'CUSTOM', provider: { name: 'x' }, rules })]), 'allow')
    for (const spelling of ['true', 'T', '1'])
      assert.equal(ambientVerdict([nobody('shop/p', {}, { annotations: { 'istio.io/dry-run': spelling } })]), 'allow')
    assert.equal(ambientVerdict([nobody('shop/p', {}, { annotations: { 'istio.io/dry-run': 'yes' } })]), 'deny')
    assert.equal(ambientVerdict([targeted('shop/p', 'Service cart')]), 'allow')
  })
  it('are listed without those that never get there', () => {
    const others = [
      nobody('shop/audit', { action: 'AUDIT' }),
      nobody('shop/custom', { action: 'CUSTOM', provider: { name: 'x' } }),
      nobody('shop/dry', {}, { annotations: { 'istio.io/dry-run': 'true' } }),
      targeted('shop/waypoints', 'Service cart'),
    ]
    const { layer, workload } = cartOf([...ambientShop, ...others, nobody('shop/p')])
    assert.deepEqual(
      ztunnelPoliciesFor(layer, workload).map(({ policy, applies }) => [policy.name, applies]),
      [['p', 'yes']],
    )
  })
  it('are united: one ALLOW that matches is enough, and one DENY that does too much', () => {
    const web = authorization('shop/web', { rules: [{ from: [{ source: { namespaces: ['web'] } }] }] })
    assert.equal(ambientVerdict([nobody('istio-system/p'), web]), 'allow')
    assert.equal(ambientVerdict([web, authorization('istio-system/no', { action: 'DENY', rules: [{}] })]), 'deny')
  })
  it('are unknown where the root namespace, a selector, or a rule is', () => {
    const rootless = mesh({ rootNamespace: undefined })
    assert.equal(ambientVerdict([rootless, nobody('pay/p')]), 'unknown')
    assert.equal(ambientVerdict([nobody('shop/p', { selector: { matchLabels: { app: 1 } } })]), 'unknown')
    assert.equal(ambientVerdict([nobody('shop/p', { rules: [{ to: [{ operation: { ports: ['x'] } }] }] })]), 'unknown')
    assert.equal(ambientVerdict([nobody('shop/p', { action: 'DISALLOW' })]), 'unknown')
    assert.equal(ambientVerdict([nobody('shop/p', { selector, action: 'DISALLOW' })]), 'allow')
  })
  it('deny still, whatever else is unknown', () => {
    const unread = nobody('shop/p', { rules: [{ to: [{ operation: { ports: ['x'] } }] }] })
    assert.equal(ambientVerdict([unread, authorization('shop/no', { action: 'DENY', rules: [{}] })]), 'deny')
  })
  it('match or not, with an unknown action, as either action would have it', () => {
    const get = { to: [{ operation: { methods: ['GET'], ports: ['8080'] } }] }
    const odd = nobody('shop/p', { action: 'DISALLOW', rules: [get] })
    assert.equal(ambientVerdict([odd]), 'unknown')
    assert.equal(ambientVerdict([odd, authorization('shop/all', { rules: [{}] })]), 'unknown')
  })
})
