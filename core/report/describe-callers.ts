import type { Expression } from '../model/language'
import { Language } from '../model/language'
import type { Piece } from './pieces'
import { piecesOf } from './pieces'

/** What callers are described against. */
export interface Trust {
  /** The mesh's trust domain, then its aliases; absent where unknown. */
  readonly domains: readonly string[] | undefined
  /** All identities that pass the handshake. */
  readonly trusted: Language
}

/** One caller in words: `shop/frontend`, with its trust domain where that is not the mesh's own. */
export function describeCaller(caller: string, domains: readonly string[] | undefined): string {
  if (caller === '') return 'anybody without identity'
  const [, domain, namespace = '', account = ''] = /^(.+)\/ns\/(.+)\/sa\/(.+)$/.exec(caller) ?? []
  if (domain === undefined) return caller
  return `${namespace}/${account}${domain === domains?.[0] ? '' : ` of ${domain}`}`
}

/**
 * A set of callers in words, each of which holds on its own: `shop/frontend`, `anybody without identity`,
 * `any account of shop`, `any mesh identity but shop/cart`.
 */
export function describeCallers(callers: Language, trust: Trust): readonly string[] {
  const { domains, trusted } = trust
  if (callers.words) return [...callers.words].map(caller => describeCaller(caller, domains)).sort()
  const others = callers.contains('') ? [describeCaller('', domains)] : []
  const identities = callers.intersect(trusted)
  if (identities.isEmpty) return others
  if (identities === trusted) return [...others, 'any mesh identity']
  const left = trusted.minus(identities).words
  if (left)
    return [...others, `any mesh identity but ${few([...left].map(caller => describeCaller(caller, domains)).sort())}`]
  const groups = piecesOf(identities, word => candidates(word, trust))
  if (groups) return [...others, ...groups]
  const missing = piecesOf(trusted.minus(identities), word => candidates(word, trust))
  const text = missing ? `any mesh identity but ${missing.join(', ')}` : `identities like /^${String(identities)}$/`
  return [...others, text]
}

/** The first three of many. */
function few(names: readonly string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}

const any: Expression = { any: true }

function* candidates(word: string, { domains, trusted }: Trust): Generator<Piece> {
  const [, domain = '', namespace = '', account = ''] = /^(.+)\/ns\/(.+)\/sa\/(.+)$/.exec(word) ?? []
  const piece = (text: string, ...sequence: Expression[]): Piece => ({
    text,
    samples: [],
    set: () => Language.of({ sequence }).intersect(trusted),
  })
  const of = domain === domains?.[0] && domains.length === 1 ? '' : ` of ${domain}`
  yield piece(`any identity of trust domain ${domain}`, `${domain}/ns/`, any)
  yield piece(`any account of ${namespace}`, any, `/ns/${namespace}/sa/`, any)
  yield piece(`any account of ${namespace}${of}`, `${domain}/ns/${namespace}/sa/`, any)
  yield piece(`any account named ${account}`, any, `/sa/${account}`)
  const cuts = Array.from({ length: word.length }, (_, i) => i + 1)
  for (const cut of cuts) yield piece(`${word.slice(0, cut)}…`, word.slice(0, cut), any)
  for (const cut of cuts) yield piece(`…${word.slice(cut)}`, any, word.slice(cut))
  yield { text: describeCaller(word, domains), samples: [], set: () => Language.literals([word]) }
}
