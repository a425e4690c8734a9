import { Option } from 'commander'
import type { Layer } from '../core/analyze/layer'
import { read } from '../core/analyze/read-istio'
import type { Sourced } from '../core/model/manifest'
import { blocks } from '../core/model/problem'
import type { Problem } from '../core/model/problem'
import { renderProblems } from '../core/report/problems'
import { count, visible } from '../core/report/words'
import { BadInput, badInput } from './bad-input'
import { collect } from './command'
import { readObjects, standardInput } from './io'
import type { ExitCode, Session } from './session'
import { hookNotes } from './hooks'
import { isUnrendered, unrenderedWarnings } from './unrendered'

/** A file that takes about a second to parse, in bytes. */
const large = 1_000_000

/** How manifests are read: the options that the verbs share. */
export interface Reading {
  /** The namespace of namespaced objects that name none. */
  readonly namespace?: string
  /** Where the objects are that lie in the cluster already. */
  readonly base?: readonly string[]
}

/** `--base`, which verbs take that judge what is to be added to a cluster. */
export function baseOption(
  what = 'what lies in the cluster already; the manifests override it; may be repeated',
): Option {
  return new Option('--base <path>', what).argParser(collect)
}

/** The objects of `--base`; none where it is not given. Throws {@link BadInput}. */
export async function baseObjects(reading: Reading, session: Session): Promise<readonly Sourced[]> {
  const { base = [] } = reading
  return base.length > 0 ? objectsAt(base, session, reading) : []
}

/** The objects in files, directories and standard input; what was passed over is noted, and what is not
 * rendered warned of. Throws {@link BadInput}. */
export async function objectsAt(
  paths: readonly string[],
  session: Session,
  { namespace }: Reading = {},
): Promise<readonly Sourced[]> {
  const { inputs, problems, notes, unrendered } = await readObjects(paths, {
    stdin: session.stdin,
    ...(namespace !== undefined && { namespace }),
    onFile: (path, size) => {
      session.progress.step(`reading ${path}`, size > large ? 'heavy' : 'light')
    },
  })
  for (const note of [...notes, ...hookNotes(inputs)]) session.note(visible(note))
  for (const warning of unrenderedWarnings(unrendered))
    session.err(`${session.errStyle.yellow('warning')}: ${warning}\n`)
  if (problems.length > 0) throw new BadInput(problems)
  return inputs
}

/** What manifests mean, as far as it could be read. */
export interface Understood {
  readonly layer: Layer
  /** 2 where something in them could not be read; it is `unknown` in the layer, so that answers stay right. */
  readonly exitCode: ExitCode
  readonly skipped: Readonly<Record<string, number>>
}

/** Reads objects, on top of those of `base`. Problems are printed, and kinds that mean nothing here are counted. */
export function understand(inputs: readonly Sourced[], base: readonly Sourced[], session: Session): Understood {
  session.progress.step('reading objects')
  const { layer, problems, skipped } = read(inputs, { base })
  const exitCode = report(problems, session)
  noteSkipped(skipped, session)
  return { layer, exitCode, skipped }
}

/**
 * Counts the objects of kinds that mean nothing here, for verbs that have no other use for what is understood; what another layer decides, such as who gets in by an Ingress, is said
 * all the same.
 */
export function countSkipped(inputs: readonly Sourced[], session: Session): void {
  const { skipped, problems } = read(inputs)
  const elsewhere = problems.filter(({ severity }) => severity === 'delegated')
  report(elsewhere, session)
  noteSkipped(skipped, session)
}

/** Prints problems; the exit code says whether any of them blocks. */
export function report(problems: readonly Problem[], session: Session): ExitCode {
  if (problems.length > 0) session.err(renderProblems(problems, session.errStyle))
  return blocks(problems) ? 2 : 0
}

/** Refuses to read standard input twice. Throws {@link BadInput}. */
export function checkStandardInput(paths: readonly string[]): void {
  if (paths.filter(path => path === standardInput).length < 2) return
  throw badInput('-', 'standard input can be read only once', 'give one of the two as a file')
}

function noteSkipped(skipped: Readonly<Record<string, number>>, session: Session): void {
  const said = Object.entries(skipped).filter(([kind]) => !isUnrendered(kind))
  const kinds = said.map(([kind, number]) => `${kind} ${number}`)
  if (kinds.length === 0) return
  const objects = said.reduce((sum, [, number]) => sum + number, 0)
  const what = `${count(objects, 'object')} skipped, of kinds that say nothing about who may call whom`
  session.note(`${what}: ${visible(kinds.sort().join(', '))}`)
}
