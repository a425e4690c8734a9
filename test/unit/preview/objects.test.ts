import assert from 'node:assert/strict'
import type { KubernetesObject } from '../../../core/model/manifest'
import { deployed, kubernetesObjects } from '../../../preview/objects'
import type { Recorded } from '../../../preview/recorded'
import { type JsonObject, secretSignature, signatureKey, unknownValue } from '../../../preview/wire'

function recorded(type: string, inputs: JsonObject, rest: Partial<Recorded> = {}): Recorded {
  const links = { parent: '', provider: '', dependencies: [], propertyDependencies: {}, aliases: [] }
  const options = { protect: false, ignoreChanges: [], additionalSecretOutputs: [], transforms: 0 }
  return { urn: `urn:${type}`, type, name: 'n', custom: true, remote: false, inputs, ...links, ...options, ...rest }
}

const namespace = (labels: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels },
})

describe('the Kubernetes objects of a recording', () => {
  it('are read from their inputs, with kind and version from the type where they are left out', () => {
    const { objects } = kubernetesObjects([
      recorded('kubernetes:core/v1:Namespace', { metadata: { name: 'shop' } }),
      recorded('kubernetes:security.istio.io/v1:AuthorizationPolicy', {
        metadata: { name: 'cart', namespace: 'shop' },
      }),
    ])
    assert.deepEqual(
      objects.map(({ name, object }) => [name, object.apiVersion]),
      [
        ['Namespace shop', 'v1'],
        ['AuthorizationPolicy shop/cart', 'security.istio.io/v1'],
      ],
    )
  })

  it('are no providers, charts, components or resources of other packages', () => {
    const metadata = { metadata: { name: 'x' } }
    const { objects, notJudged } = kubernetesObjects([
      recorded('pulumi:providers:kubernetes', metadata),
      recorded('kubernetes:helm.sh/v3:Release', metadata),
      recorded('kubernetes:yaml/v2:ConfigFile', metadata, { custom: false }),
      recorded('aws:s3:Bucket', metadata),
    ])
    assert.deepEqual([objects, notJudged], [[], []])
  })

  it('are not judged without a name, which the engine would invent', () => {
    const { objects, notJudged } = kubernetesObjects([recorded('kubernetes:core/v1:ConfigMap', { data: {} })])
    assert.deepEqual(objects, [])
    assert.deepEqual(
      notJudged.map(({ what, at }) => [what, at]),
      [['unnamed', 'urn:kubernetes:core/v1:ConfigMap']],
    )
  })

  it('have their secrets for judging and not for showing', () => {
    const stringData = { [signatureKey]: secretSignature, value: { password: 'hunter2' } }
    const inputs = { metadata: { name: 's' }, stringData, data: { uid: unknownValue } }
    const [secret] = kubernetesObjects([recorded('kubernetes:core/v1:Secret', inputs)]).objects
    assert.deepEqual(secret?.object.stringData, { password: 'hunter2' })
    assert.deepEqual(secret?.object.data, { uid: unknownValue })
    assert.deepEqual([secret?.shown.stringData, secret?.shown.data], ['[secret]', { uid: '[unknown]' }])
  })
})

describe('what will be there once all is deployed', () => {
  const registeredOf = (type: string, object: KubernetesObject) =>
    kubernetesObjects([recorded(type, object as unknown as JsonObject)]).objects
  const none = { registered: [], assumptions: [], base: [], installs: false }
  const objectsOf = (inputs: readonly { readonly object: unknown }[]) => inputs.map(({ object }) => object)

  it('is what is registered and what is assumed, the first in the place of the second', () => {
    const registered = registeredOf('kubernetes:core/v1:Namespace', namespace({ a: '1' }))
    const { inputs } = deployed({ ...none, registered, assumptions: [namespace({ a: '2' })] })
    assert.deepEqual(objectsOf(inputs), [namespace({ a: '1' })])
  })

  it('patches what is there, and keeps what the patch does not name', () => {
    const registered = registeredOf('kubernetes:core/v1:NamespacePatch', namespace({ a: '1' }))
    const base = [{ object: namespace({ a: '0', b: '2' }), at: 'dump.yaml:1' }]
    const { inputs } = deployed({ ...none, registered, base })
    assert.deepEqual(objectsOf(inputs), [namespace({ a: '1', b: '2' })])
  })

  it('takes an assumption only where no dump says otherwise', () => {
    const base = [{ object: namespace({ a: 'real' }), at: 'dump.yaml:1' }]
    assert.deepEqual(deployed({ ...none, assumptions: [namespace({ a: 'assumed' })], base }).inputs, [])
  })

  it('takes the settings of a mesh from whoever installs it', () => {
    const settings = (mesh: string): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'istio', namespace: 'istio-system' },
      data: { mesh },
    })
    const scene = { ...none, assumptions: [settings('ours')], base: [{ object: settings('theirs'), at: 'x' }] }
    assert.deepEqual(objectsOf(deployed({ ...scene, installs: true }).inputs), [settings('ours')])
    assert.deepEqual(deployed({ ...scene, installs: false }).inputs, [])
  })
})
