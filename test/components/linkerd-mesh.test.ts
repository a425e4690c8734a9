import assert from 'node:assert/strict'
import { Provider } from '@pulumi/kubernetes/provider'
import { Refused } from '../../components/refused'
import type { ZeroTrustMeshArgs } from '../../components/zero-trust-mesh'
import { ZeroTrustMesh } from '../../components/zero-trust-mesh'
import { compile } from '../../core/compile/compile'
import { rootA } from './certificates'
import { linkerd, settings, shop } from './linkerd-fixtures'
import { allBefore, once, record } from './recorder'

const target = { kind: 'linkerd', version: 'edge-26.6.3', trustDomain: 'test.example.com' } as const

const deploy = once(async (args: Partial<ZeroTrustMeshArgs> = {}) => {
  let mesh: ZeroTrustMesh | undefined
  const recording = await record(() => {
    const kubernetes = new Provider('cluster', { context: 'test' })
    mesh = new ZeroTrustMesh('mesh', { graph: shop, ...settings, ...args }, { providers: { kubernetes } })
  })
  return { recording, mesh: mesh! }
})

async function problemsOf(args: Partial<ZeroTrustMeshArgs>): Promise<readonly string[]> {
  try {
    await deploy(args)
  } catch (error) {
    assert.ok(error instanceof Refused)
    return error.problems.map(({ code, at }) => `${code} ${at}`)
  }
  return []
}

describe('ZeroTrustMesh on Linkerd', () => {
  it('registers a component for the control plane, each namespace and the policies, and nothing of Istio’s', async () => {
    const { recording, mesh } = await deploy()
    const components = recording.all.filter(one => !one.custom).map(one => `${one.parent} > ${one.type} ${one.name}`)
    assert.deepEqual(components.sort(), [
      ' > zero-trust-mesh:index:ZeroTrustMesh mesh',
      'mesh > zero-trust-mesh:index:Linkerd mesh-linkerd',
      'mesh > zero-trust-mesh:index:MeshNamespace mesh-data',
      'mesh > zero-trust-mesh:index:MeshNamespace mesh-shop',
      'mesh > zero-trust-mesh:index:ServicePolicies mesh-policies',
    ])
    assert.equal(mesh.istio, undefined)
    assert.doesNotMatch(JSON.stringify(recording.all), /istio/)
  })

  it('registers every manifest as it was compiled, after the control plane and its own namespace', async () => {
    const { recording } = await deploy()
    const { manifests } = compile(shop, target)
    assert.ok(manifests.length > 8)
    for (const { object } of manifests) {
      const { apiVersion, kind, metadata, spec } = object
      const found = recording
        .ofType(`kubernetes:${apiVersion}:${kind}`)
        .find(({ name }) => name === `mesh-policies-${metadata.namespace}/${metadata.name}`)
      assert.ok(found, metadata.name)
      assert.deepEqual(found.inputs, { apiVersion, kind, metadata, spec }, metadata.name)
      const before = allBefore(recording, found.name)
      for (const first of ['mesh-linkerd-control-plane', 'mesh-linkerd-crds', `mesh-${metadata.namespace}-namespace`]) {
        assert.ok(before.has(first), `${found.name} after ${first}`)
      }
    }
  })

  it('has namespaces join by annotations, which also say that nobody is let in where no Server is', async () => {
    const { recording } = await deploy()
    for (const name of ['mesh-shop-namespace', 'mesh-data-namespace']) {
      const { labels, annotations } = recording.named(name).inputs.metadata
      assert.deepEqual(annotations, {
        'linkerd.io/inject': 'enabled',
        'config.linkerd.io/default-inbound-policy': 'deny',
      })
      assert.deepEqual(labels, { 'app.kubernetes.io/managed-by': 'zero-trust-mesh' })
      assert.ok(allBefore(recording, name).has('mesh-linkerd-control-plane'), 'no Pod is made there without its proxy')
    }
  })

  it('takes a namespace that is there already out of what Istio’s labels would put it in', async () => {
    const { recording } = await deploy({ namespaces: { existing: ['shop'] } })
    const { type, inputs } = recording.named('mesh-shop-namespace')
    assert.equal(type, 'kubernetes:core/v1:NamespacePatch')
    assert.deepEqual(inputs.metadata.labels, {
      'app.kubernetes.io/managed-by': 'zero-trust-mesh',
      'istio-injection': 'disabled',
      'istio.io/dataplane-mode': 'none',
      'istio.io/use-waypoint': 'none',
    })
    assert.equal(inputs.metadata.annotations['linkerd.io/inject'], 'enabled')
  })

  it('writes a Server after the routes and policies of its port, so that a first update is no outage', async () => {
    const { recording } = await deploy()
    const named = (kind: string) =>
      recording.all.filter(({ type, name }) => type.endsWith(`:${kind}`) && name.includes('-shop/frontend.http'))
    const [server] = named('Server')
    const routes = named('HTTPRoute')
    assert.ok(server && routes.length > 0)
    for (const { name } of [...routes, ...named('AuthorizationPolicy')])
      assert.ok(server.dependsOn.includes(name), name)
    for (const route of routes)
      assert.ok(named('AuthorizationPolicy').some(({ name }) => route.dependsOn.includes(name)))
  })

  it('tells beside the control plane what the policies were compiled for', async () => {
    const nodeNetworks = ['10.0.0.0/16', '10.1.0.0/16']
    const more = { controlPlaneNamespace: 'mesh-system', nodeNetworks, clusterNetworks: ['10.96.0.0/12'] }
    const { recording, mesh } = await deploy({ linkerd: { ...linkerd, ...more } })
    const { metadata, data } = recording.named('mesh-policies-intent').inputs
    assert.deepEqual([metadata.namespace, metadata.name], ['mesh-system', 'zero-trust-mesh-intent'])
    const { digest, ...rest } = data
    assert.match(digest, /^sha256:[0-9a-f]{64}$/)
    assert.deepEqual(rest, {
      kind: 'linkerd',
      version: 'edge-26.6.3',
      trustDomain: 'test.example.com',
      controlPlaneNamespace: 'mesh-system',
      clusterNetworks: '10.96.0.0/12',
      probeNetworks: '10.0.0.0/16,10.1.0.0/16',
    })
    const anchors = await new Promise(resolve => void mesh.anchors.apply(resolve))
    assert.deepEqual(anchors, [rootA])
  })

  it('says nothing in it of networks that nobody named', async () => {
    const { recording } = await deploy()
    const { data } = recording.named('mesh-policies-intent').inputs
    assert.deepEqual(Object.keys(data).sort(), ['controlPlaneNamespace', 'digest', 'kind', 'trustDomain', 'version'])
  })

  it('installs nothing into a mesh that is there already, and writes its policies all the same', async () => {
    const there = { version: '2.20', trustDomain: 'test.example.com', install: false }
    const { recording } = await deploy({ linkerd: there, trust: {} })
    assert.deepEqual(recording.ofType('kubernetes:helm.sh/v3:Release'), [])
    assert.ok(!recording.all.some(({ type }) => type.includes('cert-manager')))
    assert.equal(recording.ofType('kubernetes:policy.linkerd.io/v1beta3:Server').length > 2, true)
  })

  it('puts no graph and no bundle into the inputs of components, which the state would keep', async () => {
    const { recording } = await deploy()
    for (const { name, custom, inputs } of recording.all) if (!custom) assert.deepEqual(inputs, {}, name)
  })
})

