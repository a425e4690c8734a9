import assert from 'node:assert/strict'
import type { Sourced } from '../../core/model/manifest'
import type { Example, Finding, Rule } from '../../policypacks/zero-trust/rule'
import { rules } from '../../policypacks/zero-trust/rules'
import { canHoldKey } from '../../policypacks/zero-trust/rules/no-private-key-in-plain-state'
import { checkManifests, printFinding, type Settings } from '../../policypacks/zero-trust/run'
import { places, withUnknown, type Place } from '../support/unknowns'

interface Run {
  readonly findings: readonly Finding[]
  /** `<where> <path>` of every field the rule looked at. */
  readonly read: ReadonlySet<string>
}

function run(rule: Rule, { config, intent }: Example, objects: readonly Sourced[]): Run {
  const read = new Set<string>()
  const settings: Settings = {
    ...(config && { config }),
    ...(intent && { intent }),
    watch: (of, path) => read.add(`${of.at} ${path}`),
  }
  return { findings: checkManifests([rule], objects, settings), read }
}

/**
 * One rule searches everything there is, and most of that is none of its business: where no key is to be expected, an
 * unknown value passes the preview. The rule sees each resource again, with its values, before it is created.
 */
function maySkip(rule: Rule, { path }: Place): boolean {
  return rule.id === 'no-private-key-in-plain-state' && !canHoldKey(path)
}

/** Makes every place of every object of an example unknown, one at a time, and runs the rule on each. */
function eachUnknown(
  rule: Rule,
  example: Example,
  look: (at: string, place: Place, unknown: Run, known: Run) => void,
): number {
  const sourced = example.objects.map((object, i) => ({ object, at: `example:${i}` }))
  const known = run(rule, example, sourced)
  let count = 0
  for (const { object, at } of sourced) {
    for (const place of places(object)) {
      const changed = sourced.map(other => (other.at === at ? { at, object: withUnknown(object, place) } : other))
      look(at, place, run(rule, example, changed), known)
      count++
    }
  }
  return count
}

describe('an unknown value, wherever a rule looks', () => {
  for (const rule of rules) {
    it(`${rule.id} refuses what it would have accepted, and names the object`, () => {
      let refused = 0
      for (const example of rule.examples.pass) {
        eachUnknown(rule, example, (at, place, unknown, known) => {
          assert.ok(
            !unknown.findings.some(({ message }) => message.includes('the rule failed')),
            `${example.title}: ${place.path} makes the rule fail`,
          )
          if (!known.read.has(`${at} ${place.path}`) || maySkip(rule, place)) return
          const named = unknown.findings.filter(found => found.at === at)
          assert.notEqual(
            named.length,
            0,
            `${example.title}: nobody complains of ${at} ${place.path}; found ${unknown.findings.map(printFinding).join(', ')}`,
          )
          refused++
        })
      }
      assert.ok(refused > 0, 'the examples have no field that the rule reads')
    })

    it(`${rule.id} goes on refusing what it refused`, () => {
      let count = 0
      for (const example of rule.examples.fail) {
        count += eachUnknown(rule, example, (at, place, unknown, known) => {
          const still = new Set(unknown.findings.map(found => found.at))
          const lost = known.findings.filter(found => !still.has(found.at) && !still.has(at))
          assert.deepEqual(lost.map(printFinding), [], `${example.title}: silenced by ${at} ${place.path}`)
          assert.notEqual(unknown.findings.length, 0, `${example.title}: silenced by ${at} ${place.path}`)
        })
      }
      assert.ok(count > 0)
    })
  }
})
