import { CustomResource } from '@pulumi/kubernetes/apiextensions'
import type * as pulumi from '@pulumi/pulumi'
import type { KubernetesObject, Manifest, ObjectMeta } from '../core/model/manifest'
import { inOrder, isWaypoint } from './order'

/** Where manifests are registered. */
export interface Registration {
  /** What the resources' names start with. */
  readonly prefix: string
  readonly parent: pulumi.Resource
  /** What every one of them needs. */
  readonly after: readonly pulumi.Resource[]
  /** What those of one namespace need, by namespace. */
  readonly namespaces: ReadonlyMap<string, pulumi.Resource>
  /** What those of one API group need, by group: its CRDs. */
  readonly groups: ReadonlyMap<string, readonly pulumi.Resource[]>
}

/** The one place where a manifest becomes a resource. */
export function register(manifests: readonly Manifest[], registration: Registration): readonly CustomResource[] {
  const registered = new Map<KubernetesObject, CustomResource>()
  for (const { object, after } of inOrder(manifests.map(({ object }) => object))) {
    const before = after.flatMap(one => registered.get(one) ?? [])
    registered.set(object, registerObject(object, [...dependencies(object, registration), ...before], registration))
  }
  return [...registered.values()]
}

function dependencies({ apiVersion, metadata }: KubernetesObject, registration: Registration): pulumi.Resource[] {
  const { after, namespaces, groups } = registration
  const own = namespaces.get(metadata.namespace ?? '')
  const definitions = groups.get(apiVersion.replace(/\/[^/]*$/, '')) ?? []
  return [...after, ...definitions, ...(own ? [own] : [])]
}

/** Names come from what the object is, so that no other object's coming or going renames it: a rename deletes and recreates. */
function registerObject(
  object: KubernetesObject,
  dependsOn: pulumi.Resource[],
  { prefix, parent }: Registration,
): CustomResource {
  const { apiVersion, kind, metadata, ...rest } = object
  const place = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`
  const args = { apiVersion, kind, metadata: { ...metadata, ...awaited(object) }, ...rest }
  return new CustomResource(`${prefix}-${place}`, args, { parent, dependsOn })
}

/**
 * A waypoint is there when istiod says that it is programmed; before that, calls go past it, and what waits for it would
 * cut them off. Pulumi waits for no such object unless it is told to.
 *
 * For no other Gateway: one that calls come in through is programmed once its Service has an address, which a cluster without load balancers never
 * gives, and nothing of ours waits for it.
 */
function awaited(object: KubernetesObject): Pick<ObjectMeta, 'annotations'> {
  if (!isWaypoint(object)) return {}
  return { annotations: { ...object.metadata.annotations, 'pulumi.com/waitFor': 'condition=Programmed' } }
}
