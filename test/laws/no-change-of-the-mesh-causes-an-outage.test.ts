import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compile } from '../../core/compile/compile'
import type { DataPlane, IstioTarget, Stage } from '../../core/compile/target'
import type { Graph } from '../../core/graph/graph'
import { intentOf } from '../../core/graph/intent'
import type { KubernetesObject } from '../../core/model/manifest'
import { graph } from '../support/arbitrary/graph'
import { target } from '../support/prove'
import { withoutTokens } from '../support/tokens'
import type { Edit } from '../support/updates'
import { deployed, holds, named, objectsOf, shuffled, sound, stepsOf } from '../support/updates'

/*
 * The same for what changes about the mesh, and not in the graph: stages, and data planes, where Pods that run keep theirs until they are
 * made again.
 */

/** What runs in the namespaces of a graph, beside what is rendered. */
type Running = (objects: readonly KubernetesObject[]) => readonly KubernetesObject[]

interface Change {
  readonly from: IstioTarget
  readonly to: IstioTarget
  /** What may be let in: what either side, or the looser of both stages, lets in. */
  readonly judged: IstioTarget
  readonly running?: readonly Running[]
}

const asWritten: Running = objects => objects

function check({ from, to, judged, running = [asWritten] }: Change, numRuns: number): void {
  let states = 0
  const dice = fc.infiniteStream(fc.integer({ min: 0, max: 1_000_000 }))
  const graphs = graph.map(withoutTokens).map((whole): Graph => ({ ...whole, ingress: {} }))
  fc.assert(
    fc.property(graphs, dice, (whole, numbers) => {
      const roll = (): number => numbers.next().value ?? 0
      const [before, after] = [compile(whole, from), compile(whole, to)]
      fc.pre(sound(before) && sound(after))
      const intent = intentOf(whole)
      const edit: Edit = {
        intents: [intent, intent],
        rendered: [...objectsOf(before), ...objectsOf(after)],
        to: judged,
      }
      const state = named(objectsOf(before))
      const steps = stepsOf(before, after)
      // A graph of which the change is none says nothing.
      fc.pre(steps.length > 0)
      for (const step of shuffled(steps, limit => roll() % limit)) {
        step.apply(state)
        states++
        for (const run of running) {
          const there = run([...deployed(before, after), ...state.values()])
          assert.deepEqual(holds(there, edit), [], `after ${step.name}`)
        }
      }
    }),
    { numRuns, endOnFailure: true },
  )
  assert.ok(states >= numRuns, `only ${states} states were seen`)
}

/** Pods as they run: of the older generation, whatever their namespace says by now. */
function living(mark: (pod: Pod) => Pod): Running {
  return objects =>
    objects.map(object => (object.kind === 'Pod' ? { ...mark(object as Pod), status: { phase: 'Running' } } : object))
}

type Pod = KubernetesObject & { readonly spec: { readonly containers: readonly object[] } }

const withSidecars = living(pod => ({
  ...pod,
  spec: { ...pod.spec, containers: [...pod.spec.containers, { name: 'istio-proxy' }] },
}))
/** Labelled while they ran; what is made from their template has no such label. */
const kept = living(pod => ({
  ...pod,
  metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, 'istio.io/dataplane-mode': 'ambient' } },
}))

const namespaces = ['shop', 'pay', 'data']
const all = <T>(value: T): Readonly<Record<string, T>> => Object.fromEntries(namespaces.map(name => [name, value]))
const at = (plane: DataPlane, stage: Stage): IstioTarget => ({
  ...target,
  kind: `istio-${plane}`,
  stages: all(stage),
})

describe('law: no change of the mesh causes an outage', () => {
  it('of the stage, from enforce back to strict, on either plane', () => {
    for (const plane of ['sidecar', 'ambient'] as const)
      check({ from: at(plane, 'enforce'), to: at(plane, 'strict'), judged: at(plane, 'strict') }, 6)
  })

  it('of the data plane at stage strict, for Pods that have sidecars still and for those that have none yet', () => {
    const planes = { from: at('sidecar', 'strict'), to: at('ambient', 'strict') }
    check({ ...planes, judged: planes.to, running: [withSidecars, asWritten] }, 5)
  })

  it('of the data plane back at stage strict, for Pods that were labelled to stay and for those made anew', () => {
    const planes = { from: at('ambient', 'strict'), to: at('sidecar', 'strict') }
    check({ ...planes, judged: planes.to, running: [kept, asWritten] }, 5)
  })

  const shared = { namespace: 'waypoints', name: 'shared' } as const
  const under = (waypoints: NonNullable<IstioTarget['waypoints']>): IstioTarget => ({
    ...at('ambient', 'enforce'),
    waypoints,
  })
  const others = { pay: shared, data: shared }
  const scopes: readonly (readonly [string, IstioTarget, IstioTarget])[] = [
    ['comes under a waypoint that stands already', under(others), under({ ...others, shop: shared })],
    ['leaves a waypoint that others keep', under({ ...others, shop: shared }), under(others)],
    [
      'has one for each service and comes under one that stands',
      under({ ...others, shop: 'service' }),
      under({ ...others, shop: shared }),
    ],
  ]
  for (const [title, from, to] of scopes)
    it(`of a namespace that ${title}, at stage strict, nor of its stage there and back`, () => {
      const strict = (target: IstioTarget): IstioTarget => ({ ...target, stages: { shop: 'strict' } })
      check({ from, to: strict(from), judged: strict(from) }, 5)
      check({ from: strict(from), to: strict(to), judged: strict(to) }, 15)
      check({ from: strict(to), to, judged: strict(to) }, 5)
    })

  it('at stage enforce a change of waypoint would', () => {
    const [, from, to] = scopes[0] ?? ['', target, target]
    assert.throws(() => check({ from, to, judged: to }, 40), /cut: /)
  })
})
