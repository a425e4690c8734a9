import { addressesOf } from '../../model/address'
import { Language } from '../../model/language'
import { absent, Region } from '../../model/region'
import { isOfProxy } from '../istio/own-headers'
import type { Condition, Operation, Rule, Source } from '../layer'
import type { Match } from './bounds'
import { always, any, both, exactly, never, not, unknowable } from './bounds'
import {
  aliased,
  hostPattern,
  isAliasable,
  namespacePattern,
  pathPattern,
  present,
  serviceAccountPattern,
  stringPattern,
  trustDomainPattern,
} from './patterns'
import type { TokenSets } from './tokens'

/** What a rule is read against: one filter chain of one port, for one action. */
export interface RuleContext {
  readonly policyNamespace: string
  readonly action: 'ALLOW' | 'other'
  readonly chain: 'http' | 'tcp'
  /** The container port, or a port no object names. */
  readonly port: number | 'other'
  /** The addresses the workload may be called at, as far as they are known. */
  readonly ips: readonly string[]
  /** The mesh's own trust domain and its aliases; absent where they are not known. */
  readonly domains: readonly string[] | undefined
  readonly tokens: TokenSets
}

/** One attribute of a rule: the values that match, or why the attribute cannot be asked here. */
type Attribute = (value: string, context: RuleContext) => Match

/**
 * The requests a rule matches. On a TCP chain an HTTP-only attribute drops an ALLOW rule whole and is itself dropped from
 * the others. Source: istio `pilot/pkg/security/authz/model/model.go` New, Generate, checkError.
 */
export function ruleRegion(rule: Rule, context: RuleContext): Match {
  if (rule.kind === 'unreadable') return unknowable
  const { from, to, when, isSenseless, isOfHttp } = questionsOf(rule)
  if (isSenseless || (isOfHttp && context.chain === 'tcp' && context.action === 'ALLOW')) return never
  // The port is asked in `to`: a rule for another port is out before its callers are looked at.
  const asked = both(alternatives(to, context), conjunction(when, context))
  return asked.may.isEmpty ? never : both(alternatives(from, context), asked)
}

/** A rule taken apart. */
interface Asking {
  readonly from: readonly (readonly Part[])[]
  readonly to: readonly (readonly Part[])[]
  readonly when: readonly Part[]
  /** Whether it has a key that nobody knows. */
  readonly isSenseless: boolean
  /** Whether it asks what only HTTP has. */
  readonly isOfHttp: boolean
}

/** A rule is asked for each port and filter chain of the workloads it is for; it is taken apart once. */
const askings = new WeakMap<Rule, Asking>()

function questionsOf(rule: Exclude<Rule, { kind: 'unreadable' }>): Asking {
  const known = askings.get(rule)
  if (known) return known
  const [from, to] = [rule.from.map(sourceParts), rule.to.map(operationParts)]
  const when = rule.when.flatMap(conditionParts)
  const parts = [...from, ...to, when].flat()
  const isSenseless = parts.some(part => part.attribute === undefined)
  const asking = { from, to, when, isSenseless, isOfHttp: parts.some(part => part.httpOnly) }
  askings.set(rule, asking)
  return asking
}

/** Values of one attribute, any of which matches; or, negated, none of which does. */
interface Part {
  readonly attribute: Attribute | undefined
  readonly httpOnly: boolean
  readonly values: readonly string[]
  readonly negated: boolean
}

function alternatives(entries: readonly (readonly Part[])[], context: RuleContext): Match {
  return entries.length === 0 ? always : any(entries.map(parts => conjunction(parts, context)))
}

function conjunction(parts: readonly Part[], context: RuleContext): Match {
  let match = always
  for (const part of parts) {
    if (part.httpOnly && context.chain === 'tcp') continue
    match = both(match, partRegion(part, context))
    if (match.may.isEmpty) return never
  }
  return match
}

function partRegion({ attribute, values, negated }: Part, context: RuleContext): Match {
  if (!attribute) return never
  const match = any(values.map(value => attribute(value, context)))
  return negated ? not(match) : match
}

