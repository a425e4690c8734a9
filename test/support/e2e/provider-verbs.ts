import type { KubernetesObject } from '../../../core/model/manifest'
import { objectName } from '../../../core/model/manifest'
import { type Api, Refused } from './api'
import type { ResourceObject } from './provider-objects'

interface Run {
  readonly dryRun: boolean
}

/** What the stand-in for the provider does to a cluster. */
export class ProviderVerbs {
  /** Without an API no cluster is named: a preview checks nothing, all else is refused. */
  constructor(private readonly api: Api | undefined) {}

  /** @throws Refused also where it is there already, or where a patch has nothing to patch */
  async create(resource: ResourceObject, run: Run): Promise<KubernetesObject> {
    const { object, patch } = resource
    const live = await this.api?.read(object)
    if (live && !patch) throw new Refused(409, `${objectName(object)}: already exists`)
    if (!live && patch && this.api) throw new Refused(404, `${objectName(object)}: there is nothing to patch`)
    return this.update(resource, run)
  }

  async update({ object, manager }: ResourceObject, { dryRun }: Run): Promise<KubernetesObject> {
    if (!this.api) return this.unreachable(object, { dryRun })
    try {
      return withoutOwners(await this.api.apply(object, { dryRun, manager }))
    } catch (error) {
      if (!dryRun || !isNamespaceMissing(error)) throw error
      // Made by the same program: what the server thinks of the object does not hang on where it is.
      const { namespace: _, ...metadata } = object.metadata
      await this.api.apply({ ...object, metadata: { ...metadata, namespace: 'default' } }, { dryRun, manager })
      return object
    }
  }

  async read({ object }: ResourceObject): Promise<KubernetesObject | undefined> {
    if (!this.api) throw new Error('no cluster is named')
    const live = await this.api.read(object)
    return live && withoutOwners(live)
  }

  /** Of a patch, gives up the fields alone. */
  async remove({ object, manager, patch }: ResourceObject): Promise<void> {
    if (!this.api) throw new Error('no cluster is named')
    const { apiVersion, kind, metadata } = object
    const { name, namespace } = metadata
    if (!patch) return this.api.remove(object)
    if (await this.api.read(object)) {
      const released = { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } }
      await this.api.apply(released, { manager })
    }
  }

  private unreachable(object: KubernetesObject, { dryRun }: Run): KubernetesObject {
    if (dryRun) return object
    throw new Error(`${objectName(object)}: no cluster is named`)
  }
}

function withoutOwners(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

function isNamespaceMissing(error: unknown): boolean {
  return error instanceof Refused && error.status === 404 && /namespaces "[^"]*" not found/u.test(error.message)
}
