import assert from 'node:assert/strict'
import type { KubernetesObject } from '../../core/model/manifest'
import {
  cartAtWaypoint,
  cartGuard,
  shopBehindWaypoint,
  waypoint,
  waypointsDenyAll,
} from '../../policypacks/zero-trust/example-ambient'
import {
  authorizationPolicy,
  cartIntent,
  cartLock,
  configMap,
  denyAll,
  labelled,
  namespace,
  release,
  strict,
} from '../../policypacks/zero-trust/example-objects'
import { waiting } from '../../policypacks/zero-trust/example-trust'
import type { IntentSource } from '../../policypacks/zero-trust/lock'
import { rules } from '../../policypacks/zero-trust/rules'
import { checkManifests } from '../../policypacks/zero-trust/run'

const charts = { repositoryOpts: { repo: 'https://istio-release.storage.googleapis.com/charts' }, version: '1.30.3' }
const meshConfig = { trustDomain: 'mesh.example', rootNamespace: 'istio-system' }
const { digest } = cartLock.kind === 'found' ? cartLock : assert.fail()

/** `cart` behind a waypoint, as a stack of ours registers it, and a gateway. Workloads and Services are somebody else's. */
const stack: readonly KubernetesObject[] = [
  namespace('istio-system', {}),
  release('istiod', {
    ...charts,
    chart: 'istiod',
    name: 'istiod',
    namespace: 'istio-system',
    values: { meshConfig, ...waiting },
  }),
  release('web', { ...charts, chart: 'gateway', name: 'web', namespace: 'ingress' }),
  shopBehindWaypoint,
  strict,
  denyAll,
  waypoint,
  cartAtWaypoint,
  cartGuard,
  waypointsDenyAll,
  configMap('zero-trust-mesh-intent', { ...meshConfig, digest, kind: 'istio-ambient', version: '1.30.3' }),
]

/** What is found besides the proof, which holds the stack against the intent by other means. */
function found(objects: readonly KubernetesObject[], intent: IntentSource = cartLock): readonly string[] {
  const manifests = objects.map((object, i) => ({ object, at: `object ${i}` }))
  const judging = rules.filter(({ id }) => id !== 'reach-equals-intent')
  return checkManifests(judging, manifests, { intent }).map(({ rule, resource, path }) =>
    `${rule}: ${resource} ${path}`.trim(),
  )
}

function swap(old: KubernetesObject, by?: KubernetesObject): readonly KubernetesObject[] {
  assert.ok(stack.includes(old))
  return stack.flatMap(object => (object !== old ? [object] : by ? [by] : []))
}

function shopWithout(label: string): KubernetesObject {
  const { labels = {} } = shopBehindWaypoint.metadata
  assert.ok(label in labels)
  return labelled(shopBehindWaypoint, Object.fromEntries(Object.entries(labels).filter(([key]) => key !== label)))
}

/** The guard of `cart` for another principal, or with another operation. */
function guardWith(name: string, operation: object = { ports: ['7070'] }): KubernetesObject {
  return authorizationPolicy('waypoint-to-cart', {
    selector: { matchLabels: { app: 'cart' } },
    rules: [{ from: [{ source: { principals: [name] } }], to: [{ operation }] }],
  })
}

const own = 'mesh.example/ns/shop/sa/waypoint'
const fromGateway: IntentSource = {
  kind: 'found',
  digest,
  intent: {
    ...cartIntent,
    flows: cartIntent.flows.map(flow => ({
      ...flow,
      from: { kind: 'workload', service: 'web', namespace: 'ingress', serviceAccount: 'web' } as const,
    })),
  },
}

describe('an ambient stack', () => {
  it('is found to be right as we register it', () => assert.deepEqual(found(stack), []))

  const mutants: readonly (readonly [string, readonly KubernetesObject[], string])[] = [
    [
      'without the guard of the Pods',
      swap(cartGuard),
      'waypoint-enforced: AuthorizationPolicy shop/callers-of-cart spec.targetRefs[0]',
    ],
    [
      'with a guard for a misspelt account',
      swap(cartGuard, guardWith('mesh.example/ns/shop/sa/way-point')),
      'waypoint-enforced: AuthorizationPolicy shop/callers-of-cart spec.targetRefs[0]',
    ],
    [
      'with a guard by an alias of the trust domain',
      swap(cartGuard, guardWith('cluster.local/ns/shop/sa/waypoint')),
      'waypoint-enforced: AuthorizationPolicy shop/callers-of-cart spec.targetRefs[0]',
    ],
    [
      'with a guard that asks for a method',
      swap(cartGuard, guardWith(own, { ports: ['7070'], methods: ['POST'] })),
      'no-l7-on-ztunnel: AuthorizationPolicy shop/waypoint-to-cart spec.rules[0].to[0].operation.methods',
    ],
    ['without the default deny of waypoints', swap(waypointsDenyAll), 'waypoint-default-deny: Gateway shop/waypoint'],
    ['without the default deny of the namespace', swap(denyAll), 'default-deny-present: Namespace shop'],
    [
      'without the waypoint',
      swap(waypoint),
      'waypoint-exists: Namespace shop metadata.labels["istio.io/use-waypoint"]',
    ],
    [
      'without the label that puts Services behind the waypoint',
      swap(shopBehindWaypoint, shopWithout('istio.io/use-waypoint')),
      'waypoint-enforced: AuthorizationPolicy shop/callers-of-cart spec.targetRefs[0]',
    ],
    [
      'without the label that makes the namespace ambient',
      swap(shopBehindWaypoint, shopWithout('istio.io/dataplane-mode')),
      'namespace-in-mesh: Namespace shop',
    ],
    [
      'beside a policy that admits a whole namespace to the Pods',
      [...stack, authorizationPolicy('all', { rules: [{ from: [{ source: { namespaces: ['shop'] } }] }] })],
      'waypoint-enforced: AuthorizationPolicy shop/all spec.rules[0]',
    ],
    [
      'beside a DENY that ztunnel loses',
      [
        ...stack,
        authorizationPolicy('x', { action: 'DENY', rules: [{ to: [{ operation: { methods: ['DELETE'] } }] }] }),
      ],
      'no-ineffective-deny: AuthorizationPolicy shop/x spec.rules[0].to',
    ],
  ]
  for (const [title, objects, expected] of mutants) {
    it(`is found wrong ${title}`, () => {
      const lines = found(objects)
      assert.ok(lines.includes(expected), lines.join('\n'))
    })
  }

  it('is found right where a gateway calls through the waypoint, and wrong where it goes round it', () => {
    const isAbout = (line: string) => line.startsWith('ingress-uses-waypoint')
    assert.deepEqual(found(stack, fromGateway).filter(isAbout), [])
    const round = swap(shopBehindWaypoint, shopWithout('istio.io/ingress-use-waypoint'))
    assert.deepEqual(found(round, fromGateway).filter(isAbout), ['ingress-uses-waypoint: service shop/cart'])
  })
})
