import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compareWithIntent } from '../../core/analyze/compare'
import type { Ordered } from '../../components/order'
import { inOrder } from '../../components/order'
import { compile } from '../../core/compile/compile'
import type { Compiled, IstioTarget } from '../../core/compile/target'
import type { Callees, Graph } from '../../core/graph/graph'
import { intentOf } from '../../core/graph/intent'
import type { IntendedFlow, Intent } from '../../core/model/intent'
import type { KubernetesObject } from '../../core/model/manifest'
import { objectName } from '../../core/model/manifest'
import { graph } from '../support/arbitrary/graph'
import { reachOf, target } from '../support/prove'
import { mapped, withoutTokens } from '../support/tokens'

/*
 * An update writes objects one by one: each once those it depends on are written, in an order that nobody can foresee beyond that, and
 * deletes at the end what is no longer there, dependents first. Whatever it has done so far, calls that were and stay declared work, and
 * nothing is let in that neither side declares.
 */

/** A graph with some of its calls left out, as the dice say. */
function thinned(whole: Graph, keep: () => boolean): Graph {
  const fewer = (callees: Callees): Callees => Object.fromEntries(Object.entries(callees).filter(() => keep()))
  return {
    ...whole,
    calls: mapped(whole.calls, fewer),
    ingress: mapped(whole.ingress, entry => ({ ...entry, routes: fewer(entry.routes) })),
    outside: mapped(whole.outside, entry => ({ ...entry, routes: fewer(entry.routes) })),
  }
}

interface Step {
  readonly name: string
  readonly apply: (state: Map<string, KubernetesObject>) => void
  /** Names of steps that come before. */
  readonly after: readonly string[]
}

const named = (objects: readonly KubernetesObject[]): Map<string, KubernetesObject> =>
  new Map(objects.map(object => [objectName(object), object]))
const objectsOf = ({ manifests }: Compiled): readonly KubernetesObject[] => manifests.map(({ object }) => object)

/** Also what does not change waits for what it depends on, and is waited for. */
function allBefore(first: readonly KubernetesObject[], wanted: readonly Ordered[]): readonly string[] {
  const found = new Set(first)
  for (const object of found) for (const one of wanted.find(each => each.object === object)?.after ?? []) found.add(one)
  return [...found].map(objectName)
}

/** What an update does, and in what order it has to: policies wait for their namespaces, deletions for everything. */
function stepsOf(before: Compiled, after: Compiled): readonly Step[] {
  const old = named(objectsOf(before))
  const wanted = inOrder(objectsOf(after))
  const writes = wanted
    .filter(({ object }) => JSON.stringify(old.get(objectName(object))) !== JSON.stringify(object))
    .map(({ object, after: first }): Step => ({
      name: objectName(object),
      apply: state => state.set(objectName(object), object),
      after: allBefore(first, wanted),
    }))
  const kept = new Set(wanted.map(({ object }) => objectName(object)))
  const gone = inOrder(objectsOf(before)).filter(({ object }) => !kept.has(objectName(object)))
  const deletions = gone.map(({ object }): Step => ({
    name: `- ${objectName(object)}`,
    apply: state => state.delete(objectName(object)),
    after: [
      ...writes.map(({ name }) => name),
      ...gone.filter(other => other.after.includes(object)).map(other => `- ${objectName(other.object)}`),
    ],
  }))
  return [...writes, ...deletions]
}

/** One of the orders in which the steps may be taken. */
function shuffled(steps: readonly Step[], pick: (limit: number) => number): readonly Step[] {
  const left = [...steps]
  const order: Step[] = []
  while (left.length > 0) {
    const waiting = new Set(left.map(({ name }) => name))
    const ready = left.filter(({ after }) => !after.some(name => waiting.has(name)))
    const next = ready[pick(ready.length)]
    assert.ok(next, 'steps wait for each other in a circle')
    order.push(next)
    left.splice(left.indexOf(next), 1)
  }
  return order
}

function union(a: Intent, b: Intent): Intent {
  const flows = new Map([...a.flows, ...b.flows].map(flow => [JSON.stringify(flow), flow]))
  return { ...a, flows: [...flows.values()] }
}

function common(a: Intent, b: Intent): Intent {
  const known = new Set(b.flows.map(flow => JSON.stringify(flow)))
  return { ...a, flows: a.flows.filter(flow => known.has(JSON.stringify(flow))) }
}

