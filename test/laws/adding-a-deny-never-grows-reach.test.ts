import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Reach } from '../../core/analyze/reach'
import type { Match } from '../../core/analyze/regions/bounds'
import { ambientWorld } from '../support/arbitrary/ambient-world'
import { gatewayWorld } from '../support/arbitrary/gateway-world'
import type { Json } from '../support/arbitrary/json'
import { compact } from '../support/arbitrary/json'
import { networkWorld } from '../support/arbitrary/network-world'
import { rule, world } from '../support/arbitrary/world'
import { renderedExamples } from '../support/examples'
import { portLike, portName, reachOfObjects } from '../support/same-reach'

/*
 * What denies: a DENY AuthorizationPolicy with any rules, in any namespace, for any of its workloads; and a NetworkPolicy without a rule. Of
 * NetworkPolicies only that: any rule lets through, and more than before where another policy isolates the Pods already.
 */

const namespaceOf = ({ kind, metadata }: Json): string[] => {
  const { name, namespace } = metadata as { readonly name: string; readonly namespace?: string }
  return kind === 'Namespace' ? [name] : namespace === undefined ? [] : [namespace]
}

const labelsOf = ({ kind, metadata, spec }: Json): Json[] => {
  const template = kind === 'Deployment' ? ((spec as Json).template as Json).metadata : metadata
  const { labels } = template as { readonly labels?: Json }
  return (kind === 'Pod' || kind === 'Deployment') && labels ? [labels] : []
}

/** Any object that only denies, to somewhere among the objects. */
function denial(objects: readonly Json[]): fc.Arbitrary<Json> {
  const drawn = fc.record({
    namespace: fc.constantFrom(...new Set(objects.flatMap(namespaceOf))),
    matchLabels: fc.option(fc.constantFrom(...objects.flatMap(labelsOf)), { nil: undefined, freq: 2 }),
    rules: fc.oneof(fc.constant<Json[]>([{}]), fc.array(rule, { minLength: 1, maxLength: 2 })),
    policyTypes: fc.constantFrom(['Ingress'], ['Egress'], ['Ingress', 'Egress']),
  })
  return fc.tuple(fc.boolean(), drawn).map(([isNetwork, { namespace, matchLabels, rules, policyTypes }]): Json => ({
    ...(isNetwork
      ? { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' }
      : { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy' }),
    metadata: { namespace, name: 'the-denial', creationTimestamp: '2026-02-01T00:00:00Z' },
    spec: isNetwork
      ? { podSelector: compact({ matchLabels }), policyTypes }
      : compact({ selector: matchLabels && { matchLabels }, action: 'DENY', rules }),
  }))
}

/** The denial of everything in a namespace: by the mesh where that can, else by the network. */
function fullDenial(namespace: string, mesh: 'istio' | 'linkerd'): Json {
  const metadata = { namespace, name: 'denied' }
  return mesh === 'istio'
    ? {
        apiVersion: 'security.istio.io/v1',
        kind: 'AuthorizationPolicy',
        metadata,
        spec: { action: 'DENY', rules: [{}] },
      }
    : { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: { podSelector: {} } }
}

/** All but those whose Pods are isolated already and whose mesh knows no DENY: nothing can be denied there. */
const examples = renderedExamples().filter(({ name }) => !name.endsWith('on linkerd, over its network'))

function assertWithin(after: Match, before: Match, at: string): void {
  assert.ok(after.may.within(before.may), `${at}: more is possible`)
  assert.ok(after.must.within(before.must), `${at}: more is certain`)
}

/** That nothing is reached that was not before; how many ports are reached less. */
function assertShrunk(after: Reach, before: Reach): number {
  for (const port of after.ports) {
    const old = portLike(before, port)
    assertWithin(port.bounds, old.bounds, portName(port))
    assertWithin(port.served, old.served, `${portName(port)}, as the callee decides`)
  }
  return after.ports.filter(port => port.bounds.may !== portLike(before, port).bounds.may).length
}

const drawn = {
  sidecars: { worlds: world, numRuns: 6 },
  ambient: { worlds: ambientWorld, numRuns: 6 },
  gateways: { worlds: gatewayWorld, numRuns: 6 },
  'a network': { worlds: networkWorld, numRuns: 4 },
}

describe('law: adding a deny never grows reach', () => {
  for (const { name, objects } of examples) {
    it(`of ${name}`, () => {
      const before = reachOfObjects(objects)
      const shop = name.startsWith('bookinfo') ? 'bookinfo' : 'boutique'
      const denied = fullDenial(shop, name.includes('linkerd') ? 'linkerd' : 'istio')
      let shrunk = assertShrunk(reachOfObjects([...objects, denied]), before)
      fc.assert(
        fc.property(denial(objects), more => {
          shrunk += assertShrunk(reachOfObjects([...objects, more]), before)
        }),
        { numRuns: 4 },
      )
      assert.ok(shrunk > 0, 'nothing was denied')
    })
  }

  for (const [name, { worlds, numRuns }] of Object.entries(drawn)) {
    it(`of any world of ${name}`, () => {
      let shrunk = 0
      const pair = worlds.chain(objects => fc.tuple(fc.constant(objects), denial(objects)))
      fc.assert(
        fc.property(pair, ([objects, more]) => {
          shrunk += assertShrunk(reachOfObjects([...objects, more]), reachOfObjects(objects))
        }),
        { numRuns },
      )
      assert.ok(shrunk > 0, 'nothing was denied')
    })
  }
})
