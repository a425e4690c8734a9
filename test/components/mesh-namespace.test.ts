import assert from 'node:assert/strict'
import type { MeshNamespaceArgs } from '../../components/mesh-namespace'
import { MeshNamespace } from '../../components/mesh-namespace'
import { record } from './recorder'

const sidecar = { 'istio-injection': 'enabled' }
const ambient = { 'istio.io/dataplane-mode': 'ambient' }
const managed = { 'app.kubernetes.io/managed-by': 'zero-trust-mesh' }

async function registered(args: Partial<MeshNamespaceArgs>) {
  const recording = await record(() => new MeshNamespace('shop', { name: 'shop', labels: sidecar, ...args }))
  return recording.named('shop-namespace')
}

async function labelsOf(args: Partial<MeshNamespaceArgs>): Promise<Record<string, string>> {
  return (await registered(args)).inputs.metadata.labels
}

describe('a namespace of the mesh', () => {
  it('carries the labels it is given, and says who keeps it', async () => {
    const labels = { ...ambient, 'istio.io/use-waypoint': 'waypoint', 'istio.io/ingress-use-waypoint': 'true' }
    assert.deepEqual(await labelsOf({ labels }), { ...managed, ...labels })
    assert.deepEqual(await labelsOf({ labels: {}, podSecurity: 'baseline' }), {
      ...managed,
      'pod-security.kubernetes.io/enforce': 'baseline',
    })
  })

  it('is the same resource on either data plane, so that the labels of one replace those of the other', async () => {
    for (const existing of [false, true]) {
      const [before, after] = [await registered({ existing }), await registered({ existing, labels: ambient })]
      assert.deepEqual([after.type, after.name, after.parent], [before.type, before.name, before.parent])
    }
    assert.ok(!('istio-injection' in (await labelsOf({ labels: ambient }))))
    assert.ok(!('istio.io/dataplane-mode' in (await labelsOf({ labels: sidecar }))))
  })
})

describe('a namespace that is there already', () => {
  it('says a word for each label of the other plane, since one set by hand would else stay', async () => {
    assert.deepEqual(await labelsOf({ existing: true, labels: ambient }), {
      ...managed,
      'istio.io/dataplane-mode': 'ambient',
      'istio-injection': 'disabled',
      'istio.io/use-waypoint': 'none',
    })
    assert.deepEqual(await labelsOf({ existing: true, labels: sidecar }), {
      ...managed,
      'istio-injection': 'enabled',
      'istio.io/dataplane-mode': 'none',
      'istio.io/use-waypoint': 'none',
    })
  })

  it('keeps the waypoint it is given', async () => {
    const labels = { ...ambient, 'istio.io/use-waypoint': 'waypoint' }
    assert.equal((await labelsOf({ existing: true, labels }))['istio.io/use-waypoint'], 'waypoint')
  })

  it('never has `istio-injection` beside the revision it follows, which it would win over', async () => {
    const labels = await labelsOf({ existing: true, labels: { 'istio.io/rev': 'stable' } })
    assert.equal(labels['istio.io/rev'], 'stable')
    assert.ok(!('istio-injection' in labels))
  })

  it('does not keep a gateway that stands there from being injected', async () => {
    const labels = await labelsOf({ existing: true, labels: ambient, injected: true })
    assert.equal(labels['istio.io/dataplane-mode'], 'ambient')
    assert.ok(!('istio-injection' in labels))
  })

  it('is given back when it is no longer named, and not removed', async () => {
    assert.equal((await registered({ existing: true })).type, 'kubernetes:core/v1:NamespacePatch')
    assert.equal((await registered({})).retainOnDelete, true)
  })
})
