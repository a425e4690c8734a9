import assert from 'node:assert/strict'
import { networkOut } from '../../../../../core/analyze/leaving/network'
import { addressBits } from '../../../../../core/model/address'
import { Region } from '../../../../../core/model/region'
import { layerOf, namespace, pod, type Json } from '../objects'
import { policy } from './objects'

const world: readonly Json[] = [namespace('web', {}), pod('web/frontend')]
const block = (cidr: string): Json => ({ to: [{ ipBlock: { cidr } }], ports: [{ port: 443 }] })
/** For all Pods, or for those that a controller may label so. */
const out = (name: string, egress: readonly Json[], perhaps = false): Json =>
  policy(`web/${name}`, {
    policyTypes: ['Egress'],
    egress,
    ...(perhaps && { podSelector: { matchLabels: { 'linkerd.io/control-plane-ns': 'linkerd' } } }),
  })

/** Whether calls to an address certainly and possibly get out. */
function leaves(ip: string, ...objects: readonly Json[]): readonly boolean[] {
  const layer = layerOf([...world, ...objects])
  const { out: found } = networkOut(layer, layer.workloads[0] ?? assert.fail('no workload'), 443)
  return [found.must, found.may].map(region =>
    region.contains(name => (name === 'address' ? (addressBits(ip) ?? '') : '')),
  )
}

describe('where the network lets calls out to, address by address', () => {
  const [near, far] = ['203.0.113.9', '198.51.100.9']

  it('is anywhere without a policy, and where any that surely limits the caller lets them', () => {
    assert.deepEqual(leaves(near), [true, true])
    const both = [out('a', [block('203.0.113.0/24')]), out('b', [block('192.0.2.0/24')])]
    assert.deepEqual(
      [leaves(near, ...both), leaves(far, ...both)],
      [
        [true, true],
        [false, false],
      ],
    )
  })

  it('is certain, where policies limit it only perhaps, of what all of them let out, and possibly anywhere', () => {
    const wide = out('a', [block('203.0.113.0/24')], true)
    assert.deepEqual(
      [leaves(near, wide), leaves(far, wide)],
      [
        [true, true],
        [false, true],
      ],
    )
    const narrow = out('b', [block('203.0.113.128/25')], true)
    assert.deepEqual(
      [leaves(near, wide, narrow), leaves('203.0.113.200', wide, narrow)],
      [
        [false, true],
        [true, true],
      ],
    )
  })

  it('may be, beside what is sure, where a policy lets it that perhaps holds', () => {
    const objects = [out('a', [block('203.0.113.0/24')]), out('b', [block('198.51.100.0/24')], true)]
    assert.deepEqual(
      [leaves(near, ...objects), leaves(far, ...objects), leaves('8.8.8.8', ...objects)],
      [
        [true, true],
        [false, true],
        [false, false],
      ],
    )
  })

  it('is anywhere by a rule without peers, and nowhere by one for Pods, or for another port', () => {
    const all = (rule: Json) => [leaves(near, out('a', [rule])), leaves(far, out('a', [rule]))].flat()
    assert.deepEqual(all({}), [true, true, true, true])
    assert.deepEqual(all({ to: [{ namespaceSelector: {} }] }), [false, false, false, false])
    assert.deepEqual(all({ ports: [{ port: 80 }] }), [false, false, false, false])
    assert.equal(
      networkOut(layerOf([...world]), layerOf([...world]).workloads[0] ?? assert.fail(), 443).out.must,
      Region.all,
    )
  })
})
