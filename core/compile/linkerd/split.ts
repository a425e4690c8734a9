import { pathExpression } from '../../graph/paths'
import { Language } from '../../model/language'
import { sorted, sortedGroups } from '../order'
import { audienceKey, audienceOf } from './branch'
import type { Grant } from './grant'
import type { PathMatch } from './path-match'
import { expressionMatch, isLiteral, patternMatch, tooLong } from './path-match'

/** A path as it was declared, and what was granted on it. */
interface Pattern {
  readonly path: string
  readonly grants: readonly Grant[]
}

/** Paths that exactly these grants admit to. */
interface Atom {
  readonly language: Language
  readonly grants: readonly Grant[]
}

/** Matches of paths, and what is granted on them. */
export interface PathPart {
  readonly grants: readonly Grant[]
  readonly matches: readonly PathMatch[]
}

/** A path and what is granted on it. */
export type PathGrant = readonly [path: string, grant: Grant]

/**
 * The paths of one method, cut up so that each is in one part alone, with all who may ask it.
 *
 * The proxy takes the route that matches most characters, whatever its kind, and of equals the oldest (linkerd2-proxy
 * `linkerd/http/route/src/http/match.rs`; recorded). All of ours match whole paths, so that two which take the same one would be equals: hence no two do. But
 * `/**` becomes the prefix `/`, which counts one character and so comes after all others, save another that takes `/` itself.
 */
export function splitPaths(granted: readonly PathGrant[]): readonly PathPart[] {
  const patterns = [...sortedGroups(granted, ([path]) => path)].map(([path, pairs]) => ({
    path,
    grants: pairs.map(([, grant]) => grant),
  }))
  const simple = ({ path, grants }: Pattern): PathPart => ({ grants, matches: [patternMatch(path)] })
  const alike = new Set(patterns.map(({ grants }) => audienceKey(audienceOf(grants)))).size <= 1
  if (patterns.every(({ path }) => isLiteral(path))) return patterns.map(simple)
  if (alike) {
    const matches = widest(patterns).map(({ path }) => patternMatch(path))
    return [{ grants: patterns.flatMap(({ grants }) => grants), matches }]
  }
  return united(atomsOf(patterns)).map(atom => ({ grants: atom.grants, matches: matchesOf(atom, patterns) }))
}

/** Without those that another one covers. */
function widest(patterns: readonly Pattern[]): readonly Pattern[] {
  const covers = (other: Pattern, one: Pattern) => other !== one && languageOf(one).within(languageOf(other))
  return patterns.filter(one => !patterns.some(other => covers(other, one)))
}

function languageOf({ path }: Pattern): Language {
  return Language.of(pathExpression(path))
}

/** The coarsest cut in which every pattern is made of whole parts. Lists of words are much faster to take apart than what comes after them. */
function atomsOf(patterns: readonly Pattern[]): readonly Atom[] {
  let atoms: readonly Atom[] = []
  const literal = patterns.filter(({ path }) => isLiteral(path))
  for (const pattern of [...literal, ...patterns.filter(other => !literal.includes(other))]) {
    const language = languageOf(pattern)
    const cut = atoms.flatMap(atom => [
      { language: atom.language.intersect(language), grants: [...atom.grants, ...pattern.grants] },
      { language: atom.language.minus(language), grants: atom.grants },
    ])
    const rest = language.minus(Language.union(atoms.map(atom => atom.language)))
    atoms = [...cut, { language: rest, grants: pattern.grants }].filter(atom => !atom.language.isEmpty)
  }
  return atoms
}

/** Those with the same callers in one. */
function united(atoms: readonly Atom[]): readonly Atom[] {
  const groups = sortedGroups(atoms, ({ grants }) => audienceKey(audienceOf(grants)))
  return [...groups.values()].map(group => ({
    language: Language.union(group.map(({ language }) => language)),
    grants: group.flatMap(({ grants }) => grants),
  }))
}

/** As many paths are still listed one by one. */
const mostWords = 32

/** What takes the paths of an atom: declared patterns as far as they do, and an expression for the rest. */
function matchesOf({ language, grants }: Atom, patterns: readonly Pattern[]): readonly PathMatch[] {
  const all = patterns.find(({ path }) => path === '/**')
  const last = all && audienceKey(audienceOf(all.grants)) === audienceKey(audienceOf(grants))
  if (all && last && language.contains('/')) return [patternMatch(all.path)]
  const whole = widest(patterns.filter(pattern => languageOf(pattern).within(language)))
  const rest = language.minus(Language.union(whole.map(languageOf)))
  const { words } = rest
  const listed = words && words.size <= mostWords
  const expression = () => (isIntricate(language, patterns) ? tooLong : expressionMatch(rest))
  return [
    ...whole.map(({ path }) => patternMatch(path)),
    ...(listed ? sorted(words).map(patternMatch) : [expression()]),
  ]
}

/** Above it an expression would have more characters than a route may hold: each place where two paths part takes some. */
const mostPlaces = 250

/** Whether so many paths are cut out of those of an atom that writing down the rest would take long, and be in vain. */
function isIntricate(language: Language, patterns: readonly Pattern[]): boolean {
  const touches = (pattern: Pattern, other: Language) => !languageOf(pattern).intersect(other).isEmpty
  const own = Language.union(patterns.filter(pattern => touches(pattern, language)).map(languageOf))
  const paths = patterns.filter(pattern => touches(pattern, own)).map(({ path }) => path)
  return new Set(paths.flatMap(path => Array.from(path, (_, at) => path.slice(0, at + 1)))).size > mostPlaces
}
