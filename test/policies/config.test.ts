import assert from 'node:assert/strict'
import { defaultConfig, parseConfig } from '../../policypacks/zero-trust/config'

describe('the configuration of a rule', () => {
  it('has defaults for what is not said', () => {
    assert.deepEqual(parseConfig({}, ['exempt']), { config: defaultConfig, problems: [] })
  })

  it('takes what the rule takes', () => {
    const { config, problems } = parseConfig(
      { stages: { shop: 'strict' }, mesh: { trustDomain: 'mesh.example' }, lock: 'a.json' },
      ['stages', 'mesh', 'lock'],
    )
    assert.deepEqual(problems, [])
    assert.deepEqual(
      [config.stages, config.mesh, config.lock],
      [{ shop: 'strict' }, { trustDomain: 'mesh.example' }, 'a.json'],
    )
  })

  it('complains of a misspelt setting instead of taking its default', () => {
    assert.deepEqual(parseConfig({ exemt: ['shop'] }, ['exempt']).problems, ['the rule takes no setting `exemt`'])
    assert.deepEqual(parseConfig({ exempt: ['shop'] }, ['stages']).problems, ['the rule takes no setting `exempt`'])
  })

  it('complains of a wrong type, a stage that does not exist and a setting of the mesh that does not exist', () => {
    const wrong = { exempt: 'shop', stages: { shop: 'enforced' }, mesh: { trustdomain: 'x' }, lock: 1, shared: [1] }
    const { problems, config } = parseConfig(wrong, ['exempt', 'stages', 'mesh', 'lock', 'shared'])
    assert.equal(problems.length, 5)
    assert.deepEqual(config, defaultConfig)
  })
})
