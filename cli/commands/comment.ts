import type { CommentFinding, CommentView } from '../../core/report/comment'
import { isRefused, renderComment } from '../../core/report/comment'
import { isWider } from '../../core/report/diff'
import { prose } from '../../core/report/markdown'
import { visible } from '../../core/report/words'
import { rules } from '../../policypacks/zero-trust/rules'
import { checkManifests } from '../../policypacks/zero-trust/run'
import type { Settings } from '../../policypacks/zero-trust/run'
import { aboutBase, beneath } from '../beneath'
import { badInput } from '../bad-input'
import type { Verb } from '../command'
import type { Compared, Read } from '../compared'
import { compared } from '../compared'
import { readFileIfThere, writeFile } from '../io'
import { baseOption } from '../manifests'
import type { Reading } from '../manifests'
import { namespaceOption } from '../namespace'
import { previewIn } from '../preview-file'
import type { PreviewFile } from '../preview-file'
import { readSettings } from '../rule-settings'
import type { ExitCode, Session } from '../session'

/** The most bytes a comment has. GitHub takes 65,536 characters, GitLab a million. */
const mostBytes = 60_000

interface Options extends Reading {
  readonly output?: string
  readonly link?: string
  readonly title?: string
  readonly lock?: string
  readonly config?: string
  readonly log?: string
  readonly accepted?: boolean
}

const example = `
OLD and NEW are what \`npm run preview -- --out DIR\` wrote for each, or any manifests, as of ztm diff. Of the former the findings are the preview's; of any
manifests they are those of ztm check, and block where OLD does not have them.

Examples:
  $ npx --no ztm comment examples/bookinfo/expected/istio-sidecar examples/bookinfo/expected/istio-ambient
  $ npx --no ztm comment git:HEAD:examples/bookinfo/expected/istio-sidecar examples/bookinfo/expected/istio-sidecar --title Bookinfo

Exit codes: 0 clean; 1 something is newly admitted, or found that blocks; 2 bad input, or something that could not be read.
docs/pull-requests.md has workflows for it.`

/** `ztm comment`: what a change does, as one comment on a pull request. */
export const addComment: Verb = (program, session, choose) => {
  program
    .command('comment')
    .description(
      'composes a comment on a pull request: what is newly admitted, what is cut, findings and resources, in Markdown of at most 60 kB',
    )
    .argument('<old>', 'the manifests as they were: a file, a directory, -, or git:REVISION[:PATH]')
    .argument('<new>', 'the manifests as they are to be')
    .option('--output <file>', 'write it there, and where it is cut the whole beside it, FILE.whole.md')
    .option('--link <url>', 'where readers find the whole')
    .option('--title <text>', 'what changes (default: the project and stack that were previewed)')
    .option('--lock <file>', 'the intent.lock.json that manifests are held against')
    .option('--config <file>', 'settings of the rules, YAML or JSON')
    .option('--log <file>', 'what another program said, such as pulumi preview; its end is shown, folded')
    .option('--accepted', 'somebody has accepted what is newly admitted: exit with 1 for findings alone')
    .addOption(baseOption('what lies in the cluster in both states; the manifests override it; may be repeated'))
    .addOption(namespaceOption())
    .addHelpText('after', example)
    .action((old: string, now: string, options: Options) => {
      choose(() => comment([old, now], options, session))
    })
}

async function comment(paths: readonly [string, string], options: Options, session: Session): Promise<ExitCode> {
  checkLink(options)
  const [before, after] = [previewIn(paths[0]), previewIn(paths[1])]
  const states = await compared(paths, options, session)
  const found = after ? findingsOf(after, before) : await checked(states, options, session)
  const view = viewOf({ states, before, after, found, options })
  await deliver(view, options, session)
  if (states.exitCode !== 0) return states.exitCode
  return isRefused(view) && !(options.accepted === true && isOnlyWider(view)) ? 1 : 0
}

function isOnlyWider(view: CommentView): boolean {
  return (
    isWider(view.reach) &&
    !isRefused({ ...view, reach: { ...view.reach, admitted: [], floor: { came: [], gone: [] } } })
  )
}

