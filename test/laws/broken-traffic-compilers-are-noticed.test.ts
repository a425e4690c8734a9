import assert from 'node:assert/strict'
import { compile } from '../../core/compile/compile'
import type { IstioTarget } from '../../core/compile/target'
import { defineGraph, http } from '../../core/graph/define'
import type { KubernetesObject } from '../../core/model/manifest'
import { objectName } from '../../core/model/manifest'
import { objectsOf, proveObjects, target } from '../support/prove'

/*
 * Compilers of traffic, broken on purpose: what they render opens nothing, and some of the declared calls no longer arrive.
 */

const sidecar: IstioTarget = target
const ambient: IstioTarget = { ...target, kind: 'istio-ambient' }
const graph = defineGraph({
  services: {
    page: { namespace: 'shop', ports: { http: http(8080) } },
    reviews: {
      namespace: 'shop',
      ports: { http: http(9080, { servicePort: 80 }) },
      traffic: { versions: { v1: { weight: 80 }, v2: { weight: 20 } }, timeout: '3s' },
    },
    ledger: { namespace: 'pay', ports: { http: http(9080, { servicePort: 80 }) } },
  },
}).calls({ page: { reviews: { http: ['GET /reviews/*', 'POST /reviews'] }, ledger: { http: ['GET /x'] } } })

/** What is rendered, with one object's words changed, or the object left out. */
function broken(
  to: IstioTarget,
  name: string,
  ...changes: readonly (readonly [string, string])[]
): readonly KubernetesObject[] {
  const objects = objectsOf(compile(graph, to))
  const known = objects.filter(object => objectName(object) === name)
  assert.equal(known.length, 1, `no ${name} among ${objects.map(objectName).join(', ')}`)
  return objects.flatMap((object): readonly KubernetesObject[] => {
    if (objectName(object) !== name) return [object]
    if (changes.length === 0) return []
    const text = changes.reduce((before, [from, into]) => {
      assert.ok(before.includes(from), `${before} does not say ${from}`)
      return before.replace(from, into)
    }, JSON.stringify(object))
    return [JSON.parse(text) as KubernetesObject]
  })
}

const host = 'reviews.shop.svc.cluster.local'
const virtual = 'VirtualService shop/reviews'
const rule = 'DestinationRule shop/reviews'
const route = 'HTTPRoute shop/reviews.http'
const http0 = '"http":[{'
const rules0 = '"rules":[{'

const defects: readonly {
  readonly name: string
  readonly to: IstioTarget
  readonly change: ReturnType<typeof broken>
  readonly shows: RegExp
}[] = [
  {
    name: 'sends a version’s share to another service',
    to: sidecar,
    change: broken(sidecar, virtual, [`"host":"${host}","subset":"v2"`, '"host":"ledger.pay.svc.cluster.local"']),
    shows: /GET \/reviews\/|POST \/reviews/,
  },
  {
    name: 'names a subset that no DestinationRule has',
    to: sidecar,
    change: broken(sidecar, rule, ['"name":"v2"', '"name":"canary"']),
    shows: /GET \/reviews\/|POST \/reviews/,
  },
  {
    name: 'leaves the DestinationRule out',
    to: sidecar,
    change: broken(sidecar, rule),
    shows: /GET \/reviews\/|POST \/reviews/,
  },
  {
    name: 'shows the DestinationRule to others than it shows the routes',
    to: sidecar,
    change: broken(sidecar, rule, ['"exportTo":["."]', '"exportTo":["pay"]']),
    shows: /GET \/reviews\/|POST \/reviews/,
  },
  {
    name: 'describes a subset by labels that no Pod has',
    to: sidecar,
    change: broken(sidecar, rule, ['{"version":"v2"}', '{"track":"v2"}']),
    shows: /GET \/reviews\/|POST \/reviews/,
  },
  {
    name: 'has a subset spoken to in plaintext',
    to: sidecar,
    change: broken(sidecar, rule, ['{"version":"v2"}', '{"version":"v2"},"trafficPolicy":{"tls":{"mode":"DISABLE"}}']),
    shows: /GET \/reviews\/|POST \/reviews/,
  },
  {
    name: 'routes some of the requests only',
    to: sidecar,
    change: broken(sidecar, virtual, [http0, `${http0}"match":[{"uri":{"prefix":"/reviews/"}}],`]),
    shows: /POST \/reviews$/,
  },
  {
    name: 'rewrites what is asked',
    to: sidecar,
    change: broken(sidecar, virtual, [http0, `${http0}"rewrite":{"uri":"/"},`]),
    shows: /GET \/reviews\/|POST \/reviews/,
  },
  {
    name: 'refuses some of the requests by lot',
    to: sidecar,
    change: broken(sidecar, virtual, [http0, `${http0}"fault":{"abort":{"httpStatus":503,"percentage":{"value":1}}},`]),
    shows: /GET \/reviews\/|POST \/reviews/,
  },
  {
    name: 'answers some of them itself',
    to: sidecar,
    change: broken(sidecar, virtual, [
      http0,
      `${http0}"match":[{"method":{"exact":"POST"}}],"directResponse":{"status":200}},{`,
    ]),
    shows: /POST \/reviews$/,
  },
  {
    name: 'has the waypoint send a version’s share to another service',
    to: ambient,
    change: broken(ambient, route, ['"name":"reviews-v2"', '"name":"page"']),
    shows: /GET \/reviews\/|POST \/reviews/,
  },
  {
    name: 'has the waypoint send it to a Service of another namespace, which has not agreed',
    to: ambient,
    change: broken(ambient, route, ['"name":"reviews-v2"', '"name":"reviews-v2","namespace":"pay"']),
    shows: /GET \/reviews\/|POST \/reviews/,
  },
  {
    name: 'names a port that the versions’ Services do not have',
    to: ambient,
    change: broken(ambient, route, ['"port":80,"weight":20', '"port":9080,"weight":20']),
    shows: /GET \/reviews\/|POST \/reviews/,
  },
  {
    name: 'has the waypoint route some of the requests only',
    to: ambient,
    change: broken(ambient, route, [
      rules0,
      `${rules0}"matches":[{"path":{"type":"PathPrefix","value":"/reviews"},"method":"GET"}],`,
    ]),
    shows: /POST \/reviews$/,
  },
  {
    name: 'forgets to assume a version’s Service',
    to: ambient,
    change: broken(ambient, 'Service shop/reviews-v2'),
    shows: /GET \/reviews\/|POST \/reviews/,
  },
]

describe('law: a broken compiler of traffic is noticed', () => {
  for (const to of [sidecar, ambient]) {
    it(`finds nothing in what is rendered for ${to.kind}`, () => {
      assert.deepEqual(proveObjects(objectsOf(compile(graph, to)), graph, to).differences, [])
    })
  }

  for (const { name, to, change, shows } of defects) {
    it(`that ${name}, on ${to.kind}`, () => {
      const { differences } = proveObjects(change, graph, to)
      assert.notDeepEqual(differences, [])
      for (const { kind, text } of differences) {
        assert.equal(kind, 'cut')
        assert.match(text, /^shop\/page → shop\/reviews:9080/)
        assert.match(text, shows)
      }
    })
  }
})
