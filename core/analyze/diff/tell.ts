import { Language } from '../../model/language'
import { once } from '../../model/once'
import { Region } from '../../model/region'
import { canonicalRequests, witnessOf } from '../compare'
import type { Words } from '../describe'
import { describeEntry, describeWitness } from '../describe'
import { anyAddress, printAddress } from '../../model/address'
import { ordinary } from '../equal-callers'
import type { Change } from './change'

/** One request of a change, of the mesh's own callers and with a path that somebody would write where there is such a one. */
export function tellingWitness(
  region: Region,
  { kind, callee }: Pick<Change, 'kind' | 'callee'>,
  words: Words,
): string {
  if (kind === 'leaving') return leavingWitness(region, callee, words)
  const chosen = telling(region, [ordinary(words.domains), canonicalRequests()])
  if (kind === 'port') return witnessOf(chosen, callee, { words, known: [] })
  const [gateway = '', to] = callee.split(' → ')
  return describeEntry(chosen.witness() ?? new Map(), { gateway, ...(to !== undefined && { to }) }, words)
}

/** A call to some host, by a name where that will do: `shop/cart → www.example.com:443 GET /x`. */
function leavingWitness(region: Region, place: string, words: Words): string {
  const [, caller = '', port = '', past = ''] = /^(\S+) → outside:([^\s,-]+)\S*(.*)$/.exec(place) ?? []
  const witness =
    telling(region, [canonicalRequests(), somewhere(), usualHost, someHost()]).witness() ?? new Map<string, string>()
  const address = region.asks('address') ? witness.get('address') : undefined
  const rest = new Map([...witness].filter(([name]) => name !== 'host' && name !== 'address'))
  const at = `${witness.get('host') ?? 'any host'}:${port === 'any' ? 443 : port}`
  const [, asked = ''] = describeWitness(rest, at, words).split(' → ')
  return `${caller} → ${asked}${address === undefined ? '' : ` at ${printAddress(address)}`}${past}`
}

const somewhere = once(() => Region.where('address', anyAddress()))
const usualHost = Region.where('host', Language.literals(['www.example.com']))
const someHost = once(() =>
  Region.where('host', Language.of({ sequence: [{ plus: { except: ':.' } }, { any: true }] })),
)

/** What is left by those wishes that leave anything. */
function telling(region: Region, wishes: readonly Region[]): Region {
  return wishes.reduce((rest, wish) => {
    const wished = rest.intersect(wish)
    return wished.isEmpty ? rest : wished
  }, region)
}
