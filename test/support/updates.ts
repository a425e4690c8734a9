import assert from 'node:assert/strict'
import type { Ordered } from '../../components/order'
import { inOrder, isWaypoint } from '../../components/order'
import { compareWithIntent } from '../../core/analyze/compare'
import type { Compiled, IstioTarget } from '../../core/compile/target'
import { termsOf } from '../../core/compile/terms'
import type { IntendedFlow, Intent } from '../../core/model/intent'
import type { KubernetesObject } from '../../core/model/manifest'
import { objectName } from '../../core/model/manifest'
import { lostEntries } from './lost-entries'
import { reachOf } from './prove'

/*
 * What an update does to a cluster: it writes objects one by one, each once those it depends on are written, in an order that nobody can
 * foresee beyond that, and deletes at the end what is no longer there, dependents first.
 */

export interface Step {
  readonly name: string
  readonly apply: (state: Map<string, KubernetesObject>) => void
  /** Names of steps that come before. */
  readonly after: readonly string[]
}

export const named = (objects: readonly KubernetesObject[]): Map<string, KubernetesObject> =>
  new Map(objects.map(object => [objectName(object), object]))
export const objectsOf = ({ manifests }: Compiled): readonly KubernetesObject[] => manifests.map(({ object }) => object)

/** Also what does not change waits for what it depends on, and is waited for. */
function allBefore(first: readonly KubernetesObject[], wanted: readonly Ordered[]): readonly string[] {
  const found = new Set(first)
  for (const object of found) for (const one of wanted.find(each => each.object === object)?.after ?? []) found.add(one)
  return [...found].map(objectName)
}

/** What an update does, and in what order it has to: policies wait for their namespaces, deletions for everything. */
export function stepsOf(before: Compiled, after: Compiled): readonly Step[] {
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
export function shuffled(steps: readonly Step[], pick: (limit: number) => number): readonly Step[] {
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

/**
 * What others deploy while an update runs: what it needs is there before it, and what nothing needs any more is taken away after it, such as
 * the Pods and the Service of a version that is given up.
 */
export function deployed(before: Compiled, after: Compiled): readonly KubernetesObject[] {
  return [...named([...before.assumptions, ...after.assumptions]).values()]
}

export function union(a: Intent, b: Intent): Intent {
  const together = <T>(one: readonly T[], other: readonly T[]): readonly T[] => [
    ...new Map([...one, ...other].map(each => [JSON.stringify(each), each])).values(),
  ]
  return { ...a, flows: together(a.flows, b.flows), entries: together(a.entries ?? [], b.entries ?? []) }
}

/** What may enter through gateways on both sides is asked of them by {@link lostEntries}, whichever side's words it goes by. */
export function common(a: Intent, b: Intent): Intent {
  const known = new Set(b.flows.map(flow => JSON.stringify(flow)))
  return { ...a, flows: a.flows.filter(flow => known.has(JSON.stringify(flow))), entries: [] }
}

/**
 * The identities of waypoints that are coming or going, which Pods admit a little before and a little after: nobody else has them, and what
 * they pass on is judged on its way.
 */
function ofWaypoints(objects: readonly KubernetesObject[], { governed }: Intent): readonly IntendedFlow[] {
  const waypoints = objects.filter(isWaypoint).map(({ metadata }) => metadata)
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
  const missing = rendered.filter(object => isWaypoint(object) && !there.has(objectName(object)))
  const status = { conditions: [{ type: 'Programmed', status: 'False' }] }
  return [...named(missing).values()].map(object => ({ ...object, status }))
}

/** What may enter gateways that listen: as long as one is told nothing, and no longer than that, nothing enters that a policy would have to limit. */
function atDoors(state: readonly KubernetesObject[], { entries = [] }: Intent): Pick<Intent, 'entries'> {
  const doors = state.filter(object => object.kind === 'Gateway' && !isWaypoint(object))
  const places = new Set(doors.map(({ metadata }) => metadata.namespace))
  return { entries: entries.filter(({ gateway }) => places.has(gateway.namespace)) }
}

/**
 * Of what a gateway sends to a callee that does not expect it, between the write of its policy and that of its routes: whether it gets in is the
 * callee's to say, whose own policy is compared too.
 */
function isSentOn(text: string): boolean {
  return text.split(' → ').length > 2
}

export interface Edit {
  readonly intents: readonly [Intent, Intent]
  /** What is rendered before, and after. */
  readonly rendered: readonly KubernetesObject[]
  readonly to: IstioTarget
  /** What both sides let through. @default the flows that both declare in the same words */
  readonly kept?: Intent
}

export function holds(
  state: readonly KubernetesObject[],
  { intents: [old, wanted], rendered, to, kept = common(old, wanted) }: Edit,
): readonly string[] {
  const reached = reachOf([...state, ...notYet(state, rendered)])
  const expected = termsOf(to)
  const most = union(old, wanted)
  const allowed = { ...most, ...atDoors(state, most), flows: [...most.flows, ...ofWaypoints(rendered, most)] }
  const admitted = compareWithIntent(reached, allowed, expected).differences.filter(
    d => d.kind === 'admitted' && !isSentOn(d.text),
  )
  const cut = compareWithIntent(reached, kept, expected).differences.filter(d => d.kind === 'cut')
  const lost = lostEntries(reached, [old, wanted], expected)
  return [...[...admitted, ...cut].map(({ kind, text }) => `${kind}: ${text}`), ...lost]
}

export const sound = ({ problems }: Compiled): boolean => problems.every(({ severity }) => severity === 'delegated')
