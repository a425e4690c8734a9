import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Provider } from '@pulumi/kubernetes/provider'
import { isWaypoint } from '../../components/order'
import { Refused } from '../../components/refused'
import { targetOf } from '../../components/target'
import type { ZeroTrustMeshArgs } from '../../components/zero-trust-mesh'
import { ZeroTrustMesh } from '../../components/zero-trust-mesh'
import { compile } from '../../core/compile/compile'
import { settings, shop } from './fixtures'
import { allBefore, once, record } from './recorder'

const istio = { ...settings.istio, dataPlane: 'ambient' } as const
const policies = 'kubernetes:security.istio.io/v1:AuthorizationPolicy'
const gateways = 'kubernetes:gateway.networking.k8s.io/v1:Gateway'

const deploy = once((args: Partial<ZeroTrustMeshArgs> = {}) =>
  record(() => {
    const kubernetes = new Provider('cluster', { context: 'test' })
    new ZeroTrustMesh('mesh', { graph: shop, ...settings, istio, ...args }, { providers: { kubernetes } })
  }),
)

function compiled(args: Partial<ZeroTrustMeshArgs> = {}) {
  const target = targetOf({ ...settings, istio, ...args })
  assert.ok(target.kind !== 'hybrid')
  return compile(shop, target)
}

describe('a mesh of ambient namespaces', () => {
  it('registers every manifest as it was compiled, and waits until a waypoint is programmed', async () => {
    const recording = await deploy()
    const { manifests } = compiled()
    for (const { object } of manifests) {
      const { apiVersion, kind, metadata, spec } = object
      const found = recording
        .ofType(`kubernetes:${apiVersion}:${kind}`)
        .find(({ name }) => name === `mesh-policies-${metadata.namespace}/${metadata.name}`)
      const annotations = { ...metadata.annotations, 'pulumi.com/waitFor': 'condition=Programmed' }
      const stated = isWaypoint(object) ? { ...metadata, annotations } : metadata
      assert.deepEqual(found?.inputs, { apiVersion, kind, metadata: stated, spec }, metadata.name)
    }
    const registered = recording.all.filter(({ type }) => /(istio\.io|gateway\.networking)/.test(type))
    assert.equal(registered.length, manifests.length)
    assert.equal(recording.ofType(gateways).length, 1)
  })

  it('labels each namespace as the compiler says', async () => {
    const recording = await deploy()
    const { namespaces } = compiled()
    assert.deepEqual(Object.keys(namespaces), ['data', 'shop'])
    for (const [name, labels] of Object.entries(namespaces)) {
      const { 'app.kubernetes.io/managed-by': _, ...own } = recording.named(`mesh-${name}-namespace`).inputs.metadata
        .labels
      assert.deepEqual(own, labels, name)
      assert.equal(own['istio.io/dataplane-mode'], 'ambient')
    }
  })

  it('lets a Pod be captured only when there is a ztunnel to take what it sends', async () => {
    assert.ok(allBefore(await deploy(), 'mesh-shop-namespace').has('mesh-istio-ztunnel'))
  })

  it('opens a waypoint after its routes, its default deny and what admits it to Pods, and closes each namespace last', async () => {
    const recording = await deploy()
    const before = (name: string) => allBefore(recording, `mesh-policies-${name}`)
    const routes = recording.ofType(policies).filter(({ name }) => name.includes('/routes-to-'))
    assert.ok(routes.length > 1)
    assert.ok(before('shop/waypoint').has('mesh-policies-shop/callers-of-cart'))
    const chain = ['istio-system/default-deny-waypoints', 'shop/waypoint', 'shop/default-deny']
    for (const [place, name] of chain.entries()) {
      const known = before(name)
      for (const route of routes) assert.ok(known.has(route.name), `${name} waits for ${route.name}`)
      for (const earlier of chain.slice(0, place))
        assert.ok(known.has(`mesh-policies-${earlier}`), `${name}, ${earlier}`)
    }
    assert.ok(!before('data/default-deny').has('mesh-policies-shop/callers-of-cart'))
  })

  it('says what it was compiled for', async () => {
    const { data } = (await deploy()).named('mesh-policies-intent').inputs
    assert.equal(data.kind, 'istio-ambient')
  })

  it('writes the waypoints’ default deny after the root namespace, where that lies apart', async () => {
    const recording = await deploy({ istio: { ...istio, rootNamespace: 'mesh-root' } })
    const before = allBefore(recording, 'mesh-policies-mesh-root/default-deny-waypoints')
    assert.ok(before.has('mesh-istio-mesh-root-namespace'))
  })
})

