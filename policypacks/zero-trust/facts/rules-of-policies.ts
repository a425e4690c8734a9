import { at, items, text, texts, type Field } from '../field'

/** The rules of an AuthorizationPolicy: each holds where one of its sources, one operation and all conditions do. */
export function rulesOf(policy: Field): readonly Field[] {
  return items(at(policy, 'spec', 'rules'))
}

export function sourcesOf(one: Field): readonly Field[] {
  return items(at(one, 'from')).map(from => at(from, 'source'))
}

export function operationsOf(one: Field): readonly Field[] {
  return items(at(one, 'to')).map(to => at(to, 'operation'))
}

export function conditionsOf(one: Field): readonly Field[] {
  return items(at(one, 'when'))
}

/** What a rule may name in a list, its negation, or a condition (istio pilot/pkg/security/authz/model/model.go New). */
const named = {
  principals: { of: sourcesOf, not: 'notPrincipals', key: 'source.principal' },
  serviceAccounts: { of: sourcesOf, not: 'notServiceAccounts', key: 'source.serviceAccount' },
  namespaces: { of: sourcesOf, not: 'notNamespaces', key: 'source.namespace' },
  trustDomains: { of: sourcesOf, not: 'notTrustDomains', key: 'source.trustDomain' },
  ports: { of: operationsOf, not: 'notPorts', key: 'destination.port' },
} as const

/** Every value that a policy gives of one thing, wherever it does. */
export function valuesOf(policy: Field, what: keyof typeof named): readonly Field[] {
  const { of, not, key } = named[what]
  return rulesOf(policy).flatMap(one => {
    const lists = of(one).flatMap(each => [at(each, what), at(each, not)])
    const conditions = conditionsOf(one).filter(condition => keyOf(condition) === key)
    return [...lists, ...conditions.flatMap(valuesOfCondition)].flatMap(items)
  })
}

/** The attribute that a condition asks about. */
export function keyOf(condition: Field): string {
  return text(at(condition, 'key')) ?? ''
}

function valuesOfCondition(condition: Field): readonly Field[] {
  return [at(condition, 'values'), at(condition, 'notValues')]
}

/** Whether a source, an operation or a condition has anything in its list of this name. */
export function lists(of: Field, name: string): boolean {
  return items(at(of, name)).length > 0
}

const identities = ['principals', 'namespaces', 'serviceAccounts', 'trustDomains', 'requestPrincipals']
const addresses = ['ipBlocks', 'remoteIpBlocks']

/**
 * Whether a rule says who may call. Sources are alternatives: one that holds for everybody is enough. Conditions all have
 * to hold.
 */
export function namesCallers(one: Field): boolean {
  const sources = sourcesOf(one)
  return (sources.length > 0 && sources.every(restricts)) || conditionsOf(one).some(asksCaller)
}

function restricts(source: Field): boolean {
  if (identities.some(name => texts(at(source, name)).length > 0)) return true
  return addresses.some(name => isPlace(texts(at(source, name))))
}

/** Some addresses, and not all of them. */
function isPlace(blocks: readonly string[]): boolean {
  return blocks.length > 0 && !blocks.some(block => block.endsWith('/0'))
}

function asksCaller(condition: Field): boolean {
  const key = keyOf(condition)
  const values = texts(at(condition, 'values'))
  if (key === 'source.ip' || key === 'remote.ip') return isPlace(values)
  return /^(source|request\.auth)\./.test(key) && values.length > 0
}
