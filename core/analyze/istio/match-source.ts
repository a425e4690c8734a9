import type { Mesh } from '../layer'
import { printIdentity, type Identity } from '../../model/identity'
import { agreed, ternary, type Ternary } from './kleene'
import { matchString, quote } from './match-string'

/** A caller's SPIFFE id, as its certificate has it. */
function spiffe(identity: Identity): string {
  return `spiffe://${printIdentity(identity)}`
}

/**
 * `principals` match the SPIFFE id without its scheme. The trust domain of a five-part principal means the mesh's own and
 * all its aliases, where it is one of those or literally `cluster.local`.
 * Sources: istio `pilot/pkg/security/authz/model/generator.go` srcPrincipalGenerator, `security/trustdomain/bundle.go`.
 */
export function matchPrincipal(pattern: string, caller: Identity | undefined, mesh: Mesh): Ternary {
  const known = matchAnyPrincipal([pattern], caller, mesh)
  if (known !== undefined || !caller) return known ?? 'no'
  // Whatever the mesh's trust domains are, an alias differs from the pattern in its first part alone.
  const [domain = '', ...rest] = pattern.split('/')
  const verbatim = matchString(pattern, printIdentity(caller))
  if (rest.length !== 4 || domain === '*') return ternary(verbatim)
  const aliased = matchString([caller.trustDomain, ...rest].join('/'), printIdentity(caller))
  return agreed([ternary(verbatim && domain !== 'cluster.local'), ternary(aliased || verbatim)])
}

/** The trust domains that count as one; nothing where they are not known. */
function ownDomains({ trustDomain, trustDomainAliases }: Mesh): readonly string[] | undefined {
  return trustDomain === undefined || trustDomainAliases === undefined
    ? undefined
    : [trustDomain, ...trustDomainAliases]
}

/** What a list of principals asks for. */
interface Asked {
  readonly names: ReadonlySet<string>
  readonly patterns: readonly string[]
}

/** By mesh and by list: hubs have long ones, which are asked with every request. */
const asking = new WeakMap<Mesh, WeakMap<readonly string[], Asked>>()

/** The same for any of many principals; nothing where the mesh's trust domains are not known, which leaves each to be asked by itself. */
export function matchAnyPrincipal(
  patterns: readonly string[],
  caller: Identity | undefined,
  mesh: Mesh,
): Ternary | undefined {
  const own = ownDomains(mesh)
  if (!own) return undefined
  if (!caller) return 'no'
  const text = printIdentity(caller)
  const asked = askedBy(patterns, mesh, own)
  return ternary(asked.names.has(text) || asked.patterns.some(pattern => matchString(pattern, text)))
}

function askedBy(principals: readonly string[], mesh: Mesh, own: readonly string[]): Asked {
  const ofMesh = asking.get(mesh) ?? new WeakMap<readonly string[], Asked>()
  const found = ofMesh.get(principals)
  if (found) return found
  const all = principals.flatMap(principal => aliases(principal, own))
  const isPattern = (text: string): boolean => text.startsWith('*') || text.endsWith('*')
  const asked = { names: new Set(all.filter(text => !isPattern(text))), patterns: all.filter(isPattern) }
  asking.set(mesh, ofMesh.set(principals, asked))
  return asked
}

/** What a principal becomes; wildcards in either domain count. Only five parts, and not the domain `*`, are looked at. */
function aliases(pattern: string, own: readonly string[]): readonly string[] {
  const [domain = '', ...rest] = pattern.split('/')
  if (rest.length !== 4 || domain === '*') return [pattern]
  if (!own.some(other => sameDomain(domain, other)) && domain !== 'cluster.local') return [pattern]
  return own.map(other => (domain.startsWith('*') && matchString(domain, other) ? pattern : [other, ...rest].join('/')))
}

/** Source: istio `pilot/pkg/security/trustdomain/util.go` stringMatch: either may be the pattern. */
function sameDomain(a: string, b: string): boolean {
  return a === b || b === '*' || covers(a, b) || covers(b, a)
}

function covers(pattern: string, text: string): boolean {
  return (
    (pattern.endsWith('*') && text.startsWith(pattern.slice(0, -1))) ||
    (pattern.startsWith('*') && text.endsWith(pattern.slice(1)))
  )
}

/**
 * `namespaces` become a regular expression over the whole id, each `*` any text, slashes included: `w*b` takes namespace
 * `web`, and `w*a` every namespace that starts with `w`, since `/sa/` ends in it.
 * Source: istio `pilot/pkg/security/authz/model/generator.go` srcNamespaceGenerator.
 */
export function matchNamespace(pattern: string, caller: Identity | undefined): boolean {
  if (!caller) return false
  const namespace = pattern.split('*').map(quote).join('.*')
  return new RegExp(`^.*/ns/${namespace}/.*$`).test(spiffe(caller))
}

/**
 * `namespace/name`, or a bare name in the policy's own namespace (also where that is the root namespace), of any trust
 * domain. Source: istio `pilot/pkg/security/authz/model/generator.go` serviceAccountRegex.
 */
export function matchServiceAccount(account: string, caller: Identity | undefined, policyNamespace: string): boolean {
  if (!caller) return false
  const [namespace, name] = account.includes('/') ? account.split('/', 2) : [policyNamespace, account]
  return namespace === caller.namespace && name === caller.serviceAccount
}

/**
 * `trustDomains` match the id's trust domain: exactly, by a wildcard, or any. A value that is one of the mesh's own
 * domains means all of them. Sources: istio `…/authz/model/generator.go` srcTrustDomainGenerator, `…/trustdomain/bundle.go`
 * ExpandTrustDomainAliases.
 */
export function matchTrustDomain(pattern: string, caller: Identity | undefined, mesh: Mesh): Ternary {
  if (!caller) return 'no'
  const own = ownDomains(mesh)
  const matches = (value: string) => domainPattern(value).test(caller.trustDomain)
  if (own) return ternary((own.includes(pattern) ? own : [pattern]).some(matches))
  return matches(pattern) || pattern.includes('*') ? ternary(matches(pattern)) : 'unknown'
}

function domainPattern(value: string): RegExp {
  if (value === '*') return /^/
  const star = value.indexOf('*')
  if (star < 0) return new RegExp(`^${quote(value)}$`)
  return new RegExp(`^${quote(value.slice(0, star))}[^/]*${quote(value.slice(star + 1))}$`)
}
