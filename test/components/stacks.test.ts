import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundled, preview, root } from '../unit/preview/support'

const stacks = readdirSync(root).flatMap(file => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])

/** ConfigMaps that rules can judge only after the first update, by stack: of an anchor whose authority it makes. */
const pending: Readonly<Record<string, readonly string[]>> = {
  hybrid: [
    'istio-system/zero-trust-mesh-anchors data["ca.pem"]',
    'linkerd/linkerd-identity-trust-roots data["ca-bundle.crt"]',
  ],
  prod: ['istio-system/zero-trust-mesh-anchors data["ca.pem"]'],
}

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
    const found = pending[stack] ? 'nothing in it but what the first update makes' : 'nothing in it'
    it(`${stack} is what the graph means, and the policy pack finds ${found}`, async () => {
      const { code, stdout, stderr } = await preview(['--stack', stack, '--out', join(out, stack)])
      assert.equal(code, 0, stdout + stderr)
      const unjudged = [...stdout.matchAll(/ConfigMap (\S+ \S+): its authority is made by this update/g)].map(
        ([, place]) => place,
      )
      assert.deepEqual(unjudged, pending[stack] ?? [])
      const findings = pending[stack] ? '1 finding, 0 mandatory' : 'no findings'
      assert.match(stdout, new RegExp(`Policy pack zero-trust \\S+ \\(${findings}; \\d+ rules\\)`))
      if (pending[stack]) assert.match(stdout, /next: run `pulumi up`, then `pulumi preview` again, which judges it/)
    })
  }
})
