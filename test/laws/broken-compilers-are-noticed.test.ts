import assert from 'node:assert/strict'
import { compile } from '../../core/compile/compile'
import { defineGraph, grpc, http, tcp } from '../../core/graph/define'
import type { KubernetesObject } from '../../core/model/manifest'
import { objectsOf, proveObjects, target } from '../support/prove'

/*
 * The compiler, broken on purpose: each defect is one that has happened to somebody. What it renders is changed as that
 * defect would, and the proof has to say so, naming a flow.
 */

const graph = defineGraph({
  services: {
    frontend: { namespace: 'shop', ports: { http: http(8080, { servicePort: 80 }) } },
    cart: { namespace: 'shop', ports: { grpc: grpc(7070) } },
    redis: { namespace: 'data', ports: { redis: tcp(6379) } },
    // Nobody may call it: the default deny alone guards it.
    backup: { namespace: 'data', ports: { http: http(9000) } },
  },
  ingress: {
    web: { gateway: 'istio-ingress', hosts: ['shop.example.com'], routes: { frontend: { http: ['GET /cart'] } } },
  },
}).calls({
  frontend: { cart: { grpc: ['shop.Cart/Get'] } },
  cart: { redis: { redis: 'tcp' } },
})
const objects = objectsOf(compile(graph, target))

/** Replaces texts in the objects of one kind, as a defect in the code that renders them would. */
function broken(kind: string, change: (json: string) => string): readonly KubernetesObject[] {
  const changed = objects.map(object =>
    object.kind === kind ? (JSON.parse(change(JSON.stringify(object))) as KubernetesObject) : object,
  )
  assert.notDeepEqual(changed, objects, 'the defect changed nothing')
  return changed
}

const replace =
  (from: string | RegExp, to: string) =>
  (json: string): string =>
    json.replaceAll(from instanceof RegExp ? new RegExp(from, 'g') : from, to)

/** A caller's own configuration does not count here, so that the callee's defect alone is seen. */
const defects: readonly {
  name: string
  objects: readonly KubernetesObject[]
  kind: 'admitted' | 'cut'
  shows: RegExp
}[] = [
  {
    name: 'drops the port',
    objects: broken('AuthorizationPolicy', replace(/"ports":\["7070"\],?/, '')),
    kind: 'admitted',
    shows: /shop\/frontend → shop\/cart:other POST \/shop\.Cart\/Get/,
  },
  {
    name: 'swaps Service and container port',
    objects: broken('AuthorizationPolicy', replace('"8080"', '"80"')),
    kind: 'cut',
    shows: /istio-ingress\/istio-ingress → shop\/frontend:8080 GET \/cart/,
  },
  {
    name: 'widens a path',
    objects: broken('AuthorizationPolicy', replace('"/cart"', '"/cart*"')),
    kind: 'admitted',
    shows: /istio-ingress\/istio-ingress → shop\/frontend:8080 GET \/cart./,
  },
  {
    name: 'forgets the namespace of a caller',
    objects: broken('AuthorizationPolicy', replace(/td\.example\/ns\/shop\/sa\/frontend/, '*/sa/frontend')),
    kind: 'admitted',
    shows: /\/frontend → shop\/cart:7070/,
  },
  {
    name: 'names another trust domain',
    objects: broken('AuthorizationPolicy', replace('td.example/', 'other.example/')),
    kind: 'cut',
    shows: /shop\/cart → data\/redis:6379/,
  },
  {
    name: 'puts an HTTP field on a TCP port',
    objects: broken('AuthorizationPolicy', replace('"ports":["6379"]', '"ports":["6379"],"methods":["GET"]')),
    kind: 'cut',
    shows: /shop\/cart → data\/redis:6379/,
  },
  {
    name: 'drops the default deny',
    objects: objects.filter(
      object => object.kind !== 'AuthorizationPolicy' || Object.keys(object.spec as object).length > 0,
    ),
    kind: 'admitted',
    shows: / → data\/backup:9000/,
  },
  {
    name: 'leaves mTLS permissive and trusts addresses',
    objects: broken(
      'AuthorizationPolicy',
      replace(/"from":\[\{"source":\{"principals":\["td\.example\/ns\/shop\/sa\/cart"\]\}\}\],?/, ''),
    ).map(permissive),
    kind: 'admitted',
    shows: /anybody without identity → data\/redis:6379/,
  },
]

function permissive(object: KubernetesObject): KubernetesObject {
  return object.kind === 'PeerAuthentication' ? { ...object, spec: { mtls: { mode: 'PERMISSIVE' } } } : object
}

describe('law: the proof notices a broken compiler', () => {
  it('and finds nothing to say about the sound one', () => {
    assert.deepEqual(proveObjects(objects, graph).differences, [])
  })

  for (const { name, objects: rendered, kind, shows } of defects) {
    it(`that ${name}`, () => {
      const texts = proveObjects(rendered, graph)
        .differences.filter(difference => difference.kind === kind)
        .map(difference => difference.text)
      assert.ok(
        texts.some(text => shows.test(text)),
        `expected ${kind} ${String(shows)}, found ${JSON.stringify(texts)}`,
      )
    })
  }

  it('that leaves mTLS permissive where policies alone would still refuse: the port is no longer what STRICT makes it', () => {
    // With exact principals a PERMISSIVE port admits nobody new; the strict stage, which has no policies, shows it.
    const strict = { ...target, stages: { shop: 'strict', data: 'strict' } as const }
    const rendered = objectsOf(compile(graph, strict)).map(permissive)
    const texts = proveObjects(rendered, graph, strict).differences.map(({ text }) => text)
    assert.ok(
      texts.some(text => text.startsWith('anybody without identity → data/redis:6379')),
      JSON.stringify(texts),
    )
  })
})
