import type { Change } from '../core/analyze/diff/change'
import { diff } from '../core/analyze/diff/diff'
import { tellingWitness } from '../core/analyze/diff/tell'
import type { Workload } from '../core/analyze/layer'
import type { Reach } from '../core/analyze/reach'
import { reachBoth } from '../core/analyze/reach-both'
import { trustedCallers } from '../core/analyze/regions/callers'
import type { Sourced } from '../core/model/manifest'
import type { Region } from '../core/model/region'
import type { DiffView, Shown } from '../core/report/diff'
import type { Terms, ViewedChange } from '../core/report/diff-view'
import { changesIn } from '../core/report/diff-view'
import { visible } from '../core/report/words'
import type { ChangedObjects } from './changed-objects'
import { changedObjects } from './changed-objects'
import { baseObjects, checkStandardInput, objectsAt, understand } from './manifests'
import type { Reading, Understood } from './manifests'
import type { Reached } from './reached'
import { whatIsKnown } from './reached'
import type { ExitCode, Session } from './session'

/** Two states of manifests, and what became of who may reach whom. */
export interface Compared {
  readonly old: Read
  readonly now: Read
  /** What lies in the cluster in both. */
  readonly base: readonly Sourced[]
  readonly objects: ChangedObjects
  readonly view: DiffView
  /** 2 where something in either could not be read. */
  readonly exitCode: ExitCode
}

/** Reads the states that two paths name and compares them. Problems are printed. Throws BadInput. */
export async function compared(
  [old, now]: readonly [string, string],
  options: Reading,
  session: Session,
): Promise<Compared> {
  checkStandardInput([old, now, ...(options.base ?? [])])
  const base = await baseObjects(options, session)
  const before = await readingOf(old, { base, options, session })
  const after = await readingOf(now, { base, options, session })
  const workloads = before.layer.workloads.length + after.layer.workloads.length
  session.progress.step(`computing who may reach ${workloads} workloads`)
  const reached = reachBoth(before.layer, after.layer)
  const [a, b] = [stateOf(before, reached[0], session), stateOf(after, reached[1], session)]
  session.progress.step('comparing')
  const objects = changedObjects(a.inputs, b.inputs)
  const exitCode = a.exitCode !== 0 || b.exitCode !== 0 ? 2 : 0
  return { old: a, now: b, base, objects, view: viewOf(a, b, objects), exitCode }
}

/** A state as it was read. */
export interface Read extends Understood {
  readonly name: string
  readonly inputs: readonly Sourced[]
}

type State = Read & Reached

interface Reader {
  readonly base: readonly Sourced[]
  readonly options: Reading
  readonly session: Session
}

async function readingOf(path: string, { base, options, session }: Reader): Promise<Read> {
  const inputs = await objectsAt([path], session, options)
  const name = path === '-' ? 'standard input' : path
  return { name, inputs, ...understand(inputs, base, session) }
}

function stateOf(before: Read, reached: Reach, session: Session): State {
  return { ...before, ...whatIsKnown(before, reached, session) }
}

function viewOf(old: State, now: State, objects: ChangedObjects): DiffView {
  const found = diff(old.reached, now.reached)
  const terms = { old: termsOf(old.reached), now: termsOf(now.reached) }
  const changes = found.changes.map((change): ViewedChange => ({
    ...change,
    shown: (region, state) => ({
      witness: tellingWitness(region, change, terms[state]),
      because: becauseOf(change, region, objects),
    }),
  }))
  return {
    names: { old: visible(old.name), now: visible(now.name) },
    ...changesIn({ changes, terms }),
    workloads: {
      came: found.came.map(nameOf),
      gone: found.gone.map(nameOf),
      renamed: found.renamed.map(({ old: a, now: b }) => `${nameOf(a)} is now ${nameOf(b)}`),
    },
    floor: found.floor,
    compared: found.workloads,
  }
}

function becauseOf({ because, callee }: Change, region: Region, objects: ChangedObjects): Shown['because'] {
  const [old, now] = [because.old(region), because.now(region)]
  const marked = { old: old.map(objects.mark), now: now.map(objects.mark) }
  const isTold = [...old, ...now].some(reason => objects.mark(reason) !== reason)
  return { ...marked, changed: isTold ? [] : objects.near(callee.split('/')[0] ?? '') }
}

/** What the callers and requests of a state are put into words with. */
export function termsOf({ domains, questions, nodeNetworks }: Reach): Terms & Pick<Reach, 'questions'> {
  return { domains, trusted: trustedCallers(domains), questions, ...(nodeNetworks && { nodeNetworks }) }
}

function nameOf({ kind, namespace, name }: Workload): string {
  return visible(`${kind} ${namespace}/${name}`)
}
