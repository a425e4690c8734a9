import { Region } from '../../model/region'
import type { Ternary } from '../istio/kleene'
import type { AuthorizationPolicy } from '../layer'
import type { Match } from './bounds'
import { all, always, any, choose, never, not, oneOf } from './bounds'

/** A policy, whether it is in force, and the requests it matches. */
export interface Applied {
  readonly action: AuthorizationPolicy['action']
  readonly applies: Ternary
  readonly region: Match
}

/**
 * What all policies together let in: CUSTOM, then DENY, then ALLOW. Sources: istio `pilot/pkg/security/authz/builder/builder.go`,
 * ztunnel `src/state.rs` assert_rbac.
 */
export function decision(policies: readonly Applied[]): Match {
  const of = (action: AuthorizationPolicy['action']): readonly Applied[] =>
    policies.filter(policy => policy.action === action || policy.action === 'unknown')
  const denies = any(of('DENY').map(policy => choose(certainly(policy), policy.region, never)))
  return all([custom(of('CUSTOM')), not(denies), allowed(of('ALLOW'))])
}

/** A policy whose action could not be read has this one only perhaps. */
function certainly({ action, applies }: Applied): Ternary {
  return action === 'unknown' && applies === 'yes' ? 'unknown' : applies
}

/** What an external authorizer answers is not written anywhere; where none is asked, it has no say. */
function custom(policies: readonly Applied[]): Match {
  const asked = any(policies.map(policy => choose(policy.applies, policy.region, never)))
  return { must: asked.may.complement(), may: Region.all }
}

/** Without any ALLOW policy everything is allowed; with one, what some of them allows. */
function allowed(policies: readonly Applied[]): Match {
  const sure = policies.filter(policy => certainly(policy) === 'yes')
  const unsure = policies.filter(policy => certainly(policy) === 'unknown')
  if (sure.length > 0) {
    const certain = any(sure.map(policy => policy.region))
    return { must: certain.must, may: certain.may.union(any(unsure.map(policy => policy.region)).may) }
  }
  return oneOf([always, ...unsure.map(policy => policy.region)])
}

/**
 * A dry-run policy is not enforced, nor does it count as an ALLOW; one with CUSTOM may refuse all the same, in some versions.
 * Source: istio `pilot/pkg/security/authz/builder/builder.go`.
 */
export function enforced(policy: AuthorizationPolicy, applies: Ternary): Ternary {
  if (policy.action === 'CUSTOM') return applies
  if (policy.dryRun === 'yes' || applies === 'no') return 'no'
  return policy.dryRun === 'unknown' ? 'unknown' : applies
}
