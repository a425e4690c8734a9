import type { Language } from '../model/language'

/** A part of a set and how it is written. */
export interface Piece {
  readonly text: string
  /** Some words of it: where one of them is foreign, so is the part, and it need not be built. */
  readonly samples: readonly string[]
  readonly set: () => Language
}

/** Parts that a word could belong to, the widest first. The last should hold nothing but the word itself. */
export type Candidates = (word: string) => Iterable<Piece>

/** More parts than this are no easier to read than a regular expression. */
const most = 8

/**
 * A set written as the union of few parts: of each word that is left the widest part that holds it and nothing foreign.
 * Exact: nothing where it would take more than eight.
 */
export function piecesOf(set: Language, candidates: Candidates): readonly string[] | undefined {
  const texts: string[] = []
  let rest = set
  while (!rest.isEmpty) {
    if (texts.length === most) return undefined
    const piece = widest(set, candidates(rest.witness() ?? ''))
    if (!piece) return undefined
    texts.push(piece.text)
    rest = rest.minus(piece.set())
  }
  return texts
}

function widest(set: Language, candidates: Iterable<Piece>): Piece | undefined {
  for (const candidate of candidates) {
    if (!candidate.samples.every(word => set.contains(word))) continue
    const part = candidate.set()
    if (!part.isEmpty && part.within(set)) return candidate
  }
  return undefined
}
