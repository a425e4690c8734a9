import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootA } from './certificates'
import { bundled, fixtures, preview, projectOf, removeProjects, root } from '../unit/preview/support'

describe('the embedded preview of an ambient stack', () => {
  let out = ''

  before(async () => {
    await bundled()
  })
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), 'out-'))
  })
  afterEach(() => {
    rmSync(out, { recursive: true, force: true })
    removeProjects()
  })

  /** This repository's program, with a stack of its own. */
  function copyWith(stack: Readonly<Record<string, unknown>>): string {
    const config = Object.entries({ trust: { selfSigned: true }, ...stack })
    const yaml = config.map(([key, value]) => `  zero-trust-mesh:${key}: ${JSON.stringify(value)}\n`).join('')
    const directory = projectOf({ 'Pulumi.dev.yaml': `config:\n${yaml}` })
    const parts = ['components', 'core', 'index.ts', 'services.ts', 'Pulumi.yaml', 'intent.lock.json']
    for (const part of parts) cpSync(join(root, part), join(directory, part), { recursive: true })
    return directory
  }

  const mesh = { version: '1.30.3', trustDomain: 'test.example.com' }
  const shared = { namespace: 'waypoints', name: 'shared' }
  const mixed = { mesh, dataPlanes: { boutique: 'ambient', load: 'ambient' }, waypoints: { boutique: shared } }
  const stacks: readonly (readonly [title: string, stack: Readonly<Record<string, unknown>>])[] = [
    ['of ambient namespaces only', { mesh: { ...mesh, dataPlane: 'ambient', telemetry: 'denials' } }],
    ['of both planes', mixed],
  ]
  for (const [title, stack] of stacks) {
    it(`proves that what is rendered for a mesh ${title} is what the graph means`, async () => {
      const { stdout, stderr } = await preview([
        ...['--cwd', copyWith(stack), '--policy-pack', join(fixtures, 'preview-pack')],
        ...['--format', 'json', '--out', out],
      ])
      assert.equal(stderr, '')
      const { proof, counts, notJudged, resources } = JSON.parse(stdout)
      assert.deepEqual([proof.holds, proof.differences, proof.problems], [true, [], []])
      assert.equal(counts['kubernetes:gateway.networking.k8s.io/v1:Gateway'], 1)
      assert.deepEqual(notJudged, [])
      assert.ok(resources.some(({ name }: { name: string }) => name === 'mesh-istio-ztunnel'))
      assert.match(readFileSync(join(out, 'manifests.yaml'), 'utf8'), /istio\.io\/dataplane-mode: ambient/)
    })
  }

  it('has nothing to find where istio-csr signs, and the network lets proxies reach it', async () => {
    const dataPlanes = { boutique: 'ambient', load: 'ambient' }
    const trust = { istioCsr: { version: 'v0.17.0', issuer: { name: 'mesh' } }, bundle: rootA }
    const stack = copyWith({ mesh, dataPlanes, trust, networkPolicy: { enabled: true } })
    const pack = join(root, 'policypacks/zero-trust')
    const { stdout, stderr } = await preview(['--cwd', stack, '--policy-pack', pack, '--out', out])
    assert.match(stdout, /Policy pack zero-trust \S+ \(no findings; \d+ rules\)/, stdout + stderr)
    assert.match(readFileSync(join(out, 'manifests.yaml'), 'utf8'), /app: cert-manager-istio-csr/)
  })

  it('has nothing to find in a mesh that is there already, nor in what a gateway of others is told', async () => {
    const existing = { ...mesh, dataPlane: 'ambient', install: false }
    const stack = copyWith({ mesh: existing, gateways: { 'istio-ingress': { routing: 'istio' } } })
    const pack = join(root, 'policypacks/zero-trust')
    const { stdout, stderr } = await preview(['--cwd', stack, '--policy-pack', pack, '--out', out])
    assert.match(stdout, /Policy pack zero-trust \S+ \(no findings; \d+ rules\)/, stderr)
  })
})