describe('what ZeroTrustMesh refuses of Linkerd', () => {
  it('is no mesh at all', () => {
    assert.throws(() => new ZeroTrustMesh('mesh', { graph: shop, trust: {} }), /nothing says which mesh this is/)
  })

  it('is an installation that nobody trusts, or nobody signs for', async () => {
    const { issuer: _, ...unsigned } = linkerd
    assert.deepEqual(await problemsOf({ trust: {}, linkerd: unsigned }), ['no-trust trust', 'no-issuer linkerd.issuer'])
  })

  it('is a root that nobody knows beforehand', async () => {
    assert.deepEqual(await problemsOf({ trust: { selfSigned: true, bundle: rootA } }), [
      'contradictory-trust trust.selfSigned',
    ])
  })

  it('are two sources of anchors, of which one would overwrite the other', async () => {
    const trustManager = { secrets: ['anchor'] }
    assert.deepEqual(await problemsOf({ linkerd: { ...linkerd, trustManager } }), [
      'contradictory-trust linkerd.trustManager',
    ])
  })

  it('are settings of Istio’s where there is none', async () => {
    const stray = { gateways: { edge: {} }, dataPlanes: { shop: 'ambient' } } as const
    assert.deepEqual(await problemsOf({ ...stray, trust: { bundle: rootA, secret: 'cacerts' } }), [
      'not-of-linkerd gateways',
      'not-of-linkerd dataPlanes',
      'not-of-linkerd trust.secret',
    ])
  })

  it('are namespaces on a mesh that is not there', async () => {
    assert.deepEqual(await problemsOf({ meshes: { shop: 'istio', data: 'linkerd' } }), ['mesh-not-there meshes.shop'])
  })

  it('is a version whose charts nobody publishes, and one that is not supported', async () => {
    assert.deepEqual(await problemsOf({ linkerd: { ...linkerd, version: '2.20' } }), ['no-such-chart linkerd.version'])
    assert.deepEqual(await problemsOf({ linkerd: { ...linkerd, version: 'edge-25.1.1' } }), [
      'unsupported-version target.version',
    ])
  })

  it('are Pods that may not redirect their calls, and that nobody redirects for', async () => {
    const namespaces = { podSecurity: 'baseline' } as const
    assert.deepEqual(await problemsOf({ namespaces }), ['pod-security-without-cni namespaces.podSecurity'])
    assert.deepEqual(await problemsOf({ namespaces, linkerd: { ...linkerd, cni: {} } }), [])
  })

  it('is to install parts of a mesh that is there already', async () => {
    const there = { version: '2.20', trustDomain: 'test.example.com', install: false, viz: {}, highAvailability: true }
    assert.deepEqual(await problemsOf({ linkerd: there, trust: {} }), [
      'linkerd-not-installed linkerd.viz',
      'linkerd-not-installed linkerd.highAvailability',
    ])
  })
})
