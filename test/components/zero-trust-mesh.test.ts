import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Provider } from '@pulumi/kubernetes/provider'
import type * as pulumi from '@pulumi/pulumi'
import { Refused } from '../../components/refused'
import type { ZeroTrustMeshArgs } from '../../components/zero-trust-mesh'
import { ZeroTrustMesh } from '../../components/zero-trust-mesh'
import { compile } from '../../core/compile/compile'
import { defineGraph, http, tcp } from '../../core/graph/define'
import { intentOf } from '../../core/graph/intent'
import { canonicalJson } from '../../core/model/canonical'
import { rootA } from './certificates'
import { settings, shop } from './fixtures'
import { allBefore, once, record } from './recorder'

const target = { kind: 'istio-sidecar', version: '1.30.3', trustDomain: 'test.example.com' } as const

const deploy = once(async (args: Partial<ZeroTrustMeshArgs> = {}) => {
  let mesh: ZeroTrustMesh | undefined
  const recording = await record(() => {
    const kubernetes = new Provider('cluster', { context: 'test' })
    mesh = new ZeroTrustMesh('mesh', { graph: shop, ...settings, ...args }, { providers: { kubernetes } })
  })
  return { recording, mesh: mesh! }
})

function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise(resolve => void output.apply(resolve))
}

