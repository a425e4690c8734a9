import type { KubernetesObject } from '../../../core/model/manifest'
import { objectName } from '../../../core/model/manifest'
import { type Api, Refused } from './api'
import type { JsonObject } from '../../../preview/wire'
import { applyChart } from './charts'
import type { Managed, ResourceObject } from './provider-objects'

interface Run {
  readonly dryRun: boolean
}

/** What the stand-in for the provider does to a cluster. */
export class ProviderVerbs {
  /** Without an API no cluster is named: a preview checks nothing, all else is refused. */
  constructor(
    private readonly api: Api | undefined,
    private readonly folder: string,
  ) {}

  /** @throws Refused also where it is there already, or where a patch has nothing to patch */
  async create(resource: Managed, run: Run): Promise<KubernetesObject | JsonObject> {
    if (resource.kind === 'release') return this.update(resource, run)
    const { object, patch } = resource
    const live = await this.live(object, run)
    if (live && !patch) throw new Refused(409, `${objectName(object)}: already exists`)
    if (!live && patch && this.api) throw new Refused(404, `${objectName(object)}: there is nothing to patch`)
    return this.update(resource, run)
  }

  async update(resource: Managed, run: Run): Promise<KubernetesObject | JsonObject> {
    if (resource.kind === 'object') return this.apply(resource, run)
    if (!run.dryRun && this.api) await applyChart(this.api, resource.inputs, this.folder)
    return resource.inputs
  }

  private async apply({ object, manager }: ResourceObject, { dryRun }: Run): Promise<KubernetesObject> {
    if (!this.api) return this.unreachable(object, { dryRun })
    try {
      return withoutOwners(await this.api.apply(object, { dryRun, manager }))
    } catch (error) {
      // A chart of the same program brings the CRD, or an update says that none does.
      if (dryRun && isKindMissing(error)) return object
      if (!dryRun || !isNamespaceMissing(error)) throw error
      // Made by the same program: what the server thinks of the object does not hang on where it is.
      const { namespace: _, ...metadata } = object.metadata
      await this.api.apply({ ...object, metadata: { ...metadata, namespace: 'default' } }, { dryRun, manager })
      return object
    }
  }

  /** Of a Release, what was recorded. */
  async read(resource: Managed): Promise<KubernetesObject | JsonObject | undefined> {
    if (resource.kind === 'release') return resource.inputs
    if (!this.api) throw new Error('no cluster is named')
    const live = await this.api.read(resource.object)
    return live && withoutOwners(live)
  }

  /** Of a patch, gives up the fields alone; of a Release nothing, since Helm leaves CRDs. */
  async remove(resource: Managed): Promise<void> {
    if (resource.kind === 'release') return
    if (!this.api) throw new Error('no cluster is named')
    const { object, manager, patch } = resource
    const { apiVersion, kind, metadata } = object
    const { name, namespace } = metadata
    if (!patch) return this.api.remove(object)
    if (await this.api.read(object)) {
      const released = { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } }
      await this.api.apply(released, { manager })
    }
  }

  private async live(object: KubernetesObject, { dryRun }: Run): Promise<KubernetesObject | undefined> {
    try {
      return await this.api?.read(object)
    } catch (error) {
      if (dryRun && isKindMissing(error)) return undefined
      throw error
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

function isKindMissing(error: unknown): boolean {
  return error instanceof Refused && error.status === 404 && error.message.startsWith('the server knows no ')
}
