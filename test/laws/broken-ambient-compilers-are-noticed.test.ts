import assert from 'node:assert/strict'
import { compile } from '../../core/compile/compile'
import type { IstioTarget } from '../../core/compile/target'
import { defineGraph, grpc, http, tcp } from '../../core/graph/define'
import type { KubernetesObject } from '../../core/model/manifest'
import { objectName } from '../../core/model/manifest'
import { objectsOf, proveObjects, target } from '../support/prove'

/*
 * The ambient compiler, broken on purpose. Most of these look right in review and admit everybody: ztunnel and waypoints drop what they do not
 * know without a word.
 */

const ambient: IstioTarget = { ...target, kind: 'istio-ambient' }
const graph = defineGraph({
  services: {
    frontend: { namespace: 'shop', ports: { http: http(8080, { servicePort: 80 }) } },
    cart: { namespace: 'shop', ports: { grpc: grpc(7070) }, metrics: { port: 9102, path: '/metrics' } },
    redis: { namespace: 'data', ports: { redis: tcp(6379) } },
  },
  ingress: {
    web: { gateway: 'istio-ingress', hosts: ['shop.example.com'], routes: { frontend: { http: ['GET /cart'] } } },
  },
  scraper: { namespace: 'monitoring', serviceAccount: 'prometheus' },
}).calls({
  frontend: { cart: { grpc: ['shop.Cart/Get'] } },
  cart: { redis: { redis: 'tcp' } },
})
const objects = objectsOf(compile(graph, ambient))

type Change = (object: KubernetesObject) => KubernetesObject | undefined

/** What is rendered, with one object changed, or left out. */
function broken(name: string, change: Change): readonly KubernetesObject[] {
  const known = objects.filter(object => objectName(object) === name)
  assert.equal(known.length, 1, `no ${name} among ${objects.map(objectName).join(', ')}`)
  return objects.flatMap(object => (objectName(object) === name ? (change(object) ?? []) : [object]))
}

const dropped: Change = () => undefined
const rewritten =
  (from: string, to: string): Change =>
  object => {
    const before = JSON.stringify(object)
    assert.ok(before.includes(from), `${before} does not say ${from}`)
    return JSON.parse(before.replaceAll(from, to)) as KubernetesObject
  }

const defects: readonly {
  name: string
  objects: readonly KubernetesObject[]
  kind: 'admitted' | 'cut'
  shows: RegExp
}[] = [
  {
    name: 'drops the guard and the default deny, so that the waypoint can be gone round',
    objects: broken('AuthorizationPolicy shop/callers-of-cart', dropped).filter(
      object => objectName(object) !== 'AuthorizationPolicy shop/default-deny',
    ),
    kind: 'admitted',
    shows: /→ shop\/cart:7070 tcp/,
  },
  {
    name: 'writes the container port at the waypoint, where the Service’s counts',
    objects: broken('AuthorizationPolicy shop/routes-to-frontend', rewritten('"ports":["80"]', '"ports":["8080"]')),
    kind: 'cut',
    shows: /istio-ingress\/istio-ingress → shop\/frontend:8080 GET \/cart/,
  },
  {
    name: 'misnames the waypoint’s account',
    objects: broken('AuthorizationPolicy shop/callers-of-cart', rewritten('/sa/waypoint', '/sa/waypoint-istio')),
    kind: 'cut',
    shows: /shop\/frontend → shop\/cart:7070 POST \/shop.Cart\/Get/,
  },
  {
    name: 'forgets the default deny of waypoints, beside a policy that only denies',
    objects: broken('AuthorizationPolicy istio-system/default-deny-waypoints', dropped).filter(
      object => objectName(object) !== 'AuthorizationPolicy shop/routes-to-cart',
    ),
    kind: 'admitted',
    shows: /→ shop\/cart:7070/,
  },
  {
    name: 'writes a route into a policy for ztunnel, which drops the rule',
    objects: broken(
      'AuthorizationPolicy shop/callers-of-cart',
      rewritten('"ports":["7070","9102"]', '"ports":["7070","9102"],"methods":["POST"]'),
    ),
    kind: 'cut',
    shows: /shop\/frontend → shop\/cart:7070 POST \/shop.Cart\/Get/,
  },
  {
    name: 'denies by a route on ztunnel, where that does nothing, instead of allowing by the waypoint',
    objects: broken('AuthorizationPolicy shop/callers-of-cart', object => ({
      ...object,
      spec: {
        selector: { matchLabels: { app: 'cart' } },
        action: 'DENY',
        rules: [{ to: [{ operation: { methods: ['DELETE'] } }] }],
      },
    })).filter(object => objectName(object) !== 'AuthorizationPolicy shop/default-deny'),
    kind: 'admitted',
    shows: /→ shop\/cart:7070 tcp/,
  },
  {
    name: 'forgets the label that binds the waypoint',
    objects: broken('Namespace shop', rewritten('"istio.io/use-waypoint":"waypoint"', '"team":"shop"')),
    kind: 'cut',
    shows: /shop\/frontend → shop\/cart:7070 POST \/shop.Cart\/Get/,
  },
  {
    name: 'lets the gateway go round the waypoint',
    objects: broken('Namespace shop', rewritten('"istio.io/ingress-use-waypoint":"true"', '"team":"shop"')),
    kind: 'cut',
    shows: /istio-ingress\/istio-ingress → shop\/frontend:8080 GET \/cart/,
  },
  {
    name: 'forgets the scraper at the Pods',
    objects: broken(
      'AuthorizationPolicy shop/callers-of-cart',
      rewritten('td.example/ns/monitoring/sa/prometheus', 'td.example/ns/monitoring/sa/nobody'),
    ),
    kind: 'cut',
    shows: /monitoring\/prometheus → shop\/cart:9102 GET \/metrics/,
  },
  {
    name: 'writes `cluster.local` for the mesh’s trust domain, which ztunnel takes at its word',
    objects: broken('AuthorizationPolicy data/callers-of-redis', rewritten('td.example/', 'cluster.local/')),
    kind: 'cut',
    shows: /shop\/cart → data\/redis:6379/,
  },
  {
    name: 'selects by `selector: {}`, which ztunnel attaches to nothing',
    objects: broken('AuthorizationPolicy data/default-deny', object => ({ ...object, spec: { selector: {} } })).filter(
      object => objectName(object) !== 'AuthorizationPolicy data/callers-of-redis',
    ),
    kind: 'admitted',
    shows: /→ data\/redis:6379 tcp/,
  },
]

describe('law: the proof notices a broken ambient compiler', () => {
  it('and finds nothing to say about the sound one', () => {
    assert.deepEqual(proveObjects(objects, graph, ambient).differences, [])
  })

  for (const { name, objects: rendered, kind, shows } of defects) {
    it(`that ${name}`, () => {
      const texts = proveObjects(rendered, graph, ambient)
        .differences.filter(difference => difference.kind === kind)
        .map(difference => difference.text)
      assert.ok(
        texts.some(text => shows.test(text)),
        `expected ${kind} ${String(shows)}, found ${JSON.stringify(texts)}`,
      )
    })
  }
})
