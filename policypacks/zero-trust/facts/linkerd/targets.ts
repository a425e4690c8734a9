import { targetsKind } from '../../../../core/analyze/linkerd/target-kind'
import { didYouMean } from '../../../../core/model/problem'
import { at, finding, gather, judgeEach, type Field } from '../../field'
import type { Context, Finding } from '../../rule'
import { namespaceOf } from '../policies'
import { isNamespace } from './grants'
import { gatewayGroup, isSpared, linkerdPolicies, nameOf, policyGroup, routes, servers } from './objects'
import { readRef, type Ref } from './refs'

/** A policy of Linkerd, and what it is for. */
interface Targeted {
  readonly field: Field
  readonly namespace: string
  readonly target: Ref
}

/** Something that a policy of Linkerd may be for. */
interface Present {
  readonly group: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** What else than its own namespace a policy may be for; with any other kind it is none (linkerd2 `policy-controller/k8s/index/src/inbound/authorization_policy.rs` target). */
const followed: readonly (readonly [group: string, kind: string])[] = [
  [policyGroup, 'Server'],
  [policyGroup, 'HTTPRoute'],
  [gatewayGroup, 'HTTPRoute'],
  [gatewayGroup, 'GRPCRoute'],
]

/** The targets of policies of Linkerd that lead to nothing in the stack, each a finding. */
export function lostTargets(context: Context): readonly Finding[] {
  const policies = gather(linkerdPolicies(context), readTarget)
  const isNeeded = policies.facts.some(({ target }) => !isNamespace(target))
  const present = gather(isNeeded ? [...servers(context), ...routes(context)] : [], readPresent)
  return [
    ...policies.findings,
    ...present.findings,
    ...policies.facts.flatMap(policy => {
      if (isNamespace(policy.target)) return judgeEach([policy.field], () => ofNamespace(policy))
      return isSpared(context, policy.namespace) && followedKind(policy.target) ? [] : absent(policy, present.facts)
    }),
  ]
}

function readTarget(field: Field): Targeted {
  const namespace = namespaceOf(field)
  return { field, namespace, target: readRef(at(field, 'spec', 'targetRef'), namespace) }
}

function readPresent(field: Field): Present {
  const { apiVersion, kind } = field.of
  const group = apiVersion.slice(0, Math.max(0, apiVersion.lastIndexOf('/')))
  return { group, kind, namespace: namespaceOf(field), name: nameOf(field) }
}

/** The name of a Namespace is not looked at (linkerd2 `policy-controller/k8s/index/src/inbound/authorization_policy.rs` Target). */
function ofNamespace({ namespace, target }: Targeted): readonly Finding[] {
  return target.name === namespace
    ? []
    : [finding(at(target.field, 'name'), 'is another namespace, and the policy is for its own all the same')]
}

function followedKind(target: Ref): readonly [group: string, kind: string] | undefined {
  return followed.find(([group, kind]) => targetsKind(target, group, kind))
}

function absent({ namespace, target }: Targeted, present: readonly Present[]): readonly Finding[] {
  const meant = followedKind(target)
  if (!meant)
    return [finding(target.field, 'is of a kind that no policy of Linkerd is for, so that the policy is none')]
  const [group, kind] = meant
  const names = present.flatMap(one =>
    one.group === group && one.kind === kind && one.namespace === namespace ? [one.name] : [],
  )
  if (names.some(name => name.toLowerCase() === target.name.toLowerCase())) return []
  const { hint } = didYouMean(target.name, names)
  const near = hint === undefined ? '' : `; ${hint}`
  return [finding(target.field, `is a ${kind} that the stack does not have in this namespace${near}`)]
}
