import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ambientWorld } from '../support/arbitrary/ambient-world'
import { gatewayWorld } from '../support/arbitrary/gateway-world'
import type { Json } from '../support/arbitrary/json'
import { networkWorld } from '../support/arbitrary/network-world'
import { world } from '../support/arbitrary/world'
import { renderedExamples } from '../support/examples'
import { assertSameReach, reachOfObjects } from '../support/same-reach'

/*
 * Rules that let through add up, whichever objects of one place they stand in: the rules of an ALLOW AuthorizationPolicy over two of them
 * (istio.io/latest/docs/reference/config/security/authorization-policy: `ALLOW` matches where any of the policies does), those of a NetworkPolicy too
 * (kubernetes.io/docs/concepts/services-networking/network-policies: policies do not conflict; they are additive). A half without
 * rules lets nothing through, and selects as the whole did.
 */

const lists: Readonly<Record<string, readonly string[]>> = {
  AuthorizationPolicy: ['rules'],
  NetworkPolicy: ['ingress', 'egress'],
}

const isAllow = (spec: Json): boolean => spec.action === undefined || spec.action === 'ALLOW'

/** The two halves of a policy whose rules add up, cut anywhere; any other object as it is. */
function halves(object: Json, cut: number): readonly Json[] {
  const { kind, metadata, spec } = object as { kind: string; metadata: Json; spec: Json } // of any object that has rules
  const listed = (lists[kind] ?? []).filter(list => Array.isArray(spec[list]))
  if (listed.length === 0 || !isAllow(spec)) return [object]
  const half = (name: string, part: (rules: readonly unknown[]) => readonly unknown[]): Json => ({
    ...object,
    metadata: { ...metadata, name: `${String(metadata.name)}-${name}` },
    spec: { ...spec, ...typesOf(kind, spec), ...mapped(listed, list => part(spec[list] as readonly unknown[])) },
  })
  const at = (rules: readonly unknown[]): number => cut % (rules.length + 1)
  return [half('a', rules => rules.slice(0, at(rules))), half('b', rules => rules.slice(at(rules)))]
}

/** Where a NetworkPolicy does not say what it isolates for, it is for egress if it has rules for it: which a half may have no more. */
function typesOf(kind: string, spec: Json): Json {
  if (kind !== 'NetworkPolicy' || spec.policyTypes !== undefined) return {}
  const leaving = Array.isArray(spec.egress) && spec.egress.length > 0
  return { policyTypes: leaving ? ['Ingress', 'Egress'] : ['Ingress'] }
}

function mapped(keys: readonly string[], valueOf: (key: string) => unknown): Json {
  return Object.fromEntries(keys.map(key => [key, valueOf(key)]))
}

/** That the objects let the same through once their policies are cut, and how many were. */
function assertSplit(objects: readonly Json[], cut: number): number {
  const split = objects.flatMap((object, i) => halves(object, cut + i))
  assertSameReach(reachOfObjects(split), reachOfObjects(objects))
  return split.length - objects.length
}

const drawn = {
  sidecars: world,
  ambient: ambientWorld,
  gateways: gatewayWorld,
  'a network': networkWorld,
}

describe('law: splitting a policy changes nothing', () => {
  for (const { name, objects } of renderedExamples()) {
    if (!objects.some(({ kind }) => kind === 'NetworkPolicy') && name.endsWith('linkerd')) continue
    it(`of what ${name} lets through`, () => {
      assert.ok(assertSplit(objects, 1) >= 4)
    })
  }

  for (const [name, worlds] of Object.entries(drawn)) {
    it(`of what any world of ${name} lets through`, () => {
      let cuts = 0
      fc.assert(
        fc.property(worlds, fc.nat(6), (objects, cut) => {
          cuts += assertSplit(objects, cut)
        }),
        { numRuns: 6 },
      )
      assert.ok(cuts > 0, 'no policy was split')
    })
  }
})
