import type { AuthorizationPolicy, Condition, Operation, Rule, Source } from '../layer'
import type { Missed } from '../explain/missed'
import { attributes, type Attribute, type Asking, type AskingFor } from './match-attribute'
import { every, everyOf, not, someOf, type Ternary } from './kleene'
import { conditionKey } from './when-key'

/**
 * Whether one rule of a policy matches a request: one of `from`, one of `to`, and all of `when`, where an absent list asks
 * nothing.
 *
 * On a TCP chain, a rule of ALLOW that asks for anything of HTTP, in whichever alternative, is dropped whole; in a rule of
 * any other action only what it asks of HTTP is dropped, so that it matches more.
 * Source: istio `pilot/pkg/security/authz/model/model.go` New, Generate, checkError.
 */
export function matchRule(rule: Rule, { action, namespace = '' }: AuthorizationPolicy, asking: Asking): Ternary {
  if (rule.kind === 'unreadable') return 'unknown'
  const clauses = clausesOf(rule)
  if (asking.chain === 'tcp' && clauses.flat(2).some(({ attribute }) => attribute.httpOnly)) {
    if (action === 'ALLOW') return 'no'
    if (action === 'unknown') return 'unknown'
  }
  const given = { ...asking, policyNamespace: namespace }
  const answers = (questions: readonly Question[]): Ternary => everyOf(questions, question => answer(question, given))
  return everyOf(clauses, clause => (clause.length === 0 ? 'yes' : someOf(clause, answers)))
}

/**
 * What a rule misses of a request, by the same answers: of each of its lists what the alternative misses that misses least. Empty where it matches. On a TCP chain an
 * ALLOW rule misses whatever it asks of HTTP.
 */
export function missedBy(
  rule: Rule,
  { action, namespace = '' }: AuthorizationPolicy,
  asking: Asking,
): readonly Missed[] {
  if (rule.kind === 'unreadable') return [{ field: 'rule', answer: 'unknown', wanted: [], unwanted: [] }]
  const bytes = (question: Question): boolean =>
    asking.chain === 'tcp' && action === 'ALLOW' && question.attribute.httpOnly
  const given = { ...asking, policyNamespace: namespace }
  const missed = (question: Question): readonly Missed[] => {
    const { field, values, notValues, attribute } = question
    if (bytes(question)) return [{ field, answer: 'no', wanted: values, unwanted: [], senseless: unread }]
    const found = answer(question, given)
    if (found === 'yes') return []
    const hit = notValues.filter(value => attribute.match(value, given) === 'yes')
    return [{ field, answer: found, wanted: values, unwanted: hit }]
  }
  return clausesOf(rule).flatMap(clause => {
    const [least = []] = clause.map(questions => questions.flatMap(missed)).sort((a, b) => a.length - b.length)
    return least
  })
}

const unread = 'which nobody reads of bytes: such an ALLOW rule is dropped'

type Clauses = readonly (readonly (readonly Question[])[])[]

/** A rule asks the same of every request. */
const asks = new WeakMap<Rule, Clauses>()

function clausesOf(rule: Extract<Rule, { readonly kind: 'rule' }>): Clauses {
  const known = asks.get(rule)
  if (known) return known
  const found = [rule.from.map(sourceQuestions), rule.to.map(operationQuestions), [rule.when.map(conditionQuestion)]]
  asks.set(rule, found)
  return found
}

/** Whether an attribute has one of `values`, and none of `notValues`; an empty list asks nothing. */
interface Question {
  /** As the object spells it. */
  readonly field: string
  readonly attribute: Attribute
  readonly values: readonly string[]
  readonly notValues: readonly string[]
}

function answer({ attribute, values, notValues }: Question, asking: AskingFor): Ternary {
  if (asking.chain === 'tcp' && attribute.httpOnly) return 'yes'
  const has = (list: readonly string[]): Ternary =>
    attribute.any?.(list, asking) ?? someOf(list, value => attribute.match(value, asking))
  return every([values.length === 0 ? 'yes' : has(values), notValues.length === 0 ? 'yes' : not(has(notValues))])
}

function sourceQuestions(source: Source): readonly Question[] {
  return asked([
    {
      field: 'principals',
      attribute: attributes['source.principal'],
      values: source.principals,
      notValues: source.notPrincipals,
    },
    {
      field: 'requestPrincipals',
      attribute: attributes['request.auth.principal'],
      values: source.requestPrincipals,
      notValues: source.notRequestPrincipals,
    },
    {
      field: 'namespaces',
      attribute: attributes['source.namespace'],
      values: source.namespaces,
      notValues: source.notNamespaces,
    },
    {
      field: 'serviceAccounts',
      attribute: attributes['source.serviceAccount'],
      values: source.serviceAccounts,
      notValues: source.notServiceAccounts,
    },
    {
      field: 'trustDomains',
      attribute: attributes['source.trustDomain'],
      values: source.trustDomains,
      notValues: source.notTrustDomains,
    },
    { field: 'ipBlocks', attribute: attributes['source.ip'], values: source.ipBlocks, notValues: source.notIpBlocks },
    {
      field: 'remoteIpBlocks',
      attribute: attributes['remote.ip'],
      values: source.remoteIpBlocks,
      notValues: source.notRemoteIpBlocks,
    },
  ])
}

function operationQuestions(operation: Operation): readonly Question[] {
  return asked([
    { field: 'hosts', attribute: attributes.host, values: operation.hosts, notValues: operation.notHosts },
    {
      field: 'ports',
      attribute: attributes['destination.port'],
      values: operation.ports,
      notValues: operation.notPorts,
    },
    { field: 'methods', attribute: attributes.method, values: operation.methods, notValues: operation.notMethods },
    { field: 'paths', attribute: attributes.path, values: operation.paths, notValues: operation.notPaths },
  ])
}

function asked(questions: readonly Question[]): readonly Question[] {
  return questions.filter(({ values, notValues }) => values.length + notValues.length > 0)
}

function conditionQuestion({ key, values, notValues }: Condition): Question {
  const known = conditionKey(key) ?? { kind: 'experimental' }
  const field = `when ${key}`
  switch (known.kind) {
    case 'experimental':
      return { field, attribute: unknowable, values, notValues }
    case 'request.headers':
      return { field, attribute: attributes.header(known.header), values, notValues }
    case 'request.auth.claims':
      return { field, attribute: attributes.claim(known.claims), values, notValues }
    default:
      return { field, attribute: attributes[known.kind], values, notValues }
  }
}

/** No manifest tells what an Envoy filter wrote into metadata. */
const unknowable: Attribute = { httpOnly: false, match: () => 'unknown' }
