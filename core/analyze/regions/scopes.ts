import { isGateway } from '../istio/injection'
import type { Ternary } from '../istio/kleene'
import { planesOf } from '../istio/data-plane'
import type { Layer, Named, Selector, Workload } from '../layer'
import { linkerdScopes } from './linkerd/scopes'
import { labelled, Shelf } from './shelf'

/** A workload and the part of the layer that can concern it, so that nobody searches the whole cluster for each. */
export interface Scope {
  readonly workload: Workload
  readonly layer: Layer
}

/**
 * The layer cut for each workload. An object is kept unless it certainly does not concern the workload: it lies in another
 * namespace that is not the root, or one of the labels it selects by is missing; of Linkerd's, or what it is for or is named by does not concern the workload.
 */
export function scopes(layer: Layer): readonly Scope[] {
  const root = layer.mesh.rootNamespace
  const index = <T extends Named>(objects: readonly T[], selectorOf: (object: T) => Selector): Shelf<T> =>
    new Shelf(objects, root, selectorOf)
  const ofSelector = ({ selector }: { readonly selector: Selector }): Selector => selector
  const shelves = {
    services: index(layer.services, ({ selector, unreadable }) =>
      unreadable ? { kind: 'unknown' } : labelled(selector),
    ),
    serviceEntries: index(layer.serviceEntries, ({ workloadSelector }) => labelled(workloadSelector ?? {})),
    sidecars: index(layer.sidecars, ofSelector),
    // What names targets is for gateways and waypoints; it never holds for a workload's own proxy.
    authorizationPolicies: index(layer.authorizationPolicies.filter(isUntargeted), ofSelector),
    targeted: index(
      layer.authorizationPolicies.filter(policy => !isUntargeted(policy)),
      ofSelector,
    ),
    peerAuthentications: index(layer.peerAuthentications, ofSelector),
    requestAuthentications: index(layer.requestAuthentications.filter(isUntargeted), ofSelector),
  }
  const linkerd = linkerdScopes(layer.linkerd)
  // By whom it is proxied may depend on all there is; the answer is kept for the parts of this layer.
  for (const workload of layer.workloads) planesOf(layer, workload)
  return layer.workloads.map(workload => ({
    workload,
    layer: {
      ...layer,
      services: shelves.services.concerning(workload),
      serviceEntries: shelves.serviceEntries.concerning(workload),
      sidecars: shelves.sidecars.concerning(workload),
      authorizationPolicies: [
        ...shelves.authorizationPolicies.concerning(workload),
        ...(isGateway(workload) ? shelves.targeted.concerning(workload) : []),
      ],
      peerAuthentications: shelves.peerAuthentications.concerning(workload),
      requestAuthentications: shelves.requestAuthentications.concerning(workload),
      linkerd: linkerd(workload),
    },
  }))
}

function isUntargeted({ targeted }: { readonly targeted: Ternary }): boolean {
  return targeted !== 'yes'
}
