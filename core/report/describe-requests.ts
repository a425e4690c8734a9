import { anyAddress, printAddress } from '../model/address'
import { groupBy } from '../model/group'
import { Language } from '../model/language'
import type { Region, Variable } from '../model/region'
import { absent } from '../model/region'
import type { ClaimQuestion } from '../model/token'
import { badToken, claimNoun, noToken, placeIn, placeWords } from '../model/token'
import { describeHosts } from './describe-hosts'
import { describePaths } from './describe-paths'
import { piecesOf } from './pieces'

/** What the yes/no attributes of a region ask of a token's claims, by the attribute's name. */
export type ClaimQuestions = ReadonlyMap<string, Pick<ClaimQuestion, 'path' | 'values'>>

/** More than anybody reads of one caller and one port. */
const most = 60

/** A region of requests in words, each of which holds on its own: `GET /a/**`, `raw tcp`, `any request, host a|b`. */
export function describeRequests(region: Region, questions: ClaimQuestions): readonly string[] {
  const sentences: string[] = []
  for (const constraints of conjunctions(region, [])) {
    for (const sentence of sentencesOf(new Map(constraints), questions)) {
      if (sentences.length === most) return [...sentences, '…']
      sentences.push(sentence)
    }
  }
  return sentences
}

/** The same by host: what may be asked of each, in words. */
export function describeByHost(region: Region, questions: ClaimQuestions): ReadonlyMap<string, readonly string[]> {
  const host = (hosts: Language): string => describeHosts(hosts) ?? `a host ${describeWords(hosts)}`
  return describeBy('host', host, { region, questions })
}

/** The same by the addresses that requests come from; by empty text where these do not matter. */
export function describeByAddress(region: Region, questions: ClaimQuestions): ReadonlyMap<string, readonly string[]> {
  const from = (addresses: Language): string => (addresses === Language.all ? '' : describeAddresses(addresses))
  return describeBy('address', from, { region, questions })
}

interface Asked {
  readonly region: Region
  readonly questions: ClaimQuestions
}

function describeBy(
  variable: Variable,
  name: (values: Language) => string,
  { region, questions }: Asked,
): ReadonlyMap<string, readonly string[]> {
  const sentences: (readonly [string, string])[] = []
  for (const constraints of conjunctions(region, [])) {
    const asked = new Map(constraints)
    const key = name(asked.get(variable) ?? Language.all)
    asked.delete(variable)
    for (const sentence of sentencesOf(asked, questions)) {
      if (sentences.length === most) break
      sentences.push([key, sentence])
    }
  }
  const groups = groupBy(sentences, ([key]) => key)
  return new Map([...groups].map(([key, group]) => [key, [...new Set(group.map(([, sentence]) => sentence))].sort()]))
}

type Constraint = readonly [Variable, Language]
type Constraints = ReadonlyMap<Variable, Language>

/** The ways through the diagram; each is one conjunction of constraints. */
function* conjunctions(region: Region, given: readonly Constraint[]): Generator<readonly Constraint[]> {
  const { variable, edges } = region
  if (variable === undefined) {
    if (!region.isEmpty) yield given
    return
  }
  for (const { values, to } of edges) yield* conjunctions(to, [...given, [variable, values]])
}

function sentencesOf(constraints: Constraints, questions: ClaimQuestions): readonly string[] {
  const notes = [...constraints].filter(([variable]) => !['protocol', 'method', 'path'].includes(variable))
  const tail = notes.map(([variable, values]) => `, ${describeAttribute(variable, values, questions)}`).join('')
  return subjects(constraints).map(subject => subject + tail)
}

function subjects(constraints: Constraints): readonly string[] {
  const [protocol, method, path] = [constraints.get('protocol'), constraints.get('method'), constraints.get('path')]
  if (!method && !path) return [anyOf(protocol ?? Language.all)]
  const verb = method ? describeWords(method, 'method') : 'any method'
  return path ? describePaths(path).map(route => `${verb} ${route}`) : [`${verb} any path`]
}

