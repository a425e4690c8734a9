import assert from 'node:assert/strict'
import type { Example, Rule } from '../../policypacks/zero-trust/rule'
import { rules } from '../../policypacks/zero-trust/rules'
import { checkManifests, printFinding, type Settings } from '../../policypacks/zero-trust/run'

/** What a rule finds in one of its examples, each finding in one line. */
function findings(rule: Rule, { objects, config, intent }: Example): readonly string[] {
  const settings: Settings = { ...(config && { config }), ...(intent && { intent }) }
  const sourced = objects.map((object, i) => ({ object, at: `example:${i}` }))
  return checkManifests([rule], sourced, settings).map(printFinding)
}

describe('the examples of every rule', () => {
  for (const rule of rules) {
    for (const example of rule.examples.pass) {
      it(`${rule.id} accepts: ${example.title}`, () => {
        assert.deepEqual(findings(rule, example), [])
      })
    }
    for (const example of rule.examples.fail) {
      it(`${rule.id} refuses: ${example.title}`, () => {
        const found = findings(rule, example)
        assert.notEqual(found.length, 0)
        assert.ok(!found.some(line => line.includes('the rule failed')), found.join('\n'))
      })
    }
  }
})
