import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compareWithIntent } from '../../core/analyze/compare'
import { compile } from '../../core/compile/compile'
import type { LinkerdTarget } from '../../core/compile/target'
import { termsOf } from '../../core/compile/terms'
import { mapValues } from '../../core/graph/plain'
import type { Callees, Graph, Service } from '../../core/graph/graph'
import { intentOf } from '../../core/graph/intent'
import type { KubernetesObject } from '../../core/model/manifest'
import { objectName } from '../../core/model/manifest'
import { graph } from '../support/arbitrary/graph'
import { linkerdTarget } from '../support/linkerd'
import { reachOf } from '../support/prove'
import { withoutTokens } from '../support/tokens'
import { common, deployed, named, objectsOf, shuffled, sound, stepsOf, union } from '../support/updates'

/*
 * As `no-edit-causes-an-outage`. On Linkerd each request takes one route, which of several alike is the oldest, and whom that does not admit is refused: routes of the
 * old graph and of the new stand beside each other for a while, and an object that is written anew keeps its age.
 */

const to: LinkerdTarget = { ...linkerdTarget, nodeNetworks: ['10.0.0.0/16'], gatewayApi: 'experimental' }

/** A graph with some of its calls left out, as the dice say. */
function thinned(whole: Graph, keep: () => boolean): Graph {
  const fewer = (callees: Callees): Callees =>
    mapValues(only(callees, keep), ports => mapValues(ports, routes => some(routes)))
  const some = (routes: Callees[string][string]): Callees[string][string] => {
    if (typeof routes === 'string') return routes
    const [first, ...rest] = routes
    return first === undefined ? [] : [first, ...rest.filter(keep)]
  }
  return {
    ...whole,
    calls: mapValues(whole.calls, fewer),
    ingress: mapValues(whole.ingress, entry => ({ ...entry, routes: fewer(entry.routes) })),
    outside: mapValues(whole.outside, entry => ({ ...entry, routes: fewer(entry.routes) })),
  }
}

function only<T>(record: Readonly<Record<string, T>>, keep: () => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(keep))
}

/** What Linkerd has no words for would make most graphs unsound. */
function expressible(whole: Graph): Graph {
  const services = mapValues(whole.services, ({ traffic: _, ...service }): Service => service)
  return { ...withoutTokens(whole), services }
}

/** A cluster, whose objects are as old as they are. */
class Cluster {
  readonly #objects = new Map<string, KubernetesObject>()
  #seconds = 0

  write(object: KubernetesObject): void {
    const { metadata } = this.#objects.get(objectName(object)) ?? {}
    const age = metadata as { readonly creationTimestamp?: string } | undefined
    const creationTimestamp =
      age?.creationTimestamp ?? new Date(Date.UTC(2026, 0, 1, 0, 0, this.#seconds)).toISOString()
    this.#objects.set(objectName(object), { ...object, metadata: { ...object.metadata, creationTimestamp } })
  }

  /** Does what a step does to a plain set of objects. */
  take(apply: (state: Map<string, KubernetesObject>) => void): readonly KubernetesObject[] {
    this.#seconds++
    const wanted = new Map(this.#objects)
    apply(wanted)
    for (const name of [...this.#objects.keys()]) if (!wanted.has(name)) this.#objects.delete(name)
    for (const [name, object] of wanted) if (this.#objects.get(name) !== object) this.write(object)
    return [...this.#objects.values()]
  }
}

describe('law: no edit causes an outage on Linkerd', () => {
  it('in whatever order an update writes', () => {
    let states = 0
    const dice = fc.infiniteStream(fc.integer({ min: 0, max: 1_000_000 }))
    fc.assert(
      fc.property(graph.map(expressible), dice, (whole, numbers) => {
        const roll = (): number => numbers.next().value ?? 0
        const [from, into] = [0, 1].map(() => thinned(whole, () => roll() % 3 > 0)) as [Graph, Graph]
        const [before, after] = [compile(from, to), compile(into, to)]
        fc.pre(sound(before) && sound(after))
        const [old, wanted] = [intentOf(from), intentOf(into)]
        const cluster = new Cluster()
        for (const object of named(objectsOf(before)).values()) cluster.write(object)
        for (const step of shuffled(stepsOf(before, after), limit => roll() % limit)) {
          const reached = reachOf([...deployed(before, after), ...cluster.take(step.apply)])
          const found = [
            ...compareWithIntent(reached, union(old, wanted), termsOf(to)).differences.filter(
              d => d.kind === 'admitted',
            ),
            ...compareWithIntent(reached, common(old, wanted), termsOf(to)).differences.filter(d => d.kind === 'cut'),
          ]
          assert.deepEqual(
            found.map(({ kind, text }) => `${kind}: ${text}`),
            [],
            `after ${step.name}`,
          )
          states++
        }
      }),
      { numRuns: 60, endOnFailure: true },
    )
    assert.ok(states > 100, `only ${states} states were seen`)
  })
})
