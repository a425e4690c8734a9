import assert from 'node:assert/strict'
import { compile } from '../../../../../core/compile/compile'
import { defineGraph, http } from '../../../../../core/graph/define'
import type { KubernetesObject } from '../../../../../core/model/manifest'
import { objectName } from '../../../../../core/model/manifest'
import type { IstioTarget } from '../../../../../core/compile/target'
import { objectsOf, proveObjects, target } from '../../../../support/prove'

const graph = defineGraph({
  services: {
    shop: { namespace: 'shop', ports: { http: http(8080) } },
    admin: { namespace: 'shop', ports: { http: http(8080) } },
  },
  ingress: {
    web: { gateway: 'edge/door-istio', hosts: ['a.example.com'], routes: { shop: { http: ['GET /cart'] } } },
  },
}).calls({})

type Rules = readonly Readonly<Record<string, unknown>>[]
interface Routing {
  readonly http: Rules
  readonly rules: Rules
}

/** What is found where each rule of a route says something more. */
function found(name: string, more: object, to: IstioTarget): readonly string[] {
  let changed = 0
  const objects = objectsOf(compile(graph, to)).map((object): KubernetesObject => {
    if (objectName(object) !== name) return object
    changed += 1
    const spec = object.spec as Routing
    const key = object.kind === 'VirtualService' ? 'http' : 'rules'
    return { ...object, spec: { ...spec, [key]: spec[key].map(rule => ({ ...rule, ...more })) } }
  })
  assert.equal(changed, 1)
  return proveObjects(objects, graph, to).differences.map(({ kind, text }) => `${kind} ${text}`)
}

const told = ['admitted anyone → edge/door-istio a.example.com GET /cart → shop/admin:8080']

describe('a copy of what enters', () => {
  it('gets to whom a VirtualService mirrors it, under the name of the gateway', () => {
    const destination = { host: 'admin.shop.svc.cluster.local', port: { number: 8080 } }
    assert.deepEqual(found('VirtualService edge/web', {}, target), [])
    assert.deepEqual(found('VirtualService edge/web', { mirror: destination }, target), told)
    assert.deepEqual(found('VirtualService edge/web', { mirrors: [{ destination }] }, target), told)
  })

  it('gets to whom an HTTPRoute mirrors it, where the route may lead there', () => {
    const to: IstioTarget = { ...target, gateways: { 'edge/door-istio': { routing: 'gateway-api' } } }
    const backendRef = { name: 'admin', namespace: 'shop', port: 8080 }
    const mirrored = { filters: [{ type: 'RequestMirror', requestMirror: { backendRef } }] }
    // The grant for `shop` is for that Service alone.
    assert.deepEqual(found('HTTPRoute edge/web', mirrored, to), [])
    const beside = { filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'x', port: 80 } } }] }
    assert.equal(found('HTTPRoute edge/web', beside, to).length, 1)
  })
})
