import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compareNetwork } from '../../core/analyze/compare-network'
import { compileWithNetwork } from '../../core/compile/compile'
import type { Compiled, IstioTarget, MeshTarget } from '../../core/compile/target'
import { termsOf } from '../../core/compile/terms'
import { mapValues } from '../../core/graph/plain'
import type { Callees, Graph } from '../../core/graph/graph'
import { intentOf } from '../../core/graph/intent'
import type { KubernetesObject } from '../../core/model/manifest'
import { graph } from '../support/arbitrary/graph'
import { linkerdTarget } from '../support/linkerd'
import { reachOf, target } from '../support/prove'
import { withoutTokens } from '../support/tokens'
import { common, deployed, holds, named, objectsOf, shuffled, sound, stepsOf, union } from '../support/updates'

/*
 * As `no-edit-causes-an-outage`, with NetworkPolicies below the mesh: whatever an update has written of both so far, what was and stays declared gets through both, and the network alone
 * lets in nobody whom neither side declares.
 */

type Roll = () => number

/** A graph with some of its calls left out, as the dice say. */
function thinned(whole: Graph, roll: Roll): Graph {
  const keep = (): boolean => roll() % 3 > 0
  const only = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(keep))
  const fewer = (callees: Callees): Callees =>
    mapValues(only(callees), ports => (roll() % 2 > 0 ? ports : first(ports)))
  const first = (ports: Callees[string]): Callees[string] => Object.fromEntries(Object.entries(ports).slice(0, 1))
  return {
    ...whole,
    calls: mapValues(whole.calls, fewer),
    outside: mapValues(whole.outside, entry => ({ ...entry, routes: fewer(entry.routes) })),
    ingress: {},
  }
}

interface Sides {
  readonly before: Compiled
  readonly after: Compiled
  readonly graphs: readonly [Graph, Graph]
  readonly was: MeshTarget
  readonly to: MeshTarget
}

/** What is wrong with one state of an update. */
type Judge = (state: readonly KubernetesObject[], sides: Sides) => readonly string[]

interface Checked {
  readonly to: MeshTarget
  /** @default the same */
  readonly was?: MeshTarget
  readonly judges: readonly Judge[]
  readonly numRuns: number
}

function check({ to, was = to, judges, numRuns }: Checked): void {
  let states = 0
  const dice = fc.infiniteStream(fc.integer({ min: 0, max: 1_000_000 }))
  fc.assert(
    fc.property(graph.map(withoutTokens), dice, (whole, numbers) => {
      const roll = (): number => numbers.next().value ?? 0
      const graphs: Sides['graphs'] = [thinned(whole, roll), thinned(whole, roll)]
      const [before, after] = [compileWithNetwork(graphs[0], was, {}), compileWithNetwork(graphs[1], to, {})]
      fc.pre(sound(before) && sound(after))
      const state = named(objectsOf(before))
      for (const step of shuffled(stepsOf(before, after), limit => roll() % limit)) {
        step.apply(state)
        states++
        const objects = [...deployed(before, after), ...state.values()]
        const found = judges.flatMap(judge => judge(objects, { before, after, graphs, was, to }))
        assert.deepEqual(found, [], `after ${step.name}`)
      }
    }),
    { numRuns, endOnFailure: true },
  )
  assert.ok(states > numRuns / 2, `only ${states} states were seen`)
}

/** Both layers, against what both sides declare and what either does. */
const inAll: Judge = (state, { before, after, graphs: [old, wanted], was }) =>
  holds(state, {
    intents: [intentOf(old), intentOf(wanted)],
    rendered: [...objectsOf(before), ...objectsOf(after)],
    to: was as IstioTarget,
  })

const onNetwork: Judge = (state, { graphs: [old, wanted], was, to }) => {
  const reached = reachOf(state)
  const [most, least] = [union(intentOf(old), intentOf(wanted)), common(intentOf(old), intentOf(wanted))]
  return [
    ...compareNetwork(reached, most, termsOf(was)).filter(({ kind }) => kind === 'admitted'),
    ...compareNetwork(reached, least, termsOf(to)).filter(({ kind }) => kind === 'cut'),
  ].map(({ kind, text }) => `${kind}: ${text}`)
}

const ambient: IstioTarget = { ...target, kind: 'istio-ambient' }

describe('law: no edit causes an outage on the network', () => {
  it('below sidecars', () => {
    check({ to: target, judges: [inAll, onNetwork], numRuns: 4 })
  })

  it('below ambient, also where a Service gets its first waypoint or loses its last', () => {
    check({ to: ambient, judges: [inAll, onNetwork], numRuns: 10 })
    check({ to: { ...ambient, waypoints: { shop: 'service', data: 'service' } }, judges: [inAll], numRuns: 4 })
  })

  it('below a mesh of both', () => {
    check({ to: { ...ambient, dataPlanes: { pay: 'sidecar' } }, judges: [inAll, onNetwork], numRuns: 4 })
  })

  // What of the mesh is written when matters to no NetworkPolicy there: one is on the wire before as after.
  it('below Linkerd, and without regard to it', () => {
    check({ to: linkerdTarget, judges: [onNetwork], numRuns: 5 })
  })

  it('from strict to enforce, on either plane', () => {
    const stages = { shop: 'strict', data: 'strict' } as const
    for (const to of [target, ambient]) check({ was: { ...to, stages }, to, judges: [inAll], numRuns: 4 })
  })
})
