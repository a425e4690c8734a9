import assert from 'node:assert/strict'
import * as pulumi from '@pulumi/pulumi'
import type { StackSettings } from '../../components/config'
import { readConfig } from '../../components/config'
import { Refused } from '../../components/refused'
import { record } from './recorder'

const mesh = { version: '1.30.3', trustDomain: 'test.example.com' }
const least = { mesh: JSON.stringify(mesh), trust: '{"selfSigned":true}' }

async function read(config: Record<string, string>, secretKeys: string[] = []): Promise<StackSettings> {
  let settings: StackSettings | undefined
  await record(() => (settings = readConfig()), { config, secretKeys, preview: true })
  return settings!
}

async function problems(config: Record<string, string>): Promise<string[]> {
  try {
    await read(config)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return error.problems.map(({ at, message, hint }) => `${at}: ${message}${hint === undefined ? '' : ` (${hint})`}`)
  }
  return []
}

function withMesh(fields: Record<string, unknown>): Record<string, string> {
  return { ...least, mesh: JSON.stringify({ ...mesh, ...fields }) }
}

describe('the configuration of a stack', () => {
  it('needs the mesh and whom to trust, and fills in the rest', async () => {
    assert.deepEqual(await read(least), {
      cluster: {},
      mesh: {
        istio: mesh,
        meshes: {},
        trust: { selfSigned: true },
        stages: {},
        dataPlanes: {},
        waypoints: {},
        gateways: {},
        namespaces: {},
        acknowledged: [],
      },
      parts: { fragments: {}, lock: 'intent.lock.json' },
    })
    assert.deepEqual(await problems({}), [
      'trust: `trust` is missing',
      'mesh: nothing says which mesh this is (`mesh` for Istio, `linkerd` for Linkerd, or both: `version` and `trustDomain` at least)',
    ])
  })

  it('takes every setting there is', async () => {
    const { mesh: settings, cluster } = await read({
      ...withMesh({
        install: false,
        charts: { repository: 'oci://registry.example.com/charts' },
        hub: 'registry.example.com/istio',
        platform: 'gke',
        systemNamespace: 'mesh-system',
        rootNamespace: 'mesh-root',
        revision: '1-30-3',
        tag: 'stable',
        clusterDomain: 'cluster.test',
        pathNormalization: 'MERGE_SLASHES',
        dataPlane: 'ambient',
        gatewayApi: { file: 'crds/standard-install.yaml' },
        telemetry: 'denials',
        networkPolicies: true,
        pullSecrets: ['registry'],
        nodeNamespace: 'kube-system',
        cni: { binDir: '/opt/bin', confDir: '/etc/net.d', netnsDir: '/run/netns' },
        nativeNftables: true,
        multiCluster: { cluster: 'east', network: 'vpc-1', meshId: 'shops' },
      }),
      trust: '{"secret":"cacerts","revocation":true}',
      stages: '{"data":"strict"}',
      dataPlanes: '{"data":"sidecar"}',
      waypoints: '{"shop":"service","pay":"namespace","web":{"namespace":"infra","name":"shared"}}',
      gateways: '{"edge":{"namespace":"front","service":"NodePort","routing":"elsewhere"}}',
      namespaces: '{"existing":["data"],"podSecurity":"baseline"}',
      acknowledged: '["inexpressible"]',
      policies: '{"all":"mandatory","strict-mtls":{"enforcementLevel":"advisory","exempt":["x"]}}',
      context: 'kind-dev',
    })
    assert.ok(settings.istio)
    assert.equal(settings.istio.pathNormalization, 'MERGE_SLASHES')
    assert.deepEqual([settings.istio.dataPlane, settings.istio.multiCluster?.network], ['ambient', 'vpc-1'])
    assert.deepEqual(settings.istio.gatewayApi, { file: 'crds/standard-install.yaml' })
    assert.deepEqual(settings.dataPlanes, { data: 'sidecar' })
    const shared = { namespace: 'infra', name: 'shared' }
    assert.deepEqual(settings.waypoints, { shop: 'service', pay: 'namespace', web: shared })
    assert.deepEqual(settings.stages, { data: 'strict' })
    assert.deepEqual(settings.gateways, { edge: { namespace: 'front', service: 'NodePort', routing: 'elsewhere' } })
    assert.deepEqual(settings.acknowledged, ['inexpressible'])
    assert.deepEqual(cluster, { context: 'kind-dev' })
  })

  it('names the near key, on the outside and within', async () => {
    assert.deepEqual(await problems({ ...least, stagse: '{}' }), [
      'stagse: unknown key `stagse` (did you mean `stages`?)',
    ])
    assert.deepEqual(await problems(withMesh({ trustDomian: 'x' })), [
      'mesh.trustDomian: unknown key `trustDomian` (did you mean `trustDomain`?)',
    ])
    assert.deepEqual(await problems({ ...least, gateways: '{"edge":{"routing":"gateway-aip"}}' }), [
      'gateways.edge.routing: `gateway-aip` is not a value that it may have (did you mean `gateway-api`?)',
    ])
    assert.deepEqual(await problems({ ...least, gateways: '{"edge":{"sevrice":"NodePort"}}' }), [
      'gateways.edge.sevrice: unknown key `sevrice` (did you mean `service`?)',
    ])
    const [nearest] = await problems(withMesh({ charts: { directroy: 'charts' } }))
    assert.equal(nearest, 'mesh.charts.directroy: unknown key `directroy` (did you mean `directory`?)')
  })

  it('names the near value', async () => {
    assert.deepEqual(await problems({ ...least, stages: '{"data":"enfroce"}' }), [
      'stages.data: `enfroce` is not a value that it may have (did you mean `enforce`?)',
    ])
    assert.deepEqual(await problems({ ...least, dataPlanes: '{"data":"ambeint"}' }), [
      'dataPlanes.data: `ambeint` is not a value that it may have (did you mean `ambient`?)',
    ])
    assert.deepEqual(await problems(withMesh({ dataPlane: 'sidcar', telemetry: 'denial' })), [
      'mesh.dataPlane: `sidcar` is not a value that it may have (did you mean `sidecar`?)',
      'mesh.telemetry: `denial` is not a value that it may have (did you mean `denials`?)',
    ])
  })

  it('takes a word or an object where there are both, and says what is wrong with the one that was meant', async () => {
    const waypoint = (value: unknown) => problems({ ...least, waypoints: JSON.stringify({ shop: value }) })
    assert.deepEqual(await waypoint('sevrice'), [
      'waypoints.shop: `sevrice` is not a value that it may have (did you mean `service`?)',
    ])
    const forms = 'one of `namespace`, `service`, or an object with `namespace`, `name`'
    assert.deepEqual(await waypoint('none'), [`waypoints.shop: \`none\` is not a value that it may have (${forms})`])
    assert.deepEqual(await waypoint(7), [`waypoints.shop: \`7\` is not a value that it may have (${forms})`])
    assert.deepEqual(await waypoint({ namespace: 'infra', nmae: 'x' }), [
      'waypoints.shop.name: `name` is missing',
      'waypoints.shop.nmae: unknown key `nmae` (did you mean `name`?)',
    ])
    assert.match((await waypoint({ namespace: 'Infra', name: 'x' })).join(), /^waypoints\.shop\.namespace: .*DNS label/)
    assert.deepEqual(await problems(withMesh({ gatewayApi: 'exsting' })), [
      'mesh.gatewayApi: `exsting` is not a value that it may have (did you mean `existing`?)',
    ])
    assert.deepEqual(await problems(withMesh({ gatewayApi: { flie: 'x' } })), [
      'mesh.gatewayApi.file: `file` is missing',
      'mesh.gatewayApi.flie: unknown key `flie` (did you mean `file`?)',
    ])
  })

  it('refuses what cannot be a folder of a node, or the name of a cluster', async () => {
    assert.match((await problems(withMesh({ cni: { binDir: 'opt/bin' } }))).join(), /^mesh\.cni\.binDir: .*from `\/`/)
    assert.deepEqual(await problems(withMesh({ multiCluster: { network: 'a' } })), [
      'mesh.multiCluster.cluster: `cluster` is missing',
    ])
  })

  it('finds everything at once', async () => {
    const found = await problems({
      mesh: '{"version":1.3,"revision":"1.30"}',
      trust: '[]',
      stages: 'strict',
      gateways: '{"Edge":{}}',
      policies: '{"strict-mtls":"mandatry","x":{"enforcementLevel":"no"}}',
      kubeconfig: '~/.kube/config',
      namspaces: '{}',
    })
    assert.deepEqual(found.map(text => text.slice(0, text.indexOf(':'))).sort(), [
      'gateways.Edge',
      'kubeconfig',
      'mesh.revision',
      'mesh.trustDomain',
      'mesh.version',
      'namspaces',
      'policies.strict-mtls',
      'policies.x.enforcementLevel',
      'stages',
      'trust',
    ])
  })

  it('says that a version is to be quoted, which YAML takes for a number', async () => {
    assert.deepEqual(await problems(withMesh({ version: 1.3 })), [
      'mesh.version: expected text, got `1.3` (put it in quotes)',
    ])
  })

  it('wants one version and not a range, and one place of charts', async () => {
    assert.match((await problems(withMesh({ version: '1.30' }))).join(), /exact version/)
    assert.match((await problems(withMesh({ version: '^1.30.3' }))).join(), /exact version/)
    assert.match((await problems(withMesh({ charts: {} }))).join(), /one of `repository`, `directory` and `archives`/)
    const both = { repository: 'https://a.example.com', directory: 'b' }
    assert.match((await problems(withMesh({ charts: both }))).join(), /one of `repository`/)
    assert.match((await problems(withMesh({ charts: { repository: 'http://a.example.com' } }))).join(), /https:\/\//)
  })

  it('takes empty texts of context and kubeconfig for none, as Pulumi.yaml has them', async () => {
    assert.deepEqual((await read({ ...least, context: '', kubeconfig: '' })).cluster, {})
  })

  it('keeps the kubeconfig secret, and takes its contents only', async () => {
    const contents = 'current-context: a\nclusters: []\n'
    const { cluster } = await read({ ...least, kubeconfig: contents }, ['zero-trust-mesh:kubeconfig'])
    assert.equal(await pulumi.isSecret(cluster.kubeconfig!), true)
    for (const path of ['~/.kube/config', '/root/.kube/config', 'config']) {
      assert.match((await problems({ ...least, kubeconfig: path })).join(), /not the contents of a kubeconfig/)
    }
    assert.deepEqual(await problems({ ...least, kubeconfig: 'clusters: []' }), [
      'kubeconfig: it has no `current-context`, and no `context` is set (`pulumi config set context <name>`)',
    ])
    assert.deepEqual(await problems({ ...least, kubeconfig: 'clusters: []', context: 'a' }), [])
  })

  it('does not judge a kubeconfig that cannot be decrypted in a preview', async () => {
    const { cluster } = await read({ ...least, kubeconfig: pulumi.runtime.unknownValue })
    assert.ok(cluster.kubeconfig)
  })
})
