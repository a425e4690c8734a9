import assert from 'node:assert/strict'
import { inOrder } from '../../components/order'
import type { KubernetesObject } from '../../core/model/manifest'

const selector = { matchLabels: { app: 'cart' } }

function object(kind: string, place: string, spec: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  const [namespace = '', name = ''] = place.split('/')
  const group = kind === 'Gateway' ? 'gateway.networking.k8s.io' : 'security.istio.io'
  return { apiVersion: `${group}/v1`, kind, metadata: { namespace, name }, spec }
}

function policy(place: string, spec: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  return object('AuthorizationPolicy', place, spec)
}

const admits = (...principals: readonly string[]) => ({ rules: [{ from: [{ source: { principals } }] }] })
const service = { targetRefs: [{ kind: 'Service', group: '', name: 'cart' }] }

const route = policy('shop/routes-to-cart', { ...service, ...admits('td/ns/web/sa/web') })
const door = policy('root/default-deny-waypoints', {
  targetRefs: [{ kind: 'GatewayClass', group: 'gateway.networking.k8s.io', name: 'istio-waypoint' }],
})
const waypoint = object('Gateway', 'shop/waypoint')
const guard = policy('shop/callers-of-cart', { selector, ...admits('td/ns/shop/sa/waypoint') })
const direct = policy('shop/callers-of-db', { selector, ...admits('td/ns/shop/sa/cart') })
const deny = policy('shop/default-deny')
const strict = object('PeerAuthentication', 'shop/default', { mtls: { mode: 'STRICT' } })
const exception = object('PeerAuthentication', 'shop/plaintext-to-cart', { selector })
const all = [deny, strict, guard, waypoint, door, route, direct, exception]

/** What each object waits for, by name. */
function waits(objects: readonly KubernetesObject[]): Record<string, string[]> {
  return Object.fromEntries(
    inOrder(objects).map(({ object: { metadata }, after }) => [
      metadata.name,
      after.map(one => one.metadata.name).sort(),
    ]),
  )
}

describe('the order in which policies are written', () => {
  it('closes the waypoints after what they let through, opens them once the Pods admit them, and closes the namespace last', () => {
    assert.deepEqual(waits(all), {
      'routes-to-cart': [],
      'callers-of-db': [],
      'plaintext-to-cart': [],
      'default-deny-waypoints': ['routes-to-cart'],
      waypoint: ['callers-of-cart', 'default-deny-waypoints'],
      'callers-of-cart': [],
      'default-deny': ['callers-of-cart', 'callers-of-db', 'plaintext-to-cart', 'routes-to-cart', 'waypoint'],
      default: ['callers-of-cart', 'callers-of-db', 'plaintext-to-cart', 'routes-to-cart', 'waypoint'],
    })
  })

  it('has each object once, and nothing before what it waits for, in whatever order they come', () => {
    for (const objects of [all, [...all].reverse()]) {
      const ordered = inOrder(objects)
      assert.deepEqual(new Set(ordered.map(one => one.object)), new Set(all))
      assert.equal(ordered.length, all.length)
      for (const [place, { after }] of ordered.entries())
        for (const one of after) assert.ok(ordered.findIndex(({ object }) => object === one) < place)
    }
  })

  it('writes a waypoint after the routes where nothing closes it', () => {
    assert.deepEqual(waits([waypoint, route]).waypoint, ['routes-to-cart'])
  })

  it('keeps a namespace out of the affairs of another, but for a waypoint that is shared', () => {
    const shared = object('Gateway', 'infra/shared')
    const other = policy('pay/callers-of-bank', { selector, ...admits('td/ns/infra/sa/shared', 'td/ns/a/sa/b') })
    const found = waits([...all, shared, other, policy('infra/deny')])
    assert.deepEqual(found.shared, ['callers-of-bank', 'default-deny-waypoints'])
    assert.deepEqual(found.deny, ['shared'])
    assert.ok(!found['default-deny']!.includes('callers-of-bank'))
  })

  it('takes no account of the same name elsewhere for a waypoint’s', () => {
    const near = ['td/ns/shop/sa/waypoint2', 'td/ns/shop2/sa/waypoint', 'ns/shop/sa/waypoint/x', 'waypoint']
    assert.deepEqual(waits([waypoint, policy('shop/p', { selector, ...admits(...near) })]).waypoint, [])
  })

  it('takes a Gateway of Istio’s own API for what it is', () => {
    const classic = { ...object('Gateway', 'shop/edge'), apiVersion: 'networking.istio.io/v1' }
    assert.deepEqual(waits([classic, route, door]).edge, [])
  })

  it('survives what no policy is', () => {
    const odd = [
      policy('shop/a', { rules: 'none' }),
      policy('shop/b', { selector, rules: [null, { from: {} }, { from: [{ source: { principals: [7] } }] }] }),
      policy('shop/c', { targetRefs: {} }),
      { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { namespace: 'shop', name: 'd' } },
    ]
    assert.equal(inOrder(odd).length, odd.length)
  })
})
