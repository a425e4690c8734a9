import { CustomResource } from '@pulumi/kubernetes/apiextensions'
import type * as pulumi from '@pulumi/pulumi'
import type { KubernetesObject, Manifest } from '../core/model/manifest'

/** Where manifests are registered. */
export interface Registration {
  /** What the resources' names start with. */
  readonly prefix: string
  readonly parent: pulumi.Resource
  /** What every one of them needs. */
  readonly after: readonly pulumi.Resource[]
  /** What those of one namespace need, by namespace. */
  readonly namespaces: ReadonlyMap<string, pulumi.Resource>
}

/**
 * The one place where a manifest becomes a resource.
 *
 * What holds for a whole namespace is registered after what makes exceptions from it there, and so removed before it: a
 * default deny that is there a second before the first allow is an outage.
 */
export function register(manifests: readonly Manifest[], registration: Registration): readonly CustomResource[] {
  const objects = manifests.map(({ object }) => object)
  const exceptions = new Map<string, CustomResource[]>()
  for (const object of objects.filter(one => !isWide(one))) {
    const namespace = object.metadata.namespace ?? ''
    const mine = exceptions.get(namespace) ?? []
    exceptions.set(namespace, mine)
    mine.push(registerObject(object, dependencies(object, registration), registration))
  }
  const wide = objects.filter(isWide).map(object => {
    const before = exceptions.get(object.metadata.namespace ?? '') ?? []
    return registerObject(object, [...dependencies(object, registration), ...before], registration)
  })
  return [...[...exceptions.values()].flat(), ...wide]
}

const closing = ['AuthorizationPolicy', 'PeerAuthentication', 'Sidecar']

/** Whether an object closes something for all workloads of its namespace. */
function isWide({ kind, spec }: KubernetesObject): boolean {
  if (!closing.includes(kind)) return false
  return typeof spec !== 'object' || spec === null || !('selector' in spec || 'workloadSelector' in spec)
}

function dependencies({ metadata }: KubernetesObject, { after, namespaces }: Registration): pulumi.Resource[] {
  const own = namespaces.get(metadata.namespace ?? '')
  return own ? [...after, own] : [...after]
}

/** Names come from what the object is, so that no other object's coming or going renames it: a rename deletes and recreates. */
function registerObject(
  { apiVersion, kind, metadata, ...rest }: KubernetesObject,
  dependsOn: pulumi.Resource[],
  { prefix, parent }: Registration,
): CustomResource {
  const place = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`
  return new CustomResource(`${prefix}-${place}`, { apiVersion, kind, metadata, ...rest }, { parent, dependsOn })
}
