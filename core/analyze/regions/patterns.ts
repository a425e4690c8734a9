import type { Expression } from '../../model/language'
import { Language } from '../../model/language'

/*
 * Istio's patterns as languages: the second reading of them, beside the one in `istio/match-*.ts` that `decide` uses.
 * The two are never shared; a law holds them to each other.
 */

/** Any string but the empty one, which is what `*` means for every attribute. */
export const present = Language.literals(['']).complement()

/**
 * `exact`, `prefix*`, `*suffix` or `*`. One star counts, at one end; elsewhere it is a character like any other.
 * Source: istio `pilot/pkg/security/authz/matcher/string.go` StringMatcherWithPrefix.
 */
export function stringPattern(pattern: string): Language {
  if (pattern === '*') return present
  if (pattern.startsWith('*')) return Language.of({ sequence: [{ any: true }, pattern.slice(1)] })
  if (pattern.endsWith('*')) return Language.of({ sequence: [pattern.slice(0, -1), { any: true }] })
  return Language.literals([pattern])
}

/**
 * `namespaces` patterns: a regular expression in which every `*` is `.*`, matched against the whole SPIFFE id, so that a
 * star may stand anywhere. Source: istio `pilot/pkg/security/authz/model/generator.go` srcNamespaceGenerator.
 */
export function namespacePattern(pattern: string): Language {
  const parts = pattern.split('*').flatMap((part, i): Expression[] => (i === 0 ? [part] : [{ any: true }, part]))
  return Language.of({ sequence: [{ any: true }, '/ns/', ...parts, '/', { any: true }] })
}

/**
 * `serviceAccounts`: `namespace/name`, or a bare name in the policy's own namespace, whatever the trust domain.
 * Source: istio `pilot/pkg/security/authz/model/generator.go` serviceAccountGenerator.
 */
export function serviceAccountPattern(account: string, policyNamespace: string): Language {
  const [namespace, name] = account.includes('/') ? account.split('/') : [policyNamespace, account]
  return Language.of({ sequence: [{ any: true }, `/ns/${namespace}/sa/${name}`] })
}

/** `trustDomains`: a string pattern over the part before `/ns/`. Source: generator.go, trustDomainGenerator. */
export function trustDomainPattern(pattern: string): Language {
  const name: Expression = { star: { except: '/' } }
  const rest: Expression = { sequence: ['/ns/', { any: true }] }
  if (pattern === '*') return Language.of({ sequence: [{ plus: { except: '/' } }, rest] })
  if (pattern.startsWith('*')) return Language.of({ sequence: [name, pattern.slice(1), rest] })
  if (pattern.endsWith('*')) return Language.of({ sequence: [pattern.slice(0, -1), name, rest] })
  return Language.of({ sequence: [pattern, rest] })
}

/** What a template operator accepts: URI path characters, percent-encodings as they stand. */
const templateCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%!$&'()*+,;:@="

/**
 * A path: a template where it contains `{*}` (one segment, not empty) or `{**}` (also nothing, and slashes), else a string
 * pattern. Source: istio `pilot/pkg/security/authz/matcher/template.go`, envoy `source/extensions/path/uri_template_lib`.
 */
export function pathPattern(pattern: string): Language {
  if (!pattern.includes('{*}') && !pattern.includes('{**}')) return stringPattern(pattern)
  const parts = pattern.split(/(\{\*\*?\})/).map((part): Expression => {
    if (part === '{*}') return { plus: { chars: templateCharacters } }
    if (part === '{**}') return { star: { chars: `${templateCharacters}/` } }
    return part
  })
  return Language.of({ sequence: parts })
}

/** A host: a string pattern that ignores case; requests are compared in lower case. Source: matcher/header.go HostMatcher. */
export function hostPattern(pattern: string): Language {
  return stringPattern(pattern.toLowerCase())
}

const triple = /^([^/]*)(\/[^/]*\/[^/]*\/[^/]*\/[^/]*)$/

/**
 * The principals a pattern stands for once trust-domain aliases are taken in: a five-part principal of the mesh's own
 * trust domain, of an alias, or of `cluster.local` is meant in all of them, as is one whose trust domain is a pattern that one of
 * them fits; `domains` holds the mesh's own first. Where the pattern has its `*` in front, it stays for those that fit it.
 * Source: istio `pilot/pkg/security/trustdomain/bundle.go` ReplaceTrustDomainAliases, `util.go` stringMatch.
 */
export function aliased(principal: string, domains: readonly string[]): readonly string[] {
  const [, domain = '*', rest = ''] = triple.exec(principal) ?? []
  if (domain === '*') return [principal]
  const known = domain === 'cluster.local' || domains.some(d => meets(d, domain) || meets(domain, d))
  return known ? domains.map(d => (endsLike(d, domain) ? principal : `${d}${rest}`)) : [principal]
}

/** Whether a principal names a trust domain that aliases could stand in for. */
export function isAliasable(principal: string): boolean {
  return triple.test(principal) && !principal.startsWith('*/')
}

/** Whether a pattern, with `*` in front or at the end, is met; either of two may be the pattern. */
function meets(domain: string, pattern: string): boolean {
  if (domain === pattern || endsLike(domain, pattern)) return true
  return pattern.endsWith('*') && domain.startsWith(pattern.slice(0, -1))
}

function endsLike(domain: string, pattern: string): boolean {
  return pattern.startsWith('*') && domain.endsWith(pattern.slice(1))
}
