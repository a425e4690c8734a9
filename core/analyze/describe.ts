import { printAddress } from '../model/address'
import type { Variable } from '../model/region'
import { absent } from '../model/region'
import type { Questions } from '../model/token'
import { describeTokens, isOfToken } from './describe-token'

/** One caller in words: `shop/frontend`, with its trust domain only where that is not the mesh's own. */
export function describeCaller(caller: string, domains: readonly string[] | undefined): string {
  if (caller === '') return 'anybody without identity'
  const [, domain = '', namespace = '', account = ''] = /^(.+)\/ns\/(.+)\/sa\/(.+)$/.exec(caller) ?? []
  if (domain === '') return caller
  return domain === domains?.[0] ? `${namespace}/${account}` : `${namespace}/${account} of ${domain}`
}

/** What is needed to put a witness into words. */
export interface Words {
  /** The mesh's trust domain first; absent where unknown. */
  readonly domains: readonly string[] | undefined
  /** What its claim attributes ask. */
  readonly questions: Questions
}

/** One concrete request of a witness, in the one-line form of a flow: `shop/frontend → shop/cart:7070 GET /x without a token`. */
export function describeWitness(
  witness: ReadonlyMap<Variable, string>,
  callee: string,
  { domains, questions }: Words,
): string {
  const value = (variable: Variable): string | undefined => witness.get(variable)
  const http = value('protocol') === 'http' || value('method') !== undefined || value('path') !== undefined
  const request = http ? `${value('method') ?? 'GET'} ${value('path') ?? '/'}` : (value('protocol') ?? 'tcp')
  const address = value('address')
  const from =
    describeCaller(value('caller') ?? '', domains) + (address === undefined ? '' : ` at ${printAddress(address)}`)
  const rest = [...witness].filter(
    ([variable]) =>
      !['caller', 'address', 'protocol', 'method', 'path'].includes(variable) && !isOfToken(variable, questions),
  )
  const notes = rest.map(([variable, word]) => `${variable}=${word === absent ? 'absent' : word}`)
  const asked = [request, ...describeTokens(witness, questions)].join(' ')
  return [`${from} → ${callee} ${asked}`, ...notes].join(', ')
}
