import type { KubernetesObject } from '../../../core/model/manifest'
import type { Api } from './api'
import { startCluster, type Cluster } from './cluster'
import { Collector } from './collector'
import { Project } from './project'
import type { StackCase } from './stacks'
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

/** A Namespace of that name. */
export function namespaceOf(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
}

/** A project with a stack on the shared cluster, where the namespaces that the stack does not make are there. Whoever asks closes it. */
export async function projectOn(
  name: string,
  { there, config }: Pick<StackCase, 'there' | 'config'>,
): Promise<{ readonly api: Api; readonly project: Project }> {
  const shared = await sharedCluster()
  await Promise.all(there.map(namespace => shared.api.apply(namespaceOf(namespace))))
  const project = new Project(sharedWorkspace(), shared, name)
  await project.create(config)
  console.log(`    ${project.plugins}`)
  return { api: shared.api, project }
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
