import { compile, compileWithNetwork } from '../core/compile/compile'
import type { Compiled, MeshTarget, NetworkSettings } from '../core/compile/target'
import { readDefinitions } from '../core/analyze/schema/definitions'
import { misfitProblem, validateObjects } from '../core/analyze/schema/validate-objects'
import type { Graph } from '../core/graph/graph'
import { intentOf } from '../core/graph/intent'
import { parseGraph } from '../core/graph/schema'
import { validate } from '../core/graph/validate'
import type { Manifest } from '../core/model/manifest'
import { objectName } from '../core/model/manifest'
import type { Problem } from '../core/model/problem'
import { blocks } from '../core/model/problem'
import type { SchemaSources } from './definitions'
import { definitionsOf } from './definitions'
import { digestOf } from './digest'

/** A graph, and what it is to be compiled for. */
export interface Question {
  readonly graph: Graph
  readonly target: MeshTarget
  /** What is known of the network below the mesh, where that is to have policies too. @default it is left open */
  readonly network?: NetworkSettings
  /** Codes of `narrowed` problems that are accepted. @default [] */
  readonly acknowledged?: readonly string[]
  /** Where CustomResourceDefinitions are. @default policies are held against what the analyzer reads of them, and nothing else is */
  readonly schemas?: SchemaSources
}

/** What became of a graph: manifests to register, unless something blocks. */
export interface Judged {
  /** Empty where anything blocks: half of a mesh's policies open what the other half would have closed. */
  readonly manifests: readonly Manifest[]
  /** The labels of the graph's namespaces; empty where anything blocks. */
  readonly namespaces: Compiled['namespaces']
  /** Their annotations, in the same way. */
  readonly annotations: NonNullable<Compiled['annotations']>
  /** `sha256:…` of what the graph means; absent where the graph cannot be read. */
  readonly digest?: string
  readonly blocking: readonly Problem[]
  /** What to tell and not to stop for. */
  readonly told: readonly Problem[]
}

/**
 * Reads, validates and compiles a graph. The program runs without type checks, so the graph's very shape is in question.
 */
export function judge({ graph: given, target, network, acknowledged = [], schemas = {} }: Question): Judged {
  const { graph, problems: misshapen } = parseGraph(given, '')
  if (!graph) return { ...nothing, blocking: misshapen, told: [] }
  const invalid = validate(graph)
  const blocking = (problems: readonly Problem[]) => problems.filter(problem => blocks([problem], acknowledged))
  // A graph with errors means nothing that could be compiled.
  if (blocks(invalid, [...acknowledged, ...narrowed(invalid)])) {
    return { ...nothing, blocking: blocking(invalid), told: [] }
  }
  // All of them are targets once the compiler knows the last.
  const compiled = network ? compileWithNetwork(graph, target, network) : compile(graph, target)
  const problems = [...invalid, ...compiled.problems]
  const blocked = blocking(problems)
  const stops = blocked.length > 0 ? blocked : shapeProblems(compiled.manifests, schemas)
  const { manifests, namespaces, annotations = {} } = stops.length > 0 ? nothing : compiled
  return {
    manifests,
    namespaces,
    annotations,
    digest: digestOf(intentOf(graph)),
    blocking: stops,
    told: problems.filter(problem => !stops.includes(problem)),
  }
}

/** The server says nothing of a field it drops, and at preview nothing at all of objects in a namespace that is not there yet. */
function shapeProblems(manifests: readonly Manifest[], schemas: SchemaSources): readonly Problem[] {
  const { definitions, problems } = definitionsOf(schemas, new Set(manifests.map(({ object }) => object.kind)))
  const inputs = manifests.map(({ object }) => ({ object, at: objectName(object) }))
  return [...problems, ...validateObjects(inputs, readDefinitions(definitions)).misfits.map(misfitProblem)]
}

const nothing = { manifests: [], namespaces: {}, annotations: {} } as const

function narrowed(problems: readonly Problem[]): readonly string[] {
  return problems.filter(({ severity }) => severity === 'narrowed').map(({ code }) => code)
}
