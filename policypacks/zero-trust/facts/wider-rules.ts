import {
  operationFields,
  sourceFields,
  type AuthorizationPolicy,
  type Condition,
  type Operation,
  type Rule,
  type Source,
} from '../../../core/analyze/layer'
import type { LabelSelector } from '../../../core/analyze/linkerd/layer-linkerd'
import type { NetworkPeer, NetworkPort, NetworkRule } from '../../../core/analyze/network/layer-network'

/*
 * Whether one rule admits all that another does, told by how they are written: whatever the callers and the callees are, those of today and those to come. Rules that say the
 * same in other words are passed over.
 */

type ReadRule = Extract<Rule, { kind: 'rule' }>

/**
 * Whether a rule of an ALLOW policy admits all that another does. It asks for nothing that the other does not ask for, so that it is not left out where the other holds: on
 * ports without HTTP Istio ignores whole rules that ask for attributes of HTTP (istio `pilot/pkg/security/authz/builder/builder.go` build).
 */
export function isWider(wide: Rule, narrow: Rule): boolean {
  if (wide.kind === 'unreadable' || narrow.kind === 'unreadable') return false
  const asked = asksFor(narrow)
  return (
    asksFor(wide).every(field => asked.includes(field)) &&
    isWiderList(wide.from, narrow.from, (one, other) => isWiderPart(one, other, sourceFields)) &&
    isWiderList(wide.to, narrow.to, (one, other) => isWiderPart(one, other, operationFields)) &&
    wide.when.every(one => narrow.when.some(other => isWiderCondition(one, other)))
  )
}

/** Whether a policy is enforced wherever another is, both at gateways or waypoints, by what they name. */
export function isTargetedAlike(wide: AuthorizationPolicy, narrow: AuthorizationPolicy): boolean {
  if (wide.namespace === undefined || wide.namespace !== narrow.namespace) return false
  return narrow.targets.every(({ kind, name }) => wide.targets.some(one => one.kind === kind && one.name === name))
}

function asksFor({ from, to, when }: ReadRule): readonly string[] {
  const sources = sourceFields.filter(field => from.some(source => source[field].length > 0))
  const operations = operationFields.filter(field => to.some(operation => operation[field].length > 0))
  return [...sources, ...operations, ...when.map(({ key }) => key)]
}

/** Of lists of alternatives, of which an empty one asks for nothing. */
function isWiderList<T>(
  wide: readonly T[],
  narrow: readonly T[],
  isWiderOne: (wide: T, narrow: T) => boolean,
): boolean {
  if (wide.length === 0) return true
  return narrow.length > 0 && narrow.every(one => wide.some(other => isWiderOne(other, one)))
}

function isWiderPart<F extends keyof Source | keyof Operation>(
  wide: Readonly<Record<F, readonly string[]>>,
  narrow: Readonly<Record<F, readonly string[]>>,
  fields: readonly F[],
): boolean {
  return fields.every(field =>
    field.startsWith('not') ? isPart(wide[field], narrow[field]) : isWiderValues(wide[field], narrow[field]),
  )
}

function isWiderCondition(wide: Condition, narrow: Condition): boolean {
  const { key, values, notValues } = wide
  return key === narrow.key && isWiderValues(values, narrow.values) && isPart(notValues, narrow.notValues)
}

function isWiderValues(wide: readonly string[], narrow: readonly string[]): boolean {
  return wide.length === 0 || (narrow.length > 0 && isPart(narrow, wide))
}

function isPart(part: readonly string[], whole: readonly string[]): boolean {
  return part.every(value => whole.includes(value))
}

/** Whether a rule of a NetworkPolicy lets pass all that another of the same namespace does, of every protocol. */
export function isWiderOnNetwork(wide: NetworkRule, narrow: NetworkRule): boolean {
  return (
    isWiderOptional(wide.peers, narrow.peers, isWiderPeer) && isWiderOptional(wide.ports, narrow.ports, isWiderPort)
  )
}

/** Absent is whoever and whatever it is. */
function isWiderOptional<T>(
  wide: readonly T[] | undefined,
  narrow: readonly T[] | undefined,
  isWiderOne: (wide: T, narrow: T) => boolean,
): boolean {
  return wide === undefined || (narrow !== undefined && isWiderList(wide, narrow, isWiderOne) && wide.length > 0)
}

function isWiderPeer(wide: NetworkPeer, narrow: NetworkPeer): boolean {
  if (wide.kind === 'block' || narrow.kind === 'block')
    return (
      wide.kind === 'block' &&
      narrow.kind === 'block' &&
      wide.cidr === narrow.cidr &&
      isPart(wide.except, narrow.except)
    )
  const { pods, namespaces } = narrow
  // Without a selector of namespaces it is the policy's own, which of the selectors only that of all takes in for certain.
  const isNear = wide.namespaces ? isWiderSelector(wide.namespaces, namespaces ?? all) : namespaces === undefined
  return isNear && (wide.pods === undefined || isWiderSelector(wide.pods, pods ?? all))
}

const all: LabelSelector = { labels: {}, expressions: [] }

/** Whether a selector selects all that another does: it asks for nothing that the other does not ask for in the same words. */
export function isWiderSelector(wide: LabelSelector, narrow: LabelSelector): boolean {
  const asked = narrow.expressions.map(one => JSON.stringify(one))
  return (
    Object.entries(wide.labels).every(([key, value]) => narrow.labels[key] === value) &&
    wide.expressions.every(one => asked.includes(JSON.stringify(one)))
  )
}

function isWiderPort(wide: NetworkPort, narrow: NetworkPort): boolean {
  if (wide.protocol !== narrow.protocol) return false
  if (wide.port === undefined) return true
  if (typeof wide.port === 'string' || typeof narrow.port !== 'number') return wide.port === narrow.port
  const [last, narrowLast] = [wide.endPort ?? wide.port, narrow.endPort ?? narrow.port]
  return wide.port <= narrow.port && narrowLast <= last
}
