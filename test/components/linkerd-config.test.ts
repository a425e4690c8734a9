import assert from 'node:assert/strict'
import { readConfig } from '../../components/config'
import { Refused } from '../../components/refused'
import { record } from './recorder'

const linkerd = { version: 'edge-26.6.3', trustDomain: 'test.example.com' }

async function read(fields: object, more: Readonly<Record<string, unknown>> = {}) {
  const config = { mesh: {}, linkerd: { ...linkerd, ...fields }, trust: {}, ...more }
  const texts = Object.entries(config).map(([key, value]) => [key, JSON.stringify(value)] as const)
  let settings: ReturnType<typeof readConfig> | undefined
  await record(() => (settings = readConfig()), { config: Object.fromEntries(texts), preview: true })
  return settings!.mesh
}

async function problems(fields: object, more: Readonly<Record<string, unknown>> = {}): Promise<readonly string[]> {
  try {
    await read(fields, more)
  } catch (error) {
    assert.ok(error instanceof Refused)
    return error.problems.map(({ at, message }) => `${at}: ${message}`)
  }
  return []
}

describe('the configuration of a stack on Linkerd', () => {
  it('takes an empty mesh for none, as Pulumi.yaml has it', async () => {
    const settings = await read({})
    assert.deepEqual(settings.linkerd, linkerd)
    assert.ok(!('istio' in settings))
  })

  it('takes every setting there is', async () => {
    const all = {
      install: true,
      charts: { directory: 'charts/linkerd' },
      hub: 'registry.example.com/linkerd',
      pullSecrets: ['registry'],
      controlPlaneNamespace: 'mesh-system',
      clusterDomain: 'cluster.test',
      clusterNetworks: ['10.96.0.0/12', 'fd00::/64'],
      nodeNetworks: ['10.0.0.0/16'],
      issuer: { name: 'signer', kind: 'Issuer', group: 'cert-manager.io' },
      trustManager: { secrets: ['anchor'], key: 'ca.crt' },
      highAvailability: true,
      cni: { namespace: 'mesh-cni', binDir: '/opt/bin', confDir: '/etc/net.d' },
      nativeSidecars: false,
      ipv6: true,
      gatewayApi: { file: 'crds/standard-install.yaml' },
      gatewayApiChannel: 'standard',
      viz: { namespace: 'viz', prometheusUrl: 'http://there:9090', apiServerNetworks: ['10.1.0.0/28'] },
      multicluster: {
        namespace: 'mc',
        gateway: { sourceNetworks: ['10.9.0.0/16'], identities: ['*.test'], service: 'NodePort' },
        links: ['west'],
      },
      exports: { 'shop/cart': 'pods' },
    }
    assert.deepEqual((await read(all, { meshes: { shop: 'linkerd' } })).linkerd, { ...linkerd, ...all })
  })

  it('names the near key, on the outside and within', async () => {
    assert.deepEqual(await problems({ trustManger: {}, viz: { prometheusURL: 'http://there' } }), [
      'linkerd.viz.prometheusURL: unknown key `prometheusURL`',
      'linkerd.trustManger: unknown key `trustManger`',
    ])
  })

  it('refuses a mesh that it does not know', async () => {
    const [problem] = await problems({}, { meshes: { shop: 'linkerdd' } })
    assert.match(problem ?? '', /^meshes\.shop: `linkerdd` is not a value that it may have/)
  })

  it('wants one version and not a range, and networks that are some', async () => {
    const wrong = { version: 'edge-26', nodeNetworks: ['10.0.0.0'], clusterNetworks: [] }
    assert.deepEqual((await problems(wrong)).map(text => text.replace(/ .*/, '')).sort(), [
      'linkerd.clusterNetworks:',
      'linkerd.nodeNetworks.0:',
      'linkerd.version:',
    ])
  })
})
