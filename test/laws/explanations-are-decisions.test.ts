import assert from 'node:assert/strict'
import fc from 'fast-check'
import { decide } from '../../core/analyze/decide'
import { explain } from '../../core/analyze/explain/explain'
import type { Step } from '../../core/analyze/explain/trace'
import { read } from '../../core/analyze/read-istio'
import { parseRequest } from '../../core/analyze/request'
import { ambientWorld } from '../support/arbitrary/ambient-world'
import type { Json } from '../support/arbitrary/json'
import { linkerdRequest } from '../support/arbitrary/linkerd-routes'
import { linkerdWorld } from '../support/arbitrary/linkerd-world'
import { networkRequest, networkWorld } from '../support/arbitrary/network-world'
import { addressed, request } from '../support/arbitrary/request'
import { world } from '../support/arbitrary/world'

/** What notes say of a request that the judgement does not end with. */
function decisions(steps: readonly Step[]): readonly string[] {
  return steps.flatMap(step => (step.kind === 'note' ? (step.decides ?? []) : decisions(step.steps)))
}

function places(steps: readonly Step[]): readonly Exclude<Step, { readonly kind: 'note' }>[] {
  return steps.flatMap(step => (step.kind === 'note' ? [] : [step, ...places(step.steps)]))
}

/** Policies refuse a Pod its own calls, and no plugin holds that against it: the refusal is told, and then what comes of it. */
function tellsItself(steps: readonly Step[]): boolean {
  return steps.some(step =>
    step.kind === 'note' ? step.text === 'a Pod always reaches itself' : tellsItself(step.steps),
  )
}

/** Explains many requests, and says how often each verdict came up. */
function check(worlds: fc.Arbitrary<readonly Json[]>, requests: fc.Arbitrary<Json>): void {
  const seen = { allow: 0, deny: 0, unknown: 0 }
  fc.assert(
    fc.property(worlds, fc.array(requests, { minLength: 4, maxLength: 8 }), (objects, drawn) => {
      const { layer } = read(objects.map((object, i) => ({ object, at: `object ${i}` })))
      for (const json of drawn) {
        const { request: asked } = parseRequest(json, 'request')
        assert.ok(asked)
        const { verdict, steps } = explain(layer, asked)
        seen[verdict.verdict]++
        assert.deepEqual(verdict, decide(layer, asked))
        const told = decisions(steps)
        const context = JSON.stringify({ json, verdict, steps }, null, 1)
        const differs = told.includes('allow') && told.includes('deny')
        assert.ok(told.includes(verdict.verdict) || (verdict.verdict === 'unknown' && differs), context)
        // Where nothing is left open, a place that lets in has found nothing against it, and one that does not has.
        for (const { verdict: answer, steps: inside } of places(steps)) {
          const found = decisions(inside)
          if (answer === 'deny') assert.ok(found.includes('deny'), context)
          const settled = tellsItself(inside)
          if (answer === 'allow') assert.ok(settled || (!found.includes('deny') && !found.includes('unknown')), context)
        }
      }
    }),
    { numRuns: 80 },
  )
  assert.ok(Math.min(seen.allow, seen.deny) > 30, JSON.stringify(seen))
}

describe('law: explanations are decisions', () => {
  it('of sidecars', () => {
    check(world, request)
  })

  it('of ztunnel and waypoints', () => {
    check(ambientWorld, addressed)
  })

  it('of Linkerd', () => {
    check(linkerdWorld, linkerdRequest)
  })

  it('of NetworkPolicies below any of them, or none', () => {
    check(networkWorld, networkRequest)
  })
})