/** It becomes a link in the comment. */
function checkLink({ link }: Options): void {
  if (link === undefined || /^https?:\/\/[^\s()<>]{1,300}$/.test(link)) return
  throw badInput('--link', 'it is no address of a page', 'it begins with `https://` and has no spaces and brackets')
}

/** The preview's findings, and which of them its predecessor did not have. */
function findingsOf({ findings }: PreviewFile, before: PreviewFile | undefined): readonly CommentFinding[] {
  const key = ({ rule, about, text }: PreviewFile['findings'][number]): string => JSON.stringify([rule, about, text])
  const known = new Set(before?.findings.map(key))
  return findings.map(finding => ({ ...finding, isNew: before && !known.has(key(finding)) }))
}

/** What the rules say of the new manifests; what they say of the old ones too is nobody's fault today. */
async function checked(states: Compared, options: Options, session: Session): Promise<readonly CommentFinding[]> {
  const settings = await readSettings(options, session)
  const [old, now] = [found(states.old, states, settings), found(states.now, states, settings)]
  return [...now].map(([key, finding]) => ({ ...finding, isNew: !old.has(key), blocks: !old.has(key) }))
}

type Found = Pick<CommentFinding, 'rule' | 'about' | 'text'>

function found({ inputs }: Read, states: Compared, settings: Settings): ReadonlyMap<string, Found> {
  const base = beneath(inputs, states.base)
  const isOfBase = aboutBase(base)
  const all = checkManifests(rules, [...inputs, ...base], settings).filter(finding => !isOfBase(finding))
  return new Map(
    all.map(({ rule, resource, path, message }) => [
      JSON.stringify([rule, resource, path, message]),
      { rule, about: resource, text: path === '' ? message : `\`${path}\` ${message}` },
    ]),
  )
}

interface Materials {
  readonly states: Compared
  readonly before: PreviewFile | undefined
  readonly after: PreviewFile | undefined
  readonly found: readonly CommentFinding[]
  readonly options: Options
}

function viewOf({ states, before, after, found, options }: Materials): CommentView {
  const { view, objects } = states
  const { new: came, changed, removed: gone } = objects.names
  return {
    title: options.title ?? (after ? `${after.project} · ${after.stack}` : `${view.names.old} → ${view.names.now}`),
    reach: view,
    findings: found,
    differences: after?.differences ?? [],
    reasons: after?.reasons ?? [],
    notJudged: after?.notJudged ?? [],
    resources: before && after ? resourcesOf(before.resources, after.resources) : { came, changed, gone },
    log: options.log === undefined ? [] : logOf(options.log),
  }
}

type Resources = PreviewFile['resources']

function resourcesOf(old: Resources, now: Resources): CommentView['resources'] {
  const labels = (resources: Resources, pick: (urn: string) => boolean): readonly string[] =>
    Object.entries(resources).flatMap(([urn, { label }]) => (pick(urn) ? [label] : []))
  return {
    came: labels(now, urn => old[urn] === undefined),
    changed: labels(now, urn => old[urn] !== undefined && old[urn].digest !== now[urn]?.digest),
    gone: labels(old, urn => now[urn] === undefined),
  }
}

function logOf(path: string): readonly string[] {
  const text = readFileIfThere(path)
  if (text === undefined) throw badInput(path, 'there is no such file')
  const plain = text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '').trimEnd()
  return plain === '' ? [] : plain.split(/\r?\n/).map(line => visible(line.replaceAll('\t', '  ')))
}

async function deliver(view: CommentView, { output, link }: Options, session: Session): Promise<void> {
  const whole = output === undefined ? undefined : `${output.replace(/\.md$/, '')}.whole.md`
  const name = whole === undefined ? 'file that `--output` writes' : prose(whole.split('/').at(-1) ?? whole, 100)
  const where = link === undefined ? `The whole is in the ${name}.` : `The whole is in [${name}](${link}).`
  const text = renderComment(view, { most: mostBytes, where })
  if (output === undefined || whole === undefined) return session.out(text)
  const all = renderComment(view, { most: Infinity, where })
  writeFile(output, text)
  writeFile(whole, all)
  session.note(`wrote ${output} and ${whole}`)
}
