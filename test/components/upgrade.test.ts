import assert from 'node:assert/strict'
import { Refused } from '../../components/refused'
import type { IstioSettings, NextSettings } from '../../components/settings'
import { targetOf } from '../../components/target'
import { ZeroTrustMesh } from '../../components/zero-trust-mesh'
import { planUpgrade } from '../../core/rollout/upgrade'
import { prove } from '../support/prove'
import { settings, shop } from './fixtures'
import { allBefore, once, record } from './recorder'

const next: NextSettings = { version: '1.31.0', revision: '1-31-0' }
const tagged: Partial<IstioSettings> = { revision: '1-30-3', tag: 'stable' }

const mesh = once((istio: Partial<IstioSettings>) =>
  record(() => new ZeroTrustMesh('mesh', { graph: shop, ...settings, istio: { ...settings.istio, ...istio } })),
)

async function refusals(istio: Partial<IstioSettings>): Promise<readonly string[]> {
  try {
    await mesh(istio)
    return []
  } catch (error) {
    assert.ok(error instanceof Refused)
    return error.problems.map(({ code }) => code)
  }
}

const releases = ['base', 'istiod-1-30-3', 'istiod-1-31-0', 'cni', 'ztunnel', 'gateway-istio-ingress']
async function versions(istio: Partial<IstioSettings>): Promise<Readonly<Record<string, string>>> {
  const { all } = await mesh({ dataPlane: 'ambient', ...istio })
  return Object.fromEntries(
    releases.flatMap(name =>
      all.filter(one => one.name === `mesh-istio-${name}`).map(one => [name, one.inputs.version]),
    ),
  )
}