function sourceParts(source: Source): readonly Part[] {
  return [
    ...parts(principal, source.principals, source.notPrincipals),
    ...parts(namespace, source.namespaces, source.notNamespaces),
    ...parts(serviceAccount, source.serviceAccounts, source.notServiceAccounts),
    ...parts(trustDomain, source.trustDomains, source.notTrustDomains),
    ...parts(directAddress, source.ipBlocks, source.notIpBlocks),
    ...parts(remoteAddress, source.remoteIpBlocks, source.notRemoteIpBlocks),
    ...httpParts(requestPrincipal, source.requestPrincipals, source.notRequestPrincipals),
  ]
}

function operationParts(operation: Operation): readonly Part[] {
  return [
    ...parts(port, operation.ports, operation.notPorts),
    ...httpParts(host, operation.hosts, operation.notHosts),
    ...httpParts(method, operation.methods, operation.notMethods),
    ...httpParts(path, operation.paths, operation.notPaths),
  ]
}

const conditions: Readonly<Record<string, Attribute>> = {
  'source.ip': (value, context) => directAddress(value, context),
  'remote.ip': (value, context) => remoteAddress(value, context),
  'source.namespace': (value, context) => namespace(value, context),
  'source.serviceAccount': (value, context) => serviceAccount(value, context),
  'source.principal': (value, context) => principal(value, context),
  'source.trustDomain': (value, context) => trustDomain(value, context),
  'destination.port': (value, context) => port(value, context),
  'destination.ip': (value, context) => ownAddress(value, context),
  'connection.sni': value => exactly(Region.where('sni', stringPattern(value))),
}

/** Source of the keys: istio `pilot/pkg/security/authz/model/model.go` New; a rule with any other key is skipped, DENY too. */
function conditionParts({ key, values, notValues }: Condition): readonly Part[] {
  const known = conditions[key]
  if (known) return parts(known, values, notValues)
  if (key.startsWith('experimental.envoy.filters.')) return parts(() => unknowable, values, notValues)
  const header = /^request\.headers\[(.+)\]$/.exec(key)?.[1]
  if (header !== undefined) return httpParts(headerAttribute(header), values, notValues)
  if (key === 'request.auth.principal') return httpParts(requestPrincipal, values, notValues)
  const claim = claimPath(key)
  if (claim) return httpParts((value, { tokens }) => tokens.claim(claim, stringPattern(value)), values, notValues)
  return [{ attribute: undefined, httpOnly: false, values, negated: false }]
}

/** Which claim a condition asks for, as a path into the token. */
function claimPath(key: string): readonly string[] | undefined {
  if (key === 'request.auth.audiences') return ['aud']
  if (key === 'request.auth.presenter') return ['azp']
  if (!/^request\.auth\.claims(\[[^\]]+\])+$/.test(key)) return undefined
  return [...key.matchAll(/\[([^\]]+)\]/g)].map(([, name = '']) => name)
}

function parts(attribute: Attribute, values: readonly string[], notValues: readonly string[]): readonly Part[] {
  const part = (list: readonly string[], sign: 'is' | 'not'): readonly Part[] =>
    list.length === 0 ? [] : [{ attribute, httpOnly: false, values: list, negated: sign === 'not' }]
  return [...part(values, 'is'), ...part(notValues, 'not')]
}

const httpParts: typeof parts = (attribute, values, notValues) =>
  parts(attribute, values, notValues).map(part => ({ ...part, httpOnly: true }))

const callerIn = (language: Language): Match => exactly(Region.where('caller', language.intersect(present)))

/**
 * With the mesh's trust domains unknown, a principal may be meant in any of them, and one of `cluster.local` in none
 * that we know.
 */
const principal: Attribute = (value, { domains }) => {
  if (domains) return callerIn(Language.union(aliased(value, domains).map(stringPattern)))
  if (!isAliasable(value)) return callerIn(stringPattern(value))
  const anywhere = stringPattern(value.endsWith('*') ? value : `*${value.slice(value.indexOf('/'))}`)
  const certain = value.startsWith('cluster.local/') ? Language.none : stringPattern(value)
  return { must: callerIn(certain).must, may: callerIn(value.endsWith('*') ? present : anywhere).may }
}

const namespace: Attribute = value => callerIn(namespacePattern(value))

