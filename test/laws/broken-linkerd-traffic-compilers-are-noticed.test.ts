import assert from 'node:assert/strict'
import { compile } from '../../core/compile/compile'
import type { LinkerdTarget } from '../../core/compile/target'
import { defineGraph, grpc, http, tcp, tls } from '../../core/graph/define'
import type { KubernetesObject } from '../../core/model/manifest'
import { objectName } from '../../core/model/manifest'
import { linkerdTarget } from '../support/linkerd'
import { objectsOf, proveObjects } from '../support/prove'

/*
 * Compilers of what Linkerd's callers follow, broken on purpose: routes of Services, by which some of the declared calls no longer arrive, and EgressNetworks with their
 * routes, by which some no longer leave, or others do.
 */

const to: LinkerdTarget = { ...linkerdTarget, gatewayApi: 'experimental' }
const traffic = { versions: { v1: { weight: 80 }, v2: { weight: 20 } }, timeout: '3s' }
const graph = defineGraph({
  services: {
    page: { namespace: 'shop', ports: { http: http(8080) } },
    reviews: { namespace: 'shop', ports: { http: http(9080, { servicePort: 80 }) }, traffic },
    rates: { namespace: 'shop', ports: { grpc: grpc(7070) }, traffic },
    ledger: { namespace: 'pay', ports: { http: http(9080, { servicePort: 80 }) } },
  },
  external: {
    partner: { hosts: ['partner.example.com'], ports: { http: http(80), https: tls(443) } },
    db: { hosts: ['db.example.com'], ports: { pg: tcp(5432) } },
  },
}).calls({
  page: {
    reviews: { http: ['GET /reviews/*', 'POST /reviews'] },
    rates: { grpc: ['shop.Rates/Get'] },
    ledger: { http: ['GET /x'] },
    partner: { http: ['GET /orders/*'], https: 'tls' },
    db: { pg: 'tcp' },
  },
})

const compiled = objectsOf(compile(graph, to))

/** What is rendered, with one object's words changed, or the object left out. */
function broken(name: string, ...changes: readonly (readonly [string, string])[]): readonly KubernetesObject[] {
  const known = compiled.filter(object => objectName(object) === name)
  assert.equal(known.length, 1, `no ${name} among ${compiled.map(objectName).join(', ')}`)
  return compiled.flatMap((object): readonly KubernetesObject[] => {
    if (objectName(object) !== name) return [object]
    if (changes.length === 0) return []
    const text = changes.reduce((before, [from, into]) => {
      assert.ok(before.includes(from), `${before} does not say ${from}`)
      return before.replace(from, into)
    }, JSON.stringify(object))
    return [JSON.parse(text) as KubernetesObject]
  })
}

const reviews = 'HTTPRoute shop/reviews.http.traffic'
const rates = 'GRPCRoute shop/rates.grpc.traffic'
const network = 'EgressNetwork shop/egress'
const requests = 'HTTPRoute shop/egress.partner.example.com.80'
const secured = 'TLSRoute shop/egress.partner.example.com.443'
const bytes = 'TCPRoute shop/egress.5432'
const rules0 = '"rules":[{'
const toReviews = /^shop\/page → shop\/reviews:9080 (GET \/reviews\/|POST \/reviews)/

