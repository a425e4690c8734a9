import { fragmentsShape } from '../components/config-shape-fragments'
import type { FragmentSettings } from '../components/config-shape-fragments'
import { schemaProblems } from '../components/schema-problems'
import type { Merged, Offered } from '../core/graph/fragments/merge'
import { lockedFragments, mergeFragments } from '../core/graph/fragments/merge'
import type { Graph } from '../core/graph/graph'
import { mapValues } from '../core/graph/plain'
import { BadInput, badInput } from './bad-input'
import { readFileIfThere } from './io'
import { oneDocument } from './one-document'
import { runPulumi } from './programs'
import type { Session } from './session'
import { isMapping } from './shape'

/** A graph, where its fragments are listed, and the lock file that has what was last accepted of each. */
export interface FragmentTask {
  readonly graph: Graph
  /** A stack's file, or one that holds nothing but the list; none where there are no fragments. */
  readonly listed?: string
  readonly lock: string
  readonly session: Session
}

/**
 * Merges the fragments that a file lists into a graph. Those of stacks are asked of the Pulumi CLI, since only it can read a backend.
 *
 * @throws BadInput where the list cannot be read
 */
export function mergeListed({ graph, listed, lock, session }: FragmentTask): Merged {
  const settings = listed === undefined ? {} : readList(listed)
  const sources = mapValues(settings, (one, name) => {
    session.progress.step(`reading fragment ${name}`)
    return { namespaces: one.namespaces, offered: offerOf(one) }
  })
  return mergeFragments({ graph, sources, locked: lockedFragments(readFileIfThere(lock)) })
}

function readList(file: string): Readonly<Record<string, FragmentSettings>> {
  const text = readFileIfThere(file)
  if (text === undefined)
    throw badInput(file, 'there is no such file', 'name a stack’s file, such as `Pulumi.prod.yaml`')
  const value = fragmentsIn(oneDocument(text, file), file)
  const problems = schemaProblems(fragmentsShape, value)
  if (problems.length > 0) throw new BadInput(problems.map(problem => ({ ...problem, at: `${file} ${problem.at}` })))
  return fragmentsShape.parse(value)
}

/** `config: { <project>:fragments: … }` of a stack's file, or the document itself. */
function fragmentsIn(document: unknown, file: string): unknown {
  if (!isMapping(document) || !isMapping(document.config)) return document
  const [, fragments] = Object.entries(document.config).find(([key]) => key.endsWith(':fragments')) ?? []
  if (fragments !== undefined) return fragments
  throw badInput(
    file,
    'the stack lists no fragments',
    'list them under `zero-trust-mesh:fragments`, or leave out `--fragments`',
  )
}

function offerOf({ stack, output = 'fragment', file }: FragmentSettings): Offered {
  if (stack !== undefined) return outputOf(stack, output)
  const text = file === undefined ? undefined : readFileIfThere(file)
  if (file === undefined || text === undefined) return { kind: 'missing', why: `there is no file \`${file ?? ''}\`` }
  return parsed(() => oneDocument(text, file), `\`${file}\` is neither YAML nor JSON`)
}

function outputOf(stack: string, output: string): Offered {
  const run = runPulumi(['stack', 'output', output, '--json', '--non-interactive', '--stack', stack])
  if (run.kind === 'absent')
    return { kind: 'missing', why: 'the program `pulumi` is needed to read other stacks, and is not there' }
  if (run.kind === 'failed') return { kind: 'missing', why: run.why.replace(/^error: /, '') }
  const text = new TextDecoder().decode(run.output)
  return parsed(() => JSON.parse(text) as unknown, `the output \`${output}\` of \`${stack}\` is no JSON`)
}

function parsed(parse: () => unknown, why: string): Offered {
  try {
    return { kind: 'found', value: parse() }
  } catch {
    return { kind: 'missing', why }
  }
}
