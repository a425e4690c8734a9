import type { Labels, Layer, Sidecar } from '../layer'
import { labelsOf, selects } from './attachment'
import { nearby, remembering } from '../remember'
import { oldest } from './order'

/** Whose proxy is asked about. */
export interface Proxied {
  readonly namespace: string
  readonly labels: Labels
}

/**
 * The Sidecar object that may rule a workload's proxy; `undefined` stands for none. One, where everything is known.
 *
 * One with a selector that takes the workload goes first, then one of its namespace without a selector, then one of
 * the root namespace without a selector; the oldest of each. Nothing is merged.
 * Source: istio `pilot/pkg/model/push_context.go` initSidecarScopes, doGetSidecarScope.
 */
export function sidecarsFor(layer: Layer, proxied: Proxied): readonly (Sidecar | undefined)[] {
  return knownSidecars(layer, proxied, undefined)
}

const knownSidecars = remembering(findSidecars)

function findSidecars(layer: Layer, { namespace, labels }: Proxied): readonly (Sidecar | undefined)[] {
  const all = sidecarsNear(layer, { namespace, labels })
  const near = all.filter(sidecar => sidecar.namespace === namespace || sidecar.namespace === undefined)
  const certain = near.filter(sidecar => !isLost(sidecar))
  const lost = all.filter(isLost).filter(sidecar => near.includes(sidecar) || mayBeRoot(layer, sidecar))
  const byLabels = certain.filter(s => s.selector.kind === 'labels' && selects(s.selector, labels) === 'yes')
  const wide = certain.filter(sidecar => sidecar.selector.kind === 'all')
  const own = [byLabels, wide].find(level => level.length > 0)
  return [...new Set([...(own ? oldest(own) : rootSidecars(layer, { namespace, labels })), ...lost])]
}

const sidecarsNear = nearby(
  layer => layer.sidecars,
  ({ selector }) => labelsOf(selector),
)

/** Where it lies, or whom it selects, could not be read. */
function isLost({ namespace, selector }: Sidecar): boolean {
  return namespace === undefined || selector.kind === 'unknown'
}

function mayBeRoot({ mesh }: Layer, { namespace }: Sidecar): boolean {
  return mesh.rootNamespace === undefined || namespace === undefined || namespace === mesh.rootNamespace
}

function rootSidecars(layer: Layer, proxied: Proxied): readonly (Sidecar | undefined)[] {
  const { namespace } = proxied
  const elsewhere = sidecarsNear(layer, proxied).filter(
    s => !isLost(s) && s.selector.kind === 'all' && s.namespace !== namespace,
  )
  const root = layer.mesh.rootNamespace
  if (root === undefined) return [...elsewhere, undefined]
  const winners = oldest(elsewhere.filter(sidecar => sidecar.namespace === root))
  return winners.length === 0 ? [undefined] : winners
}