describe('ZeroTrustMesh', () => {
  it('registers a component for the control plane, the anchor, each namespace and the policies', async () => {
    const { recording } = await deploy()
    const components = recording.all.filter(one => !one.custom).map(one => `${one.parent} > ${one.type} ${one.name}`)
    assert.deepEqual(components.sort(), [
      ' > zero-trust-mesh:index:ZeroTrustMesh mesh',
      'mesh > zero-trust-mesh:index:Istio mesh-istio',
      'mesh > zero-trust-mesh:index:MeshNamespace mesh-data',
      'mesh > zero-trust-mesh:index:MeshNamespace mesh-shop',
      'mesh > zero-trust-mesh:index:ServicePolicies mesh-policies',
      'mesh-istio > zero-trust-mesh:index:MeshNamespace mesh-istio-istio-ingress',
      'mesh-istio > zero-trust-mesh:index:TrustAnchor mesh-istio-trust',
    ])
  })

  it('names each child after its parent, which is one of its components', async () => {
    const { recording } = await deploy({ trust: { bundle: rootA } })
    const children = recording.all.filter(({ name }) => !['mesh', 'cluster'].includes(name))
    assert.ok(children.length > 15)
    for (const { name, parent } of children) {
      assert.ok(parent !== '' && name.startsWith(`${parent}-`), `${name} under ${parent}`)
      assert.equal(recording.named(parent).custom, false)
    }
  })

  it('gives each Kubernetes object an explicit name, and a namespace unless it is one', async () => {
    const { recording } = await deploy({ trust: { bundle: rootA } })
    const objects = recording.all.filter(({ type }) => type.startsWith('kubernetes:'))
    assert.ok(objects.length > 15)
    for (const { type, name, inputs } of objects) {
      const { name: called, namespace } = type.includes('helm.sh') ? inputs : inputs.metadata
      assert.equal(typeof called, 'string', name)
      if (!type.endsWith(':Namespace')) assert.equal(typeof namespace, 'string', name)
    }
  })

  it('registers every manifest as it was compiled, under a name made of its own', async () => {
    const { recording } = await deploy()
    for (const { object } of compile(shop, target).manifests) {
      const { apiVersion, kind, metadata, spec } = object
      const found = recording
        .ofType(`kubernetes:${apiVersion}:${kind}`)
        .find(({ name }) => name === `mesh-policies-${metadata.namespace}/${metadata.name}`)
      assert.deepEqual(found?.inputs, { apiVersion, kind, metadata, spec }, metadata.name)
    }
    const registered = recording.all.filter(({ type }) => type.includes('istio.io/'))
    assert.equal(registered.length, compile(shop, target).manifests.length)
  })

  it('uses the given provider for everything and transforms nothing', async () => {
    const { recording } = await deploy({ trust: { bundle: rootA } })
    for (const { name, type, provider, transforms } of recording.all) {
      if (type.startsWith('kubernetes:')) assert.match(provider, /::cluster::/, name)
      assert.equal(transforms, 0, name)
    }
  })

  it('writes no policy before the control plane and its own namespace are there', async () => {
    const { recording } = await deploy()
    for (const { name } of recording.all.filter(({ type }) => type.includes('istio.io/'))) {
      const before = allBefore(recording, name)
      assert.ok(before.has('mesh-istio-istiod'), name)
      const own = Object.entries(madeFor).filter(([namespace]) => name.includes(`-${namespace}/`))
      for (const [, each] of own) assert.ok(before.has(each), `${name} without ${each}`)
    }
  })

  it('closes a namespace only after its exceptions are there, so that a first update is no outage', async () => {
    const { recording } = await deploy()
    const exceptions = ['mesh-policies-shop/callers-of-cart', 'mesh-policies-shop/callers-of-frontend']
    const [deny] = recording.ofType('kubernetes:security.istio.io/v1:AuthorizationPolicy').filter(one => {
      return one.name.includes('-shop/') && Object.keys(one.inputs.spec).length === 0
    })
    assert.ok(deny)
    for (const exception of exceptions) {
      assert.ok(deny.dependsOn.includes(exception))
      assert.ok(!recording.named(exception).dependsOn.includes(deny.name))
    }
    assert.ok(!deny.dependsOn.includes('mesh-policies-data/callers-of-redis'))
    const [wide, ...own] = recording
      .ofType('kubernetes:networking.istio.io/v1:Sidecar')
      .filter(one => one.name.includes('-shop/'))
      .sort((a, b) => Number('workloadSelector' in a.inputs.spec) - Number('workloadSelector' in b.inputs.spec))
    assert.ok(wide && own.length > 0)
    for (const { name } of own) assert.ok(wide.dependsOn.includes(name), name)
  })

  it('tells the digest of the intent and the settings of the mesh in a ConfigMap', async () => {
    const { recording, mesh } = await deploy({
      istio: { ...settings.istio, systemNamespace: 'mesh-system', rootNamespace: 'mesh-root', revision: '1-30-3' },
    })
    const digest = `sha256:${createHash('sha256')
      .update(canonicalJson(intentOf(shop)))
      .digest('hex')}`
    const { metadata, data } = recording.named('mesh-policies-intent').inputs
    assert.deepEqual([metadata.namespace, metadata.name], ['mesh-system', 'zero-trust-mesh-intent'])
    assert.deepEqual(data, {
      digest,
      kind: 'istio-sidecar',
      version: '1.30.3',
      trustDomain: 'test.example.com',
      rootNamespace: 'mesh-root',
      revision: '1-30-3',
      pathNormalization: 'DECODE_AND_MERGE_SLASHES',
    })
    assert.equal(await valueOf(mesh.digest), digest)
  })

  it('gives the addresses of the Services, with the port of the Service', async () => {
    const { mesh } = await deploy({ istio: { ...settings.istio, clusterDomain: 'cluster.test' } })
    assert.deepEqual(await valueOf(mesh.endpoints), {
      frontend: { http: 'frontend.shop.svc.cluster.test:80' },
      cart: { grpc: 'cart.shop.svc.cluster.test:7070' },
      redis: { redis: 'redis.data.svc.cluster.test:6379' },
    })
    assert.equal(await valueOf(mesh.trustDomain), 'test.example.com')
  })

  it('labels the namespaces so that they follow the tag, and never with both labels', async () => {
    const { recording } = await deploy({ istio: { ...settings.istio, revision: '1-30-3', tag: 'stable' } })
    for (const name of ['mesh-shop-namespace', 'mesh-istio-istio-ingress-namespace']) {
      const { labels } = recording.named(name).inputs.metadata
      assert.equal(labels['istio.io/rev'], 'stable')
      assert.ok(!('istio-injection' in labels))
    }
  })

  it('only labels namespaces that are there already', async () => {
    const namespaces = { existing: ['shop', 'istio-system'], podSecurity: 'restricted' } as const
    const { recording } = await deploy({ namespaces })
    assert.equal(recording.named('mesh-shop-namespace').type, 'kubernetes:core/v1:NamespacePatch')
    assert.equal(recording.named('mesh-data-namespace').type, 'kubernetes:core/v1:Namespace')
    assert.ok(!recording.all.some(({ name }) => name === 'mesh-istio-namespace'))
    const { labels } = recording.named('mesh-data-namespace').inputs.metadata
    assert.equal(labels['pod-security.kubernetes.io/enforce'], 'restricted')
  })

  it('leaves a namespace behind that drops out of the graph, with what others deployed there', async () => {
    const { recording } = await deploy()
    assert.equal(recording.named('mesh-shop-namespace').retainOnDelete, true)
  })

  it('makes one namespace where a gateway stands among services', async () => {
    const { recording } = await deploy({
      gateways: { 'istio-ingress': { namespace: 'shop' } },
      graph: defineGraph({ services: { frontend: { namespace: 'shop', ports: { http: http(8080) } } } }).calls({}),
    })
    const namespaces = recording.ofType('kubernetes:core/v1:Namespace').map(({ inputs }) => inputs.metadata.name)
    assert.deepEqual(namespaces.sort(), ['istio-system', 'shop'])
  })

  it('puts no graph and no bundle into the inputs of components, which the state would keep', async () => {
    const { recording } = await deploy({ trust: { bundle: rootA } })
    for (const { name, custom, inputs } of recording.all) if (!custom) assert.deepEqual(inputs, {}, name)
  })

  it('shadows the policies of a namespace at stage strict, and not those of another', async () => {
    const { recording } = await deploy({ stages: { data: 'strict' } })
    const annotations = (name: string) => recording.named(name).inputs.metadata.annotations ?? {}
    assert.equal(annotations('mesh-policies-data/callers-of-redis')['istio.io/dry-run'], 'true')
    assert.equal(annotations('mesh-policies-shop/callers-of-cart')['istio.io/dry-run'], undefined)
  })
})

