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
  const [asked, ...notes] = describeRequest(witness, questions)
  return [`${callerOf(witness, domains)} → ${callee} ${asked}`, ...notes].join(', ')
}

/** By which gateway a request enters, and where it goes. */
export interface Entrance {
  readonly gateway: string
  readonly to?: string
  /** How the caller comes: `in plaintext`. */
  readonly how?: string
}

/** One concrete request that enters through a gateway: `anyone → istio-ingress/istio-ingress shop.example.com GET /x → boutique/frontend:8080`. */
export function describeEntry(
  witness: ReadonlyMap<Variable, string>,
  { gateway, to, how }: Entrance,
  { domains, questions }: Words,
): string {
  const caller = witness.has('caller') || witness.has('address') ? callerOf(witness, domains) : 'anyone'
  const rest = new Map([...witness].filter(([variable]) => variable !== 'host'))
  const [asked, ...notes] = describeRequest(rest, questions)
  const who = how === undefined ? caller : `${caller} ${how}`
  const request = `${witness.get('host') ?? 'any host'} ${asked}`
  return [`${who} → ${gateway} ${request}${to === undefined ? '' : ` → ${to}`}`, ...notes].join(', ')
}

function callerOf(witness: ReadonlyMap<Variable, string>, domains: Words['domains']): string {
  const address = witness.get('address')
  return (
    describeCaller(witness.get('caller') ?? '', domains) + (address === undefined ? '' : ` at ${printAddress(address)}`)
  )
}

/** What is asked, then whatever else matters. */
function describeRequest(witness: ReadonlyMap<Variable, string>, questions: Questions): readonly [string, ...string[]] {
  const value = (variable: Variable): string | undefined => witness.get(variable)
  const http = value('protocol') === 'http' || value('method') !== undefined || value('path') !== undefined
  const request = http ? `${value('method') ?? 'GET'} ${value('path') ?? '/'}` : (value('protocol') ?? 'tcp')
  const rest = [...witness].filter(
    ([variable]) =>
      !['caller', 'address', 'protocol', 'method', 'path'].includes(variable) && !isOfToken(variable, questions),
  )
  const notes = rest.map(([variable, word]) => `${variable}=${word === absent ? 'absent' : word}`)
  return [[request, ...describeTokens(witness, questions)].join(' '), ...notes]
}
