import type { Api, LiveObject } from './api'
import { until } from './workspace'

/** What an object that is deleted in the foreground waits with, for its dependents. */
const foreground = 'foregroundDeletion'

/** How long nothing is looked at after each round, in milliseconds. */
const pause = 300

/**
 * Does of kube-controller-manager what a deletion waits for: finishes namespaces, and lets go of what is deleted in the
 * foreground, as the real provider does it. Without either, `pulumi destroy` never ends. It does not look for dependents.
 */
export class Collector {
  private stopped = false
  private readonly rounds: Promise<void>

  constructor(private readonly api: Api) {
    this.rounds = this.run()
  }

  /** Ends after the round that it is at. */
  async stop(): Promise<void> {
    this.stopped = true
    await this.rounds
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      await this.round().catch(() => undefined) // a kind that has just gone; the next round sees
      await new Promise(resolve => setTimeout(resolve, pause))
    }
  }

  private async round(): Promise<void> {
    for (const path of await this.api.listable()) {
      const dying = (await this.api.listAt(path)).filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
      for (const object of dying) await this.letGo(object)
    }
  }

  private async letGo(object: LiveObject): Promise<void> {
    const path = await this.api.pathOf(object)
    const { finalizers = [], ...metadata } = object.metadata
    if (finalizers.includes(foreground)) {
      const body = { ...object, metadata: { ...metadata, finalizers: finalizers.filter(one => one !== foreground) } }
      await this.api.ask({ method: 'PUT', path, body })
    } else if (object.kind === 'Namespace') {
      await this.api.ask({ method: 'PUT', path: `${path}/finalize`, body: { ...object, spec: { finalizers: [] } } })
    }
  }
}

/** Waits until an object is gone, which somebody else sees to. */
export async function untilGone(api: Api, object: Parameters<Api['read']>[0]): Promise<void> {
  await until(`${object.kind} ${object.metadata.name} is gone`, 20, async () =>
    (await api.read(object)) === undefined ? true : undefined,
  )
}
