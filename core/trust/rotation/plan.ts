import { emergency, isBroken, lateness, leak } from './emergency'
import { rotationProblems } from './problems'
import { afterwards, takesOver } from './rotation'
import type { RotationPlan, RotationSettings, RotationStep } from './rotation'
import { includes, union, vouching, type TrustState } from './state'
import { distribute, prepare, renewal, restarts, retire, switchIssuer } from './steps'

/**
 * The steps from what a mesh trusts and signs with now to what it is to: add the new anchors, wait until everybody has them, sign with the new issuer, wait until
 * nobody shows what the old one signed, take the old anchors away. Steps that are done already are left out: from a state in between the rest is planned, and the other way round it
 * is a way back.
 *
 * INVARIANT: while a certificate lives, every verifier has an anchor that vouches for it, in every step, unless `outage` says why that cannot be.
 */
export function planRotation(from: TrustState, to: TrustState, settings: RotationSettings): RotationPlan {
  const problems = rotationProblems(from, to, settings)
  const nothing = { from, to, steps: [], outage: [], notes: [], problems }
  if (problems.length > 0) return nothing
  if (isBroken(from, settings)) return { ...nothing, ...emergency(from, to, afterwards(settings)) }
  const steps = stepsOf(from, to, settings)
  return { ...nothing, steps, notes: [...leak(steps, settings), ...lateness(from, steps, settings)] }
}

function stepsOf(from: TrustState, to: TrustState, settings: RotationSettings): readonly RotationStep[] {
  const grows = !includes(from.bundle, to.bundle)
  const switches = takesOver(settings) || from.issuer.fingerprint !== to.issuer.fingerprint
  const shrinks = !includes(to.bundle, from.bundle)
  // In the order that is wanted, where there is one.
  const bundle = shrinks ? union(from.bundle, to.bundle) : to.bundle
  const then = afterwards(settings)
  const both = { bundle, issuer: from.issuer }
  const switched = { bundle, issuer: to.issuer }
  return [
    ...(grows || shrinks ? prepare(from, settings) : []),
    ...(grows ? [distribute(both, settings), ...restarts(both, 'distributed', settings)] : []),
    // Who reads a bundle with both has not seen who has it: looked at again where it was not this plan that handed it out.
    ...(switches && !grows && !isVouchedAlike(from, to) ? restarts(from, 'distributed', settings) : []),
    ...(switches ? [switchIssuer(switched, from, settings)] : []),
    // Also where the issuer is the new one already: what the one before it signed may live on.
    ...(switches || shrinks ? [renewal(switched, settings)] : []),
    ...(shrinks ? [retire(to, switched, then), ...restarts(to, 'dropped', then)] : []),
  ]
}

/** Whether whoever takes what the issuer signs takes what the next one signs, whichever of the anchors he has. */
function isVouchedAlike({ bundle, issuer }: TrustState, to: TrustState): boolean {
  return includes(vouching(bundle, to.issuer), vouching(bundle, issuer))
}
