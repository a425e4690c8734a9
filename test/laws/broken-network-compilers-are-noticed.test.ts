import assert from 'node:assert/strict'
import { compareNetwork } from '../../core/analyze/compare-network'
import { compileWithNetwork } from '../../core/compile/compile'
import type { IstioTarget, MeshTarget } from '../../core/compile/target'
import { defineGraph, http, tcp } from '../../core/graph/define'
import { intentOf } from '../../core/graph/intent'
import type { KubernetesObject } from '../../core/model/manifest'
import { objectName } from '../../core/model/manifest'
import { linkerdTarget } from '../support/linkerd'
import { objectsOf, proveObjects, reachOf, target } from '../support/prove'

/*
 * The compiler of NetworkPolicies, broken on purpose. What it cuts too much the proof of both layers shows, and the network alone; what it leaves open the network alone.
 */

const ambient: IstioTarget = { ...target, kind: 'istio-ambient' }
const graph = defineGraph({
  services: {
    frontend: { namespace: 'shop', ports: { http: http(8080, { servicePort: 80 }) } },
    cart: { namespace: 'shop', ports: { http: http(7070, { servicePort: 81 }) } },
    redis: { namespace: 'data', ports: { redis: tcp(6379) } },
  },
}).calls({
  frontend: { cart: { http: ['GET /cart'] } },
  cart: { redis: { redis: 'tcp' } },
})

type Change = (text: string) => string

const rewritten =
  (from: string, to: string): Change =>
  text => {
    assert.ok(text.includes(from), `${text} does not say ${from}`)
    return text.replaceAll(from, to)
  }
const changed =
  (change: Readonly<Record<string, unknown>>): Change =>
  text => {
    const { spec, ...object } = JSON.parse(text) as KubernetesObject & { spec: Record<string, unknown> }
    for (const field of Object.keys(change)) assert.ok(field in spec)
    return JSON.stringify({ ...object, spec: { ...spec, ...change } })
  }
const without = (field: string): Change => changed({ [field]: undefined })
const dropped: Change = () => ''

/** What is rendered, with some policies changed, or left out. */
function broken(mesh: MeshTarget, changes: Readonly<Record<string, Change>>): readonly KubernetesObject[] {
  const objects = objectsOf(compileWithNetwork(graph, mesh, {}))
  const names = objects.map(objectName)
  for (const name of Object.keys(changes)) assert.ok(names.includes(`NetworkPolicy ${name}`), name)
  return objects.flatMap(object => {
    const change = changes[objectName(object).replace('NetworkPolicy ', '')]
    if (!change || object.kind !== 'NetworkPolicy') return [object]
    const text = change(JSON.stringify(object))
    return text === '' ? [] : [JSON.parse(text) as KubernetesObject]
  })
}

interface Defect {
  readonly name: string
  /** @default ambient */
  readonly mesh?: MeshTarget
  readonly changes: Readonly<Record<string, Change>>
}

const cutting: readonly Defect[] = [
  {
    name: 'opens the container port on the way out, where HBONE is on the wire',
    changes: { 'shop/calls-of-cart': rewritten('15008', '6379') },
  },
  { name: 'forgets the waypoint', changes: { 'shop/calls-of-waypoint.waypoint': dropped } },
  {
    name: 'opens the waypoint on another port',
    changes: { 'shop/calls-of-waypoint.waypoint': rewritten('15008', '15006') },
  },
  {
    name: 'lets callers into Pods that a waypoint stands before, and not the waypoint',
    changes: { 'shop/calls-of-cart': rewritten('gateway.networking.k8s.io/gateway-name', 'istio.io/gateway-name') },
  },
  {
    name: 'names callers without their namespace',
    changes: {
      'data/calls-of-redis': rewritten(
        '"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"shop"}},',
        '',
      ),
    },
  },
  {
    name: 'names a namespace that nobody is in',
    changes: { 'data/calls-of-redis': rewritten('metadata.name":"shop"', 'metadata.name":"shops"') },
  },
  { name: 'misnames the callers', changes: { 'data/calls-of-redis': rewritten('"app":"cart"', '"app":"carts"') } },
  { name: 'lets nobody in', changes: { 'data/calls-of-redis': without('ingress') } },
  { name: 'lets nobody out', changes: { 'shop/calls-of-cart': without('egress') } },
  { name: 'forgets a service in a namespace that is closed', changes: { 'shop/calls-of-frontend': dropped } },
  { name: 'speaks of UDP', changes: { 'data/calls-of-redis': rewritten('"TCP"', '"UDP"') } },
  {
    name: 'writes the Service’s port, which is on no wire',
    mesh: target,
    changes: { 'shop/calls-of-cart': rewritten('7070', '81') },
  },
  {
    name: 'opens the container port on Linkerd, where its proxy’s is on the wire',
    mesh: linkerdTarget,
    changes: { 'data/calls-of-redis': rewritten('4143', '6379') },
  },
]

