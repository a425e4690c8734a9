import type { Expression } from '../model/language'
import { Language } from '../model/language'
import { piecesOf } from './pieces'

const name: Expression = { plus: { except: ':' } }
const names = Language.of(name)

/**
 * Hosts in words: `shop.example.com`, `*.example.com`, `any host`. A host that is meant with any port, too, is told once; nothing where no few words say it.
 */
export function describeHosts(hosts: Language): string | undefined {
  const plain = hosts.intersect(names)
  if (plain.isEmpty && !hosts.isEmpty) return undefined
  if (plain === names) return 'any host'
  const missing = names.minus(plain).words
  if (missing && missing.size <= most) return `any host but ${[...missing].sort().join('|')}`
  const told = plain.words ? [...plain.words] : piecesOf(plain, suffixes)
  return told && [...told].sort().join('|')
}

const most = 8

function* suffixes(word: string) {
  for (let cut = 1; cut < word.length; cut++) {
    const ending = word.slice(cut)
    if (!ending.startsWith('.')) continue
    const set = (): Language => Language.of({ sequence: [name, ending] }).intersect(names)
    yield { text: `*${ending}`, samples: [`x${ending}`, `x.y${ending}`], set }
  }
  yield { text: word, samples: [], set: () => Language.literals([word]) }
}
