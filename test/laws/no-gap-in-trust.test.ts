import assert from 'node:assert/strict'
import fc from 'fast-check'
import { day, hour } from '../../core/trust/certificate'
import { planRotation } from '../../core/trust/rotation/plan'
import { stepProblems } from '../../core/trust/rotation/problems'
import { authorities } from '../../core/trust/rotation/rotation'
import type { Authority, RotationSettings, RotationStep } from '../../core/trust/rotation/rotation'
import type { Dated, Issuer, TrustState } from '../../core/trust/rotation/state'
import { Fleet, type Draw } from '../support/fleet'
import { follow, rush } from '../support/rotate'

const at = Date.parse('2026-06-01T00:00:00Z')

const dated = (subject: string, years: number): Dated => ({
  subject,
  fingerprint: subject,
  notBefore: at - 300 * day,
  notAfter: at + years * 365 * day,
})
const anchors = ['one', 'two', 'three', 'four'].map(subject => dated(subject, 9))
const issuer = (subject: string, vouchedBy: readonly Dated[]): Issuer => ({
  ...dated(subject, 1),
  anchors: vouchedBy.map(({ fingerprint }) => fingerprint),
})

/** Some anchors, and an issuer that one of them vouches for at least, or more where it is cross-signed. */
function states(name: string): fc.Arbitrary<TrustState> {
  return fc
    .tuple(fc.subarray(anchors, { minLength: 1 }), fc.subarray(anchors), fc.nat())
    .map(([bundle, crossed, n]) => {
      const own = bundle.slice(n % bundle.length, (n % bundle.length) + 1)
      return { bundle, issuer: issuer(name, [...new Set([...own, ...crossed])]) }
    })
}

interface Case {
  readonly authority: Authority
  readonly from: TrustState
  readonly to: TrustState
}

const cases: fc.Arbitrary<Case> = fc.record({
  authority: fc.constantFrom(...authorities),
  from: states('issuer a'),
  to: fc.oneof(states('issuer a'), states('issuer b')),
})

function settingsOf({ authority }: Pick<Case, 'authority'>): RotationSettings & { leaf: number; skew: number } {
  return { authority, at, leaf: authority === 'istio-csr' ? hour : day, skew: 120_000 }
}

function fleetOf({ authority, from }: Pick<Case, 'authority' | 'from'>, draw: Draw): Fleet {
  const { leaf, skew } = settingsOf({ authority })
  return new Fleet(from, { authority, leaf, skew, size: 8 }, draw, at)
}

/** One issuer cannot be vouched for differently in two states of a mesh. */
function isSound({ from, to }: Case): boolean {
  return from.issuer.fingerprint !== to.issuer.fingerprint || from.issuer.anchors.join() === to.issuer.anchors.join()
}

const drawn =
  (gen: fc.GeneratorValue): Draw =>
  below =>
    gen(fc.nat, below - 1)

