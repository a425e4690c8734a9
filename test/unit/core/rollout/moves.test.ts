import assert from 'node:assert/strict'
import { compile } from '../../../../core/compile/compile'
import type { DataPlane, IstioTarget, Stage, WaypointScope } from '../../../../core/compile/target'
import { defineGraph, http } from '../../../../core/graph/define'
import type { Graph, Port, Traffic } from '../../../../core/graph/graph'
import { intentOf } from '../../../../core/graph/intent'
import type { KubernetesObject } from '../../../../core/model/manifest'
import type { Placed } from '../../../../core/rollout/moves'
import { plannedSteps } from '../../../../core/rollout/moves'
import { target } from '../../../support/prove'
import { holds, objectsOf } from '../../../support/updates'

function shop(port: Port = http(8080, { servicePort: 80 }), name = 'http'): Graph {
  return defineGraph({
    services: { web: { namespace: 'shop', ports: {} }, cart: { namespace: 'shop', ports: { [name]: port } } },
  }).calls({ web: { cart: { [name]: ['GET /cart'] } } } as never)
}

const placed = (graph: Graph, plane: DataPlane = 'ambient', stage: Stage = 'enforce'): Placed => ({
  graph,
  planeOf: () => plane,
  stageOf: () => stage,
})
const kinds = (before: Placed, after: Placed) => plannedSteps(before, after).map(({ kind, at }) => `${kind} ${at}`)

describe('plannedSteps', () => {
  it('takes a namespace to another data plane by way of stage strict', () => {
    const [move, ...more] = plannedSteps(placed(shop(), 'sidecar'), placed(shop()))
    assert.deepEqual([move?.kind, move?.at, more], ['plane', 'shop', []])
    assert.deepEqual(move?.steps, [
      '`stages.shop: strict`',
      '`dataPlanes.shop: ambient`',
      '`kubectl -n shop rollout restart deployment,statefulset,daemonset`',
      '`stages.shop: enforce`',
    ])
    assert.deepEqual(kinds(placed(shop(), 'sidecar', 'strict'), placed(shop(), 'ambient', 'strict')), [])
  })

  it('keeps Pods with ztunnel, also at stage strict, while their namespace goes to sidecars', () => {
    const [move] = plannedSteps(placed(shop(), 'ambient', 'strict'), placed(shop(), 'sidecar', 'strict'))
    assert.match(move?.steps[0] ?? '', /kubectl -n shop label pods --all istio\.io\/dataplane-mode=ambient/)
  })

  it('takes a namespace from one waypoint to another by way of stage strict', () => {
    const under = (scope: WaypointScope, stage: Stage = 'enforce', plane: DataPlane = 'ambient'): Placed => ({
      ...placed(shop(), plane, stage),
      waypointOf: () => scope,
    })
    const shared = { namespace: 'waypoints', name: 'shared' }
    const [move, ...more] = plannedSteps(placed(shop()), under(shared))
    assert.deepEqual([move?.kind, move?.at, more], ['waypoint', 'shop', []])
    assert.deepEqual(move?.steps, [
      '`stages.shop: strict`',
      '`waypoints.shop: {namespace: waypoints, name: shared}`',
      '`stages.shop: enforce`',
    ])
    assert.deepEqual(plannedSteps(under('service'), under('namespace'))[0]?.steps[1], '`waypoints.shop: namespace`')
    assert.deepEqual(kinds(placed(shop()), under('namespace')), [])
    assert.deepEqual(kinds(under('namespace', 'strict'), under(shared, 'strict')), [])
    assert.deepEqual(kinds(under('namespace', 'enforce', 'sidecar'), under(shared, 'enforce', 'sidecar')), [])
  })

  it('takes a number of a port in steps, its name not at all, and a Service port where a waypoint reads routes', () => {
    assert.deepEqual(kinds(placed(shop()), placed(shop(http(8081, { servicePort: 80 })))), ['port shop/cart'])
    assert.deepEqual(kinds(placed(shop()), placed(shop(http(8080, { servicePort: 80 }), 'main'))), [])
    const moved = shop(http(8080, { servicePort: 81 }))
    assert.deepEqual(kinds(placed(shop()), placed(moved)), ['service-port shop/cart'])
    assert.deepEqual(kinds(placed(shop(), 'sidecar'), placed(moved, 'sidecar')), [])
  })

  it('is right that a name of a port is in no object of ours', () => {
    for (const kind of ['istio-sidecar', 'istio-ambient'] as const) {
      const [before, after] = ['http', 'main'].map(name =>
        compile(shop(http(8080, { servicePort: 80 }), name), { ...target, kind }),
      )
      assert.deepEqual(before?.manifests, after?.manifests)
    }
  })

  it('says of tokens only that which one object cannot do', () => {
    const issuers = { a: { issuer: 'a', jwksUri: 'https://a/keys' }, b: { issuer: 'b', jwksUri: 'https://b/keys' } }
    const asking = (...names: readonly string[]): Graph => {
      const routes = names.map(issuer => ({ route: `GET /${issuer}`, jwt: { issuer } }))
      return { ...shop(), jwt: issuers, calls: { web: { cart: { http: routes } } } }
    }
    assert.deepEqual(kinds(placed(asking('a', 'b')), placed(asking('b'))), ['tokens shop/cart'])
    assert.deepEqual(kinds(placed(asking('a')), placed(asking('a', 'b'))), [])
    assert.deepEqual(kinds(placed(asking('a')), placed(shop())), [])
  })
})