describe('what ZeroTrustMesh tells', () => {
  it('says in one warning what another layer has to enforce, and goes on', async () => {
    const graph = defineGraph({
      services: { app: { namespace: 'shop', ports: { http: http(8080) } } },
      external: { pay: { hosts: ['pay.example.com'], ports: { api: http(80), more: http(8080) } } },
    }).calls({ app: { pay: { api: ['GET /a'], more: ['GET /b'] } } })
    const { recording } = await deploy({ graph })
    assert.equal(recording.warnings.length, 1)
    assert.match(recording.warnings[0]!, /GET \/a[^]*GET \/b/)
    assert.ok(recording.named('mesh-policies-shop/default-deny'))
  })

  it('says nothing where there is nothing to say', async () => {
    assert.deepEqual((await deploy()).recording.warnings, [])
  })
})

/** By namespace, the resource that makes it. */
const madeFor = {
  data: 'mesh-data-namespace',
  'istio-ingress': 'mesh-istio-istio-ingress-namespace',
  shop: 'mesh-shop-namespace',
}

describe('what ZeroTrustMesh refuses', () => {
  async function refused(args: Partial<ZeroTrustMeshArgs>): Promise<Refused> {
    let thrown: unknown
    const recording = await record(() => {
      try {
        new ZeroTrustMesh('mesh', { graph: shop, ...settings, ...args })
      } catch (error) {
        thrown = error
      }
    })
    assert.ok(thrown instanceof Refused)
    assert.deepEqual(recording.all, [], 'nothing may be registered before it is refused')
    return thrown
  }

  it('says at once what is wrong with the graph and with the settings, and registers nothing', async () => {
    const graph = {
      ...shop,
      calls: { frontend: { carts: { grpc: ['shop.Cart/Get'] }, cart: { gprc: ['shop.Cart/Get'] } } },
    }
    const { problems, message } = await refused({ graph, trust: {} })
    assert.ok(problems.some(({ code }) => code === 'no-trust'))
    assert.match(message, /did you mean `cart`\?/)
    assert.match(message, /did you mean `grpc`\?/)
  })

  it('refuses a graph of the wrong shape, since the program runs without type checks', async () => {
    const graph = JSON.parse('{"services":{"a":{"namespace":"x","ports":{"http":8080}}},"calls":{}}')
    const { problems } = await refused({ graph })
    assert.deepEqual(
      problems.map(({ at }) => at),
      ['services.a.ports.http'],
    )
  })

  it('refuses a stage for a namespace that is not there, and names the near one', async () => {
    const { message } = await refused({ stages: { shpo: 'strict' } })
    assert.match(message, /did you mean `shop`\?/)
  })

  it('refuses what the target cannot express until that is acknowledged', async () => {
    const graph = defineGraph({
      services: { db: { namespace: 'shop', ports: { db: tcp(5432) } } },
      ingress: { web: { gateway: 'shop/edge', hosts: ['a.example.com'], routes: { db: { db: 'tcp' } } } },
    }).calls({})
    const { problems } = await refused({ graph })
    assert.deepEqual(
      problems.map(({ code, severity }) => [code, severity]),
      [['closed-entry', 'narrowed']],
    )
    const { recording } = await deploy({ graph, acknowledged: ['closed-entry'] })
    assert.ok(recording.named('mesh-policies-shop/default-deny'))
    assert.match(
      recording.warnings.join(),
      /nothing enters `shop\/edge` for .*: the default deny of `shop` closes what carries bytes/,
    )
  })
})
