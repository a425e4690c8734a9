import { printIdentity, type Identity } from '../../model/identity'

/**
 * `exact`, `prefix*`, `*suffix`, or `*` for anything that is there. A further star is an ordinary character.
 * Sources: istio `pilot/pkg/serviceregistry/ambient/authorization.go` stringToMatch, ztunnel `src/rbac.rs` StringMatch.
 */
function matchString(pattern: string, text: string): boolean {
  if (pattern === '*') return text !== ''
  if (pattern.startsWith('*')) return text.endsWith(pattern.slice(1))
  if (pattern.endsWith('*')) return text.startsWith(pattern.slice(0, -1))
  return text === pattern
}

/** The SPIFFE id without its scheme, as it stands: neither aliases nor `cluster.local` mean another trust domain (ztunnel `src/rbac.rs` matches_principal). */
export function matchPrincipal(pattern: string, caller: Identity | undefined): boolean {
  return caller !== undefined && matchString(pattern, printIdentity(caller))
}

/** The namespace alone, so that a star in its midst is a star (ztunnel `src/rbac.rs` matches). */
export function matchNamespace(pattern: string, caller: Identity | undefined): boolean {
  return matchString(pattern, caller?.namespace ?? '')
}

/** `namespace/name`, or a bare name in the policy's own namespace, of any trust domain (istio `ambient/authorization.go` stringToServiceAccountMatch). */
export function matchServiceAccount(account: string, caller: Identity | undefined, policyNamespace: string): boolean {
  const slash = account.indexOf('/')
  const [namespace, name] = slash < 0 ? [policyNamespace, account] : [account.slice(0, slash), account.slice(slash + 1)]
  return caller?.namespace === namespace && caller.serviceAccount === name
}
