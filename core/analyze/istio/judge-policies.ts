import type { Facts, Missed } from '../explain/missed'
import { tellCourt } from '../explain/court'
import type { AuthorizationPolicy, Rule } from '../layer'
import type { Attached } from './attachment'
import { every, not, type Ternary } from './kleene'
import { allow, deny, nameOf, unlessRefused, unknown, type Verdict } from './verdict'

/** A policy's answer to one request. */
export interface Answer {
  readonly policy: AuthorizationPolicy
  /** Whether it is in force for the workload. */
  readonly inForce: Ternary
  /** Whether any of its rules matches, and which did first, or may have. */
  readonly matches: Ternary
  readonly rule: string
}

/** The policies that decide at one hop. */
export interface Court {
  readonly policies: readonly Attached<AuthorizationPolicy>[]
  /** Whether one rule of a policy matches the request, in the reading of whoever enforces it. */
  readonly matches: (rule: Rule, policy: AuthorizationPolicy) => Ternary
  /** Whom they guard, for messages. */
  readonly to: string
  /** What a rule misses of the request, in words; for those who ask why. */
  readonly missed: (rule: Rule, policy: AuthorizationPolicy) => readonly Missed[]
  /** What the request has, for the same. */
  readonly facts: Facts
}

/**
 * The decision of all AuthorizationPolicies of one hop: denied if a DENY matches; otherwise allowed if an ALLOW matches, or if
 * there is no ALLOW at all; otherwise denied. AUDIT and dry-run policies do not count, not even as an ALLOW. What a CUSTOM
 * policy hands to an external authorizer nobody knows, so that the best it leaves is `unknown`.
 * Sources: istio `pilot/pkg/security/authz/builder/builder.go`, envoy `source/extensions/filters/common/rbac/engine_impl.cc`,
 * ztunnel `src/state.rs` assert_rbac.
 */
export function judgePolicies(court: Court): Verdict {
  const all = court.policies.map(policy => answerOf(policy, court))
  const answers = all.filter(answer => answer.inForce !== 'no')
  tellCourt(court, all)
  const hits = answers.filter(({ policy, matches }) => policy.action !== 'ALLOW' && matches !== 'no')
  const denial = hits.find(
    ({ policy, inForce, matches }) => policy.action === 'DENY' && every([inForce, matches]) === 'yes',
  )
  if (denial) return deny(denial.rule)
  const allowing = answers.filter(({ policy }) => policy.action === 'ALLOW' || policy.action === 'unknown')
  return unlessRefused(judgeAllowing(allowing, court.to), ...hits.map(({ rule }) => rule))
}

/**
 * A CUSTOM policy in a dry run does nothing in 1.29; from 1.30 on its rules are those of a DENY in an RBAC filter, whatever the comment there
 * says of them, so that it may refuse (istio `authz/builder/builder.go` buildHTTP).
 */
function answerOf({ policy, applies }: Attached<AuthorizationPolicy>, court: Court): Answer {
  const certain: Ternary = policy.action === 'unknown' ? 'unknown' : 'yes'
  const enforced = policy.action === 'CUSTOM' ? 'yes' : not(policy.dryRun)
  const { matches, index } = firstMatch(policy.rules, rule => court.matches(rule, policy))
  const rule = index === undefined ? nameOf(policy) : `${nameOf(policy)} rules[${index}]`
  return { policy, inForce: every([applies, enforced, certain]), matches, rule }
}

/** The first rule that matches, or else the first that may. */
function firstMatch(
  rules: readonly Rule[],
  judge: (rule: Rule) => Ternary,
): { readonly matches: Ternary; readonly index?: number } {
  let doubtful: number | undefined
  for (const [index, rule] of rules.entries()) {
    const matches = judge(rule)
    if (matches === 'yes') return { matches, index }
    if (matches === 'unknown') doubtful ??= index
  }
  return doubtful === undefined ? { matches: 'no' } : { matches: 'unknown', index: doubtful }
}

/** Over all ways the doubtful policies may turn out: can the request pass, can it fail? */
function judgeAllowing(answers: readonly Answer[], to: string): Verdict {
  const certain = answers.filter(({ inForce }) => inForce === 'yes')
  const passing = certain.find(({ matches }) => matches === 'yes')
  if (passing) return allow(passing.rule)
  if (answers.every(({ matches }) => matches === 'yes')) {
    return answers.length === 0 ? allow(`no ALLOW policy applies to ${to}`) : allow(...answers.map(({ rule }) => rule))
  }
  if (certain.length > 0 && answers.every(({ matches }) => matches === 'no')) {
    return deny(...certain.map(({ policy }) => nameOf(policy)))
  }
  return unknown(...answers.map(({ rule }) => rule))
}
