import assert from 'node:assert/strict'
import { type PackConfig, reconcile, type RuleInfo } from '../../../preview/pack-config'
import { completed } from '../../../preview/pack-settings'

const rules: readonly RuleInfo[] = [
  { name: 'plain', description: '', level: 'mandatory' },
  {
    name: 'typed',
    description: '',
    level: 'advisory',
    schema: {
      properties: {
        stages: { type: 'object', default: {} },
        lock: { type: 'string' },
        kinds: { type: 'array', items: { type: 'string' }, default: ['a'] },
      },
      required: ['lock'],
    },
  },
]

const configured = (written: Record<string, unknown>, initial: PackConfig = {}) =>
  reconcile(rules, initial, { written, at: 'here' })
const messages = (written: Record<string, unknown>) => configured(written).problems.map(({ message }) => message)

describe('the configuration of a pack', () => {
  const lock = { typed: { lock: 'x' } }

  it('starts from the levels and defaults of the rules', () => {
    assert.deepEqual(configured(lock).config, {
      plain: { level: 'mandatory', properties: {} },
      typed: { level: 'advisory', properties: { stages: {}, kinds: ['a'], lock: 'x' } },
    })
  })

  it('lets `all` set every level, and a rule its own', () => {
    const { config } = configured({ all: 'disabled', typed: { enforcementLevel: 'mandatory', lock: 'x' } })
    assert.deepEqual([config.plain?.level, config.typed?.level], ['disabled', 'mandatory'])
  })

  it('puts what is written over what the pack sets itself', () => {
    const initial: PackConfig = { typed: { level: 'disabled', properties: { lock: 'initial', kinds: ['b'] } } }
    const { config } = configured(lock, initial)
    assert.deepEqual(config.typed, { level: 'disabled', properties: { stages: {}, kinds: ['b'], lock: 'x' } })
  })

  it('names the rule and the level that were probably meant', () => {
    const { problems } = configured({ ...lock, plian: 'mandatory', plain: 'advisroy' })
    assert.deepEqual(
      problems.map(({ code, hint }) => [code, hint]),
      [
        ['unknown-rule', 'did you mean `plain`?'],
        ['wrong-level', 'did you mean `advisory`?'],
      ],
    )
  })

  it('refuses what the schema of a rule does not allow, and what it needs and does not get', () => {
    assert.deepEqual(messages({}), ['the rule `typed` needs `lock`'])
    assert.deepEqual(messages({ typed: { lock: 1, kinds: ['a', 2] } }), [
      '`kinds` of the rule `typed` must be of type array',
      '`lock` of the rule `typed` must be of type string',
    ])
  })

  it('refuses levels of no sense', () => {
    assert.deepEqual(messages({ ...lock, plain: 3 }), ['the level of `plain` is number'])
    assert.deepEqual(messages({ ...lock, plain: null }), ['the level of `plain` is object'])
  })

  it('tells rules what the stack says already, and leaves alone what they are given', () => {
    const taken = { stages: { shop: 'strict' }, lock: 'intent.lock.json' }
    const known = { ...taken, unrouted: ['istio-ingress/istio-ingress'] }
    assert.deepEqual(completed({ all: 'mandatory', typed: 'advisory' }, rules, known), {
      all: 'mandatory',
      typed: { enforcementLevel: 'advisory', ...taken },
    })
    assert.deepEqual(completed({ typed: { lock: 'mine' } }, rules, known), {
      typed: { stages: known.stages, lock: 'mine' },
    })
  })
})
