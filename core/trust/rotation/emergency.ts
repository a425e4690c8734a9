import { showDuration, showInstant } from '../certificate'
import type { RotationPlan, RotationSettings, RotationStep } from './rotation'
import { leafOf, meshOf, skewOf } from './rotation'
import { holds, includes, vouching, type TrustState } from './state'
import { replace } from './steps'

/** Whether a state does not hold already: no anchor that vouches for its issuer is valid, or the issuer itself is not. */
export function isBroken({ bundle, issuer }: TrustState, settings: RotationSettings): boolean {
  const skew = skewOf(settings)
  const sound = vouching(bundle, issuer).filter(one => holds(one, settings.at, skew))
  return sound.length === 0 || !holds(issuer, settings.at, skew)
}

/**
 * What to do where proxies refuse each other already: there is no order that spares anybody, so all is put in place at once (linkerd.io `replacing_expired_certificates`).
 * Where only the issuer has ended and its anchor holds, what was signed before it ended lives on, and a new issuer under the same anchors is all that is wanted.
 */
export function emergency(
  from: TrustState,
  to: TrustState,
  settings: RotationSettings,
): Pick<RotationPlan, 'steps' | 'outage'> {
  return { steps: replace(to, settings), outage: [...why(from, settings), ...meanwhile(from, to, settings)] }
}

function why({ bundle, issuer }: TrustState, settings: RotationSettings): readonly string[] {
  const { at } = settings
  const vouch = vouching(bundle, issuer)
  if (vouch.length === 0)
    return [`no anchor of the bundle vouches for \`${issuer.subject}\`: nobody takes what it signs`]
  const over = vouch.filter(one => !holds(one, at, skewOf(settings)))
  if (over.length === vouch.length)
    return over.map(
      one => `the anchor \`${one.subject}\` does not hold since ${endOf(one, at)}: every proxy refuses every other`,
    )
  return [
    `the issuer \`${issuer.subject}\` does not hold since ${endOf(issuer, at)}: nobody is given an identity, and what it signed ends with it`,
  ]
}

function endOf({ notBefore, notAfter }: { notBefore: number; notAfter: number }, at: number): string {
  return at < notBefore ? `it begins at ${showInstant(notBefore)} only` : showInstant(notAfter)
}

function meanwhile(from: TrustState, to: TrustState, { authority }: RotationSettings): readonly string[] {
  const same = vouching(to.bundle, to.issuer).some(one => includes(from.bundle, [one]))
  if (same)
    return [
      'workloads are reached again as soon as they have a certificate of the new issuer: when they are restarted, or ask again',
    ]
  const istio = meshOf(authority) === 'istio'
  return [
    `until all are restarted, those that are and those that are not refuse each other${istio ? '' : ', also where the control plane is asked'}`,
  ]
}

/** What a leak means while the rotation goes on. */
export function leak(steps: readonly RotationStep[], { leaked }: RotationSettings): readonly string[] {
  if (leaked !== true || steps.length === 0) return []
  return [
    'whoever has the leaked key can be any workload until the old anchor is gone everywhere: restart workloads at each `wait` instead of waiting',
    'to end that at once, replace everything in one step: then workloads that are restarted and those that are not refuse each other until all are',
  ]
}

/** Where an old certificate may end before the rotation does. */
export function lateness(
  from: TrustState,
  steps: readonly RotationStep[],
  settings: RotationSettings,
): readonly string[] {
  const longest = steps.reduce((sum, { within = 0 }) => sum + within, 0)
  const end = settings.at + longest + leafOf(settings) + skewOf(settings)
  const early = [...vouching(from.bundle, from.issuer), from.issuer].filter(({ notAfter }) => notAfter < end)
  if (steps.length === 0) return []
  return early.map(
    ({ subject, notAfter }) =>
      `\`${subject}\` ends at ${showInstant(notAfter)}, in ${showDuration(notAfter - settings.at)}: the rotation has to be over by then, so restart workloads instead of waiting`,
  )
}
