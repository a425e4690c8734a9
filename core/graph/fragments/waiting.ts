import type { Problem } from '../../model/problem'
import type { Waiting } from './together'

/** A waiting call in one line: `shop/frontend → orders:http POST /orders`. */
export function printWaiting({ caller, callee, port, routes }: Waiting): string {
  return `${caller} → ${callee}:${port} ${routes.join(', ')}`
}

/** Waiting calls as what is to be told: they stop nobody, and nothing that was written vanishes unseen. */
export function waitingProblems(waiting: readonly Waiting[]): readonly Problem[] {
  return waiting.map(one => ({
    code: 'waits-for-consent',
    severity: 'delegated',
    at: ownerText(one.owner),
    message: `\`${printWaiting(one)}\` waits: ${one.why}`,
    ...(one.owner !== undefined && { hint: `its owner agrees with \`accepts.${one.callee}["${one.caller}"]\`` }),
  }))
}

function ownerText(owner: string | undefined): string {
  if (owner === undefined) return 'fragments'
  return owner === '' ? 'graph' : `fragment \`${owner}\``
}
