import { parse } from 'yaml'
import type { FragmentSource, Merged, Offered } from '../core/graph/fragments/merge'
import { lockedFragments, mergeFragments } from '../core/graph/fragments/merge'
import type { Graph } from '../core/graph/graph'
import { mapValues } from '../core/graph/plain'
import type { FragmentSettings } from './config-shape-fragments'
import { StackOutputs } from './stack-outputs'
import { readText } from './text-file'

/** The fragments of a stack, by name. */
export interface FragmentsSettings {
  readonly fragments: Readonly<Record<string, FragmentSettings>>
  /** The reviewed lock file, which has what was last accepted of each; relative to the project. */
  readonly lock: string
}

/** A graph with the fragments of a stack's configuration, each as its stack or file has it now. */
export async function mergeConfigured(graph: Graph, settings: FragmentsSettings): Promise<Merged> {
  const stacks = new StackOutputs()
  const offered = await Promise.all(
    Object.entries(settings.fragments).map(async ([name, one]) => [name, await offerOf(one, stacks)] as const),
  )
  return merge(graph, settings, new Map(offered))
}

/** As {@link mergeConfigured}, where no other stack can be read: fragments of stacks are those that were last accepted. */
export function mergeWithoutStacks(graph: Graph, settings: FragmentsSettings): Merged {
  const offered = Object.entries(settings.fragments).map(
    ([name, { file }]) => [name, file === undefined ? unreadable : readFragment(file)] as const,
  )
  return merge(graph, settings, new Map(offered))
}

/** What a reader without a Pulumi backend says of other stacks. */
export const noBackend = 'no other stack can be read without the Pulumi CLI'

const unreadable: Offered = { kind: 'missing', why: noBackend }

function merge(graph: Graph, { fragments, lock }: FragmentsSettings, offered: ReadonlyMap<string, Offered>): Merged {
  const sources = mapValues(fragments, ({ namespaces }, name): FragmentSource => {
    return { namespaces, offered: offered.get(name) ?? unreadable }
  })
  return mergeFragments({
    graph,
    sources,
    locked: Object.keys(fragments).length === 0 ? {} : lockedFragments(readText(lock)),
  })
}

async function offerOf(settings: FragmentSettings, stacks: StackOutputs): Promise<Offered> {
  const { stack, output = 'fragment', file } = settings
  if (file !== undefined) return readFragment(file)
  return stack === undefined ? { kind: 'missing', why: 'nothing says where it is' } : stacks.read(stack, output)
}

function readFragment(file: string): Offered {
  const text = readText(file)
  if (text === undefined) return { kind: 'missing', why: `\`${file}\` cannot be read` }
  try {
    return { kind: 'found', value: parse(text, { logLevel: 'silent' }) as unknown }
  } catch {
    return { kind: 'missing', why: `\`${file}\` is neither YAML nor JSON` }
  }
}