describe('law: no gap in trust', () => {
  it('also where istio-csr takes over from istiod, or istiod from it', () => {
    const other = { cacerts: 'istio-csr', 'istio-csr': 'cacerts', linkerd: 'linkerd' } as const
    const istio = cases.filter(({ authority }) => authority !== 'linkerd').filter(isSound)
    fc.assert(
      fc.property(istio, fc.gen(), (one, gen) => {
        const settings = { ...settingsOf(one), toAuthority: other[one.authority] }
        const { steps, problems, outage } = planRotation(one.from, one.to, settings)
        assert.deepEqual([problems, outage], [[], []])
        assert.ok(steps.some(({ step, of, until }) => step === 'restart' && of === 'workloads' && until === 'renewed'))
        const fleet = fleetOf(one, drawn(gen))
        follow(fleet, steps, drawn(gen))
        assert.equal(fleet.refused, undefined)
      }),
    )
  })

  it('whatever is rotated to what, and whenever who is restarted', () => {
    fc.assert(
      fc.property(cases.filter(isSound), fc.gen(), (one, gen) => {
        const { steps, problems, outage } = planRotation(one.from, one.to, settingsOf(one))
        assert.deepEqual([problems, outage], [[], []])
        const fleet = fleetOf(one, drawn(gen))
        follow(fleet, steps, drawn(gen))
        assert.equal(fleet.refused, undefined)
        for (const { bundle, leaf } of fleet.proxies) {
          assert.deepEqual(names(bundle), names(one.to.bundle))
          assert.equal(leaf.issuer.subject, one.to.issuer.subject)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('also where it is broken off anywhere, and goes on from there to either end', () => {
    fc.assert(
      fc.property(cases.filter(isSound), fc.nat(), fc.boolean(), fc.gen(), (one, n, isBack, gen) => {
        const { steps } = planRotation(one.from, one.to, settingsOf(one))
        if (steps.length === 0) return
        const done = steps.slice(0, 1 + (n % steps.length))
        const last = done.at(-1)
        assert.ok(last)
        const fleet = fleetOf(one, drawn(gen))
        follow(fleet, done.slice(0, -1), drawn(gen))
        // The last of them is begun, and nobody looks at what came of it.
        rush(fleet, [last], drawn(gen))
        const rest = planRotation(last.state, isBack ? one.from : one.to, settingsOf(one))
        assert.deepEqual(rest.problems, [])
        follow(fleet, rest.steps, drawn(gen))
        assert.equal(fleet.refused, undefined)
      }),
      { numRuns: 150 },
    )
  })

  it('and no step changes more than one thing', () => {
    fc.assert(
      fc.property(cases.filter(isSound), one => {
        const { steps } = planRotation(one.from, one.to, settingsOf(one))
        const all = [one.from, ...steps.map(({ state }) => state)]
        const jumps = all.slice(1).flatMap((state, i) => stepProblems(all[i] ?? state, state, 'here'))
        assert.deepEqual(jumps, [])
        assert.deepEqual(all.at(-1), steps.length > 0 ? one.to : one.from)
      }),
    )
  })
})

const names = (bundle: readonly Dated[]): readonly string[] => bundle.map(({ subject }) => subject).sort()

/** From one anchor and its issuer to another of each, which share nothing. */
const from: TrustState = { bundle: anchors.slice(0, 1), issuer: issuer('issuer a', anchors.slice(0, 1)) }
const to: TrustState = { bundle: anchors.slice(1, 2), issuer: issuer('issuer b', anchors.slice(1, 2)) }

/** Whether anybody is refused in some of many timelines. */
function isRefusedSomewhere(authority: Authority, run: (fleet: Fleet, draw: Draw) => void): boolean {
  return fc
    .sample(fc.gen(), 20)
    .map(drawn)
    .some(draw => {
      const fleet = fleetOf({ authority, from }, draw)
      run(fleet, draw)
      return fleet.refused !== undefined
    })
}

describe('the law that there is no gap in trust', () => {
  for (const authority of authorities) {
    const { steps } = planRotation(from, to, settingsOf({ authority }))
    const without = (gone: (step: RotationStep, i: number) => boolean) => steps.filter((step, i) => !gone(step, i))
    const wrong: readonly (readonly [string, readonly RotationStep[]])[] = [
      ['switches the issuer before its anchor is known', without(({ step }) => step === 'distribute')],
      ['takes the old anchor away at once', without(({ step, until }) => step === 'wait' && until === 'renewed')],
    ]
    for (const [what, order] of wrong)
      it(`is broken for ${authority} by whoever ${what}`, () => {
        assert.ok(order.length < steps.length)
        assert.ok(
          isRefusedSomewhere(authority, (fleet, draw) => {
            rush(fleet, order, draw)
            fleet.pass(day)
          }),
        )
      })

    it(`is broken for ${authority} by whoever exchanges all at once`, () => {
      assert.ok(
        isRefusedSomewhere(authority, fleet => {
          fleet.apply(to)
          fleet.restartControlPlane()
          fleet.pass(day)
        }),
      )
    })

    it(`is broken for ${authority} by whoever does not look before the next step`, () => {
      const unseen = without(({ of }) => of === 'workloads')
      assert.ok(
        isRefusedSomewhere(authority, (fleet, draw) => {
          rush(fleet, unseen, draw)
          fleet.pass(day)
        }),
      )
    })

    it(`is kept for ${authority} by whoever does as he is told`, () => {
      assert.ok(!isRefusedSomewhere(authority, (fleet, draw) => follow(fleet, steps, draw)))
    })
  }
})
