import type { Problem } from '../../model/problem'
import { blocking } from '../../model/problem'
import { readTrust, type Trust, type TrustTexts } from '../read'
import { trustState, type TrustState } from './state'

/** Two states of a mesh's trust, as texts. */
export interface Texts {
  readonly from: TrustTexts
  /** Without an issuer, that of `from` goes on signing. */
  readonly to: TrustTexts
}

/** The two, where both can be read. */
export interface ReadStates {
  readonly states?: { readonly from: TrustState; readonly to: TrustState }
  readonly problems: readonly Problem[]
}

/** Reads two states. Which anchors vouch for an issuer is asked of the anchors of both: an anchor may vouch for what it did not sign first. */
export async function readStates({ from, to }: Texts): Promise<ReadStates> {
  const anchors = [...from.anchors, ...to.anchors]
  const { issuer, chain } = from
  const signing: TrustTexts = to.issuer ? to : { ...to, ...(issuer && { issuer }), ...(chain && { chain }) }
  const [all, next, own, wanted] = await Promise.all(
    [{ ...from, anchors }, { ...signing, anchors }, from, signing].map(readTrust),
  )
  const problems = [...(own?.problems ?? []), ...(wanted?.problems ?? [])]
  if (problems.length > 0) return { problems: distinct(problems) }
  const [now, then] = [stateOf(own?.trust, all?.trust), stateOf(wanted?.trust, next?.trust)]
  if (now && then) return { states: { from: now, to: then }, problems: [] }
  const message = 'nothing says what the control plane signs with now'
  return { problems: [blocking({ code: 'no-issuer', at: from.anchors[0]?.at ?? 'the bundle', message })] }
}

function stateOf(own: Trust | undefined, all: Trust | undefined): TrustState | undefined {
  const state = all && trustState(all)
  return state && own && { ...state, bundle: own.anchors }
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map(one => [JSON.stringify(one), one])).values()]
}