function anyOf(protocols: Language): string {
  const [http, tcp] = [protocols.contains('http'), protocols.contains('tcp')]
  if (http && tcp) return 'any request'
  return http ? 'any http request' : 'raw tcp'
}

function describeAttribute(variable: Variable, values: Language, questions: ClaimQuestions): string {
  const question = questions.get(variable)
  if (question) {
    return `${values.contains('yes') ? 'with' : 'without'} ${claimNoun(question.path)} ${describeWords(question.values)}`
  }
  if (variable.endsWith('address')) return `${variable} ${describeAddresses(values)}`
  if (variable === 'host') return `host ${describeHosts(values) ?? describeWords(values)}`
  if (/^token(@|$)/.test(variable)) return describeIssuers(values) + placeWords(placeIn(variable))
  if (/^token\.sub(@|$)/.test(variable)) return describeSubjects(values)
  return `${variable.replace(':', ' ')} ${describeWords(values)}`
}

/** Whose tokens: `without a token`, `without a bad token`, `with a token of a|b`, `with a token, but not of a`. */
function describeIssuers(issuers: Language): string {
  const named = (some: Language): Language => some.minus(Language.literals([noToken, badToken]))
  const [none, bad] = [issuers.contains(noToken), issuers.contains(badToken)]
  const sound = issuers.words
    ? issuers.words.size > Number(none) + Number(bad) && `a token of ${describeWords(named(issuers))}`
    : soundBut(named(issuers.complement()))
  const kinds = [...(sound === false ? [] : [sound]), ...(bad ? ['a bad token'] : [])]
  if (kinds.length === 0) return 'without a token'
  return none ? `without a token or with ${kinds.join(' or ')}` : `with ${kinds.join(' or ')}`
}

function soundBut(missing: Language): string {
  return missing.isEmpty ? 'a sound token' : `a sound token, but not of ${describeWords(missing)}`
}

/** Subjects: nearly always any, as opposed to none. */
function describeSubjects(subjects: Language): string {
  const none = Language.literals([noToken, absent])
  if (subjects === none.complement()) return 'with a subject'
  return subjects.within(none) ? 'without a subject' : `with subject ${describeWords(subjects)}`
}

/** A set of words: `a|b`, `any but a|b`, a regular expression. */
function describeWords(words: Language, noun = ''): string {
  const list = (some: ReadonlySet<string>): string =>
    [...some]
      .sort()
      .map(word => (word === absent ? 'absent' : JSON.stringify(word).slice(1, -1)))
      .join('|')
  if (words.words) return list(words.words)
  const missing = words.complement().words
  if (!missing) return `like /^${String(words)}$/`
  return missing.size === 0 ? `any ${noun}`.trim() : `any ${noun ? `${noun} ` : ''}but ${list(missing)}`
}

/** A set of addresses as CIDR blocks. */
function describeAddresses(addresses: Language): string {
  const known = addresses.intersect(anyAddress())
  if (known.isEmpty) return 'an unknown address'
  const blocks = blocksOf(known)
  if (blocks) return blocks.join('|')
  const missing = blocksOf(anyAddress().minus(known))
  return missing ? `anywhere but ${missing.join('|')}` : `like ${printAddress(known.witness() ?? '')}`
}

function blocksOf(known: Language): readonly string[] | undefined {
  return piecesOf(known, function* (bits) {
    for (let length = 0; length < bits.length - 1; length++) {
      const [start, zeros] = [bits.slice(0, length + 1), bits.slice(0, length + 1).padEnd(bits.length, '0')]
      const set = (): Language => Language.of({ sequence: [start, { any: true }] }).intersect(anyAddress())
      yield { text: `${printAddress(zeros)}/${length}`, samples: [zeros, start.padEnd(bits.length, '1')], set }
    }
    yield { text: printAddress(bits), samples: [], set: () => Language.literals([bits]) }
  })
}