const defects: readonly {
  readonly name: string
  readonly change: readonly KubernetesObject[]
  readonly kind: 'cut' | 'admitted'
  readonly shows: RegExp
}[] = [
  {
    name: 'sends a version’s share to another service',
    change: broken(reviews, ['"name":"reviews-v2"', '"name":"page"']),
    kind: 'cut',
    shows: toReviews,
  },
  {
    name: 'sends it to a Service of that name in another namespace',
    change: broken(reviews, ['"name":"reviews-v2"', '"namespace":"pay","name":"reviews-v2"']),
    kind: 'cut',
    shows: toReviews,
  },
  {
    name: 'sends it to a Service that is not there',
    change: broken('Service shop/reviews-v2'),
    kind: 'cut',
    shows: toReviews,
  },
  {
    name: 'names a container port where a Service’s is meant',
    change: broken(reviews, ['"port":80,"weight":20', '"port":9080,"weight":20']),
    kind: 'cut',
    shows: toReviews,
  },
  {
    name: 'forgets the port of a version',
    change: broken(reviews, ['"port":80,"weight":20', '"weight":20']),
    kind: 'cut',
    shows: toReviews,
  },
  {
    name: 'gives no version any share',
    change: broken(reviews, ['"weight":80', '"weight":0'], ['"weight":20', '"weight":0']),
    kind: 'cut',
    shows: toReviews,
  },
  {
    name: 'routes some of the requests only',
    change: broken(reviews, [
      rules0,
      `${rules0}"matches":[{"path":{"type":"PathPrefix","value":"/reviews"},"method":"GET"}],`,
    ]),
    kind: 'cut',
    shows: /POST \/reviews$/,
  },
  {
    name: 'answers some of them by a redirect',
    change: broken(reviews, [
      rules0,
      `${rules0}"matches":[{"method":"POST"}],"filters":[{"type":"RequestRedirect","requestRedirect":{"port":1}}]},{`,
    ]),
    kind: 'cut',
    shows: /POST \/reviews$/,
  },
  {
    name: 'changes what is asked on the way',
    change: broken(reviews, [
      rules0,
      `${rules0}"filters":[{"type":"RequestHeaderModifier","requestHeaderModifier":{"remove":["x"]}}],`,
    ]),
    kind: 'cut',
    shows: toReviews,
  },
  {
    name: 'writes a time that the controller cannot read',
    change: broken(reviews, ['"timeout.linkerd.io/request":"3s"', '"timeout.linkerd.io/request":"3"']),
    kind: 'cut',
    shows: toReviews,
  },
  {
    name: 'routes gRPC as bytes',
    change: broken(rates, ['"kind":"GRPCRoute"', '"kind":"TCPRoute"'], ['io/v1"', 'io/v1alpha2"']),
    kind: 'cut',
    shows: /^shop\/page → shop\/rates:7070 POST \/shop\.Rates\/Get$/,
  },
  {
    name: 'describes a version by labels that no Pod has',
    change: broken('Service shop/rates-v1', ['"version":"v1"', '"track":"v1"']),
    kind: 'cut',
    shows: /^shop\/page → shop\/rates:7070 POST \/shop\.Rates\/Get$/,
  },
  {
    name: 'leaves the EgressNetwork out',
    change: broken(network),
    kind: 'admitted',
    shows: /→ external any host:any port anything$/,
  },
  {
    name: 'lets by default through what no route is for',
    change: broken(network, ['"trafficPolicy":"Deny"', '"trafficPolicy":"Allow"']),
    kind: 'admitted',
    shows: /→ external (any host|partner\.example\.com):/,
  },
  {
    name: 'leaves the route of requests out',
    change: broken(requests),
    kind: 'cut',
    shows: /→ external partner\.example\.com:80 GET \/orders\/\*$/,
  },
  {
    name: 'names another host',
    change: broken(secured, ['"hostnames":["partner', '"hostnames":["www.partner']),
    kind: 'cut',
    shows: /→ external partner\.example\.com:443 tls$/,
  },
  {
    name: 'names every host of a domain',
    change: broken(secured, ['"hostnames":["partner', '"hostnames":["*']),
    kind: 'admitted',
    shows: /→ external \*\.example\.com:443 tls$/,
  },
  {
    name: 'names no host at all',
    change: broken(secured, ['"hostnames":["partner.example.com"],', '']),
    kind: 'admitted',
    shows: /→ external any host:443 tls$/,
  },
  {
    name: 'takes a prefix for a segment',
    change: broken(requests, [
      '"type":"RegularExpression","value":"/orders/[^/]+"',
      '"type":"PathPrefix","value":"/orders"',
    ]),
    kind: 'admitted',
    shows: /→ external partner\.example\.com:80 GET \/orders$/,
  },
  {
    name: 'forgets the method',
    change: broken(requests, [',"method":"GET"', '']),
    kind: 'admitted',
    shows: /→ external partner\.example\.com:80 \w+ \/orders\/.+$/,
  },
  {
    name: 'hangs a route on no port',
    change: broken(bytes, [',"port":5432', '']),
    kind: 'cut',
    shows: /→ external db\.example\.com:5432 tcp$/,
  },
  {
    name: 'lets bytes out where TLS is meant',
    change: broken(secured, ['"kind":"TLSRoute"', '"kind":"TCPRoute"'], ['"hostnames":["partner.example.com"],', '']),
    kind: 'admitted',
    shows: /→ external any host:443 tcp$/,
  },
  {
    name: 'sends what is to leave to a Service',
    change: broken(bytes, [
      '"backendRefs":[{"group":"policy.linkerd.io","kind":"EgressNetwork","name":"egress"}]',
      '"backendRefs":[{"name":"page","port":8080}]',
    ]),
    kind: 'cut',
    shows: /→ external db\.example\.com:5432 tcp$/,
  },
  {
    name: 'writes TLSRoutes in a version that Linkerd 2.20 does not read',
    change: broken(secured, ['gateway.networking.k8s.io/v1alpha2', 'gateway.networking.k8s.io/v1']),
    kind: 'cut',
    shows: /→ external partner\.example\.com:443 tls$/,
  },
]

describe('law: a broken compiler of traffic and egress is noticed on Linkerd', () => {
  it('finds nothing in what is rendered', () => {
    assert.deepEqual(proveObjects(compiled, graph, to).differences, [])
  })

  for (const { name, change, kind, shows } of defects) {
    it(`that ${name}`, () => {
      const { differences } = proveObjects(change, graph, to)
      const shown = differences.filter(each => each.kind === kind && shows.test(each.text))
      assert.notDeepEqual(shown, [], JSON.stringify(differences, undefined, 1))
    })
  }
})
