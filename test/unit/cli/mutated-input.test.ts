import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { attempt, requestLines, requests, soundTexts, trialOf } from '../../support/fuzz-input'

/* `npm run fuzz:input` tries 100,000 of them. */
describe('manifests to which something has happened', () => {
  const texts = soundTexts()
  before(() => {
    mkdirSync(dirname(requests), { recursive: true })
    writeFileSync(requests, requestLines)
  })

  it('make no crash and no trace, and what is wrong with them is said', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const trial = trialOf(texts, seed)
      await attempt(trial).catch((error: unknown) =>
        assert.fail(`number ${seed}: ${String(error)}\n${trial.args.join(' ')}\n${trial.text}`),
      )
    }
  })

  it('are different ones, and the same for the same number', () => {
    const drawn = Array.from({ length: 100 }, (_, seed) => trialOf(texts, seed).text)
    assert.deepEqual(
      drawn,
      Array.from({ length: 100 }, (_, seed) => trialOf(texts, seed).text),
    )
    assert.ok(new Set(drawn).size > 95)
    assert.ok(drawn.filter(text => !texts.includes(text)).length > 90)
  })
})
