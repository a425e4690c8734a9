import { callersOf } from './istio/authorization'
import type { Context, Workload } from './istio/context'
import type { Outcome } from './objects'
import { grantsTo } from './istio/grants'
import { plaintextPorts } from './istio/peer-authentication'
import { tokensFor } from './istio/token'

/**
 * The objects of one service on sidecars: one AuthorizationPolicy with its callers and their routes, and an exception from
 * mTLS for ports that callers without identity call; where routes ask for tokens, who reads them.
 */
export function sidecarCallee(callee: Workload, context: Context): Outcome {
  const { grants, problems } = grantsTo(callee, context.into.get(callee.name) ?? [], context)
  const attached = { selector: { matchLabels: { ...callee.labels } } }
  return {
    manifests: [
      ...plaintextPorts(callee, grants),
      ...callersOf(callee, grants, context),
      ...tokensFor(callee, grants, { attached, context }),
    ],
    problems,
  }
}
