import { at, entries, gather, items, required, texts, type Field, type Gathered } from '../field'
import type { Context } from '../rule'
import { isDeclared } from './declared'
import { readAuthorization, selects, type AuthorizationFact, type Labels } from './policies'
import { conditionsOf, keyOf, lists, operationsOf, sourcesOf } from './rules-of-policies'

/** One identity that a policy names. */
export interface NamedIdentity {
  /** Absent where the policy names a ServiceAccount whatever its trust domain. */
  readonly trustDomain: string | undefined
  readonly namespace: string
  readonly account: string
}

/** A rule of a policy on Pods, by whom it names. */
export interface CallersOfRule {
  readonly field: Field
  /** The single identities that an ALLOW rule admits, or that a DENY rule spares. */
  readonly identities: readonly NamedIdentity[]
  /** Whether an ALLOW rule admits others besides, whom nobody declared. */
  readonly open: boolean
}

/** A policy that Pods enforce, by whom its rules name. */
export interface GuardFact {
  readonly policy: AuthorizationFact
  readonly rules: readonly CallersOfRule[]
}

/** Reads ALLOW and DENY policies of Pods, with a finding for each that cannot be read. */
export function guards(policies: readonly AuthorizationFact[], context: Context): Gathered<GuardFact> {
  return gather(
    policies.map(({ field }) => field),
    field => {
      const policy = readAuthorization(field)
      const read = policy.action === 'DENY' ? sparedBy : admittedBy
      return { policy, rules: policy.rules.map(one => read(one, policy, context)) }
    },
  )
}

/** All callers an ALLOW rule admits: those its conditions name, else those of each of its sources. */
function admittedBy(one: Field, policy: AuthorizationFact, context: Context): CallersOfRule {
  const asked = conditionsOf(one)
    .filter(condition => keyOf(condition) === 'source.principal')
    .flatMap(condition => exact(at(condition, 'values'), parsePrincipal) ?? [])
  if (asked.length > 0) return { field: one, identities: asked, open: false }
  const sources = sourcesOf(one).map(source => ({ source, identities: identitiesOf(source, policy.namespace) }))
  const others = sources.filter(({ identities }) => identities === undefined).map(({ source }) => source)
  const isOpen = (sources.length === 0 || others.length > 0) && !isMeant(one, others, { policy, context })
  return { field: one, identities: sources.flatMap(({ identities = [] }) => identities), open: isOpen }
}

function identitiesOf(source: Field, namespace: string): readonly NamedIdentity[] | undefined {
  return (
    exact(at(source, 'principals'), parsePrincipal) ??
    exact(at(source, 'serviceAccounts'), name => parseAccount(name, namespace))
  )
}

/** All callers a DENY rule spares, where it denies everybody else, whatever they ask. */
function sparedBy(one: Field): CallersOfRule {
  const [source, ...others] = sourcesOf(one)
  const isWhole = others.length === 0 && operationsOf(one).length === 0 && conditionsOf(one).length === 0
  const isAlone =
    isWhole &&
    source !== undefined &&
    entries(source).every(([name, list]) => name === 'notPrincipals' || items(list).length === 0)
  const identities = isAlone ? exact(at(source, 'notPrincipals'), parsePrincipal) : undefined
  return { field: one, identities: identities ?? [], open: false }
}

/** The identities of a list, if there is one and nothing in it is a pattern. */
function exact(list: Field, parse: (name: string) => NamedIdentity | undefined): readonly NamedIdentity[] | undefined {
  const names = items(list).map(required)
  return names.length === 0 || names.some(name => name.includes('*'))
    ? undefined
    : names.flatMap(name => parse(name) ?? [])
}

/** `<trust domain>/ns/<namespace>/sa/<account>`; anything else is nobody's name (istio pkg/spiffe/spiffe.go). */
function parsePrincipal(name: string): NamedIdentity | undefined {
  const [, trustDomain, namespace, account] = /^([^/]+)\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(name) ?? []
  return trustDomain && namespace && account ? { trustDomain, namespace, account } : undefined
}

/** `<namespace>/<account>`, or an account of the policy's own namespace (istio pilot/pkg/security/authz/model/generator.go). */
function parseAccount(name: string, own: string): NamedIdentity {
  const [first = '', second] = name.split('/')
  return { trustDomain: undefined, namespace: second === undefined ? own : first, account: second ?? first }
}

interface Said {
  readonly policy: AuthorizationFact
  readonly context: Context
}

/** Callers without identity are declared in the intent for these ports, or the policy is one that is meant to be open. */
function isMeant(one: Field, others: readonly Field[], { policy, context: { config, intent } }: Said): boolean {
  const { namespace, selector, field } = policy
  if (config.open.length > 0 && config.open.includes(`${namespace}/${required(at(field, 'metadata', 'name'))}`))
    return true
  if (!others.every(source => lists(source, 'ipBlocks'))) return false
  const by = others.length > 0 ? 'somebody outside' : 'anybody'
  const ports = operationsOf(one).map(operation => texts(at(operation, 'ports')))
  const isOpen = (port: string): boolean => isDeclared(intent, { namespace, selector, port: Number(port), by })
  return ports.length > 0 && ports.every(some => some.length > 0 && some.every(isOpen))
}

/** Pods by their labels: of all of them where the stack makes them (`all`), else those that they have at least. */
export interface PodsOf {
  readonly namespace: string
  readonly labels: readonly Labels[]
  readonly known: 'all' | 'at least'
}

/** Whether a policy certainly holds for all of the Pods. For ztunnel an empty selector selects nothing. */
export function holdsFor({ selector }: AuthorizationFact, { labels }: PodsOf): boolean {
  if (selector === undefined) return true
  return Object.keys(selector).length > 0 && labels.every(own => selects(selector, own))
}

/** Whether a policy may hold for some of the Pods. */
export function mayHoldFor({ selector }: AuthorizationFact, { labels, known }: PodsOf): boolean {
  return labels.some(own =>
    known === 'all'
      ? selects(selector, own)
      : Object.entries(selector ?? {}).every(([key, value]) => own[key] === undefined || own[key] === value),
  )
}
