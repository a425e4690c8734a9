import { startCluster, type Cluster } from './cluster'
import { Workspace } from './workspace'

let workspace: Workspace | undefined
let cluster: Promise<Cluster> | undefined

/** The folder of this run. */
export function sharedWorkspace(): Workspace {
  return (workspace ??= new Workspace())
}

/** The cluster that all tests of a run have between them; each leaves it as it found it. */
export function sharedCluster(): Promise<Cluster> {
  return (cluster ??= startCluster(sharedWorkspace()))
}

/** Mocha's, once all tests have run. */
export async function mochaGlobalTeardown(): Promise<void> {
  await workspace?.close()
}
