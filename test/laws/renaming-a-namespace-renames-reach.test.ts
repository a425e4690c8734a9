import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { PortReach } from '../../core/analyze/reach'
import { Language } from '../../core/model/language'
import { Region } from '../../core/model/region'
import { ambientWorld } from '../support/arbitrary/ambient-world'
import type { Json } from '../support/arbitrary/json'
import { linkerdWorld } from '../support/arbitrary/linkerd-world'
import { networkWorld } from '../support/arbitrary/network-world'
import { world } from '../support/arbitrary/world'
import { renderedExamples } from '../support/examples'
import { portName, reachOfObjects } from '../support/same-reach'

/*
 * A namespace's name is a name: written otherwise wherever it is written, the same may reach the same, and so may who was an
 * unknown namespace's of the new name. Both names are matched by the same patterns, of which drawn worlds have some.
 */

interface Renaming {
  /** Trust domains that objects name. Of the others' callers some patterns say something by the end of their names, which is left out here. */
  readonly domains: readonly string[]
  readonly from: string
  readonly to: string
}

function renamedObjects(objects: readonly Json[], { from, to }: Renaming): readonly Json[] {
  const name = new RegExp(`(?<![\\w-])${from}(?![\\w-]|\\.example)`, 'g')
  return JSON.parse(JSON.stringify(objects).replace(name, to)) as readonly Json[]
}

const beginning = (prefix: string): Language => Language.all.rebegun('', prefix)
/** The callers of these domains, and those without identity. */
function knownCallers(domains: readonly string[]): Region {
  const identities = domains.map(domain => beginning(`${domain}/ns/`))
  return Region.where('caller', Language.union([...identities, Language.literals(['', 'kubelet'])]))
}

/** The same words with the two beginnings exchanged. */
function exchanged(values: Language, a: string, b: string): Language {
  const { words } = values
  if (words) return Language.literals([...words].map(word => otherwise(word, a, b)))
  const others = values.minus(beginning(a)).minus(beginning(b))
  return Language.union([others, values.rebegun(a, b), values.rebegun(b, a)])
}

function otherwise(word: string, a: string, b: string): string {
  if (word.startsWith(a)) return b + word.slice(a.length)
  return word.startsWith(b) ? a + word.slice(b.length) : word
}

function renamedValues(variable: string, values: Language, { domains, from, to }: Renaming): Language {
  if (variable === 'pod') return exchanged(values, `${from}/`, `${to}/`)
  if (variable !== 'caller') return values
  return domains.reduce((sum, domain) => exchanged(sum, `${domain}/ns/${from}/`, `${domain}/ns/${to}/`), values)
}

/** The region with the callers and Pods of the two namespaces exchanged. */
function renamer(renaming: Renaming): (region: Region) => Region {
  const values = new Map<string, Language>()
  const valuesOf = (variable: string, all: Language): Language => {
    const key = `${variable} ${all.id}`
    const result = values.get(key) ?? renamedValues(variable, all, renaming)
    values.set(key, result)
    return result
  }
  const done = new Map<Region, Region>()
  const renamed = (region: Region): Region => {
    const { variable } = region
    if (variable === undefined) return region
    const before = done.get(region)
    if (before) return before
    const parts = region.edges.map(edge =>
      Region.where(variable, valuesOf(variable, edge.values)).intersect(renamed(edge.to)),
    )
    const result = Region.union(parts)
    done.set(region, result)
    return result
  }
  return renamed
}

function renamedPort(port: PortReach, { from, to }: Renaming): string {
  return portName(port).replace(` ${from}/`, ` ${to}/`)
}

/** That who reaches what is the same under the new name; how many ports are somewhere in the namespace. */
function assertRenamed(objects: readonly Json[], renaming: Renaming): number {
  const expected = reachOfObjects(objects)
  const found = new Map(reachOfObjects(renamedObjects(objects, renaming)).ports.map(port => [portName(port), port]))
  const [known, renamed] = [knownCallers(renaming.domains), renamer(renaming)]
  assert.equal(found.size, expected.ports.length)
  for (const port of expected.ports) {
    const name = renamedPort(port, renaming)
    const other = found.get(name)
    assert.ok(other, `no ${name}`)
    for (const bound of ['must', 'may'] as const) {
      const [a, b] = [port.bounds[bound].intersect(known), other.bounds[bound].intersect(known)]
      assert.ok(b === renamed(a), `${name}: another \`${bound}\``)
    }
  }
  return expected.ports.filter(({ workload }) => workload.namespace === renaming.from).length
}

const drawn = { sidecars: world, ambient: ambientWorld, Linkerd: linkerdWorld, 'a network': networkWorld }

const domains = ['td.example', 'old.example']

describe('law: renaming a namespace renames reach', () => {
  for (const { name, objects } of renderedExamples().filter(({ name }) => name.startsWith('bookinfo'))) {
    it(`of ${name}`, () => {
      const renaming = { from: 'bookinfo', to: 'bookshop', domains: ['prod.example.com'] }
      assert.ok(assertRenamed(objects, renaming) > 0)
    })
  }

  for (const [name, worlds] of Object.entries(drawn)) {
    it(`of any world of ${name}`, () => {
      fc.assert(
        fc.property(worlds, objects => {
          assert.ok(assertRenamed(objects, { from: 'shop', to: 'ship', domains }) > 0)
        }),
        { numRuns: 2 },
      )
    })
  }
})
