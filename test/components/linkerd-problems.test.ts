import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { Linkerd } from '../../components/linkerd'
import { linkerdProblems } from '../../components/linkerd-problems'
import { settingsProblems } from '../../components/settings-problems'
import type { MeshSettings } from '../../components/settings'
import { authority, rsaKeys } from '../support/pki'
import { rootA, rootP384 } from './certificates'
import { settings as istio } from './fixtures'
import { linkerd, settings } from './linkerd-fixtures'
import { allBefore, record } from './recorder'

const group = 'gateway.networking.k8s.io'
const folder = mkdtempSync(join(tmpdir(), 'gateway-api-'))

function fileOf(version: string, channel: string): string {
  const annotations = { [`${group}/bundle-version`]: version, [`${group}/channel`]: channel }
  const path = join(folder, `${version}-${channel}.yaml`)
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `gateways.${group}`, annotations },
    spec: { group },
  }
  writeFileSync(path, stringify(definition))
  return path
}

function problemsOfFile(version: string, channel = 'standard', more: object = {}): readonly string[] {
  const gatewayApi = { file: fileOf(version, channel) }
  const problems = linkerdProblems({ ...settings, linkerd: { ...linkerd, gatewayApi, ...more } })
  return problems.map(({ code, at }) => `${code} ${at}`)
}

const codes = (given: MeshSettings) => settingsProblems(given).map(({ code, at }) => `${code} ${at}`)

after(() => rmSync(folder, { recursive: true }))

describe('what is wrong with the settings of Linkerd', () => {
  it('is nothing where anchors and issuer are named', () => {
    assert.deepEqual(linkerdProblems(settings), [])
  })

  it('is an anchor whose key identity would not start with', () => {
    const [problem, ...more] = linkerdProblems({ ...settings, trust: { bundle: rootA + rootP384 } })
    assert.deepEqual([problem?.code, problem?.at, more], ['unfit-anchor', 'trust.bundle[1]', []])
    assert.match(problem?.hint ?? '', /P-256/)
  })

  it('is an anchor that is signed as Linkerd takes none', async () => {
    const { pem } = await authority({ subject: 'root', keys: await rsaKeys(2048, 'RSA-PSS') })
    const [problem, ...more] = linkerdProblems({ ...settings, trust: { bundle: pem } })
    assert.deepEqual([problem?.code, problem?.at, more], ['unfit-anchor', 'trust.bundle[0]', []])
    assert.match(problem?.message ?? '', /^`CN=root` \(serial .*\) is signed by RSA-PSS with SHA-256/)
  })

  it('is a private key among the anchors, of which no message shows anything', () => {
    const bundle = `${rootA}-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n`
    const problems = linkerdProblems({ ...settings, trust: { bundle } })
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['private-key'],
    )
    assert.doesNotMatch(JSON.stringify(problems), /c2VjcmV0/)
  })

  it('is a Gateway API in whose routes Linkerd would find words that it does not know', () => {
    for (const version of ['v1.2.1', 'v1.3.0', 'v1.4.1', 'v1.5.1']) assert.deepEqual(problemsOfFile(version), [])
    for (const version of ['v1.1.1', 'v1.2.0', 'v1.5.2', 'v1.6.0']) {
      assert.deepEqual(problemsOfFile(version), ['unsupported-gateway-api linkerd.gatewayApi.file'], version)
    }
  })

  it('is another channel of it than policies are compiled for', () => {
    const other = ['other-gateway-api-channel linkerd.gatewayApi.file']
    assert.deepEqual(problemsOfFile('v1.4.1', 'experimental'), other)
    assert.deepEqual(problemsOfFile('v1.4.1', 'experimental', { gatewayApiChannel: 'experimental' }), [])
    assert.deepEqual(problemsOfFile('v1.4.1', 'standard', { gatewayApiChannel: 'experimental' }), other)
  })

  it('is Gateway API twice in one cluster, by each of two meshes', () => {
    const gatewayApi = { file: fileOf('v1.4.1', 'standard') }
    const both = { istio: { ...istio.istio, gatewayApi }, trust: { secret: 'cacerts', bundle: rootA } }
    assert.deepEqual(codes({ ...both, linkerd: { ...linkerd, gatewayApi } }), ['gateway-api-twice linkerd.gatewayApi'])
    assert.deepEqual(codes({ ...both, linkerd }), [])
  })

  it('is told once where it concerns both meshes', () => {
    const both = { istio: istio.istio, linkerd, trust: { secret: 'cacerts', bundle: 'no certificate' } }
    assert.deepEqual(codes(both), ['no-anchor trust.bundle'])
  })
})

describe('Gateway API of Linkerd', () => {
  it('is there before the control plane, which looks for routes once, when it starts', async () => {
    const gatewayApi = { file: fileOf('v1.5.1', 'standard') }
    const recording = await record(() => new Linkerd('mesh', { ...settings, linkerd: { ...linkerd, gatewayApi } }))
    assert.ok(allBefore(recording, 'mesh-control-plane').has(`mesh-gateway-api-gateways.${group}`))
    assert.equal(recording.named(`mesh-gateway-api-gateways.${group}`).retainOnDelete, true)
  })
})
