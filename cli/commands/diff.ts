import { Option } from 'commander'
import type { Change } from '../../core/analyze/diff/change'
import { diff } from '../../core/analyze/diff/diff'
import { tellingWitness } from '../../core/analyze/diff/tell'
import type { Workload } from '../../core/analyze/layer'
import type { Reach } from '../../core/analyze/reach'
import { reachBoth } from '../../core/analyze/reach-both'
import { trustedCallers } from '../../core/analyze/regions/callers'
import type { Sourced } from '../../core/model/manifest'
import type { Region } from '../../core/model/region'
import type { DiffView, Shown } from '../../core/report/diff'
import { diffMarkdown, isWider, renderDiff } from '../../core/report/diff'
import type { Terms, ViewedChange } from '../../core/report/diff-view'
import { changesIn } from '../../core/report/diff-view'
import { renderJson } from '../../core/report/json'
import { visible } from '../../core/report/words'
import type { ChangedObjects } from '../changed-objects'
import { changedObjects } from '../changed-objects'
import type { Verb } from '../command'
import { baseObjects, baseOption, checkStandardInput, objectsAt, understand } from '../manifests'
import type { Reading, Understood } from '../manifests'
import { namespaceOption } from '../namespace'
import type { Reached } from '../reached'
import { whatIsKnown } from '../reached'
import type { ExitCode, Session } from '../session'

interface Options extends Reading {
  readonly format: 'text' | 'json' | 'markdown'
}

const example = `
A state is a file or directory of manifests, - for standard input, or a git revision: git:main, git:main:path/in/repository.
Exits with 1 where anything is newly admitted, be it only possibly, and with 0 where reach only shrank or is the same.

Examples:
  $ npx --no ztm diff examples/bookinfo/expected/istio-sidecar examples/bookinfo/expected/istio-ambient
  $ npx --no ztm diff git:HEAD:examples/bookinfo/expected/istio-sidecar examples/bookinfo/expected/istio-sidecar`

/** `ztm diff`: what a change newly admits and newly cuts. */
export const addDiff: Verb = (program, session, choose) => {
  program
    .command('diff')
    .description('says which calls a change of manifests newly admits, and which it cuts, and the objects responsible')
    .argument('<old>', 'the manifests as they were: a file, a directory, -, or git:REVISION[:PATH]')
    .argument('<new>', 'the manifests as they are to be')
    .addOption(baseOption('what lies in the cluster in both states; the manifests override it; may be repeated'))
    .addOption(namespaceOption())
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json', 'markdown']).default('text'))
    .addHelpText('after', example)
    .action((old: string, now: string, options: Options) => {
      choose(() => showDiff([old, now], options, session))
    })
}

async function showDiff([old, now]: readonly [string, string], options: Options, session: Session): Promise<ExitCode> {
  checkStandardInput([old, now, ...(options.base ?? [])])
  const base = await baseObjects(options, session)
  const before = await readingOf(old, { base, options, session })
  const after = await readingOf(now, { base, options, session })
  const workloads = before.layer.workloads.length + after.layer.workloads.length
  session.progress.step(`computing who may reach ${workloads} workloads`)
  const reached = reachBoth(before.layer, after.layer)
  const [a, b] = [stateOf(before, reached[0], session), stateOf(after, reached[1], session)]
  session.progress.step('comparing')
  const view = viewOf(a, b)
  await session.out(
    { text: () => renderDiff(view, session.style), json: () => renderJson(view), markdown: () => diffMarkdown(view) }[
      options.format
    ](),
  )
  if (a.exitCode !== 0 || b.exitCode !== 0) return 2
  return isWider(view) ? 1 : 0
}

interface Read extends Understood {
  readonly name: string
  readonly inputs: readonly Sourced[]
}

type State = Read & Reached

interface Reader {
  readonly base: readonly Sourced[]
  readonly options: Options
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

function viewOf(old: State, now: State): DiffView {
  const found = diff(old.reached, now.reached)
  const terms = { old: termsOf(old.reached), now: termsOf(now.reached) }
  const objects = changedObjects(old.inputs, now.inputs)
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
