import type { AuthorizationPolicy, Layer, Rule } from '../../../core/analyze/layer'
import type { Direction, NetworkPolicy, NetworkRule } from '../../../core/analyze/network/layer-network'
import type { Shadowed } from './shadowed'
import { isTargetedAlike, isWider, isWiderOnNetwork, isWiderSelector } from './wider-rules'

/** One rule, with the policy it is of; of a policy that has several each is judged alone. */
interface Placed<P, R> {
  readonly of: P
  readonly rule: R
  /** `spec.rules[1]` */
  readonly path: string
}

/**
 * Rules at waypoints and gateways, and of NetworkPolicies, that another one beside them makes needless: it is in force wherever they are, and admits all that they do. Of several
 * that say the same all but the first are.
 */
export function shadowedByWider(layer: Layer): readonly Shadowed[] {
  return [...targetedRules(layer), ...networkRules(layer)]
}

function targetedRules({ authorizationPolicies }: Layer): readonly Shadowed[] {
  const rules = authorizationPolicies
    .filter(({ action, dryRun, targeted }) => action === 'ALLOW' && dryRun === 'no' && targeted === 'yes')
    .filter(({ targets }) => targets.length > 0 && targets.every(({ kind }) => kind !== 'other'))
    .flatMap((of): readonly Placed<AuthorizationPolicy, Rule>[] =>
      of.rules.map((rule, i) => ({ of, rule, path: `spec.rules[${i}]` })),
    )
  const widest = needless(
    rules,
    (wide, narrow) => isTargetedAlike(wide.of, narrow.of) && isWider(wide.rule, narrow.rule),
  )
  return [...widest].map(([one, wider]) => told(one, [wider]))
}

type NetworkPlaced = Placed<NetworkPolicy, NetworkRule> & { readonly direction: Direction }

function networkRules({ network }: Layer): readonly Shadowed[] {
  const policies = network.policies.filter(({ unreadable }) => !unreadable)
  const rules = policies.flatMap(rulesInForce)
  const found = needless(
    rules,
    (wide, narrow) =>
      wide.direction === narrow.direction && isForAll(wide.of, narrow.of) && isWiderOnNetwork(wide.rule, narrow.rule),
  )
  return policies.flatMap(policy => {
    const own = rules.filter(({ of }) => of === policy)
    const wider = own.flatMap(rule => found.get(rule) ?? [])
    const others = wider.filter(({ of }) => of !== policy)
    // Whole where the others keep out what it keeps out, too; what isolates alone guards the Pods even without its rules.
    const isWhole = own.length > 0 && others.length === own.length && policy.isolates.every(isKeptBy(others))
    if (isWhole) return [told({ of: policy, path: '' }, others)]
    return own.flatMap(rule => {
      const one = found.get(rule)
      return one ? [told(rule, [one])] : []
    })
  })
}

function isKeptBy(others: readonly NetworkPlaced[]): (direction: Direction) => boolean {
  return direction => others.some(({ of }) => of.isolates.includes(direction))
}

/** The rules of directions in which their policy isolates; others say nothing (kubernetes `types.go` NetworkPolicySpec.policyTypes). */
function rulesInForce(of: NetworkPolicy): readonly NetworkPlaced[] {
  return of.isolates.flatMap(direction =>
    of[direction].map((rule, i) => ({ of, rule, direction, path: `spec.${direction}[${i}]` })),
  )
}

/** Whether a policy is for all Pods that another is for. */
function isForAll(wide: NetworkPolicy, narrow: NetworkPolicy): boolean {
  return wide.namespace === narrow.namespace && isWiderSelector(wide.selector, narrow.selector)
}

/** Those for which another is wider, and the one of these that stays; the last are taken away first. What is wider than a wider one is so, too. */
function needless<T>(all: readonly T[], isWiderThan: (wide: T, narrow: T) => boolean): ReadonlyMap<T, T> {
  const stay = new Set(all)
  const found = new Map<T, T>()
  for (const one of [...all].reverse()) {
    const wider = [...stay].find(other => other !== one && isWiderThan(other, one))
    if (wider === undefined) continue
    stay.delete(one)
    found.set(one, wider)
  }
  const staying = (one: T): T => {
    const next = found.get(one)
    return next === undefined ? one : staying(next)
  }
  return new Map([...found].map(([one, wider]) => [one, staying(wider)]))
}

function told(
  { of: { at }, path }: Pick<Placed<{ readonly at: string }, unknown>, 'of' | 'path'>,
  wider: readonly Placed<{ readonly kind: string; readonly namespace?: string; readonly name: string }, unknown>[],
): Shadowed {
  const because = wider.map(({ of: { kind, namespace = '', name } }) => `${kind} ${namespace}/${name}`)
  return { at, path, because: [...new Set(because)] }
}