const opening: readonly Defect[] = [
  {
    name: 'lets in whomever with an empty list',
    mesh: target,
    changes: {
      'data/calls-of-redis': text => text.replace(/"from":\[.*?\],"ports"/, '"from":[],"ports"'),
    },
  },
  {
    name: 'lets in the whole namespace of a caller',
    mesh: target,
    changes: {
      'data/calls-of-redis': rewritten(',"podSelector":{"matchLabels":{"app":"cart"}}', ''),
      'shop/default-deny': dropped,
    },
  },
  {
    name: 'forgets a service and the default of its namespace',
    mesh: target,
    changes: { 'data/calls-of-redis': dropped, 'data/default-deny': dropped },
  },
  {
    name: 'lets in whomever on ambient, whatever else the mesh holds',
    changes: {
      'shop/calls-of-waypoint.waypoint': text => text.replace(/"ingress":\[.*?\],"egress"/, '"ingress":[{}],"egress"'),
    },
  },
  {
    name: 'names a callee’s port by nothing, so that a caller gets to all of them',
    mesh: target,
    changes: {
      'data/calls-of-redis': text => text.replace(/("from":\[.*?\]),"ports":\[.*?\]/, '$1'),
      'shop/calls-of-cart': changed({ egress: [{}] }),
    },
  },
  {
    name: 'opens the port that sidecars take HBONE on, where none does',
    mesh: target,
    changes: {
      'data/calls-of-redis': rewritten('"port":6379', '"port":6379,"endPort":15008'),
      'shop/calls-of-cart': rewritten('"port":6379', '"port":6379,"endPort":15008'),
    },
  },
  {
    name: 'opens Linkerd’s port to the namespace of a caller',
    mesh: linkerdTarget,
    changes: {
      'data/calls-of-redis': rewritten(',"podSelector":{"matchLabels":{"app":"cart"}}', ''),
      'shop/calls-of-frontend': changed({ egress: [{}] }),
    },
  },
  {
    name: 'lets anybody to a waypoint’s callees',
    changes: {
      'shop/calls-of-cart': text => text.replace(/"ingress":\[.*?\],"egress"/, '"ingress":[{}],"egress"'),
      'data/calls-of-redis': text => text.replace(/"from":\[.*?\],"ports"/, '"from":[],"ports"'),
    },
  },
]

/** Pods of nobody's graph, one beside the callers and one apart. */
const strays: readonly KubernetesObject[] = ['shop', 'legacy'].map(namespace => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'stray', namespace, labels: { app: 'stray' } },
  spec: { serviceAccountName: 'stray', containers: [{ name: 'stray' }] },
}))

const meshes: Readonly<Record<string, MeshTarget>> = { sidecars: target, ambient, Linkerd: linkerdTarget }

describe('law: the proof notices a broken compiler of NetworkPolicies', () => {
  for (const [name, mesh] of Object.entries(meshes)) {
    it(`and finds nothing to say about the sound one on ${name}`, () => {
      const objects = broken(mesh, {})
      assert.deepEqual(proveObjects(objects, graph, mesh).differences, [])
      assert.deepEqual(compareNetwork(reachOf([...objects, ...strays]), intentOf(graph)), [])
    })
  }

  for (const { name, mesh = ambient, changes } of cutting) {
    it(`that ${name}`, () => {
      const objects = broken(mesh, changes)
      for (const found of [
        proveObjects(objects, graph, mesh).differences,
        compareNetwork(reachOf(objects), intentOf(graph)),
      ])
        assert.ok(
          found.some(({ kind }) => kind === 'cut'),
          'nothing is cut',
        )
    })
  }

  for (const { name, mesh = ambient, changes } of opening) {
    it(`that ${name}`, () => {
      // Whether or not anybody was read whom nobody declared.
      for (const others of [strays, []]) {
        const found = compareNetwork(reachOf([...broken(mesh, changes), ...others]), intentOf(graph))
        assert.ok(
          found.some(({ kind }) => kind === 'admitted'),
          'nothing is admitted',
        )
      }
    })
  }
})
