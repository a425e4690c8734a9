import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundled, preview, root } from '../unit/preview/support'

const stacks = readdirSync(root).flatMap(file => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])

describe('the stacks of this repository', () => {
  const out = mkdtempSync(join(tmpdir(), 'stacks-'))
  before(async () => {
    await bundled()
  })
  after(() => {
    rmSync(out, { recursive: true, force: true })
  })

  it('are found', () => {
    assert.ok(stacks.includes('dev') && stacks.length > 6, stacks.join())
  })

  for (const stack of stacks) {
    it(`${stack} is what the graph means, and the policy pack finds nothing in it`, async () => {
      const { code, stdout, stderr } = await preview(['--stack', stack, '--out', join(out, stack)])
      assert.equal(code, 0, stdout + stderr)
      assert.match(stdout, /Policy pack zero-trust \S+ \(no findings; \d+ rules\)/)
    })
  }
})
