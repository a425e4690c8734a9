import type { Region } from '../../model/region'
import { canonicalRequests, witnessOf } from '../compare'
import type { Words } from '../describe'
import { describeEntry } from '../describe'
import { ordinary } from '../equal-callers'
import type { Change } from './change'

/** One request of a change, of the mesh's own callers and with a path that somebody would write where there is such a one. */
export function tellingWitness(
  region: Region,
  { kind, callee }: Pick<Change, 'kind' | 'callee'>,
  words: Words,
): string {
  const telling = [ordinary(words.domains), canonicalRequests].reduce((rest, wish) => {
    const wished = rest.intersect(wish)
    return wished.isEmpty ? rest : wished
  }, region)
  if (kind === 'port') return witnessOf(telling, callee, { words, known: [] })
  const [gateway = '', to] = callee.split(' → ')
  return describeEntry(telling.witness() ?? new Map(), { gateway, ...(to !== undefined && { to }) }, words)
}
