import { z } from 'zod'
import type { Fields } from './config-words'
import { label, text } from './config-words'

/** One team's fragment: where its services may be, and where it is found: an output of a stack, or a file. */
export interface FragmentSettings {
  /** The namespaces that are the team's alone. */
  readonly namespaces: readonly string[]
  /** The stack that exports it: `organization/project/stack`. Either this or `file`. */
  readonly stack?: string
  /** The stack's output. @default 'fragment' */
  readonly output?: string
  /** A file with it, YAML or JSON; the path is relative to the project. */
  readonly file?: string
}

const fragment = z
  .strictObject({
    namespaces: z.array(label).min(1, { error: 'expected one namespace at least' }),
    stack: text.exactOptional(),
    output: text.exactOptional(),
    file: text.exactOptional(),
  } satisfies Fields<FragmentSettings>)
  .refine(({ stack, file }) => (stack === undefined) !== (file === undefined), {
    error: 'expected one of `stack` and `file`',
  })

/** Fragments by name. */
export const fragmentsShape = z.record(label, fragment)
