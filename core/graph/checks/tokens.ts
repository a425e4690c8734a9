import type { Problem } from '../../model/problem'
import { didYouMean } from '../../model/problem'
import { claimPath, isNested } from '../../model/token'
import { admits } from '../admits'
import type { GuardedRoute, Routes, TokenIssuer, TokenRequirement } from '../graph'
import { defect, place } from '../place'
import type { Step } from '../place'
import { own } from '../plain'
import type { Context } from './context'
import { valueProblems } from './values'

/** Routes to one port, and where they are declared. */
export interface AskedRoutes {
  readonly routes: Routes
  /** Whose port it is: a proxy of the mesh stands before services only. */
  readonly section: 'services' | 'external'
  readonly path: readonly Step[]
}

/** What is wrong with the tokens that routes ask for. */
export function tokenProblems(context: Context, { routes, section, path }: AskedRoutes): readonly Problem[] {
  if (typeof routes === 'string') return []
  return routes.flatMap((route, index): readonly Problem[] => {
    if (typeof route === 'string') return []
    const here = [...path, index, 'jwt']
    if (section === 'external') return [outside(place(...here))]
    return [...requirementProblems(context, route.jwt, here), ...needless(route, routes, place(...here))]
  })
}

function outside(at: string): Problem {
  const message = 'nobody of the mesh stands before a host outside to ask for a token'
  return defect({ code: 'external-token', at, message, hint: 'leave `jwt` out; the host asks for what it needs' })
}

/** Paths are compared only where they are well-formed: what is wrong with the others is told elsewhere. */
function needless({ route }: GuardedRoute, routes: readonly (string | GuardedRoute)[], at: string): readonly Problem[] {
  const open = routes.find(other => typeof other === 'string' && admits(other, route))
  if (typeof open !== 'string') return []
  const message = `\`${route}\` asks for a token, and \`${open}\` admits the same requests without one`
  return [defect({ code: 'needless-token', at, message, hint: 'ask for the token in both, or narrow the other' })]
}

function requirementProblems(
  context: Context,
  { issuer, audiences, scopes, claims }: TokenRequirement,
  path: readonly Step[],
): readonly Problem[] {
  const declared = own(context.graph.jwt ?? {}, issuer)
  return [
    ...(declared || context.lost('jwt', issuer) ? [] : [unknownIssuer(issuer, context, place(...path, 'issuer'))]),
    ...(audiences ? valueProblems({ values: audiences, path: [...path, 'audiences'], noun: 'audience' }) : []),
    ...(audiences && declared ? untrusted(audiences, declared, [...path, 'audiences']) : []),
    ...(scopes ? valueProblems({ values: scopes, path: [...path, 'scopes'], noun: 'scope', words: true }) : []),
    ...(claims ? claimsProblems(claims, [...path, 'claims']) : []),
  ]
}

function unknownIssuer(name: string, { graph: { jwt = {} } }: Context, at: string): Problem {
  const { hint = 'declare it under `jwt`' } = didYouMean(name, Object.keys(jwt))
  return defect({ code: 'unknown-issuer', at, message: `no issuer named \`${name}\``, hint })
}

/** Audiences that tokens of the issuer may be for, and that would not get them past the issuer's own list. */
function untrusted(
  audiences: readonly string[],
  { audiences: trusted }: TokenIssuer,
  path: readonly Step[],
): readonly Problem[] {
  if (!trusted || trusted.length === 0) return []
  return audiences.flatMap((audience, index) => {
    if (trusted.includes(audience)) return []
    const message = `audience \`${audience}\` is not among those that the issuer's tokens are taken for`
    const near = didYouMean(audience, trusted)
    return [defect({ code: 'unknown-audience', at: place(...path, index), message, ...near })]
  })
}

function claimsProblems(claims: NonNullable<TokenRequirement['claims']>, path: readonly Step[]): readonly Problem[] {
  if (Object.keys(claims).length === 0) {
    const hint = 'leave `claims` out where none is asked for'
    return [defect({ code: 'empty-values', at: place(...path), message: 'no claims are listed', hint })]
  }
  return Object.entries(claims).flatMap(([claim, values]) => {
    const words = claimPath(claim).length === 1 && ['scope', 'permission'].includes(claim)
    const noun = 'value'
    return [
      ...claimName(claim, place(...path, claim)),
      ...valueProblems({ values, path: [...path, claim], noun, ...(words && { words }) }),
    ]
  })
}

function claimName(claim: string, at: string): readonly Problem[] {
  if (isNested(claim) || /^[^[\]\p{Cc}]+$/u.test(claim)) return []
  const message = claim === '' ? 'a claim has no name' : `\`${claim}\` is no name that Istio can look for`
  const hint = 'write its name, or `[outer][inner]` for a claim within a claim'
  return [defect({ code: 'malformed-name', at, message, hint })]
}
