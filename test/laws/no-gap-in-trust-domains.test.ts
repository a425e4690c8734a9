import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compareOn } from '../../core/analyze/compare-meshes'
import { compile } from '../../core/compile/compile'
import type { IstioTarget } from '../../core/compile/target'
import { termsOf } from '../../core/compile/terms'
import { intentOf } from '../../core/graph/intent'
import type { KubernetesObject } from '../../core/model/manifest'
import type { DomainState, MigrationStep } from '../../core/trust/migration/migration'
import { planMigration } from '../../core/trust/migration/plan'
import { shop } from '../components/fixtures'
import services from '../../services'
import { DomainFleet, followDomains } from '../support/domains'
import type { Draw } from '../support/fleet'
import { objectsOf, reachOf, target } from '../support/prove'

const domains = ['one.example', 'two.example', 'three.example']
const states: fc.Arbitrary<DomainState> = fc
  .tuple(fc.constantFrom(...domains), fc.subarray(domains))
  .map(([trustDomain, all]) => ({ trustDomain, aliases: all.filter(name => name !== trustDomain) }))
const drawn =
  (gen: fc.GeneratorValue): Draw =>
  below =>
    gen(fc.nat, below - 1)

/** Of each step, the state before it and after it: while it is taken, some have the one and some the other. */
function passages(
  from: DomainState,
  steps: readonly MigrationStep[],
): readonly (readonly [DomainState, DomainState])[] {
  return steps.map(({ state }, i) => [steps[i - 1]?.state ?? from, state])
}

const aboutMesh = ({ kind, metadata }: KubernetesObject): boolean => kind === 'ConfigMap' && metadata.name === 'istio'

/** What is cut off, or let in, where policies are of one state, and istiod already or still of another. */
function differences(policies: DomainState, mesh: DomainState, to: IstioTarget): readonly string[] {
  return [shop, services].flatMap(graph => {
    const compiled = (state: DomainState) => compile(graph, targetOf(to, state))
    const objects = [
      ...objectsOf(compiled(policies)).filter(object => !aboutMesh(object)),
      ...compiled(mesh).assumptions.filter(aboutMesh),
    ]
    return compareOn(reachOf(objects), intentOf(graph), termsOf(targetOf(to, mesh))).differences.map(({ text }) => text)
  })
}

const targetOf = (to: IstioTarget, { trustDomain, aliases }: DomainState): IstioTarget => ({
  ...{ ...to, trustDomain, trustDomainAliases: aliases },
})

describe('law: no gap in trust domains', () => {
  it('whatever a mesh is called, and is to be called, in whatever order proxies hear of it', () => {
    fc.assert(
      fc.property(states, states, fc.boolean(), fc.gen(), (from, to, istioCsr, gen) => {
        const { steps, problems, outage } = planMigration(from, to, { carrier: 'sidecar', istioCsr })
        assert.deepEqual([problems, outage], [[], []])
        const fleet = new DomainFleet(from, 4, istioCsr)
        followDomains(fleet, steps, drawn(gen))
        assert.equal(fleet.refused, undefined)
        const last = steps.at(-1)?.state ?? from
        assert.deepEqual([last.trustDomain, [...last.aliases].sort()], [to.trustDomain, [...to.aliases].sort()])
        for (const { leaf } of fleet.proxies) assert.equal(leaf, to.trustDomain)
      }),
    )
  })

  it('also where it is broken off anywhere, and gone on with to either end', () => {
    fc.assert(
      fc.property(states, states, fc.boolean(), fc.gen(), (from, to, back, gen) => {
        const draw = drawn(gen)
        const { steps } = planMigration(from, to, { carrier: 'sidecar' })
        const done = steps.slice(0, draw(steps.length + 1))
        const fleet = new DomainFleet(from, 4, false)
        followDomains(fleet, done, draw)
        const at = done.at(-1)?.state ?? from
        followDomains(fleet, planMigration(at, back ? from : to, { carrier: 'sidecar' }).steps, draw)
        assert.equal(fleet.refused, undefined)
      }),
    )
  })

  it('and is one where a step is left out', () => {
    const [from, to] = [
      { trustDomain: 'one.example', aliases: [] },
      { trustDomain: 'two.example', aliases: [] },
    ]
    const { steps } = planMigration(from, to, { carrier: 'sidecar' })
    assert.deepEqual(
      steps.map(({ step }) => step),
      ['accept', 'switch', 'wait', 'drop'],
    )
    for (const left of ['accept', 'wait'] as const) {
      const rest = steps.filter(({ step }) => step !== left)
      const { failed } = fc.check(
        fc.property(fc.gen(), gen => {
          const fleet = new DomainFleet(from, 3, false)
          followDomains(fleet, rest, drawn(gen))
          return fleet.refused === undefined
        }),
        { numRuns: 100 },
      )
      assert.ok(failed, `nobody noticed that \`${left}\` was left out`)
    }
  })

  const meshes: readonly (readonly [string, IstioTarget])[] = [
    ['sidecars', target],
    ['ztunnel and waypoints', { ...target, kind: 'istio-ambient' }],
    ['both', { ...target, dataPlanes: { shop: 'ambient' } }],
  ]
  for (const [title, to] of meshes)
    it(`policies on ${title} let through what is meant, of whichever state they and the mesh are`, () => {
      const [from, wanted] = [
        { trustDomain: 'one.example', aliases: [] },
        { trustDomain: 'two.example', aliases: [] },
      ]
      const { steps } = planMigration(from, wanted, { carrier: title === 'sidecars' ? 'sidecar' : 'ambient' })
      assert.equal(steps.length, 4)
      for (const [before, after] of passages(from, steps)) {
        assert.deepEqual(differences(before, after, to), [])
        assert.deepEqual(differences(after, before, to), [])
      }
      // In one step, they would not.
      assert.notDeepEqual(differences(from, wanted, to), [])
    })
})