/**
 * The identities of waypoints that are coming or going, which Pods admit a little before and a little after: nobody else has them, and what
 * they pass on is judged on its way.
 */
function ofWaypoints(objects: readonly KubernetesObject[], { governed }: Intent): readonly IntendedFlow[] {
  const waypoints = objects.filter(({ kind }) => kind === 'Gateway').map(({ metadata }) => metadata)
  return waypoints.flatMap(({ namespace = '', name }) =>
    governed.flatMap(({ ports, ...callee }) =>
      ports.map(({ port }) => ({
        text: `${namespace}/${name} → ${callee.service}:${port}`,
        from: { kind: 'workload' as const, service: name, namespace, serviceAccount: name },
        to: { kind: 'workload' as const, ...callee, port },
        // As a scrape is: it does not make a port of metrics one that others call.
        purpose: 'scrape' as const,
      })),
    ),
  )
}

/** A waypoint that is not there, and known not to be: calls pass it by. */
function notYet(
  state: readonly KubernetesObject[],
  rendered: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  const there = named(state)
  const missing = rendered.filter(object => object.kind === 'Gateway' && !there.has(objectName(object)))
  const status = { conditions: [{ type: 'Programmed', status: 'False' }] }
  return [...named(missing).values()].map(object => ({ ...object, status }))
}

interface Edit {
  readonly intents: readonly [Intent, Intent]
  /** What is rendered before, and after. */
  readonly rendered: readonly KubernetesObject[]
  readonly to: IstioTarget
}

function holds(state: readonly KubernetesObject[], { intents: [old, wanted], rendered, to }: Edit): readonly string[] {
  const reached = reachOf([...state, ...notYet(state, rendered)])
  const expected = { trustDomain: to.trustDomain, stages: to.stages ?? {} }
  const most = union(old, wanted)
  const allowed = { ...most, flows: [...most.flows, ...ofWaypoints(rendered, most)] }
  const admitted = compareWithIntent(reached, allowed, expected).differences.filter(d => d.kind === 'admitted')
  const cut = compareWithIntent(reached, common(old, wanted), expected).differences.filter(d => d.kind === 'cut')
  return [...admitted, ...cut].map(({ kind, text }) => `${kind}: ${text}`)
}

const sound = ({ problems }: Compiled): boolean => problems.every(({ severity }) => severity === 'delegated')

/** Edits of calls, and of the target where `was` is another. */
function check(to: IstioTarget, numRuns: number, was: IstioTarget = to): void {
  let states = 0
  const dice = fc.infiniteStream(fc.integer({ min: 0, max: 1_000_000 }))
  fc.assert(
    fc.property(graph.map(withoutTokens), dice, (whole, numbers) => {
      const roll = (): number => numbers.next().value ?? 0
      const [from, into] = [0, 1].map(() => thinned(whole, () => roll() % 3 > 0))
      assert.ok(from && into)
      const [before, after] = [compile(from, was), compile(into, to)]
      fc.pre(sound(before) && sound(after))
      const rendered = [...objectsOf(before), ...objectsOf(after)]
      // What the earlier stage lets in may still be let in.
      const edit: Edit = { intents: [intentOf(from), intentOf(into)], rendered, to: was }
      const state = named(objectsOf(before))
      for (const step of shuffled(stepsOf(before, after), limit => roll() % limit)) {
        step.apply(state)
        states++
        assert.deepEqual(holds([...after.assumptions, ...state.values()], edit), [], `after ${step.name}`)
      }
    }),
    { numRuns },
  )
  assert.ok(states > numRuns, `only ${states} states were seen`)
}

describe('law: no edit causes an outage', () => {
  it('of calls on sidecars, after every prefix of an order in which the engine may write', () => {
    check(target, 40)
  })

  it('of calls on ambient, also where a Service gets its first waypoint or loses its last', () => {
    check({ ...target, kind: 'istio-ambient' }, 40)
  })

  it('of the stage, from strict to enforce, on either plane', () => {
    const stages = { shop: 'strict', pay: 'strict', data: 'strict' } as const
    check(target, 15, { ...target, stages })
    const ambient = { ...target, kind: 'istio-ambient' } as const
    check(ambient, 25, { ...ambient, stages })
  })
})
