import assert from 'node:assert/strict'
import type { Habit } from '../../../../../core/analyze/waypoint/habits'
import { habitOf, isWaypoints } from '../../../../../core/analyze/waypoint/habits'
import { ambient, ambientVerdict, from, targeted, viaCart, waypoint } from '../ambient-objects'
import { inNamespace, mesh, namespace, pod, readAll, type Json } from '../objects'

const caller = { trustDomain: 'cluster.local', namespace: 'web', serviceAccount: 'frontend' }
const account = { serviceAccountName: 'frontend' }
const inAmbient = namespace('web', ambient)
const asGateway = { annotations: { 'inject.istio.io/templates': 'gateway' } }
const ofClass = (name: string): Json => ({ labels: { 'gateway.networking.k8s.io/gateway-class-name': name } })
const gateway = (gatewayClassName: string, more: Json = {}, id = 'web/frontend'): Json =>
  inNamespace(
    'Gateway',
    id,
    { gatewayClassName, listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }], ...more },
    { annotations: { 'gateway.istio.io/service-account': 'frontend' } },
  )

/** Whoever passes the waypoint is refused. */
const refusing: readonly Json[] = [
  namespace('shop', { ...ambient, 'istio.io/use-waypoint': 'waypoint' }),
  waypoint('shop/waypoint'),
  targeted('shop/nobody', 'Gateway waypoint'),
]

describe('how calls of an identity come to whoever has a waypoint', () => {
  type Row = readonly [title: string, objects: readonly Json[], habit: Habit]
  // ztunnel `src/proxy/outbound.rs` build_request, istio `pilot/pkg/xds/endpoints/endpoint_builder.go` findServiceWaypoint
  const table: readonly Row[] = [
    ['behind ztunnel', [inAmbient, pod('web/frontend')], 'ambient'],
    ['behind a sidecar', [namespace('web'), pod('web/frontend')], 'straight'],
    ['behind nothing', [namespace('web', {}), pod('web/frontend')], 'straight'],
    ['of Pods that nobody has read', [inAmbient], 'either'],
    ['of Pods of another account', [inAmbient, pod('web/other')], 'either'],
    ['of Pods of another namespace', [namespace('b', ambient), pod('b/frontend')], 'either'],
    ['where the namespace is not read', [pod('web/frontend')], 'either'],
    ['of a gateway', [inAmbient, pod('web/frontend', asGateway)], 'gateway'],
    ['of a waypoint', [inAmbient, pod('web/frontend', ofClass('istio-waypoint'))], 'straight'],
    ['of another class', [inAmbient, pod('web/frontend', ofClass('istio'))], 'ambient'],
    ['of two that are alike', [inAmbient, pod('web/a', {}, account), pod('web/b', {}, account)], 'ambient'],
    ['of two that are not', [inAmbient, pod('web/a', {}, account), pod('web/b', asGateway, account)], 'either'],
    ['on the node’s network', [inAmbient, pod('web/frontend', {}, { hostNetwork: true })], 'straight'],
    [
      'that go round ztunnel on their way in',
      [inAmbient, pod('web/frontend', { annotations: { 'ambient.istio.io/bypass-inbound-capture': 'true' } })],
      'either',
    ],
    [
      'that do not',
      [inAmbient, pod('web/frontend', { annotations: { 'ambient.istio.io/bypass-inbound-capture': 'false' } })],
      'ambient',
    ],
    ['that could not be read', [inAmbient, pod('web/frontend', { labels: 7 })], 'either'],
    ['of a Gateway that is a waypoint', [gateway('istio-waypoint')], 'straight'],
    ['of a Gateway', [gateway('istio')], 'gateway'],
    ['of a Gateway of another class', [gateway('other')], 'either'],
    ['of a Gateway that could not be read', [gateway('istio-waypoint', { listeners: 7 })], 'either'],
    ['of a Gateway beside Pods of ztunnel', [inAmbient, pod('web/a', {}, account), gateway('istio')], 'either'],
    ['of a Gateway of another namespace', [gateway('istio', {}, 'b/frontend')], 'either'],
  ]
  for (const [title, objects, habit] of table)
    it(`${title}: ${habit}`, () => {
      assert.equal(habitOf(readAll([mesh(), ...objects]).layer, caller), habit)
      const took = { ambient: 'deny', straight: 'allow', gateway: 'allow', either: 'unknown' }[habit]
      // Without a label at the Service a gateway goes past the waypoint.
      const gone = inNamespace('Pod', 'web/frontend', { serviceAccountName: 'gone', containers: [] })
      const unread = objects.some(({ kind }) => kind === 'Namespace') ? [] : [namespace('web', {})]
      const world = [...refusing, gone, ...unread, ...objects]
      if (title !== 'where the namespace is not read')
        assert.equal(ambientVerdict(world, { ...viaCart, ...from('web/frontend') }), took)
    })

  it('is either way of another trust domain', () => {
    const { layer } = readAll([mesh(), inAmbient, pod('web/frontend')])
    assert.equal(habitOf(layer, { ...caller, trustDomain: 'b.example' }), 'either')
  })
})

describe('an account under which nothing but waypoints runs', () => {
  const household = (...objects: readonly Json[]) => {
    const { layer } = readAll([mesh(), ...objects])
    return isWaypoints({ workloads: layer.workloads, gateways: layer.gateways })
  }
  const ours = gateway('istio-waypoint')
  const unread = pod('web/frontend', {
    labels: { 'gateway.networking.k8s.io/gateway-class-name': 'istio-waypoint', x: 7 },
  })
  const [way, app] = [pod('web/frontend', ofClass('istio-waypoint')), pod('web/app')]
  it('has a Gateway, and Pods of it alone', () => {
    assert.deepEqual(
      [
        household(ours),
        household(ours, way),
        household(way),
        household(ours, app),
        household(ours, way, app),
        household(ours, gateway('istio', {}, 'web/b')),
        household(),
        household(ours, unread),
      ],
      [true, true, false, false, false, false, false, false],
    )
  })
})
