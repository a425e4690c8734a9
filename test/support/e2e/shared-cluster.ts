import { startCluster, type Cluster } from './cluster'
import { Collector } from './collector'
import { onPath } from './tools'
import { Workspace } from './workspace'

let workspace: Workspace | undefined
let cluster: Promise<Cluster> | undefined
let collector: Collector | undefined

/** The folder of this run. */
export function sharedWorkspace(): Workspace {
  return (workspace ??= new Workspace())
}

/** The cluster that all tests of a run have between them; each leaves it as it found it. */
export function sharedCluster(): Promise<Cluster> {
  return (cluster ??= start())
}

async function start(): Promise<Cluster> {
  const started = await startCluster(sharedWorkspace())
  if (onPath('pulumi-resource-kubernetes') !== undefined) collector = new Collector(started.api)
  return started
}

/** Mocha's, once all tests have run. */
export async function mochaGlobalTeardown(): Promise<void> {
  await collector?.stop()
  await workspace?.close()
}
