import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { MeshTarget } from '../core/compile/target'
import { compile, compileWithNetwork } from '../core/compile/compile'
import type { Graph } from '../core/graph/graph'
import { waitingProblems } from '../core/graph/fragments/waiting'
import { intentOf } from '../core/graph/intent'
import { parseGraph } from '../core/graph/schema'
import { validate } from '../core/graph/validate'
import type { Intent } from '../core/model/intent'
import type { KubernetesObject, Manifest } from '../core/model/manifest'
import { blocks, type Problem } from '../core/model/problem'
import { readConfig } from '../components/config'
import type { SchemaSources } from '../components/definitions'
import { mergeWithoutStacks } from '../components/fragments'
import { networkOf, targetOf } from '../components/target'
import { exists } from './io'
import { problemsOf } from './program-errors'
import type { Project } from './project'
import { Refusal } from './refusal'
import { isObject } from './wire'

/** The file of a project that says what is meant. */
const graphFile = 'services.ts'

/** What the project's graph means for the stack: what effective reach is held against. */
export interface Meant {
  readonly intent: Intent
  readonly target: MeshTarget
  /** What the policies rest on and others deploy. */
  readonly assumptions: readonly KubernetesObject[]
  /** What the compiler made, for its reasons alone: what is judged is what the program registers. */
  readonly manifests: readonly Manifest[]
  /** The reviewed lock file of the stack. */
  readonly lock: string
  /** Where the stack has CustomResourceDefinitions from. */
  readonly schemas: SchemaSources
  /** What is to be told of the graph and does not block. */
  readonly problems: readonly Problem[]
}

/**
 * Reads the graph and the stack's settings the way the program does; call it after the program has run. Nothing where
 * the project has no graph.
 *
 * @throws Refusal where the graph or the settings are wrong
 */
export function readMeant({ directory, main }: Project): Meant | undefined {
  const file = join(directory, graphFile)
  if (!exists(file)) return undefined
  const { target, network, acknowledged, parts, schemas } = refusing(directory, () => {
    const { mesh, parts } = readConfig()
    return {
      target: targetOf(mesh),
      network: networkOf(mesh),
      acknowledged: mesh.acknowledged ?? [],
      parts,
      schemas: mesh,
    }
  })
  const merged = mergeWithoutStacks(validGraph(refusing(directory, () => graphIn(createRequire(main)(file)))), parts)
  const { graph } = merged
  const compiled = network ? compileWithNetwork(graph, target, network) : compile(graph, target)
  const { assumptions, manifests, problems } = compiled
  const all = [...merged.problems, ...waitingProblems(merged.waiting), ...validate(graph), ...problems]
  if (blocks(all, acknowledged)) throw new Refusal(all)
  return { intent: intentOf(graph), target, assumptions, manifests, problems: all, lock: parts.lock, schemas }
}

function graphIn(module: unknown): unknown {
  return isObject(module) && 'default' in module ? module.default : module
}

/** The program's copy of the words is not ours: the graph is read anew, as plain data. */
function validGraph(value: unknown): Graph {
  const { graph, problems } = parseGraph(value, graphFile)
  if (!graph) throw new Refusal(problems)
  return graph
}

function refusing<T>(directory: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw new Refusal(problemsOf(error, directory))
  }
}
