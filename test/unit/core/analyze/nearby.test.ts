import assert from 'node:assert/strict'
import fc from 'fast-check'
import { authorizationFor, ztunnelPoliciesFor } from '../../../../core/analyze/istio/attachment'
import { serverNames } from '../../../../core/analyze/istio/server-name'
import { sidecarsFor } from '../../../../core/analyze/istio/scope'
import type { Layer, Workload } from '../../../../core/analyze/layer'
import { inNamespace, layerOf, mesh, namespace, pod, type Json } from './objects'

type Labels = Readonly<Record<string, string>>

const value = fc.constantFrom('a', 'b', 'c')
const labels = fc.record({ app: value, tier: value, zone: value }, { requiredKeys: [] })
/** More than are looked at one by one. */
const many = fc.array(labels, { minLength: 30, maxLength: 60 })

function holds(wanted: Labels, own: Labels): boolean {
  return Object.entries(wanted).every(([key, text]) => own[key] === text)
}

/** A Pod, and as many objects as there are selectors; `object` makes one of a name and labels. */
function world(own: Labels, all: readonly Labels[], object: (id: string, wanted: Labels) => Json): [Layer, Workload] {
  const objects = all.map((wanted, i) => object(`shop/o${i}`, wanted))
  const layer = layerOf([mesh(), namespace('shop'), pod('shop/it', { labels: own }), ...objects])
  const [workload] = layer.workloads
  assert.ok(workload)
  return [layer, workload]
}

function names(all: readonly Labels[], isWanted: (wanted: Labels) => boolean): readonly string[] {
  return all.flatMap((wanted, i) => (isWanted(wanted) ? [`o${i}`] : []))
}

const policy = (id: string, wanted: Labels): Json =>
  inNamespace('AuthorizationPolicy', id, { selector: { matchLabels: wanted }, rules: [{}] })

describe('what may concern a workload, of many objects', () => {
  it('are the policies whose labels it has, in the order in which they were read', () => {
    fc.assert(
      fc.property(labels, many, (own, all) => {
        const [layer, workload] = world(own, all, policy)
        const found = authorizationFor(layer, workload).map(one => one.policy.name)
        assert.deepEqual(
          found,
          names(all, wanted => holds(wanted, own)),
        )
      }),
    )
  })
  it('are all policies with labels for ztunnel, where a Pod has none', () => {
    fc.assert(
      fc.property(many, all => {
        const [layer, workload] = world({}, all, policy)
        const found = ztunnelPoliciesFor(layer, workload).map(one => one.policy.name)
        assert.deepEqual(
          found,
          names(all, () => true),
        )
      }),
    )
  })
  it('are the Services that lead to it', () => {
    fc.assert(
      fc.property(labels, many, (own, all) => {
        const [layer, workload] = world(own, all, (id, wanted) =>
          inNamespace('Service', id, { selector: wanted, ports: [{ port: 80 }] }),
        )
        const found = serverNames(layer, workload, { namespace: 'shop', workload: 'it', port: 80 })
        const leading = names(all, wanted => Object.keys(wanted).length > 0 && holds(wanted, own))
        assert.deepEqual(
          found,
          leading.map(name => `outbound_.80_._.${name}.shop.svc.cluster.local`),
        )
      }),
    )
  })
  it('are the Sidecars that may rule it: those whose labels it has, or else those without any', () => {
    fc.assert(
      fc.property(labels, many, (own, all) => {
        const [layer, workload] = world(own, all, (id, wanted) =>
          inNamespace('Sidecar', id, Object.keys(wanted).length > 0 ? { workloadSelector: { labels: wanted } } : {}),
        )
        const found = sidecarsFor(layer, workload).map(one => one?.name)
        const bare = names(all, wanted => Object.keys(wanted).length === 0)
        const taking = names(all, wanted => Object.keys(wanted).length > 0 && holds(wanted, own))
        const expected = [taking, bare].find(level => level.length > 0) ?? [undefined]
        assert.deepEqual(found, expected)
      }),
    )
  })
})