describe('plannedSteps for routes', () => {
  const versions = (weights: Readonly<Record<string, number>>, more: Traffic = {}): Graph => {
    const all = Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, { weight }]))
    const { cart, web } = shop().services
    assert.ok(cart && web)
    const traffic = { ...more, ...(Object.keys(all).length > 0 && { versions: all }) }
    return { ...shop(), services: { web, cart: { ...cart, traffic } } }
  }
  const of = (before: Graph, after: Graph, plane: DataPlane = 'sidecar', stage: Stage = 'enforce') =>
    kinds(placed(before, plane, stage), placed(after, plane, stage))

  it('gives up a version once it has no share, and the last ones without outlier detection', () => {
    assert.deepEqual(of(versions({ a: 90, b: 10 }), versions({ a: 100 })), ['versions shop/cart'])
    assert.deepEqual(of(versions({ a: 90, b: 10 }), versions({ a: 100 }), 'ambient'), [])
    assert.deepEqual(of(versions({ a: 100, b: 0 }), versions({ a: 100 })), [])
    assert.deepEqual(of(versions({ a: 100 }), versions({ a: 90, b: 10 })), [])
    assert.deepEqual(of(versions({ a: 100 }), versions({}, { outlierDetection: {} })), ['versions shop/cart'])
    assert.deepEqual(of(versions({ a: 100 }), versions({})), [])
  })

  const leaving = (gateway?: string, tls = false): Graph => ({
    ...shop(),
    external: {
      api: {
        hosts: ['h.example.com'],
        ports: { http: http(80) },
        ...(gateway !== undefined && { gateway }),
        ...(tls && { tls: {} }),
      },
    },
    calls: { web: { api: { http: ['GET /'] } } },
  })

  it('brings a host behind a gateway at once, and back by way of stage strict', () => {
    assert.deepEqual(of(leaving(), leaving('out')), [])
    assert.deepEqual(of(leaving('out'), leaving()), ['exit api'])
    assert.deepEqual(of(leaving('out'), leaving(), 'sidecar', 'strict'), [])
    assert.deepEqual(of(leaving('out'), leaving('edge/exit')), ['exit api'])
    assert.deepEqual(of(leaving('out'), leaving('out/out')), [])
    assert.deepEqual(of(leaving(), leaving(undefined, true)), ['origination api'])
  })

  it('gives a gateway that goes to another namespace another name', () => {
    assert.deepEqual(of(leaving('out'), leaving('edge/out'), 'sidecar', 'strict'), ['gateway edge/out'])
    assert.deepEqual(of(leaving('out'), leaving('edge/exit'), 'sidecar', 'strict'), [])
  })

  const entered = (ingress: Graph['ingress']): Graph => ({ ...shop(), ingress })
  const web = { gateway: 'edge', hosts: ['w.example.com'], routes: { cart: { http: ['GET /'] } } }

  it('takes a host of a gateway to TLS, to another ingress and to another callee in steps', () => {
    assert.deepEqual(of(entered({}), entered({ web })), [])
    assert.deepEqual(of(entered({ web }), entered({ web: { ...web, tls: { secret: 's' } } })), [
      'entry-tls edge/edge w.example.com',
    ])
    assert.deepEqual(of(entered({ web }), entered({ other: web })), ['entry-host edge/edge w.example.com'])
    const two = (callee: string): Graph => ({
      ...shop(),
      services: { ...shop().services, more: { namespace: 'shop', ports: { http: http(8080) } } },
      ingress: { web: { ...web, routes: { [callee]: { http: ['GET /'] } } } },
    })
    assert.deepEqual(of(two('cart'), two('more')), ['entry edge/edge w.example.com GET shop/cart:8080'])
  })
})

describe('a data plane changed at once', () => {
  const at = (kind: IstioTarget['kind']): IstioTarget => ({ ...target, kind })
  const pods = (mark: (pod: KubernetesObject) => object) => (objects: readonly KubernetesObject[]) =>
    objects.map(one => (one.kind === 'Pod' ? { ...one, ...mark(one), status: { phase: 'Running' } } : one))

  function wrong(from: IstioTarget, to: IstioTarget, running: ReturnType<typeof pods>): readonly string[] {
    const [before, after] = [compile(shop(), from), compile(shop(), to)]
    const intent = intentOf(shop())
    const rendered = [...objectsOf(before), ...objectsOf(after)]
    return holds(running([...after.assumptions, ...objectsOf(after)]), { intents: [intent, intent], rendered, to })
  }

  it('cuts the calls of Pods that have sidecars still', () => {
    const containers = [{ name: 'app', ports: [{ containerPort: 8080 }] }, { name: 'istio-proxy' }]
    const old = pods(({ spec }) => ({ spec: { ...(spec as object), containers } }))
    assert.ok(wrong(at('istio-sidecar'), at('istio-ambient'), old).some(text => text.startsWith('cut: ')))
  })

  it('opens Pods that have none yet', () => {
    const bare = pods(() => ({}))
    assert.ok(wrong(at('istio-ambient'), at('istio-sidecar'), bare).some(text => text.startsWith('admitted: ')))
  })
})
