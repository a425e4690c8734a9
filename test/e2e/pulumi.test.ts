import assert from 'node:assert/strict'
import type { KubernetesObject } from '../../core/model/manifest'
import { objectName } from '../../core/model/manifest'
import type { Api } from '../support/e2e/api'
import { Project } from '../support/e2e/project'
import { sharedCluster, sharedWorkspace } from '../support/e2e/shared-cluster'

const config = {
  mesh: { version: '1.30.3', trustDomain: 'e2e.example.com', install: false },
  trust: { selfSigned: true },
  gateways: { 'istio-ingress': { routing: 'istio' } },
  policies: { all: 'mandatory', 'dedicated-service-account': 'advisory', 'pinned-mesh-version': 'advisory' },
}
const pack = ['--policy-pack', 'policypacks/zero-trust', '--policy-pack-config', 'out/istio/policy-config.json']
const policies = ['security.istio.io/v1', 'AuthorizationPolicy'] as const
const callersOf = (service: string): KubernetesObject => ({
  apiVersion: policies[0],
  kind: policies[1],
  metadata: { name: `callers-of-${service}`, namespace: 'boutique' },
})

/** What is there where the stack installs no mesh: its own namespace, and that of a gateway. */
const already = ['istio-system', 'istio-ingress'].map(namespaceOf)
const made = ['boutique', 'data', 'load'].map(namespaceOf)
const kinds = [
  policies,
  ['security.istio.io/v1', 'PeerAuthentication'],
  ['networking.istio.io/v1', 'Sidecar'],
  ['networking.istio.io/v1', 'Gateway'],
  ['networking.istio.io/v1', 'VirtualService'],
] as const

function namespaceOf(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
}

describe('the real Pulumi engine, a mesh of Istio with sidecars', function () {
  this.bail(true)
  let api: Api
  let project: Project

  const succeeds = async (...args: readonly string[]): Promise<string> => {
    const { code, said } = await project.pulumi(...args)
    assert.equal(code, 0, said)
    return said
  }

  before('a cluster, a stack, and the settings of the pack', async () => {
    const cluster = await sharedCluster()
    api = cluster.api
    await Promise.all(already.map(namespace => api.apply(namespace)))
    project = new Project(sharedWorkspace(), cluster, 'istio')
    await project.create(config)
    console.log(`    ${project.plugins}`)
    const { code, said } = await project.built('preview', '--stack', 'istio')
    assert.equal(code, 0, said)
  })
  after(async () => {
    project.close()
    await Promise.all([...already, ...made].map(namespace => api.remove(namespace)))
  })

  it('previews with the policy pack on a cluster that has none of it, and writes nothing there', async () => {
    const said = await succeeds('preview', ...pack)
    assert.match(said, /\+ \d+ to create/u)
    assert.match(said, /✅ zero-trust@/u)
    assert.deepEqual(await api.list(...policies), [])
  })

  it('updates, and the cluster has it', async () => {
    await succeeds('up', '--yes', '--skip-preview', ...pack)
    assert.ok(await api.read(callersOf('adservice')))
    assert.ok((await api.list(...policies)).length > 10)
  })

  it('changes nothing with a second update', async () => {
    await succeeds('up', '--yes', '--skip-preview', '--expect-no-changes', ...pack)
  })

  it('stops a preview at what the policy pack forbids, and says what and why', async () => {
    const program = project.read('index.ts')
    project.write('index.ts', program + plaintext)
    const { code, said } = await project.pulumi('preview', ...pack)
    project.write('index.ts', program)
    assert.notEqual(code, 0)
    assert.match(said, /\[mandatory\] .* strict-mtls {2}\(.*: plaintext\)/u)
    assert.match(said, /PeerAuthentication boutique\/plaintext spec\.mtls\.mode: takes plaintext/u)
  })

  it('changes the policy of the service that is called, and no other, where a call is added', async () => {
    const graph = project.read('services.ts')
    const changed = graph.replace('}).calls({\n', `}).calls({\n  adservice: ${call},\n`)
    assert.notEqual(changed, graph)
    project.write('services.ts', changed)
    assert.deepEqual([...(await project.plan())].sort(), [
      // What it calls: until now, nothing.
      'create Sidecar::mesh-policies-boutique/callees-of-adservice',
      'update AuthorizationPolicy::mesh-policies-boutique/callers-of-currencyservice',
      'update ConfigMap::mesh-policies-intent',
    ])
    project.write('services.ts', graph)
  })

  it('finds nothing amiss where nobody has changed a thing', async () => {
    await succeeds('refresh', '--preview-only', '--expect-no-changes')
  })

  it('finds what somebody has changed in the cluster', async () => {
    const live = await api.read(callersOf('adservice'))
    assert.ok(live)
    await api.apply({ ...callersOf('adservice'), spec: { ...(live.spec as object), rules: [{}] } })
    const { code, said } = await project.pulumi('refresh', '--preview-only', '--expect-no-changes')
    assert.notEqual(code, 0, said)
    assert.match(said, /callers-of-adservice/u)
  })

  it('leaves nothing behind when it is destroyed but the namespaces, in which others have something too', async () => {
    await succeeds('destroy', '--yes', '--skip-preview')
    const left = await Promise.all(kinds.map(([apiVersion, kind]) => api.list(apiVersion, kind)))
    assert.deepEqual(left.flat().map(objectName), [])
    const namespaces = (await api.list('v1', 'Namespace')).map(({ metadata }) => metadata.name)
    assert.deepEqual(
      made.filter(({ metadata }) => !namespaces.includes(metadata.name)),
      [],
    )
  })
})

const call = `{ currencyservice: { grpc: ['hipstershop.CurrencyService/Convert'] } }`
const plaintext = `
import { CustomResource } from '@pulumi/kubernetes/apiextensions'
new CustomResource(
  'plaintext',
  {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: { name: 'plaintext', namespace: 'boutique' },
    spec: { selector: { matchLabels: { app: 'frontend' } }, mtls: { mode: 'DISABLE' } },
  },
  { provider: kubernetes },
)
`
