import { own } from '../../graph/plain'
import type { TokenIssuer } from '../../graph/graph'
import type { Manifest } from '../../model/manifest'
import type { FlowToken, TokenHeader } from '../../model/token'
import { claimPath, placeOf } from '../../model/token'
import { fitName } from '../names'
import { sorted, sortedBy } from '../order'
import type { Context, Workload } from './context'
import { manifest } from '../objects'
import type { Grant, Inexpressible } from './grant'

/** What a rule asks of a request's token, in Istio's words. */
export interface Demand {
  /** Beside the caller in each `source`. */
  readonly requestPrincipals: readonly string[]
  readonly when: readonly Condition[]
}

/** One entry of a rule's `when`. */
export interface Condition {
  readonly key: string
  readonly values: readonly string[]
}

/**
 * What a rule must say so that only such a token will do, or why Istio cannot say it: a star would match others, and a condition
 * without values is refused.
 *
 * A principal is `issuer/subject`, split at the last slash, so that any subject is `issuer/*`; one without a subject is none
 * (istio `pilot/pkg/security/authz/model/generator.go` requestPrincipalGenerator).
 */
export function demandOf({ issuer, audiences, scopes = [], claims = {} }: FlowToken): Demand | Inexpressible {
  const when: readonly Condition[] = [
    ...(audiences ? [{ key: 'request.auth.audiences', values: audiences }] : []),
    ...scopes.map(scope => ({ key: 'request.auth.claims[scope]', values: [scope] })),
    ...Object.entries(claims).map(([claim, values]) => ({ key: `request.auth.claims${path(claim)}`, values })),
  ]
  const bad = when.find(({ key, values }) => !/^[^\p{Cc}]+$/u.test(key) || values.length === 0 || !values.every(isText))
  if (bad) return { kind: 'inexpressible', why: `\`${bad.key}\` has to be one of several texts, without \`*\`` }
  if (!isText(issuer)) return { kind: 'inexpressible', why: `\`${issuer}\` is no exact issuer` }
  return { requestPrincipals: [`${issuer}/*`], when }
}

/** `[groups]`, `[realm][roles]`. */
function path(claim: string): string {
  return claimPath(claim)
    .map(name => `[${name}]`)
    .join('')
}

function isText(value: string): boolean {
  return value !== '' && !value.includes('*')
}

/** The demand in text, by which rules are told apart: callers whose tokens must be different never share one. */
export function demandKey(demand: Demand | undefined): string {
  return demand ? JSON.stringify([demand.requestPrincipals, demand.when]) : ''
}

/**
 * The RequestAuthentication where `grants` ask for a token; none where they ask for none. It refuses bad tokens, and
 * lets through who shows none: that there must be one is for the policies to say.
 *
 * It reads the tokens of every issuer that some call to the callee names, be that call granted here or not: a client with such a token makes
 * its other calls with it too, and one of an issuer that is not listed is refused on all of them (istio `pilot/pkg/security/authn/policy_applier.go`
 * convertToEnvoyJwtConfig: `allow_missing`, which is no `allow_missing_or_failed`).
 */
export function tokensFor(callee: Workload, grants: readonly Grant[], where: Reading): Manifest[] {
  if (!grants.some(({ token }) => token)) return []
  const naming = (where.context.into.get(callee.name) ?? []).filter(({ flow }) => flow.jwt)
  const issuers = sorted(naming.flatMap(({ flow }) => flow.jwt?.name ?? []))
  const declared = issuers.flatMap(name => own(where.context.graph.jwt ?? {}, name) ?? [])
  return [
    manifest({
      kind: 'RequestAuthentication',
      namespace: callee.namespace,
      name: fitName(`tokens-for-${callee.name}`),
      spec: { ...where.attached, jwtRules: sortedBy(declared, ({ issuer }) => issuer).map(jwtRule) },
      because: sorted(naming.map(({ text }) => text)),
    }),
  ]
}

/** Where tokens are read. */
export interface Reading {
  /** What the RequestAuthentication holds for. */
  readonly attached: Readonly<Record<string, unknown>>
  readonly context: Context
}

function jwtRule({ issuer, jwksUri, jwks, audiences, fromHeaders, forward }: TokenIssuer): Record<string, unknown> {
  return {
    issuer,
    ...(jwksUri !== undefined && { jwksUri }),
    ...(jwks !== undefined && { jwks }),
    ...(audiences && { audiences: sorted(audiences) }),
    ...(fromHeaders && { fromHeaders: sortedBy(fromHeaders, placeOf).map(headerOf) }),
    ...(forward === true && { forwardOriginalToken: true }),
  }
}

function headerOf({ name, prefix }: TokenHeader): Record<string, string> {
  return { name, ...(prefix !== undefined && { prefix }) }
}
