import type { Identity } from '../../model/identity'
import type { AuthorizationPolicy, Rule } from '../layer'
import type { Missed } from '../explain/missed'
import { agreed, every, not, some, ternary, type Ternary } from '../istio/kleene'
import { convertRule, type Asked, type Clause, type Field } from './convert-rule'
import { matchIp } from './match-ip'
import { matchNamespace, matchPrincipal, matchServiceAccount } from './match-identity'

/** A connection as the ztunnel of its destination sees it. */
export interface Connection {
  /** From the caller's certificate; absent for a plaintext caller. */
  readonly caller?: Identity
  /** Absent where it is not known. */
  readonly sourceIp?: string
  /** The Pod's own; absent where it is not known. */
  readonly destinationIp?: string
  /** The container port. */
  readonly port: number
}

/** Whether one rule of a policy matches a connection: all its clauses do. One whose policy's action is not known must do so either way. */
export function matchRule(rule: Rule, policy: AuthorizationPolicy, connection: Connection): Ternary {
  if (rule.kind === 'unreadable') return 'unknown'
  const actions = policy.action === 'unknown' ? (['ALLOW', 'DENY'] as const) : [policy.action]
  const asking = { ...connection, policyNamespace: policy.namespace ?? '' }
  return agreed(
    actions.map(action => {
      const clauses = convertRule(rule, action)
      return clauses ? every(clauses.map(clause => matchClause(clause, asking))) : 'no'
    }),
  )
}

/** What a rule misses of a connection, by the same answers. Empty where it matches. */
export function missedBy(rule: Rule, policy: AuthorizationPolicy, connection: Connection): readonly Missed[] {
  if (rule.kind === 'unreadable') return [{ field: 'rule', answer: 'unknown', wanted: [], unwanted: [] }]
  const asking = { ...connection, policyNamespace: policy.namespace ?? '' }
  const clauses = convertRule(rule, policy.action === 'unknown' ? 'ALLOW' : policy.action)
  const nothing: Missed = {
    field: 'methods, paths, hosts or tokens',
    answer: 'no',
    wanted: [],
    unwanted: [],
    senseless,
  }
  if (!clauses) return [nothing]
  return clauses.flatMap(clause => {
    if (matchClause(clause, asking) === 'yes') return []
    const ways = clause.filter(match => match.length > 0).map(match => match.flatMap(asked => missed(asked, asking)))
    const [least = [nothing]] = ways.sort((a, b) => a.length - b.length)
    return least
  })
}

const senseless = 'which ztunnel does not see: such a rule never matches there'

const spelt: Readonly<Record<Field, string>> = {
  principals: 'principals',
  namespaces: 'namespaces',
  serviceAccounts: 'serviceAccounts',
  sourceIps: 'ipBlocks',
  destinationIps: 'when destination.ip',
  destinationPorts: 'ports',
}

function missed(asked: Asked, asking: AskingFor): readonly Missed[] {
  const { field, values, notValues } = asked
  const answer = matchField(asked, asking)
  if (answer === 'yes') return []
  const unwanted = notValues.filter(value => matchers[field](value, asking) === 'yes')
  return [{ field: spelt[field], answer, wanted: values, unwanted }]
}

/** A connection and the namespace of the policy that asks about it. */
interface AskingFor extends Connection {
  readonly policyNamespace: string
}

/** Any match that asks something will do; those that ask nothing are skipped (ztunnel `src/rbac.rs` matches). */
function matchClause(clause: Clause, asking: AskingFor): Ternary {
  return some(
    clause.filter(match => match.length > 0).map(match => every(match.map(asked => matchField(asked, asking)))),
  )
}

/** One of the values, where there are any, and none of those it must not be (ztunnel `src/rbac.rs` matches_internal). */
function matchField({ field, values, notValues }: Asked, asking: AskingFor): Ternary {
  const has = (list: readonly string[]) => some(list.map(value => matchers[field](value, asking)))
  return every([values.length === 0 ? 'yes' : has(values), notValues.length === 0 ? 'yes' : not(has(notValues))])
}

const matchers: Readonly<Record<Field, (value: string, asking: AskingFor) => Ternary>> = {
  principals: (value, { caller }) => ternary(matchPrincipal(value, caller)),
  namespaces: (value, { caller }) => ternary(matchNamespace(value, caller)),
  serviceAccounts: (value, { caller, policyNamespace }) => ternary(matchServiceAccount(value, caller, policyNamespace)),
  sourceIps: (block, { sourceIp }) => matchIp(block, sourceIp),
  destinationIps: (block, { destinationIp }) => matchIp(block, destinationIp),
  destinationPorts: (value, { port }) => ternary(Number(value) === port),
}
