import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { GatewayApi } from '../../components/gateway-api'
import { readGatewayApi } from '../../components/gateway-api-file'
import { Istio } from '../../components/istio'
import { Refused } from '../../components/refused'
import { settings } from './fixtures'
import { allBefore, record } from './recorder'

const group = 'gateway.networking.k8s.io'
const folder = mkdtempSync(join(tmpdir(), 'gateway-api-'))

function definition(plural: string, of = group) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${of}`, annotations: { [`${group}/bundle-version`]: 'v1.5.1' } },
    spec: { group: of, scope: 'Namespaced', versions: [{ name: 'v1', 'x-kubernetes-validations': [] }] },
    status: { conditions: null },
  }
}

function guard(kind: 'ValidatingAdmissionPolicy' | 'ValidatingAdmissionPolicyBinding') {
  const metadata = { name: `safe-upgrades.${group}` }
  return { apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata, spec: {} }
}

const release = [
  definition('gatewayclasses'),
  definition('gateways'),
  guard('ValidatingAdmissionPolicy'),
  guard('ValidatingAdmissionPolicyBinding'),
]

/** A file as a release has it: a comment, and a separator before each document. */
function fileOf(...documents: readonly unknown[]): string {
  return written(['# a licence', ...documents.map(one => stringify(one))].join('\n---\n'))
}

function written(text: string): string {
  const file = join(folder, 'standard-install.yaml')
  writeFileSync(file, text)
  return file
}

function problems(file: string): string[] {
  return readGatewayApi(file).problems.map(({ at, message }) => `${at.replace(folder, '')}: ${message}`)
}

after(() => rmSync(folder, { recursive: true, force: true }))

describe('a release file of Gateway API', () => {
  it('gives its definitions, and the admission policy that guards them', () => {
    const { definitions, guards, problems } = readGatewayApi(fileOf(...release))
    assert.deepEqual(problems, [])
    assert.deepEqual(definitions, release.slice(0, 2))
    assert.deepEqual(guards, release.slice(2))
  })

  it('is refused with all that is no part of it, each with its line', () => {
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'run', namespace: 'kube-system' } }
    const found = problems(
      fileOf(...release, job, definition('certificates', 'cert-manager.io'), 'text', { kind: 'x' }),
    )
    assert.equal(found.length, 4)
    assert.match(found[0]!, /^\/standard-install\.yaml:\d+: `Job kube-system\/run` is no part of Gateway API/)
    assert.match(found[1]!, /`CustomResourceDefinition certificates\.cert-manager\.io` is no part/)
    assert.match(found[2]!, /: this document is no part/)
    const lines = found.map(text => Number(/:(\d+):/.exec(text)?.[1]))
    assert.deepEqual(
      lines,
      [...new Set(lines)].sort((a, b) => a - b),
    )
  })

  it('is refused where an admission policy has another name, or a definition says another group than its name', () => {
    const policy = { ...guard('ValidatingAdmissionPolicy'), metadata: { name: 'mine' } }
    const odd = { ...definition('gateways'), spec: { group: 'example.com' } }
    assert.equal(problems(fileOf(...release, policy, odd)).length, 2)
  })

  it('is refused without the definition that waypoints need', () => {
    const message = 'mesh.gatewayApi.file: it does not define `gateways.gateway.networking.k8s.io`, which waypoints are'
    assert.deepEqual(problems(fileOf(definition('httproutes'))), [message])
    assert.deepEqual(problems(written('')), [message])
    assert.deepEqual(problems(written('# nothing\n')), [message])
  })

  it('is refused where it is not there or not YAML, and no message shows what is in it', () => {
    assert.deepEqual(problems('nowhere.yaml'), ['mesh.gatewayApi.file: `nowhere.yaml` cannot be read'])
    assert.deepEqual(problems(folder), [`mesh.gatewayApi.file: \`${folder}\` cannot be read`])
    assert.deepEqual(problems(written('a: 1\nsecret: [\n')), ['/standard-install.yaml:3: not YAML'])
  })
})

describe('GatewayApi', () => {
  it('registers the definitions as they are, to stay when it goes, and guards them afterwards', async () => {
    const file = fileOf(...release)
    const recording = await record(() => new GatewayApi('crds', { file }))
    const name = `crds-gateways.${group}`
    const { type, inputs, retainOnDelete } = recording.named(name)
    const { status: _, ...stated } = definition('gateways')
    assert.equal(type, 'kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition')
    assert.deepEqual(inputs, stated)
    assert.ok(retainOnDelete)
    for (const kind of ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']) {
      const [one] = recording.ofType(`kubernetes:admissionregistration.k8s.io/v1:${kind}`)
      assert.ok(one?.retainOnDelete && one.dependsOn.includes(name), kind)
    }
  })

  it('registers nothing from a file that is refused', async () => {
    const recording = await record(() => {
      assert.throws(() => new GatewayApi('crds', { file: 'nowhere.yaml' }), Refused)
    })
    assert.deepEqual(recording.all, [])
  })

  it('is there before istiod, which makes a class of waypoints where it finds them', async () => {
    const istio = { ...settings.istio, gatewayApi: { file: fileOf(...release) } }
    const recording = await record(() => new Istio('mesh', { ...settings, istio }))
    assert.ok(allBefore(recording, 'mesh-istiod').has(`mesh-gateway-api-gateways.${group}`))
  })

  it('is installed for a mesh that is there already, too', async () => {
    const istio = { ...settings.istio, install: false, gatewayApi: { file: fileOf(...release) } }
    const recording = await record(() => new Istio('mesh', { ...settings, gateways: {}, istio }))
    assert.ok(recording.named(`mesh-gateway-api-gateways.${group}`))
    assert.deepEqual(recording.ofType('kubernetes:helm.sh/v3:Release'), [])
  })

  it('is not touched where somebody else installs it', async () => {
    for (const istio of [settings.istio, { ...settings.istio, gatewayApi: 'existing' } as const]) {
      const recording = await record(() => new Istio('mesh', { ...settings, istio }))
      assert.ok(!recording.all.some(({ type }) => type.includes('CustomResourceDefinition')))
    }
  })
})
