import type { AuthorizationPolicy, Condition, Operation, Rule, Source } from '../layer'
import { attributes, type Attribute, type Asking } from './match-attribute'
import { every, not, some, type Ternary } from './kleene'
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
  const clauses = [rule.from.map(sourceQuestions), rule.to.map(operationQuestions), [rule.when.map(conditionQuestion)]]
  if (asking.chain === 'tcp' && clauses.flat(2).some(({ attribute }) => attribute.httpOnly)) {
    if (action === 'ALLOW') return 'no'
    if (action === 'unknown') return 'unknown'
  }
  const answers = (questions: readonly Question[]) =>
    every(questions.map(question => answer(question, asking, namespace)))
  return every(clauses.map(clause => (clause.length === 0 ? 'yes' : some(clause.map(answers)))))
}

/** Whether an attribute has one of `values`, and none of `notValues`; an empty list asks nothing. */
interface Question {
  readonly attribute: Attribute
  readonly values: readonly string[]
  readonly notValues: readonly string[]
}

function answer({ attribute, values, notValues }: Question, asking: Asking, policyNamespace: string): Ternary {
  if (asking.chain === 'tcp' && attribute.httpOnly) return 'yes'
  const given = { ...asking, policyNamespace }
  // One after the other, until one does: a list of callers may be long.
  function* matches(list: readonly string[]): Generator<Ternary> {
    for (const value of list) yield attribute.match(value, given)
  }
  const has = (list: readonly string[]) => some(matches(list))
  return every([values.length === 0 ? 'yes' : has(values), notValues.length === 0 ? 'yes' : not(has(notValues))])
}

function sourceQuestions(source: Source): readonly Question[] {
  return asked([
    { attribute: attributes['source.principal'], values: source.principals, notValues: source.notPrincipals },
    {
      attribute: attributes['request.auth.principal'],
      values: source.requestPrincipals,
      notValues: source.notRequestPrincipals,
    },
    { attribute: attributes['source.namespace'], values: source.namespaces, notValues: source.notNamespaces },
    {
      attribute: attributes['source.serviceAccount'],
      values: source.serviceAccounts,
      notValues: source.notServiceAccounts,
    },
    { attribute: attributes['source.trustDomain'], values: source.trustDomains, notValues: source.notTrustDomains },
    { attribute: attributes['source.ip'], values: source.ipBlocks, notValues: source.notIpBlocks },
    { attribute: attributes['remote.ip'], values: source.remoteIpBlocks, notValues: source.notRemoteIpBlocks },
  ])
}

function operationQuestions(operation: Operation): readonly Question[] {
  return asked([
    { attribute: attributes.host, values: operation.hosts, notValues: operation.notHosts },
    { attribute: attributes['destination.port'], values: operation.ports, notValues: operation.notPorts },
    { attribute: attributes.method, values: operation.methods, notValues: operation.notMethods },
    { attribute: attributes.path, values: operation.paths, notValues: operation.notPaths },
  ])
}

function asked(questions: readonly Question[]): readonly Question[] {
  return questions.filter(({ values, notValues }) => values.length + notValues.length > 0)
}

function conditionQuestion({ key, values, notValues }: Condition): Question {
  const known = conditionKey(key) ?? { kind: 'experimental' }
  switch (known.kind) {
    case 'experimental':
      return { attribute: unknowable, values, notValues }
    case 'request.headers':
      return { attribute: attributes.header(known.header), values, notValues }
    case 'request.auth.claims':
      return { attribute: attributes.claim(known.claims), values, notValues }
    default:
      return { attribute: attributes[known.kind], values, notValues }
  }
}

/** No manifest tells what an Envoy filter wrote into metadata. */
const unknowable: Attribute = { httpOnly: false, match: () => 'unknown' }
