import type { Named } from '../layer'

/** What becomes of a request. `unknown` where something that matters is not among the manifests, or could not be read. */
export interface Verdict {
  readonly verdict: 'allow' | 'deny' | 'unknown'
  /** What decided it: objects, such as `AuthorizationPolicy shop/cart rules[0]`, or a sentence where no object did. */
  readonly because: readonly string[]
  /** What kind of refusal it is, where there is more than one: no route matched (Linkerd answers 404, not 403). */
  readonly why?: 'no-route'
}

export const allow = (...because: readonly string[]): Verdict => ({ verdict: 'allow', because })
export const deny = (...because: readonly string[]): Verdict => ({ verdict: 'deny', because })
export const unknown = (...because: readonly string[]): Verdict => ({ verdict: 'unknown', because })

/** The verdict in several worlds of which one is real: what they agree on, or `unknown`. Not empty. */
export function agreement(verdicts: readonly Verdict[]): Verdict {
  const because = [...new Set(verdicts.flatMap(verdict => verdict.because))]
  const [first] = verdicts
  if (!first || verdicts.some(({ verdict }) => verdict !== first.verdict)) return { verdict: 'unknown', because }
  const why = verdicts.every(verdict => verdict.why === first.why) ? first.why : undefined
  return { verdict: first.verdict, because, ...(why && { why }) }
}

/** The verdict of two hops, one after the other: both must let the request through. */
export function inTurn(first: Verdict, second: Verdict): Verdict {
  const denial = [first, second].find(({ verdict }) => verdict === 'deny')
  if (denial) return denial
  const doubts = [first, second].filter(({ verdict }) => verdict === 'unknown')
  if (doubts.length > 0) return unknown(...doubts.flatMap(({ because }) => because))
  return allow(...first.because, ...second.because)
}

/** The verdict where something before it may have refused the request: a denial stays one, and nothing else is certain. */
export function unlessRefused(verdict: Verdict, ...doubts: readonly string[]): Verdict {
  return verdict.verdict === 'deny' || doubts.length === 0 ? verdict : unknown(...doubts)
}

/** An object as a reason: `AuthorizationPolicy shop/cart`. */
export function nameOf({ kind, name, namespace }: Named): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}
