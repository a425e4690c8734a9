import type { Problem } from '../../../model/problem'
import type { Use } from '../../outside'

/** The namespace of the proxy that calls the host itself. */
export function leavesFrom({ namespace, via }: Use): string {
  return via?.namespace ?? namespace
}

/** The problem of a use that is cut off, since it cannot be said as it is meant. */
export function narrowed({ line, namespace, host }: Use, why: string, hint: string): Problem {
  const at = `ServiceEntry ${namespace}/${host}`
  const message = `Istio cannot express \`${line.text}\`: ${why}`
  return { code: 'inexpressible', severity: 'narrowed', at, message, hint }
}
