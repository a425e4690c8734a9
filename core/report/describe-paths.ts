import type { Expression } from '../model/language'
import { Language } from '../model/language'
import { canonicalPaths } from '../model/path-set'
import type { Piece } from './pieces'
import { piecesOf } from './pieces'

const known = new Map<Language, readonly string[]>()

/**
 * A set of paths in words, each of which holds on its own: routes as a graph writes them (`/cart`, `/product/*`,
 * `/static/**`), and `/adm…` and `….png` for everything that begins or ends so. Exact on canonical paths; what no few
 * words say is a regular expression.
 */
export function describePaths(paths: Language): readonly string[] {
  const found = known.get(paths) ?? describe(paths)
  known.set(paths, found)
  return found
}

function describe(paths: Language): readonly string[] {
  if (paths.words) return [...paths.words].sort()
  const canonical = paths.intersect(canonicalPaths())
  if (canonical.isEmpty) return [`paths like ${paths.witness() ?? ''}`]
  if (canonical === canonicalPaths()) return ['any path']
  const routes = piecesOf(canonical, candidates)
  if (routes) return [...routes].sort()
  const missing = piecesOf(canonicalPaths().minus(canonical), candidates)
  return missing ? [`any path but ${[...missing].sort().join(', ')}`] : [`paths like /^${String(paths)}$/`]
}

function* candidates(word: string): Generator<Piece> {
  for (const beginning of beginnings(word)) {
    const text = beginning.endsWith('/') ? `${beginning}**` : `${beginning}…`
    yield piece(text, { sequence: [beginning, { any: true }] }, [`${beginning}x`, `${beginning}x/y`])
  }
  yield* templates(word.split('/').slice(1))
  for (const ending of beginnings(reversed(word)).map(reversed))
    yield piece(`…${ending}`, { sequence: [{ any: true }, ending] }, [`/x${ending}`, `/x/y${ending}`])
  if (!word.endsWith('/')) {
    const below = { choice: ['', { sequence: ['/', { any: true }] }] } as const
    yield piece(`${word} and below`, { sequence: [word, below] }, [`${word}/x`, `${word}/x/y`])
  }
  yield { text: word, samples: [], set: () => Language.literals([word]) }
}

/** `/a`, `/ab` of `/ab`: all but the empty one. */
function beginnings(word: string): readonly string[] {
  return Array.from({ length: word.length }, (_, i) => word.slice(0, i + 1))
}

function reversed(word: string): string {
  return [...word].reverse().join('')
}

/** Each set of segments starred, the most stars first; of long paths only single stars. */
function* templates(segments: readonly string[]): Generator<Piece> {
  const all = Array.from({ length: 2 ** Math.min(segments.length, 4) }, (_, bits) => bits).filter(bits => bits > 0)
  const choices = segments.length > 4 ? segments.map((_, i) => 2 ** i) : all
  for (const bits of choices.sort((a, b) => ones(b) - ones(a))) {
    const starred = segments.map((segment, i) => (Math.floor(bits / 2 ** i) % 2 === 1 ? '*' : segment))
    const expression = starred.flatMap(segment => ['/', segment === '*' ? { plus: { except: '/' } } : segment])
    const text = `/${starred.join('/')}`
    yield piece(text, { sequence: expression }, [text.replace(/\*/g, 'x'), text.replace(/\*/g, 'yy')])
  }
}

function ones(bits: number): number {
  return bits.toString(2).replaceAll('0', '').length
}

const sets = new Map<string, Language>()

/** The canonical paths of an expression; built once a text, since the same routes come up again and again. */
function piece(text: string, expression: Expression, samples: readonly string[]): Piece {
  return {
    text,
    samples: samples.filter(sample => canonicalPaths().contains(sample)),
    set: () => {
      const set = sets.get(text) ?? Language.of(expression).intersect(canonicalPaths())
      sets.set(text, set)
      return set
    },
  }
}
