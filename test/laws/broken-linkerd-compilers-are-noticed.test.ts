import assert from 'node:assert/strict'
import { compile } from '../../core/compile/compile'
import type { LinkerdTarget } from '../../core/compile/target'
import { defineGraph, grpc, http, tcp } from '../../core/graph/define'
import type { KubernetesObject } from '../../core/model/manifest'
import { objectName } from '../../core/model/manifest'
import { linkerdTarget, readably } from '../support/linkerd'
import { objectsOf, proveObjects } from '../support/prove'

/* Linkerd's compiler, broken on purpose in the ways that look right in review. */

const graph = defineGraph({
  services: {
    web: { namespace: 'front', ports: { http: http(8080) } },
    cart: {
      namespace: 'shop',
      ports: { http: http(8080), grpc: grpc(9000) },
      probes: { readiness: 'GET:8080 /healthz', liveness: 'grpc:9000' },
      metrics: { port: 9102, path: '/metrics' },
    },
    redis: { namespace: 'shop', ports: { tcp: tcp(6379) } },
    office: { namespace: 'shop', ports: { http: http(8080) } },
  },
  scraper: { namespace: 'monitoring', serviceAccount: 'prometheus' },
}).calls({
  web: { cart: { http: ['GET /items', 'GET /items/**'], grpc: ['shop.Cart/Get'] } },
  office: { cart: { http: ['GET /items', 'DELETE /items/*'], grpc: ['shop.Cart/Get', 'shop.Cart/Empty'] } },
  cart: { redis: { tcp: 'tcp' } },
})
const to: LinkerdTarget = { ...linkerdTarget, nodeNetworks: ['10.0.0.0/16'] }

type Change = (object: KubernetesObject) => KubernetesObject | undefined

interface Defect {
  readonly name: string
  readonly on: string
  readonly change: Change
  readonly kind: 'admitted' | 'cut'
  readonly shows: RegExp
}

const dropped: Change = () => undefined
const rewritten =
  (from: string | RegExp, to: string): Change =>
  object => {
    const before = JSON.stringify(object)
    const after = before.replace(from, to)
    assert.notEqual(after, before, `${before} does not say ${String(from)}`)
    return JSON.parse(after) as KubernetesObject
  }
const refs = /"requiredAuthenticationRefs":\[.*?\]/
const otherDomain = /serviceaccount\.identity\.mesh\.td\.example/

