import type { Problem } from '../../model/problem'
import { placeOf } from '../../model/token'
import type { Callees, Graph, TokenIssuer } from '../graph'
import { nameProblems } from '../names'
import { defect, place } from '../place'
import type { Context } from './context'
import { keySetFlaw } from './key-set'
import { valueProblems } from './values'

/** What is wrong with who signs tokens. Keys are never repeated in a message: one may be private, put there by mistake. */
export function issuerProblems(context: Context): readonly Problem[] {
  const { graph } = context
  const used = issuersUsed(graph)
  const damaged = (['calls', 'ingress', 'outside'] as const).some(section => context.damaged(section))
  // A route that names an issuer nobody declared may have meant this one.
  const sure = !damaged && [...used].every(name => Object.hasOwn(graph.jwt ?? {}, name))
  return Object.entries(graph.jwt ?? {}).flatMap(([name, issuer]) => [
    ...nameProblems('entry', name, place('jwt', name)),
    ...textProblems(issuer, place('jwt', name, 'issuer')),
    ...twice(name, issuer, graph),
    ...keyProblems(name, issuer, context),
    ...valueProblemsOf(name, issuer),
    ...headerProblems(name, issuer, context),
    ...(sure && !used.has(name) ? [unused(name)] : []),
  ])
}

/** A policy names who signed and for whom as `issuer/subject`, where a star is a pattern (istio `pilot/pkg/security/authz/model/generator.go`). */
function textProblems({ issuer }: TokenIssuer, at: string): readonly Problem[] {
  if (issuer.includes('*')) {
    const message = `\`${issuer}\` has a \`*\`, which would stand for anybody`
    return [defect({ code: 'malformed-issuer', at, message, hint: 'write the `iss` of its tokens in full' })]
  }
  if (issuer !== '' && !/[\s\p{Cc}]/u.test(issuer)) return []
  const message = issuer === '' ? 'the issuer has no name' : 'an issuer has no white space in it'
  return [defect({ code: 'malformed-issuer', at, message, hint: 'write the `iss` of its tokens, to the letter' })]
}

function twice(name: string, { issuer }: TokenIssuer, { jwt = {} }: Graph): readonly Problem[] {
  const [first] = Object.entries(jwt).find(([, other]) => other.issuer === issuer) ?? []
  if (first === undefined || first === name) return []
  const message = `\`${issuer}\` is declared as \`${first}\` already`
  return [defect({ code: 'duplicate-issuer', at: place('jwt', name, 'issuer'), message })]
}

function keyProblems(name: string, { jwksUri, jwks }: TokenIssuer, { lost }: Context): readonly Problem[] {
  const at = place('jwt', name)
  if (jwksUri !== undefined && jwks !== undefined) {
    const message = `\`${name}\` has both \`jwksUri\` and \`jwks\``
    return [defect({ code: 'issuer-keys', at, message, hint: 'leave one of them out' })]
  }
  if (jwks !== undefined) {
    const flaw = keySetFlaw(jwks)
    return flaw ? [defect({ ...flaw, at: `${at}.jwks` })] : []
  }
  if (jwksUri !== undefined) return isKeysUrl(jwksUri) ? [] : [noKeysUrl(`${at}.jwksUri`)]
  if (lost('jwt', name, 'jwksUri') || lost('jwt', name, 'jwks')) return []
  const hint = 'say where its public keys lie, as in `jwksUri: https://issuer.example.com/keys`'
  return [defect({ code: 'issuer-keys', at, message: `nothing tells the keys of \`${name}\``, hint })]
}

/** What istiod fetches (istio `pkg/config/security/security.go` ParseJwksURI), without names or passwords in it. */
function isKeysUrl(url: string): boolean {
  return /^https:\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?(\/[^\s\p{Cc}@]*)?$/u.test(url)
}

function noKeysUrl(at: string): Problem {
  const message = 'it is no https URL of a key set'
  const hint = 'keys that come over http are anybody’s; name a host, without user or password'
  return defect({ code: 'malformed-jwks-uri', at, message, hint })
}

function valueProblemsOf(name: string, { audiences }: TokenIssuer): readonly Problem[] {
  return audiences ? valueProblems({ values: audiences, path: ['jwt', name, 'audiences'], noun: 'audience' }) : []
}

function headerProblems(name: string, { fromHeaders }: TokenIssuer, { lost }: Context): readonly Problem[] {
  const at = place('jwt', name, 'fromHeaders')
  if (!fromHeaders || lost('jwt', name, 'fromHeaders')) return []
  if (fromHeaders.length === 0) {
    const hint = 'leave `fromHeaders` out for `Authorization: Bearer`'
    return [defect({ code: 'empty-values', at, message: 'no headers are listed', hint })]
  }
  const places = fromHeaders.map(placeOf)
  return fromHeaders.flatMap((header, index) => {
    const here = place('jwt', name, 'fromHeaders', index)
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(header.name)) {
      const message = header.name === '' ? 'a header has no name' : `\`${header.name}\` is no name of a header`
      return [defect({ code: 'malformed-name', at: `${here}.name`, message })]
    }
    if (/\p{Cc}/u.test(header.prefix ?? '')) {
      return [defect({ code: 'malformed-value', at: `${here}.prefix`, message: 'a prefix has no control characters' })]
    }
    const first = places.indexOf(placeOf(header)) === index
    return first ? [] : [defect({ code: 'duplicate-value', at: here, message: `\`${header.name}\` is listed twice` })]
  })
}

function unused(name: string): Problem {
  const message = `no route asks for a token of \`${name}\``
  const hint = 'write a route as `{ route: …, jwt: { issuer: … } }`, or remove the issuer'
  return defect({ code: 'unused-issuer', at: place('jwt', name), message, hint })
}

/** The issuers, by name, whose tokens some route asks for. */
export function issuersUsed({ calls, ingress, outside }: Graph): ReadonlySet<string> {
  const all: readonly Callees[] = [...Object.values(calls), ...[ingress, outside].flatMap(routesOf)]
  const routes = all.flatMap(callees => Object.values(callees).flatMap(ports => Object.values(ports).flat()))
  return new Set(routes.flatMap(route => (typeof route === 'string' ? [] : [route.jwt.issuer])))
}

function routesOf(entries: Readonly<Record<string, { readonly routes: Callees }>>): readonly Callees[] {
  return Object.values(entries).map(({ routes }) => routes)
}
