import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundled, fixtures, preview, projectOf, removeProjects, root } from '../unit/preview/support'

const services = `
import { defineGraph, grpc, http } from './core/graph/define'

export default defineGraph({
  services: {
    web: { namespace: 'shop', ports: { http: http(8080) }, probes: { readiness: 'GET /ready' } },
    cart: { namespace: 'shop', ports: { grpc: grpc(7070) } },
  },
}).calls({ web: { cart: { grpc: ['shop.Cart/Get'] } }, cart: { web: { http: ['GET /prices/*'] } } })
`

const linkerd = {
  version: 'edge-26.6.3',
  trustDomain: 'test.example.com',
  issuer: { name: 'signer' },
  trustManager: { secrets: ['anchor'] },
  viz: { apiServerNetworks: ['10.1.0.0/28'] },
}

describe('the embedded preview of a stack on Linkerd', () => {
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

  /** This repository's program, with a graph and a stack of its own. */
  function copyWith(stack: Readonly<Record<string, unknown>>): string {
    const yaml = Object.entries(stack).map(([key, value]) => `  zero-trust-mesh:${key}: ${JSON.stringify(value)}\n`)
    const directory = projectOf({ 'Pulumi.dev.yaml': `config:\n${yaml.join('')}`, 'services.ts': services })
    const parts = ['components', 'core', 'index.ts', 'Pulumi.yaml']
    for (const part of parts) cpSync(join(root, part), join(directory, part), { recursive: true })
    return directory
  }

  function previewOf(stack: Readonly<Record<string, unknown>>) {
    return preview([
      ...['--cwd', copyWith(stack), '--policy-pack', join(fixtures, 'preview-pack')],
      ...['--format', 'json', '--out', out],
    ])
  }

  it('proves that what is rendered is what the graph means, and shows what is installed', async () => {
    const { stdout, stderr } = await previewOf({ linkerd, trust: {} })
    assert.equal(stderr, '')
    const { proof, notJudged, resources } = JSON.parse(stdout)
    assert.deepEqual([proof.holds, proof.differences, proof.problems], [true, [], []])
    assert.deepEqual(notJudged, [])
    const names: readonly string[] = resources.map(({ name }: { name: string }) => name)
    for (const name of ['mesh-linkerd-control-plane', 'mesh-linkerd-viz', 'mesh-linkerd-viz-kube-api-server'])
      assert.ok(names.includes(name), `${name} is not among ${names.join(', ')}`)
    const manifests = readFileSync(join(out, 'manifests.yaml'), 'utf8')
    assert.match(manifests, /linkerd\.io\/inject: enabled/)
    assert.doesNotMatch(manifests, /istio/)
  })

  it('says what is wrong with the settings, all at once and without a stack trace', async () => {
    const { stdout, stderr, code } = await previewOf({
      linkerd: { ...linkerd, version: '2.20' },
      trust: { selfSigned: true },
    })
    assert.match(stdout + stderr, /its edge release only/)
    assert.match(stdout + stderr, /Linkerd makes no root of its own/)
    assert.doesNotMatch(stdout + stderr, /internal error|\n +at /)
    assert.notEqual(code, 0)
  })
})
