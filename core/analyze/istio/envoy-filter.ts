import type { Cursor } from './cursor'
import type { RawObject } from './read-object'

/**
 * An EnvoyFilter may rewrite anything istiod generates, the authorization filters included, and none of it is analysed.
 * One that patches inbound traffic of sidecars is reported; those for gateways and outbound traffic only are not.
 * Source: istio/api `networking/v1alpha3/envoy_filter.proto`.
 */
export function reportEnvoyFilter(object: RawObject): void {
  const { log } = object.body
  const patches = object.body.get('spec').get('configPatches').items()
  if (!patches.some(patchesInbound)) return
  log.problems.push({
    code: 'not-analysed',
    severity: 'narrowed',
    message: `\`${log.subject}\` patches what sidecars let in, which no analysis of policies can see`,
    at: log.at,
    hint: 'do without it, or acknowledge that results hold only as far as it leaves authorization alone',
  })
}

function patchesInbound(patch: Cursor): boolean {
  const context = patch.get('match').get('context').string() ?? 'ANY'
  return context !== 'GATEWAY' && context !== 'SIDECAR_OUTBOUND'
}
