import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Fragment } from '../../core/graph/fragments/fragment'
import { mergeFragments } from '../../core/graph/fragments/merge'
import type { Accepts, Graph } from '../../core/graph/graph'
import { intentOf } from '../../core/graph/intent'
import { flowLines } from '../../core/graph/flows'
import { mapValues, pickNames } from '../../core/graph/plain'
import { gatewayOf } from '../../core/graph/resolve'
import { validate } from '../../core/graph/validate'
import { graph } from '../support/arbitrary/graph'

/** A graph taken apart: what stays, and what others declare, with everybody's consent to everything. */
interface Apart {
  readonly own: Graph
  readonly fragments: Readonly<Record<string, Fragment>>
  readonly namespaces: Readonly<Record<string, readonly string[]>>
}

/** Each namespace goes to one of the parts, the first of which is the graph itself. Those of gateways and the scraper stay. */
function apart(whole: Graph, place: (namespace: string) => number): Apart {
  const gateways = [...Object.values(whole.ingress), ...Object.values(whole.external)].flatMap(({ gateway }) =>
    gateway === undefined ? [] : [gatewayOf({ gateway }).namespace],
  )
  const fixed = new Set([...gateways, whole.scraper?.namespace])
  const partOf = (name: string): string => {
    const { namespace } = whole.services[name]!
    return fixed.has(namespace) ? 'own' : (['own', 'one', 'two'][place(namespace)] ?? 'own')
  }
  const servicesOf = (part: string) => pickNames(whole.services, name => partOf(name) === part)
  const callers = [
    ...Object.entries(whole.services).map(([name, { namespace }]) => `${namespace}/${name}`),
    ...Object.values(whole.ingress)
      .map(gatewayOf)
      .map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`),
    ...Object.keys(whole.outside),
  ]
  const accepts = (callees: readonly string[]): Accepts =>
    Object.fromEntries(callees.map(callee => [callee, Object.fromEntries(callers.map(caller => [caller, 'any']))]))
  const callsOf = (part: string) => pickNames(whole.calls, name => partOf(name) === part)
  const names = ['one', 'two']
  const fragments = Object.fromEntries(
    names.map((part): [string, Fragment] => {
      const services = servicesOf(part)
      return [
        part,
        { version: 1, services, external: {}, calls: callsOf(part), accepts: accepts(Object.keys(services)) },
      ]
    }),
  )
  const services = servicesOf('own')
  const elsewhere = mapValues(
    pickNames(whole.services, name => partOf(name) !== 'own'),
    ({ ports }) => ({ ports }),
  )
  const own = { ...whole, services, calls: callsOf('own'), elsewhere }
  return {
    own: { ...own, accepts: accepts([...Object.keys(services), ...Object.keys(whole.external)]) },
    fragments,
    namespaces: mapValues(fragments, fragment => [
      ...new Set(Object.values(fragment.services).map(({ namespace }) => namespace)),
    ]),
  }
}

function together({ own, fragments, namespaces }: Apart) {
  const sources = mapValues(fragments, (value, name) => {
    return { namespaces: namespaces[name] ?? [], offered: { kind: 'found', value } as const }
  })
  return mergeFragments({ graph: own, sources, locked: {} })
}

const placing = fc.array(fc.nat(2), { minLength: 1, maxLength: 8 })

function placed(numbers: readonly number[]): (namespace: string) => number {
  const seen = new Map<string, number>()
  return namespace => {
    if (!seen.has(namespace)) seen.set(namespace, seen.size)
    return numbers[seen.get(namespace)! % numbers.length]!
  }
}

function textsOf(one: Graph): readonly string[] {
  return flowLines(one).map(({ text }) => text)
}

describe('law: fragments put together mean the graph', () => {
  it('where everybody agrees to everything', () => {
    fc.assert(
      fc.property(graph, placing, (whole, numbers) => {
        fc.pre(!validate(whole).some(({ severity }) => severity === 'error'))
        const merged = together(apart(whole, placed(numbers)))
        assert.deepEqual(merged.problems, [])
        assert.deepEqual(merged.waiting, [])
        assert.deepEqual(intentOf(merged.graph), intentOf(whole))
      }),
      { numRuns: 150 },
    )
  })

  it('and nothing more where some do not: what is missing is a call between parts, and each such call is told of', () => {
    let waited = 0
    fc.assert(
      fc.property(graph, placing, fc.constantFrom('own', 'one', 'two'), (whole, numbers, silent) => {
        fc.pre(!validate(whole).some(({ severity }) => severity === 'error'))
        const parts = apart(whole, placed(numbers))
        const quiet = {
          ...parts,
          own: silent === 'own' ? { ...parts.own, accepts: {} } : parts.own,
          fragments: mapValues(parts.fragments, (one, name) => (name === silent ? { ...one, accepts: {} } : one)),
        }
        const { graph: merged, waiting } = together(quiet)
        const left = new Set(textsOf(merged))
        const missing = textsOf(whole).filter(text => !left.has(text))
        assert.deepEqual(
          [...left].filter(text => !textsOf(whole).includes(text)),
          [],
        )
        assert.equal(missing.length > 0, waiting.length > 0)
        if (waiting.length > 0) waited++
        const owner = silent === 'own' ? '' : silent
        assert.ok(waiting.every(one => one.owner === owner))
      }),
      { numRuns: 150 },
    )
    assert.ok(waited > 15, `calls waited in ${waited} worlds`)
  })
})
