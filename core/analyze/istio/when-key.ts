/** What the key of a `when` condition asks about. */
export type ConditionKey =
  | { readonly kind: SimpleKey }
  | { readonly kind: 'request.headers'; readonly header: string }
  /** The names of nested claims, outermost first. */
  | { readonly kind: 'request.auth.claims'; readonly claims: readonly string[] }
  /** Metadata of an Envoy filter, which no manifest tells. */
  | { readonly kind: 'experimental' }

const simple = [
  'source.ip',
  'remote.ip',
  'source.namespace',
  'source.serviceAccount',
  'source.trustDomain',
  'source.principal',
  'request.auth.principal',
  'request.auth.audiences',
  'request.auth.presenter',
  'destination.ip',
  'destination.port',
  'connection.sni',
] as const
type SimpleKey = (typeof simple)[number]

/** Reads a key; `undefined` for one Istio does not know (istio `pilot/pkg/security/authz/model/model.go` New). */
export function conditionKey(key: string): ConditionKey | undefined {
  const known = simple.find(name => name === key)
  if (known) return { kind: known }
  const [, prefix, rest] = /^([^[]*)(\[.+\])$/s.exec(key) ?? []
  if (prefix === undefined || rest === undefined) return undefined
  if (prefix === 'request.headers') return { kind: prefix, header: rest.slice(1, -1) }
  if (prefix === 'request.auth.claims') return { kind: prefix, claims: claimNames(rest) }
  return prefix.startsWith('experimental.envoy.filters.') ? { kind: 'experimental' } : undefined
}

/** `[a][b]` names a claim within a claim; anything else in brackets is one name (istio `authz/model/util.go`). */
function claimNames(brackets: string): readonly string[] {
  return /^(\[[^[\]]*\])+$/.test(brackets) ? brackets.slice(1, -1).split('][') : [brackets.slice(1, -1)]
}
