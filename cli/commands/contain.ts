import { Option } from 'commander'
import type { Baseline } from '../../core/analyze/contain/baseline'
import { baselineForm, baselineOf, parseBaseline } from '../../core/analyze/contain/baseline'
import { contain } from '../../core/analyze/contain/contain'
import { besideBaseline } from '../../core/analyze/contain/pods'
import type { Waiver } from '../../core/analyze/contain/waiver'
import { parseWaivers } from '../../core/analyze/contain/waiver'
import { isDate } from '../../core/model/date'
import { tellingWitness } from '../../core/analyze/diff/tell'
import type { Reach } from '../../core/analyze/reach'
import type { ContainView } from '../../core/report/contain'
import { containMarkdown, isBroken, renderBaseline, renderContain } from '../../core/report/contain'
import { changesIn } from '../../core/report/diff-view'
import { renderJson } from '../../core/report/json'
import { count } from '../../core/report/words'
import { BadInput, badInput } from '../bad-input'
import type { Verb } from '../command'
import { readFileIfThere, readText, writeFile } from '../io'
import { baseObjects, baseOption, checkStandardInput, objectsAt, report, understand } from '../manifests'
import type { Reading, Understood } from '../manifests'
import { namespaceOption } from '../namespace'
import { oneDocument } from '../one-document'
import { reachOf } from '../reached'
import type { ExitCode, Session } from '../session'
import { isMapping } from '../shape'
import { termsOf } from '../compared'

interface Options extends Reading {
  readonly baseline: string
  readonly update?: true
  readonly waivers?: string
  readonly at?: string
  readonly format: 'text' | 'json' | 'markdown'
}

const example = `
Exits with 1 where anybody could reach what neither the baseline nor a waiver admits, and with 0 where reach is the same or shrank.

Examples:
  $ npx --no ztm contain --baseline out/reach.baseline.yaml --update examples/online-boutique/expected/istio-sidecar
  $ npx --no ztm contain --baseline out/reach.baseline.yaml examples/online-boutique/expected/istio-sidecar`

/** `ztm contain`: a ratchet on reach. */
export const addContain: Verb = (program, session, choose) => {
  program
    .command('contain')
    .description('holds who can reach whom against a reviewed baseline: it may shrink, and grow only by waivers')
    .argument('<paths...>', 'files or directories of manifests, git:REVISION[:PATH], or - for standard input')
    .requiredOption('--baseline <file>', 'the baseline, YAML')
    .option('--update', 'write the baseline as reach is now')
    .option('--waivers <file>', 'what may grow, who answers for it, why, and until when, YAML')
    .option('--at <date>', 'the day on which it is judged (default: today)')
    .addOption(baseOption())
    .addOption(namespaceOption())
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json', 'markdown']).default('text'))
    .addHelpText('after', example)
    .action((paths: string[], options: Options) => {
      choose(() => (options.update ? update(paths, options, session) : hold(paths, options, session)))
    })
}

async function update(paths: readonly string[], options: Options, session: Session): Promise<ExitCode> {
  const { baseline: file } = options
  const before = readFileIfThere(file)
  const there = before === undefined ? undefined : (oneDocument(before, file) ?? {})
  if (there !== undefined && !(isMapping(there) && 'reach' in there))
    throw badInput(file, 'it is no baseline, and is not overwritten', 'name another file, or delete this one')
  const { reached, exitCode } = reachOf(await understandNow(paths, options, session), session)
  const { form, problems } = baselineForm(baselineOf(reached), reached)
  if (exitCode !== 0 || report(problems, session) !== 0) {
    session.err(`${file} is not written: a baseline of what is not known would admit anything\n`)
    return 2
  }
  const text = renderBaseline(form)
  if (text !== before) writeFile(file, text)
  const ports = count(Object.keys(form.reach).length, 'place')
  session.err(text === before ? `${file} is current\n` : `wrote ${file} (${ports} that somebody can reach)\n`)
  return 0
}

async function hold(paths: readonly string[], options: Options, session: Session): Promise<ExitCode> {
  const today = dayOf(options.at)
  const questions: Reach['questions'] = new Map()
  const baseline = readBaseline(options.baseline, questions)
  const waivers = options.waivers === undefined ? [] : await readWaivers(options.waivers, session)
  const understood = await understandNow(paths, options, session)
  const beside = { ...understood, layer: besideBaseline(understood.layer, baseline.pods) }
  const { reached, exitCode } = reachOf(beside, session)
  session.progress.step('comparing')
  const found = contain(reached, baseline, { waivers, today })
  const terms = termsOf({ ...reached, questions: new Map([...questions, ...reached.questions]) })
  const changes = found.grown.map(change => ({
    ...change,
    shown: (region: Parameters<typeof tellingWitness>[0]) => ({
      witness: tellingWitness(region, change, terms),
      because: { old: [], now: change.because.now(region), changed: [] },
    }),
  }))
  const { admitted } = changesIn({ changes, terms: { old: terms, now: terms } })
  const view: ContainView = { ...found, baseline: options.baseline, at: today, grown: admitted }
  await session.out(
    {
      text: () => renderContain(view, session.style),
      json: () => renderJson({ contained: !isBroken(view), ...view }),
      markdown: () => containMarkdown(view),
    }[options.format](),
  )
  if (exitCode !== 0) return 2
  return isBroken(view) ? 1 : 0
}

async function understandNow(paths: readonly string[], options: Options, session: Session): Promise<Understood> {
  const { base = [], waivers } = options
  checkStandardInput([...paths, ...base, ...(waivers === undefined ? [] : [waivers])])
  const lower = await baseObjects(options, session)
  return understand(await objectsAt(paths, session, options), lower, session)
}

function readBaseline(file: string, questions: Reach['questions']): Baseline {
  const text = readFileIfThere(file)
  if (text === undefined) {
    throw badInput(file, 'there is no such baseline', 'write it with `--update`, and review it')
  }
  const { baseline, problems } = parseBaseline(oneDocument(text, file) ?? {}, file, questions)
  if (!baseline) throw new BadInput(problems)
  return baseline
}

async function readWaivers(file: string, session: Session): Promise<readonly Waiver[]> {
  const { waivers, problems } = parseWaivers(oneDocument(await readText(file, session.stdin), file) ?? {}, file)
  if (problems.length > 0) throw new BadInput(problems)
  return waivers
}

function dayOf(at: string | undefined): string {
  if (at === undefined) return new Date().toISOString().slice(0, 10)
  if (isDate(at)) return at
  throw badInput('--at', `expected a date, got \`${at}\``, 'write for instance `--at 2026-12-31`')
}