const defects: readonly Defect[] = [
  {
    name: 'forgets a route, whose requests are then not found',
    on: 'HTTPRoute shop/cart.http.web.front',
    change: dropped,
    kind: 'cut',
    shows: /^front\/web .*→ shop\/cart:8080 GET \/items\//,
  },
  {
    name: 'writes a port as text, which is a name',
    on: 'Server shop/cart.http',
    change: rewritten('"port":8080', '"port":"8080"'),
    kind: 'cut',
    shows: /→ shop\/cart:8080 /,
  },
  {
    name: 'leaves the list of authentications empty, which admits everybody',
    on: 'AuthorizationPolicy shop/redis.tcp',
    change: rewritten(refs, '"requiredAuthenticationRefs":[]'),
    kind: 'admitted',
    shows: /^anybody without identity .*→ shop\/redis:6379 tcp$/,
  },
  {
    name: 'refers to an authentication in another namespace',
    on: 'AuthorizationPolicy shop/cart.http.web.front',
    change: rewritten('"name":"web.front"}', '"name":"web.front","namespace":"front"}'),
    kind: 'cut',
    shows: /^front\/web .*→ shop\/cart:8080 GET \/items\//,
  },
  {
    name: 'hangs HTTPRoutes on a Server of gRPC, which does not look at them',
    on: 'Server shop/cart.http',
    change: rewritten('"HTTP/1"', '"gRPC"'),
    kind: 'cut',
    shows: /→ shop\/cart:8080 /,
  },
  {
    name: 'writes a prefix for an exact path',
    on: 'HTTPRoute shop/cart.metrics',
    change: rewritten('"Exact"', '"PathPrefix"'),
    kind: 'admitted',
    shows: /^monitoring\/prometheus .*→ shop\/cart:9102 GET \/metrics\//,
  },
  {
    name: 'forgets the route of a probe, which routes take the kubelet’s allowance from',
    on: 'HTTPRoute shop/cart.http.kubelet',
    change: dropped,
    kind: 'cut',
    shows: /^kubelet .*→ shop\/cart:8080 GET \/healthz$/,
  },
  {
    name: 'forgets who scrapes',
    on: 'AuthorizationPolicy shop/cart.metrics',
    change: dropped,
    kind: 'cut',
    shows: /^monitoring\/prometheus .*→ shop\/cart:9102 GET \/metrics$/,
  },
  {
    name: 'leaves what has no Server open to everybody',
    on: 'Namespace shop',
    change: rewritten('"deny"', '"all-unauthenticated"'),
    kind: 'admitted',
    shows: /^anybody without identity .*→ shop\/\w+:other tcp$/,
  },
  {
    name: 'names a caller of another trust domain',
    on: 'MeshTLSAuthentication shop/cart.shop',
    change: rewritten(otherDomain, 'serviceaccount.identity.mesh.cluster.local'),
    kind: 'cut',
    shows: /^shop\/cart .*→ shop\/redis:6379 tcp$/,
  },
  {
    name: 'names a caller of another control plane',
    on: 'MeshTLSAuthentication shop/cart.shop',
    change: rewritten('.identity.mesh.', '.identity.linkerd.'),
    kind: 'cut',
    shows: /^shop\/cart .*→ shop\/redis:6379 tcp$/,
  },
  {
    name: 'admits every identity of the mesh',
    on: 'MeshTLSAuthentication shop/cart.shop',
    change: rewritten(/"identities":\[.*?\]/, '"identities":["*"]'),
    kind: 'admitted',
    shows: /→ shop\/redis:6379 tcp$/,
  },
  {
    name: 'lets in by the Server whoever has an identity',
    on: 'Server shop/office.http',
    change: rewritten('"accessPolicy":"deny"', '"accessPolicy":"all-authenticated"'),
    kind: 'admitted',
    shows: /→ shop\/office:8080 /,
  },
  {
    name: 'only reports what it should refuse',
    on: 'Server shop/redis.tcp',
    change: rewritten('"accessPolicy":"deny"', '"accessPolicy":"audit"'),
    kind: 'admitted',
    shows: /^anybody without identity .*→ shop\/redis:6379 tcp$/,
  },
  {
    name: 'admits to the Server whom it should admit to a route',
    on: 'AuthorizationPolicy shop/cart.http.web.front',
    change: rewritten(
      /"targetRef":\{.*?\}/,
      '"targetRef":{"group":"policy.linkerd.io","kind":"Server","name":"cart.http"}',
    ),
    kind: 'admitted',
    shows: /^front\/web .*→ shop\/cart:8080 DELETE \/items\//,
  },
  {
    name: 'drops the method of a gRPC route, so that any will do',
    on: 'GRPCRoute shop/cart.grpc.office.shop',
    change: rewritten(',"method":"Empty"', ''),
    kind: 'admitted',
    shows: /^shop\/office .*→ shop\/cart:9000 POST \/shop\.Cart\//,
  },
  {
    name: 'takes everybody for the kubelet',
    on: 'NetworkAuthentication shop/kubelet',
    change: rewritten('"10.0.0.0/16"', '"0.0.0.0/0"'),
    kind: 'admitted',
    shows: /^anybody without identity at .*→ shop\/cart:\d+ /,
  },
  {
    name: 'says that a port carries bytes, so that no route is looked at',
    on: 'Server shop/cart.grpc',
    change: rewritten('"gRPC"', '"opaque"'),
    kind: 'cut',
    shows: /→ shop\/cart:9000 /,
  },
]

describe('law: a broken compiler of Linkerd is noticed', () => {
  const rendered = objectsOf(readably(compile(graph, to)))

  it('and an unbroken one proves equal', () => {
    assert.deepEqual(proveObjects(rendered, graph, to).differences, [])
  })

  for (const { name, on, change, kind, shows } of defects) {
    it(`that ${name}`, () => {
      assert.ok(
        rendered.some(object => objectName(object) === on),
        `${on} is not rendered`,
      )
      const broken = rendered.flatMap(object => (objectName(object) === on ? (change(object) ?? []) : [object]))
      const { differences } = proveObjects(broken, graph, to)
      const told = differences.map(difference => `${difference.kind}: ${difference.text}`)
      assert.ok(
        differences.some(difference => difference.kind === kind && shows.test(difference.text)),
        `not seen among ${JSON.stringify(told, undefined, 1)}`,
      )
    })
  }
})
