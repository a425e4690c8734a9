import { parseGraph } from '../core/graph/schema'
import type { Graph } from '../core/graph/graph'
import { validate } from '../core/graph/validate'
import type { Problem } from '../core/model/problem'
import { BadInput, badInput } from './bad-input'
import { loadModule, readText } from './io'
import { oneDocument } from './one-document'
import { isMapping } from './shape'

/** A graph without errors, and what else there is to say about it. */
export interface ReadGraph {
  readonly graph: Graph
  readonly problems: readonly Problem[]
}

/** What a graph becomes before it is looked at as a whole, and what there is to say of that. */
export type Prepare = (graph: Graph) => ReadGraph

/**
 * Reads a graph: the default export of a TypeScript or JavaScript file, or a YAML or JSON document, also from standard
 * input. Throws {@link BadInput} with everything that is wrong with it.
 *
 * @param prepare what is merged into it
 */
export async function readGraph(
  path: string,
  stdin: AsyncIterable<Uint8Array>,
  prepare: Prepare = graph => ({ graph, problems: [] }),
): Promise<ReadGraph> {
  const value = /\.(?:ts|js|cjs)$/.test(path) ? exportedFrom(path) : writtenIn(await readText(path, stdin), path)
  const parsed = parseGraph(value, path)
  if (!parsed.graph) throw new BadInput(parsed.problems)
  const { graph, problems: told } = prepare(parsed.graph)
  const problems = [
    ...parsed.problems,
    ...told,
    ...validate(graph).map(problem => ({ ...problem, at: `${path} ${problem.at}` })),
  ]
  if (problems.some(({ severity }) => severity === 'error')) throw new BadInput(problems)
  return { graph, problems }
}

function exportedFrom(path: string): unknown {
  const loaded = load(path)
  const graph = isMapping(loaded) && 'default' in loaded ? loaded.default : undefined
  if (graph === undefined)
    throw badInput(path, 'it has no default export', 'write `export default defineGraph({ … }).calls({ … })`')
  if (isMapping(graph) && typeof graph.calls === 'function')
    throw badInput(
      path,
      'its default export declares no calls',
      'add `.calls({ … })` to the end of `defineGraph({ … })`',
    )
  return graph
}

function load(path: string): unknown {
  try {
    return loadModule(path)
  } catch (error) {
    if (error instanceof BadInput) throw error
    throw badInput(placeOf(error, path), `it cannot be loaded: ${reasonOf(error)}`)
  }
}

/** The first line of what was thrown; for a syntax error, the compiler's own words. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const diagnostic = /ERROR: (.*)/.exec(text)?.[1]
  return (diagnostic ?? text.split('\n')[0] ?? '').replace(/\.$/, '')
}

/** The place in the file that threw, where the error tells. */
function placeOf(error: unknown, path: string): string {
  if (!(error instanceof Error)) return path
  const name = (path.split(/[\\/]/).pop() ?? path).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const [, line, column] =
    new RegExp(`${name}[:(](\\d+)[:,](\\d+)`).exec(`${error.message}\n${error.stack ?? ''}`) ?? []
  if (line === undefined || column === undefined) return path
  // The compiler counts columns from 0, everybody else from 1.
  return `${path}:${line}:${Number(column) + (error.name === 'TransformError' ? 1 : 0)}`
}

function writtenIn(text: string, path: string): unknown {
  const document = oneDocument(text, path)
  if (document === undefined) throw badInput(path, 'the file is empty', 'a graph has `services` and `calls`')
  return document
}
