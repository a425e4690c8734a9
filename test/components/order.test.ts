import assert from 'node:assert/strict'
import { inOrder } from '../../components/order'
import type { KubernetesObject } from '../../core/model/manifest'

const selector = { matchLabels: { app: 'cart' } }

function object(kind: string, place: string, spec: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  const [namespace = '', name = ''] = place.split('/')
  return { apiVersion: `${groups[kind] ?? 'security.istio.io'}/v1`, kind, metadata: { namespace, name }, spec }
}

const gatewayApi = 'gateway.networking.k8s.io'
const groups: Readonly<Record<string, string>> = {
  Gateway: gatewayApi,
  HTTPRoute: gatewayApi,
  ReferenceGrant: gatewayApi,
  VirtualService: 'networking.istio.io',
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
const waypoint = object('Gateway', 'shop/waypoint', { gatewayClassName: 'istio-waypoint' })
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
    const shared = object('Gateway', 'infra/shared', { gatewayClassName: 'istio-waypoint' })
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

  it('opens a gateway after the policy that limits it, whatever its API, and lets routes lead on before they are there', () => {
    const limit = policy('edge/entries-of-edge', { selector: { matchLabels: { app: 'edge' } }, rules: [] })
    const from = [{ group: gatewayApi, kind: 'HTTPRoute', namespace: 'edge' }]
    const elsewhere = [{ ...from[0], namespace: 'side' }]
    const found = waits([
      object('HTTPRoute', 'edge/route', { parentRefs: [{ name: 'edge' }] }),
      object('VirtualService', 'edge/virtual', { gateways: ['edge'] }),
      object('Gateway', 'edge/new', { gatewayClassName: 'istio' }),
      { ...object('Gateway', 'edge/classic'), apiVersion: 'networking.istio.io/v1' },
      limit,
      object('ReferenceGrant', 'shop/from-edge', { from }),
      object('ReferenceGrant', 'shop/from-side', { from: elsewhere }),
      policy('other/entries-of-other', { selector: { matchLabels: { app: 'edge' } } }),
    ])
    assert.deepEqual(found.classic, ['entries-of-edge', 'route', 'virtual'])
    assert.deepEqual(found.new, ['entries-of-edge', 'route', 'virtual'])
    assert.deepEqual(found.virtual, ['entries-of-edge'])
    assert.deepEqual(found.route, ['entries-of-edge', 'from-edge'])
  })

  it('lets callees admit a gateway before a route leads to them, in either API', () => {
    const destination = { host: 'cart.shop.svc.cluster.local' }
    const found = waits([
      object('VirtualService', 'edge/virtual', { gateways: ['edge'], http: [{ route: [{ destination }] }] }),
      object('HTTPRoute', 'edge/route', {
        parentRefs: [{ name: 'edge' }],
        rules: [{ backendRefs: [{ name: 'cart', namespace: 'shop' }, { name: 'near' }] }],
      }),
      guard,
      policy('pay/callers-of-bank', { selector, rules: [{}] }),
    ])
    assert.deepEqual([found.virtual, found.route], [['callers-of-cart'], ['callers-of-cart']])
  })

  it('leads callers to a gateway that their calls leave by once it is one, and once they know it', () => {
    const destination = { host: 'out.exits.svc.cluster.local', port: { number: 80 } }
    const found = waits([
      object('VirtualService', 'shop/exit', { hosts: ['h.example.com'], http: [{ route: [{ destination }] }] }),
      object('Sidecar', 'shop/callees-of-cart', { workloadSelector: { labels: { app: 'cart' } } }),
      object('Sidecar', 'pay/callees-of-bank', { workloadSelector: { labels: { app: 'bank' } } }),
      policy('exits/calls-through-out', { selector, rules: [{}] }),
      { ...object('Gateway', 'exits/listener'), apiVersion: 'networking.istio.io/v1' },
      object('VirtualService', 'exits/onward', { hosts: ['h.example.com'], gateways: ['listener'] }),
      object('DestinationRule', 'exits/mutual', { host: destination.host }),
      object('ServiceEntry', 'exits/host', { hosts: ['h.example.com'] }),
      object('ServiceEntry', 'else/host', { hosts: ['h.example.com'] }),
    ])
    assert.deepEqual(found.exit, ['callees-of-cart', 'calls-through-out', 'host', 'listener', 'mutual', 'onward'])
    assert.ok(!Object.entries(found).some(([name, after]) => name !== 'exit' && after.includes('exit')))
  })

  it('takes a route within one namespace for none that leads out', () => {
    const destination = { host: 'cart.shop.svc.cluster.local', subset: 'v1' }
    const spread = object('VirtualService', 'shop/cart', {
      hosts: [destination.host],
      http: [{ route: [{ destination }] }],
    })
    const found = waits([
      spread,
      policy('shop/callers', { selector, rules: [{}] }),
      object('DestinationRule', 'shop/parts'),
    ])
    assert.deepEqual(found.cart, ['parts'])
  })

  it('holds up no route that callers within the mesh follow', () => {
    const within = { parentRefs: [{ group: '', kind: 'Service', name: 'cart' }] }
    const found = waits([
      ...all,
      object('VirtualService', 'shop/v', { hosts: ['cart'] }),
      object('HTTPRoute', 'shop/r', within),
    ])
    assert.deepEqual([found.v, found.r], [[], []])
  })

  it('writes the parts of a Service before the routes that name them', () => {
    const found = waits([
      object('VirtualService', 'shop/v', { hosts: ['cart'] }),
      object('VirtualService', 'edge/w', { hosts: ['cart'], gateways: ['edge'] }),
      object('VirtualService', 'pay/x', { hosts: ['cart'] }),
      object('DestinationRule', 'shop/d', { host: 'cart' }),
    ])
    assert.deepEqual([found.v, found.w, found.x, found.d], [['d'], ['d'], [], []])
  })

  it('takes a gateway that calls come in through for no waypoint', () => {
    const classic = { ...object('Gateway', 'shop/waypoint'), apiVersion: 'networking.istio.io/v1' }
    const managed = object('Gateway', 'shop/waypoint', { gatewayClassName: 'istio' })
    for (const gateway of [classic, managed]) {
      assert.deepEqual(waits([gateway, door]).waypoint, [])
      assert.deepEqual(waits([gateway, door, guard]).waypoint, ['callers-of-cart'])
    }
  })

  it('reads tokens before a policy asks for them, of the same Pods or the same Service', () => {
    const asks = { rules: [{ from: [{ source: { requestPrincipals: ['https://corp.example.com/*'] } }] }] }
    const reader = object('RequestAuthentication', 'shop/tokens-for-cart', { selector })
    const other = object('RequestAuthentication', 'shop/tokens-for-bank', service)
    const found = waits([policy('shop/callers-of-cart', { selector, ...asks }), direct, reader, other])
    assert.deepEqual(found['callers-of-cart'], ['tokens-for-cart'])
    assert.deepEqual(found['callers-of-db'], [])
  })

  it('lifts what closes a namespace before what lets through there only reports, and has a waypoint wait for both', () => {
    const reporting = (one: KubernetesObject): KubernetesObject => ({
      ...one,
      metadata: { ...one.metadata, annotations: { 'istio.io/dry-run': 'true' } },
    })
    const open = policy('shop/open-to-the-mesh', { ...service, rules: [{}] })
    const found = waits([reporting(deny), reporting(guard), reporting(route), open, waypoint])
    assert.deepEqual(found, {
      'default-deny': [],
      'open-to-the-mesh': [],
      'callers-of-cart': ['default-deny', 'open-to-the-mesh'],
      'routes-to-cart': ['default-deny', 'open-to-the-mesh'],
      waypoint: ['callers-of-cart', 'open-to-the-mesh'],
    })
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
