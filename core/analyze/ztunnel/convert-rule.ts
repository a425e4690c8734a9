import type { Action, Condition, Operation, Rule, Source } from '../layer'

/** What ztunnel can ask about of a connection, each by a list of values and a list of values it must not be. */
export type Field =
  'principals' | 'namespaces' | 'serviceAccounts' | 'sourceIps' | 'destinationIps' | 'destinationPorts'

export interface Asked {
  readonly field: Field
  readonly values: readonly string[]
  readonly notValues: readonly string[]
}

/** All of these; one that asks nothing holds for no connection (ztunnel `src/rbac.rs` RbacMatch is_empty). */
export type Match = readonly Asked[]

/** Any of these. */
export type Clause = readonly Match[]

/** A rule that ztunnel can read. */
type Readable = Extract<Rule, { readonly kind: 'rule' }>

/**
 * What istiod makes of a rule for ztunnel: a clause for `to`, one for `from` and one for each of `when`, all of which must hold, without anything ztunnel
 * does not know. An ALLOW rule that asks for such a thing is left out (`undefined`). In a DENY rule only what it asks is, so that a clause of nothing
 * else holds for no connection, and the rule with it. `trustDomains` are left out of either without a word.
 * Source: istio `pilot/pkg/serviceregistry/ambient/authorization.go` handleRule.
 */
export function convertRule({ from, to, when }: Readable, action: Action): readonly Clause[] | undefined {
  const l7 = to.some(asksL7OfOperation) || from.some(asksL7OfSource) || when.some(({ key }) => !l4Conditions.has(key))
  if (action === 'ALLOW' && l7) return undefined
  const alternatives = [to.map(operationMatch), from.map(sourceMatch)].filter(clause => clause.length > 0)
  return [...alternatives, ...when.map(condition => [conditionMatch(condition)])]
}

function operationMatch({ ports, notPorts }: Operation): Match {
  return asking([{ field: 'destinationPorts', values: ports, notValues: notPorts }])
}

function sourceMatch(source: Source): Match {
  return asking([
    { field: 'sourceIps', values: source.ipBlocks, notValues: source.notIpBlocks },
    { field: 'namespaces', values: source.namespaces, notValues: source.notNamespaces },
    { field: 'serviceAccounts', values: source.serviceAccounts, notValues: source.notServiceAccounts },
    { field: 'principals', values: source.principals, notValues: source.notPrincipals },
  ])
}

/** `source.serviceAccount` and `source.trustDomain` are not among them, although ztunnel knows the first as a field of `from`. */
const l4Conditions: ReadonlyMap<string, Field> = new Map([
  ['source.ip', 'sourceIps'],
  ['source.namespace', 'namespaces'],
  ['source.principal', 'principals'],
  ['destination.ip', 'destinationIps'],
  ['destination.port', 'destinationPorts'],
])

function conditionMatch({ key, values, notValues }: Condition): Match {
  const field = l4Conditions.get(key)
  return field === undefined ? [] : asking([{ field, values, notValues }])
}

function asking(fields: readonly Asked[]): Match {
  return fields.filter(({ values, notValues }) => values.length + notValues.length > 0)
}

/** Source: istio `pilot/pkg/serviceregistry/ambient/authorization.go` httpOperations. */
function asksL7OfOperation({ hosts, notHosts, methods, notMethods, paths, notPaths }: Operation): boolean {
  return [hosts, notHosts, methods, notMethods, paths, notPaths].some(values => values.length > 0)
}

/** Source: istio `pilot/pkg/serviceregistry/ambient/authorization.go` httpSources. */
function asksL7OfSource(source: Source): boolean {
  const { remoteIpBlocks, notRemoteIpBlocks, requestPrincipals, notRequestPrincipals } = source
  return [remoteIpBlocks, notRemoteIpBlocks, requestPrincipals, notRequestPrincipals].some(values => values.length > 0)
}
