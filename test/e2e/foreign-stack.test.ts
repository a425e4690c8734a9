import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { ForeignProject } from '../support/e2e/foreign-project'
import { sharedWorkspace } from '../support/e2e/shared-cluster'

const installed = 'node_modules/zero-trust-mesh/policypacks/zero-trust'
const modes = { 'a directory': installed, 'a program': `${installed}/start` }

describe('the policy pack on a stack that has nothing else of ours, installed from npm', () => {
  let project: ForeignProject
  const previewed = (pack: string) =>
    project.pulumi('preview', '--policy-pack', pack, '--policy-pack-config', 'policy-config.json')

  before('a project with the packed package', async () => {
    project = new ForeignProject(sharedWorkspace(), 'foreign')
    await project.create(resolve(__dirname, '../support/fixtures/foreign-stack'))
  })
  after(() => project.close())

  for (const [mode, pack] of Object.entries(modes)) {
    it(`stops at a mandatory violation, as ${mode}, and names the object and the field`, async () => {
      project.write('policy-config.json', JSON.stringify({ all: 'advisory', 'strict-mtls': 'mandatory' }))
      const { code, said } = await previewed(pack)
      assert.notEqual(code, 0, said)
      assert.match(said, /❌ zero-trust@/u)
      assert.match(said, /\[mandatory\] .* strict-mtls {2}\(.*PeerAuthentication: plaintext\)/u)
      assert.match(said, /PeerAuthentication shop\/default spec\.mtls\.mode: /u)
      assert.match(said, /\[advisory\] .* default-deny-present/u)
    })

    it(`lets pass what the settings in the file make advice, as ${mode}`, async () => {
      const rule = { enforcementLevel: 'mandatory', plaintext: [] }
      project.write('policy-config.json', JSON.stringify({ all: 'advisory', 'no-plaintext-port-exception': rule }))
      const { code, said } = await previewed(pack)
      assert.equal(code, 0, said)
      assert.match(said, /\[advisory\] .* strict-mtls/u)
    })

    it(`refuses settings that no rule has, as ${mode}`, async () => {
      project.write(
        'policy-config.json',
        JSON.stringify({ 'strict-mtls': { enforcementLevel: 'mandatory', plaintext: 'all' } }),
      )
      const { code, said } = await previewed(pack)
      assert.notEqual(code, 0, said)
      assert.match(said, /strict-mtls/u)
      assert.match(said, /plaintext/u)
    })
  }
})
