import { addressBits, addressesOf } from '../../model/address'
import type { Expression } from '../../model/language'
import { Language } from '../../model/language'
import { Region } from '../../model/region'
import type { AuthorizationPolicy, Condition, Operation, Rule, Source } from '../layer'
import type { Match } from './bounds'
import { all, always, any, exactly, never, not, unknowable } from './bounds'
import { present, stringPattern } from './patterns'

/*
 * What ztunnel makes of a policy: istiod turns each rule into clauses of matches that know nothing of HTTP, and ztunnel
 * evaluates those. Sources: istio `pilot/pkg/serviceregistry/ambient/authorization.go` handleRule, ztunnel `src/rbac.rs` matches.
 */

/** What a rule is read against. */
export interface ZtunnelContext {
  readonly policyNamespace: string
  readonly action: AuthorizationPolicy['action']
  /** The container port. */
  readonly port: number
  /** Addresses of the Pods; what is asked of them is unknown where it is not one. */
  readonly ips: readonly string[]
}

/** The connections a policy matches. One with an unknown action may have any. */
export function ztunnelPolicyRegion(policy: AuthorizationPolicy, context: ZtunnelContext): Match {
  return any(policy.rules.map(rule => ruleRegion(rule, context)))
}

/** An L7 field drops an ALLOW rule whole; a DENY rule keeps its clauses, of which those that have nothing left match nothing. */
function ruleRegion(rule: Rule, context: ZtunnelContext): Match {
  if (rule.kind === 'unreadable') return unknowable
  if (asksL7(rule)) {
    if (context.action === 'ALLOW') return never
    if (context.action === 'unknown') return { must: never.must, may: clauses(rule, context).may }
  }
  return clauses(rule, context)
}

type Readable = Extract<Rule, { readonly kind: 'rule' }>

function clauses({ from, to, when }: Readable, context: ZtunnelContext): Match {
  return all([
    clause(to.map(operation => operationFields(operation, context))),
    clause(from.map(source => sourceFields(source, context))),
    ...when.map(condition => clause([conditionFields(condition, context)])),
  ])
}

/** Any match of a clause will do, but for those that ask nothing, which are skipped; a clause that is not there holds. */
function clause(matches: readonly (readonly Match[])[]): Match {
  return matches.length === 0 ? always : any(matches.filter(fields => fields.length > 0).map(all))
}

function operationFields({ ports, notPorts }: Operation, context: ZtunnelContext): readonly Match[] {
  return both(ports, notPorts, values => portMatches(values, context))
}

function sourceFields(source: Source, context: ZtunnelContext): readonly Match[] {
  return [
    ...both(source.ipBlocks, source.notIpBlocks, blocks),
    ...both(source.namespaces, source.notNamespaces, values => values.map(namespace)),
    ...both(source.serviceAccounts, source.notServiceAccounts, values => values.map(v => serviceAccount(v, context))),
    ...both(source.principals, source.notPrincipals, values => values.map(principal)),
  ]
}

function conditionFields({ key, values, notValues }: Condition, context: ZtunnelContext): readonly Match[] {
  switch (key) {
    case 'source.ip':
      return both(values, notValues, blocks)
    case 'source.namespace':
      return both(values, notValues, list => list.map(namespace))
    case 'source.principal':
      return both(values, notValues, list => list.map(principal))
    case 'destination.ip':
      return both(values, notValues, list => list.flatMap(block => ownAddress(block, context)))
    case 'destination.port':
      return both(values, notValues, list => portMatches(list, context))
    default:
      return []
  }
}

/** One field and its negation. What istiod cannot parse it leaves out; a field of which nothing is left asks nothing. */
function both(
  values: readonly string[],
  notValues: readonly string[],
  read: (values: readonly string[]) => readonly Match[],
): readonly Match[] {
  const wanted = read(values)
  const refused = read(notValues)
  return [...(wanted.length > 0 ? [any(wanted)] : []), ...(refused.length > 0 ? [not(any(refused))] : [])]
}

const callers = (language: Language): Match => exactly(Region.where('caller', language.intersect(present)))

/** The SPIFFE id without its scheme, as it stands: no alias is honoured, and `cluster.local` means itself. */
const principal = (value: string): Match => callers(stringPattern(value))

/** The caller's namespace: exact, or with one star at an end (ztunnel `src/rbac.rs` StringMatch). */
function namespace(value: string): Match {
  return callers(Language.of({ sequence: [segment, '/ns/', ...namePattern(value), '/sa/', segment] }))
}

const segment: Expression = { star: { except: '/' } }

function namePattern(value: string): readonly Expression[] {
  if (value === '*') return [{ plus: { except: '/' } }]
  if (value.startsWith('*')) return [segment, value.slice(1)]
  return value.endsWith('*') ? [value.slice(0, -1), segment] : [value]
}

function serviceAccount(value: string, { policyNamespace }: ZtunnelContext): Match {
  const slash = value.indexOf('/')
  const [place, name] = slash < 0 ? [policyNamespace, value] : [value.slice(0, slash), value.slice(slash + 1)]
  return callers(Language.of({ sequence: [segment, `/ns/${place}/sa/${name}`] }))
}

function blocks(values: readonly string[]): readonly Match[] {
  return values.flatMap(value => {
    const addresses = blockOf(value)
    return addresses ? [exactly(Region.where('address', addresses))] : []
  })
}

/**
 * The addresses of a block, of which there are none where it is IPv4 written as IPv6: istiod passes it on as it stands, and ztunnel takes no connection's
 * address for one. Sources: istio `pilot/pkg/serviceregistry/ambient/authorization.go` stringToIP, ztunnel `src/socket.rs` to_canonical.
 */
function blockOf(text: string): Language | undefined {
  const addresses = addressesOf(text)
  const [head = ''] = text.split('/')
  const isMapped = text.includes(':') && addressBits(head)?.startsWith('4') === true
  return addresses && isMapped ? Language.none : addresses
}

function ownAddress(block: string, { ips }: ZtunnelContext): readonly Match[] {
  const addresses = blockOf(block)
  if (!addresses) return []
  const [ip, ...others] = ips
  if (ip === undefined || others.length > 0) return [unknowable]
  const own = addressesOf(ip)
  return [own && !own.intersect(addresses).isEmpty ? always : never]
}

function portMatches(values: readonly string[], { port }: ZtunnelContext): readonly Match[] {
  const ports = values.filter(value => /^\d+$/.test(value) && Number(value) <= 65_535)
  return ports.map(value => (Number(value) === port ? always : never))
}

const l4Conditions = ['source.ip', 'source.namespace', 'source.principal', 'destination.ip', 'destination.port']

/** `trustDomains` is no L7 field for istiod, though ztunnel knows nothing of it: it is left out without a word. */
function asksL7({ from, to, when }: Readable): boolean {
  return (
    to.some(({ ports: _ports, notPorts: _notPorts, ...l7 }) => Object.values(l7).some(some)) ||
    from.some(s => [s.remoteIpBlocks, s.notRemoteIpBlocks, s.requestPrincipals, s.notRequestPrincipals].some(some)) ||
    when.some(({ key }) => !l4Conditions.includes(key))
  )
}

const some = (values: readonly string[]): boolean => values.length > 0
