/**
 * `exact`, `prefix*`, `*suffix`, or `*` for any text but the empty one. A star elsewhere, or a second one, is an ordinary
 * character. Source: istio `pilot/pkg/security/authz/matcher/string.go` StringMatcher.
 */
export function matchString(pattern: string, text: string): boolean {
  if (pattern === '*') return text !== ''
  if (pattern.startsWith('*')) return text.endsWith(pattern.slice(1))
  if (pattern.endsWith('*')) return text.startsWith(pattern.slice(0, -1))
  return text === pattern
}

/**
 * The same for a header, where `*` asks only whether it is there, be it empty, and nothing matches one that is not.
 * Source: istio `pilot/pkg/security/authz/matcher/header.go` HeaderMatcher.
 */
export function matchHeader(pattern: string, value: string | undefined): boolean {
  if (value === undefined) return false
  return pattern === '*' || matchString(pattern, value)
}

/** Hosts are headers whose case does not count; a port in the value does (istio `pilot/pkg/security/authz/matcher/header.go` HostMatcher). */
export function matchHost(pattern: string, host: string): boolean {
  return matchHeader(pattern.toLowerCase(), host.toLowerCase())
}

/** A text as a regular expression that matches it and nothing else. */
export function quote(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
