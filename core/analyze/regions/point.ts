import { addressBits } from '../../model/address'
import { printIdentity } from '../../model/identity'
import type { Point } from '../../model/region'
import { absent } from '../../model/region'
import type { ClaimQuestion, Questions, TokenPlace } from '../../model/token'
import { badToken, issuerAttribute, noToken, placeIn, subjectAttribute, usualPlace } from '../../model/token'
import { isRecord } from '../istio/cursor'
import type { Request, Token } from '../request'
import { queryAnswer } from './linkerd/values'
import { plainAudience } from './token-attributes'

/** A request seen as a point: the value of every attribute that a region may ask for. */
export interface RequestPoint {
  readonly request: Request
  /** The path as policies see it: normalised, without its query. */
  readonly path: string
  readonly questions: Questions
  /** Where it comes from, as the attribute `pod` has it. @default no Pod */
  readonly pod?: string
}

/** The point a request is, for asking whether a region contains it. A caller whose address is not given has none. */
export function pointOf({ request, path, questions, pod = '' }: RequestPoint): Point {
  const { from, http, jwt, sni } = request
  const values: Readonly<Record<string, string>> = {
    caller: from.kind === 'identity' ? printIdentity(from.identity) : '',
    address: addressBits(from.ip ?? '') ?? '',
    pod,
    'remote-address': addressBits(remoteAddress(request) ?? '') ?? '',
    protocol: http ? 'http' : 'tcp',
    sni: from.kind === 'identity' ? (sni ?? '').toLowerCase() : '',
    method: http?.method ?? '',
    path,
    host: (http?.host ?? '').toLowerCase(),
    authority: http?.host ?? '',
    [issuerAttribute(usualPlace)]: tokenIssuer(jwt),
    [subjectAttribute(usualPlace)]: claimText(jwt, 'sub') ?? absent,
  }
  return variable => {
    const asked = questions.get(variable)
    if (asked) return asked.place === usualPlace && answers(asked, jwt) ? 'yes' : 'no'
    if (variable.startsWith('header:')) return http?.headers[variable.slice('header:'.length)] ?? absent
    if (variable.startsWith('query:')) return queryAnswer(variable, http?.path ?? '') ?? ''
    if (variable.startsWith('token@')) return issuerElsewhere(placeIn(variable), http?.headers ?? {})
    return values[variable] ?? ''
  }
}

/** The rightmost entry of X-Forwarded-For, which the caller's own proxy is trusted to have written (istio `listener_inbound.go`). */
function remoteAddress({ from, http }: Request): string | undefined {
  const forwarded = http?.headers['x-forwarded-for']?.split(',').at(-1)?.trim()
  return forwarded !== undefined && addressBits(forwarded) !== undefined ? forwarded : from.ip
}

function tokenIssuer(jwt: Token | undefined): string {
  if (!jwt) return noToken
  return jwt.kind === 'sound' ? (claimText(jwt, 'iss') ?? badToken) : badToken
}

/** What a header other than the usual holds is not looked into: no token that anybody would take. */
function issuerElsewhere(place: TokenPlace, headers: Readonly<Record<string, string>>): string {
  const [name = '', ...prefix] = place.split(':')
  return headers[name]?.includes(prefix.join(':')) === true ? badToken : noToken
}

function claimText(jwt: Token | undefined, name: string): string | undefined {
  const value = jwt?.kind === 'sound' ? jwt.claims[name] : undefined
  return typeof value === 'string' ? value : undefined
}

function answers({ path, values, read }: ClaimQuestion, jwt: Token | undefined): boolean {
  let claim: unknown = jwt?.kind === 'sound' ? jwt.claims : undefined
  for (const name of path) claim = isRecord(claim) ? claim[name] : undefined
  const texts = (Array.isArray(claim) ? (claim as unknown[]) : [claim]).filter(text => typeof text === 'string')
  if (read === 'words' && typeof claim === 'string')
    return claim.split(' ').some(word => word !== '' && values.contains(word))
  return texts.some(text => values.contains(read === 'audience' ? plainAudience(text) : text))
}
