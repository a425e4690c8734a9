import { groupBy } from '../../model/group'
import type { Problem } from '../../model/problem'
import { networkEffects } from '../network/unmodelled'
import type { RawObject } from './read-object'

/** By kind and group: what objects of it may change of who reaches whom, in words. */
const effects: ReadonlyMap<string, string> = new Map([
  ...networkEffects,
  // A machine behind a Service or ServiceEntry. Whether a proxy stands before it nobody here can tell.
  ['WorkloadEntry.networking.istio.io', 'endpoints outside Kubernetes, whose callers are not analysed'],
  ['WorkloadGroup.networking.istio.io', 'endpoints outside Kubernetes, whose callers are not analysed'],
  // Before or after authorization, as its `phase` says.
  ['WasmPlugin.extensions.istio.io', 'code in proxies, which may answer, change or drop any request'],
  ['TrafficExtension.extensions.istio.io', 'code in proxies, which may answer, change or drop any request'],
  // It goes before routes and annotations, and its `dstOverrides` lead calls elsewhere (linkerd2 `charts/linkerd-crds/templates/serviceprofile.yaml`).
  ['ServiceProfile.linkerd.io', 'routes of callers’ proxies, in place of those that are analysed'],
  // Environment variables, such as the one that decides whether a sidecar speaks HBONE.
  ['ProxyConfig.networking.istio.io', 'settings of single proxies, which are taken to be those of the mesh'],
])

/** Whether a mesh follows objects of this kind, and nothing here does. */
export function isNotModelled(object: RawObject): boolean {
  return effects.has(kindOf(object))
}

function kindOf({ kind, group }: RawObject): string {
  return `${kind}.${group}`
}

/**
 * A Problem for each kind of objects that is not modelled: what is said of who reaches whom holds only as far as they leave it alone.
 * Source of the kinds: istio `pkg/config/schema/metadata.yaml`, linkerd2 `charts/linkerd-crds`.
 */
export function notModelled(objects: readonly RawObject[]): readonly Problem[] {
  const kinds = groupBy(objects.filter(isNotModelled), kindOf)
  return [...kinds].flatMap(([kind, [first, ...others]]) =>
    first ? [problemOf(first, others, effects.get(kind))] : [],
  )
}

function problemOf({ body, at }: RawObject, others: readonly RawObject[], effect = 'what nobody knows'): Problem {
  const more = others.length === 0 ? '' : `, with ${others.length} more of its kind`
  return {
    code: 'not-analysed',
    severity: 'narrowed',
    message: `\`${body.log.subject}\` brings ${effect}${more}`,
    at,
    hint: 'do without it, or acknowledge that results hold only as far as it leaves authorization alone',
  }
}