const serviceAccount: Attribute = (value, { policyNamespace }) =>
  callerIn(serviceAccountPattern(value, policyNamespace))

/** Source of the expansion: istio `pilot/pkg/security/trustdomain/bundle.go` ExpandTrustDomainAliases, which takes whole names; none has a star. */
const trustDomain: Attribute = (value, { domains }) => {
  if (value.includes('*')) return callerIn(trustDomainPattern(value))
  if (domains) return callerIn(Language.union((domains.includes(value) ? domains : [value]).map(trustDomainPattern)))
  return { must: callerIn(trustDomainPattern(value)).must, may: callerIn(present).may }
}

const directAddress: Attribute = value => addressIn('address', value)

/** The trusted end of X-Forwarded-For on HTTP; a TCP chain knows no other address than the peer's. */
const remoteAddress: Attribute = (value, { chain }) => addressIn(chain === 'http' ? 'remote-address' : 'address', value)

function addressIn(variable: string, block: string): Match {
  const addresses = addressesOf(block)
  return addresses ? exactly(Region.where(variable, addresses)) : unknowable
}

const port: Attribute = (value, context) => {
  if (!/^\d+$/.test(value)) return unknowable
  return Number(value) === context.port ? always : never
}

/** A Pod's address is not known before it runs, and of several it is not known which is called. */
const ownAddress: Attribute = (block, { ips }) => {
  const [own, ...others] = ips.map(ip => addressesOf(ip))
  const wanted = addressesOf(block)
  if (!own || !wanted || others.length > 0) return unknowable
  return own.intersect(wanted).isEmpty ? never : always
}

const host: Attribute = value => exactly(Region.where('host', hostPattern(value)))
const method: Attribute = value => exactly(Region.where('method', stringPattern(value)))
const path: Attribute = value => exactly(Region.where('path', pathPattern(value)))

/**
 * A header that is there with an empty value is present. Envoy keeps method, path and host as headers too, the host as it was sent and the path with its query, and lets
 * `host` stand for `:authority`. What the proxy writes is not known. Source: istio `pilot/pkg/security/authz/matcher/header.go`.
 */
function headerAttribute(name: string): Attribute {
  const lower = name.toLowerCase()
  if (isOfProxy(lower)) return () => unknowable
  if (lower === ':method') return (value, context) => (value === '*' ? always : method(value, context))
  if (lower === ':path') return pathAsSent
  if (lower === ':authority' || lower === 'host')
    return value => (value === '*' ? always : exactly(Region.where('authority', stringPattern(value))))
  const carried = Language.literals([absent]).complement()
  return value =>
    exactly(Region.where(`header:${lower}`, value === '*' ? carried : stringPattern(value).intersect(carried)))
}

/** Whether there is a query is not asked elsewhere: only what a path begins with holds with any. */
function pathAsSent(value: string): Match {
  if (value === '*') return always
  const isBeginning = value.endsWith('*') && !value.startsWith('*') && !value.includes('?')
  return isBeginning ? exactly(Region.where('path', stringPattern(value))) : unknowable
}

/**
 * `issuer/subject`, split at the last slash. Source: istio `pilot/pkg/security/authz/model/generator.go`
 * requestPrincipalGenerator.
 */
const requestPrincipal: Attribute = (value, { tokens }) => {
  const [issuer, subject] = requestPrincipalPatterns(value)
  return both(tokens.issuer(issuer), tokens.subject(subject))
}

function requestPrincipalPatterns(value: string): readonly [Language, Language] {
  const slash = value.lastIndexOf('/')
  const [issuer, subject] = slash < 0 ? [value, ''] : [value.slice(0, slash), value.slice(slash + 1)]
  if (value === '*') return [present, present]
  if (value.startsWith('*')) {
    if (slash < 0) return [present, stringPattern(value)]
    return [issuer === '*' ? present : stringPattern(issuer), Language.literals([subject])]
  }
  if (value.endsWith('*')) {
    if (slash < 0) return [stringPattern(value), present]
    return [Language.literals([issuer]), subject === '*' ? present : stringPattern(subject)]
  }
  return [Language.literals([issuer]), Language.literals([subject])]
}