describe('an upgrade of the control plane', () => {
  it('installs the next one beside the one that stands, after the CRDs of its version, and changes nothing else', async () => {
    assert.deepEqual(await versions({ ...tagged, next }), {
      base: '1.31.0',
      'istiod-1-30-3': '1.30.3',
      'istiod-1-31-0': '1.31.0',
      cni: '1.30.3',
      ztunnel: '1.30.3',
      'gateway-istio-ingress': '1.30.3',
    })
    const recording = await mesh({ ...tagged, next })
    assert.ok(allBefore(recording, 'mesh-istio-istiod-1-31-0').has('mesh-istio-base'))
    assert.equal(recording.named('mesh-istio-base').inputs.values.defaultRevision, '1-30-3')
    const values = (revision: string) => recording.named(`mesh-istio-istiod-${revision}`).inputs.values
    assert.deepEqual({ ...values('1-31-0'), revision: '' }, { ...values('1-30-3'), revision: '' })
  })

  it('moves the tag in one object, once both control planes are there, and no namespace', async () => {
    const [before, after] = await Promise.all([
      mesh({ ...tagged, next }),
      mesh({ ...tagged, next: { ...next, tagged: true } }),
    ])
    const [old, moved] = [before, after].map(recording => recording.named('mesh-istio-tag').inputs)
    assert.deepEqual(
      [old.metadata.name, moved.metadata.name],
      ['istio-revision-tag-stable', 'istio-revision-tag-stable'],
    )
    assert.deepEqual(
      [old, moved].map(({ metadata }) => metadata.labels['istio.io/rev']),
      ['1-30-3', '1-31-0'],
    )
    for (const { name, clientConfig, namespaceSelector } of moved.webhooks) {
      assert.match(name, /\.sidecar-injector\.istio\.io$/)
      assert.equal(clientConfig.service.name, 'istiod-1-31-0')
      assert.ok(namespaceSelector.matchExpressions.some(({ key }: { key: string }) => key === 'istio-injection'))
    }
    for (const istiod of ['mesh-istio-istiod-1-30-3', 'mesh-istio-istiod-1-31-0'])
      assert.ok(allBefore(after, 'mesh-istio-tag').has(istiod))
    for (const { name, inputs } of after.ofType('kubernetes:core/v1:Namespace'))
      assert.deepEqual(before.named(name).inputs, inputs)
  })

  it('no release ever renders the tag, as two could not hand it over', async () => {
    for (const istio of [tagged, { ...tagged, next }, { ...tagged, next: { ...next, tagged: true } }])
      for (const { inputs } of (await mesh(istio)).ofType('kubernetes:helm.sh/v3:Release'))
        assert.equal(inputs.values.revisionTags, undefined)
  })

  it('without a tag labels the namespaces that are named, never with both labels, and leads their gateways along', async () => {
    const recording = await mesh({ next: { ...next, namespaces: ['shop', 'istio-ingress'] } })
    const labels = (name: string) => recording.named(`mesh-${name}-namespace`).inputs.metadata.labels
    assert.deepEqual([labels('shop')['istio.io/rev'], labels('shop')['istio-injection']], ['1-31-0', undefined])
    assert.deepEqual([labels('data')['istio.io/rev'], labels('data')['istio-injection']], [undefined, 'enabled'])
    assert.equal(recording.named('mesh-istio-gateway-istio-ingress').inputs.values.revision, '1-31-0')
  })

  it('takes the node agents to the next version when told to, and ztunnel to its istiod', async () => {
    const nodes = { ...next, tagged: true, nodes: true }
    const { cni, ztunnel } = await versions({ ...tagged, next: nodes })
    assert.deepEqual([cni, ztunnel], ['1.31.0', '1.31.0'])
    const recording = await mesh({ ...tagged, dataPlane: 'ambient', next: nodes })
    assert.equal(recording.named('mesh-istio-ztunnel').inputs.values.revision, '1-31-0')
  })

  it('ends in the new control plane alone, under the names it had', async () => {
    const { version, revision } = next
    const end = await mesh({ ...tagged, version, revision })
    const during = await mesh({ ...tagged, next: { ...next, tagged: true, nodes: true } })
    const name = 'mesh-istio-istiod-1-31-0'
    assert.deepEqual(end.named(name).inputs, during.named(name).inputs)
    assert.deepEqual(end.named('mesh-istio-tag').inputs, during.named('mesh-istio-tag').inputs)
    assert.ok(!end.all.some(one => one.name === 'mesh-istio-istiod-1-30-3'))
  })

  it('refuses what would leave something behind or ahead of its control plane', async () => {
    assert.deepEqual(await refusals({ ...tagged, next: { ...next, nodes: true } }), ['upgrade-out-of-order'])
    assert.deepEqual(await refusals({ ...tagged, next: { ...next, version: '1.32.0' } }), ['version-skew'])
    assert.deepEqual(await refusals({ ...tagged, next: { ...next, revision: 'stable' } }), ['same-revision'])
    assert.deepEqual(await refusals({ ...tagged, next, charts: { directory: 'charts' } }), ['charts-of-one-version'])
    assert.deepEqual(await refusals({ next: { ...next, namespaces: ['shopp'] } }), ['upgrade-out-of-order'])
  })

  it('says where it is and what comes next, and nothing without an upgrade', async () => {
    const said = (await mesh({ ...tagged, next: { ...next, tagged: true } })).warnings.join('\n')
    assert.match(
      said,
      /being upgraded to 1\.31\.0 .*\n {2}at `shift`\n {2}then `restart data`: kubectl -n data rollout restart/,
    )
    assert.match(said, /then `nodes`: mesh \{"next":\{.*"nodes":true\}\}/)
    assert.doesNotMatch((await mesh(tagged)).warnings.join('\n'), /upgraded/)
  })

  it('is proved in every state: whichever control plane a namespace follows, the same flows get through', () => {
    for (const plane of ['sidecar', 'ambient'] as const)
      for (const istio of [{ ...settings.istio, ...tagged }, settings.istio]) {
        const standing = { ...istio, sidecars: ['data', 'shop'], gateways: ['istio-ingress/istio-ingress'] }
        const { states } = planUpgrade(standing, next)
        assert.ok(states.length >= 5)
        for (const { settings: set } of states) {
          const target = targetOf({ istio: { ...istio, dataPlane: plane, ...set } })
          assert.ok(target.kind !== 'hybrid')
          assert.deepEqual(
            prove(shop, target).differences.map(({ text }) => text),
            [],
          )
        }
      }
  })
})