describe('Gateway API of an ambient mesh', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ambient-mesh-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('is there before any waypoint, where its file is given', async () => {
    const file = join(folder, 'standard-install.yaml')
    const name = 'gateways.gateway.networking.k8s.io'
    const head = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n'
    writeFileSync(file, `${head}metadata: { name: ${name} }\nspec: { group: gateway.networking.k8s.io }\n`)
    const recording = await deploy({ istio: { ...istio, gatewayApi: { file } } })
    const crd = `mesh-istio-gateway-api-${name}`
    assert.ok(recording.named('mesh-policies-shop/waypoint').dependsOn.includes(crd))
    for (const { dependsOn } of recording.ofType(policies)) assert.ok(!dependsOn.includes(crd))
  })

  it('is refused before anything is registered, where its file is not there', async () => {
    const recording = await record(() => {
      const gatewayApi = { file: join(folder, 'nowhere.yaml') }
      const make = () => new ZeroTrustMesh('mesh', { graph: shop, ...settings, istio: { ...istio, gatewayApi } })
      assert.throws(make, (error: unknown) => error instanceof Refused && error.message.includes('nowhere.yaml'))
    })
    assert.deepEqual(recording.all, [])
  })
})

describe('a waypoint that is shared', () => {
  const waypoints = { shop: { namespace: 'infra', name: 'shared' } }

  it('stands in a namespace that is made for it, unless that is there already', async () => {
    const recording = await deploy({ waypoints })
    const waypoint = recording.named('mesh-policies-infra/shared')
    assert.ok(waypoint.dependsOn.includes('mesh-infra-namespace'))
    const { metadata } = recording.named('mesh-infra-namespace').inputs
    assert.deepEqual(metadata.labels, { 'app.kubernetes.io/managed-by': 'zero-trust-mesh' })
    const there = await deploy({ waypoints, namespaces: { existing: ['infra'] } })
    assert.ok(!there.all.some(({ name }) => name.startsWith('mesh-infra')))
    assert.ok(there.named('mesh-policies-infra/shared'))
  })

  it('waits for what admits it to Pods in the namespaces that use it', async () => {
    const recording = await deploy({ waypoints })
    assert.ok(recording.named('mesh-policies-infra/shared').dependsOn.includes('mesh-policies-shop/callers-of-cart'))
  })
})

describe('a mesh of both', () => {
  const mixed = { istio: settings.istio, dataPlanes: { shop: 'ambient' } } as const

  it('gives each namespace its own plane', async () => {
    const recording = await deploy(mixed)
    const labels = (name: string) => recording.named(name).inputs.metadata.labels
    assert.equal(labels('mesh-shop-namespace')['istio.io/dataplane-mode'], 'ambient')
    assert.equal(labels('mesh-shop-namespace')['istio-injection'], undefined)
    assert.equal(labels('mesh-data-namespace')['istio-injection'], 'enabled')
    const places = recording
      .ofType('kubernetes:networking.istio.io/v1:Sidecar')
      .map(({ inputs }) => inputs.metadata.namespace)
    assert.deepEqual([...new Set(places)], ['data'])
    assert.ok(recording.named('mesh-istio-ztunnel'))
  })

  it('keeps the names of what a namespace has on either plane, so that moving it deletes no policy that stays', async () => {
    const on = async (dataPlane: 'sidecar' | 'ambient') =>
      (await deploy({ istio: settings.istio, dataPlanes: { shop: dataPlane } })).all.map(
        ({ type, name }) => `${type} ${name}`,
      )
    const [sidecar, ambient] = [await on('sidecar'), new Set(await on('ambient'))]
    for (const name of ['shop/default-deny', 'shop/callers-of-cart', 'shop/callers-of-frontend'])
      assert.ok(
        sidecar.includes(`${policies} mesh-policies-${name}`) && ambient.has(`${policies} mesh-policies-${name}`),
      )
    assert.ok(sidecar.includes('kubernetes:core/v1:Namespace mesh-shop-namespace'))
    assert.ok(ambient.has('kubernetes:core/v1:Namespace mesh-shop-namespace'))
  })

  it('labels a namespace that a gateway shares with services as its services need it', async () => {
    const recording = await deploy({
      gateways: { 'istio-ingress': { namespace: 'shop' } },
      acknowledged: ['gateway-among-services'],
    })
    const { type, inputs } = recording.named('mesh-istio-shop-namespace')
    assert.equal(type, 'kubernetes:core/v1:Namespace')
    assert.equal(inputs.metadata.labels['istio.io/dataplane-mode'], 'ambient')
    assert.ok(recording.named('mesh-policies-shop/default-deny').dependsOn.includes('mesh-istio-shop-namespace'))
  })

  it('refuses a plane or a waypoint of a namespace that is not there, and a waypoint for sidecars', async () => {
    const refused = async (args: Partial<ZeroTrustMeshArgs>): Promise<string> => {
      let text = ''
      const recording = await record(() => {
        assert.throws(
          () => new ZeroTrustMesh('mesh', { graph: shop, ...settings, ...args }),
          (error: unknown) => error instanceof Refused && (text = error.message) !== '',
        )
      })
      assert.deepEqual(recording.all, [])
      return text
    }
    assert.match(await refused({ dataPlanes: { shpo: 'ambient' } }), /did you mean `shop`\?/)
    assert.match(await refused({ istio, waypoints: { dta: 'service' } }), /did you mean `data`\?/)
    assert.match(await refused({ waypoints: { shop: 'service' } }), /waypoint/)
  })
})
