import { groupBy } from '../model/group'
import type { Style } from './style'
import { plain } from './style'
import { cell } from './markdown'
import { capital, columns, count } from './words'

/** Who may now, or could before, ask what. */
export interface DiffLine {
  /** `shop/frontend`, `anybody`, `any mesh identity`; of what leaves the mesh the hosts that are called. */
  readonly callers: string
  /** Each of which holds on its own. */
  readonly requests: readonly string[]
  /**
   * Of what is admitted: `certain`, or `possible`, which cannot be ruled out. Of what is cut: `refused`; `unsure`, no longer certain; `ruled-out`, refused now and
   * before only possible; `narrowed`, refused but for some of it.
   */
  readonly bound: 'certain' | 'possible' | 'refused' | 'unsure' | 'ruled-out' | 'narrowed'
}

/** One request that shows a change, and the objects that decide about it in each state. */
export interface Shown {
  readonly witness: string
  /** `changed`: what is not the same in both, where none of those that decide is. */
  readonly because: Readonly<Record<'old' | 'now' | 'changed', readonly string[]>>
}

/** What changed alike at one port or several. */
export interface DiffBlock extends Shown {
  /**
   * How dangerous that is: `anonymous` is about callers without identity, `mesh` about more than named ones, `named` about those it names;
   * `leaving` is about what gets out of the mesh, whoever calls in.
   */
  readonly openness: 'anonymous' | 'mesh' | 'named' | 'leaving'
  /** `shop/cart:7070` */
  readonly callees: readonly string[]
  readonly lines: readonly DiffLine[]
}

/** What a change newly admits and newly cuts, ready to be printed. */
export interface DiffView {
  /** Where each state was read from. */
  readonly names: Readonly<Record<'old' | 'now', string>>
  readonly admitted: readonly DiffBlock[]
  readonly cut: readonly DiffBlock[]
  /** Ports at which something is certain now that was only possible before. */
  readonly assured: readonly string[]
  /** Workloads that one state alone has: `Deployment shop/cart`. */
  readonly workloads: Readonly<Record<'came' | 'gone' | 'renamed', readonly string[]>>
  /** What data planes leave open by themselves in one state alone. */
  readonly floor: Readonly<Record<'came' | 'gone', readonly string[]>>
  /** How many workloads both states have. */
  readonly compared: number
}

/** Whether anybody may reach what was closed before. */
export function isWider({ admitted, floor }: Pick<DiffView, 'admitted' | 'floor'>): boolean {
  return admitted.length + floor.came.length > 0
}

type Openness = DiffBlock['openness']

/** What newly open requests are told under, the most dangerous first. */
export const titles: readonly (readonly [Openness, string])[] = [
  ['anonymous', 'newly open to callers without identity'],
  ['mesh', 'newly open to more than named callers'],
  ['named', 'newly open to named callers'],
  ['leaving', 'newly let out of the mesh'],
]

/** For a terminal: what is newly admitted, the most dangerous first, then what is cut, then what came and went. */
export function renderDiff(view: DiffView, style: Style = plain): string {
  const admitted = admittedBlocks(view.admitted, style)
  const cut =
    view.cut.length === 0
      ? []
      : [`${style.green('newly cut')}\n${view.cut.map(block => renderBlock(block, style)).join('')}`]
  const lists = listsOf(view).map(
    ([title, items]) =>
      `${style.dim(title)}\n${few(items)
        .map(item => `  ${item}\n`)
        .join('')}`,
  )
  const summary = diffSummary(view)
  return [...admitted, ...cut, ...lists, `${isWider(view) ? summary : style.green(summary)}\n`].join('\n')
}

/** The same as Markdown, for a comment on a pull request. */
export function diffMarkdown(view: DiffView): string {
  const admitted = admittedSections(view.admitted)
  const lists = listsOf(view).flatMap(([title, items]) => [
    `### ${capital(title)}`,
    '',
    ...few(items).map(item => `- ${cell(item)}`),
    '',
  ])
  return [
    '## Change of reach',
    '',
    diffSummary(view),
    '',
    ...admitted,
    ...section('Newly cut', view.cut),
    ...lists,
  ].join('\n')
}

/** What is newly open for a terminal, the most dangerous first, a title each. */
export function admittedBlocks(admitted: readonly DiffBlock[], style: Style): readonly string[] {
  const paint = { anonymous: style.red, mesh: style.yellow, named: style.bold, leaving: style.yellow }
  return titles.flatMap(([openness, title]) => {
    const blocks = admitted.filter(block => block.openness === openness)
    return blocks.length === 0
      ? []
      : [`${paint[openness](title)}\n${blocks.map(block => renderBlock(block, style)).join('')}`]
  })
}

/** The same as tables of Markdown. */
export function admittedSections(admitted: readonly DiffBlock[]): readonly string[] {
  return titles.flatMap(([openness, title]) =>
    section(
      capital(title),
      admitted.filter(block => block.openness === openness),
    ),
  )
}

/** What changed, in one line. */
function diffSummary(view: DiffView): string {
  const { admitted, cut, floor, compared, workloads } = view
  const ports = (blocks: readonly DiffBlock[]): number => new Set(blocks.flatMap(({ callees }) => callees)).size
  const of = `${count(compared, 'workload')} compared`
  const parts = [
    ...(admitted.length > 0 ? [`newly admitted at ${count(ports(admitted), 'place')}`] : []),
    ...(floor.came.length > 0 ? ['the floor grew'] : []),
    ...(cut.length > 0 ? [`newly cut at ${count(ports(cut), 'place')}`] : []),
  ]
  if (parts.length > 0) return `${parts.join(', ')}; ${of}`
  const others = workloads.came.length + workloads.gone.length
  return `reach is the same${others > 0 ? ', though workloads came or went' : ''}; ${of}`
}

/** More of one block than anybody reads. */
const most = 8

function renderBlock({ callees, lines, witness, because }: DiffBlock, style: Style): string {
  const rows = lines.flatMap(({ callers, requests, bound }) =>
    requests.map((request, i) => [i === 0 || callers.length > 40 ? callers : '', request + notes[bound]]),
  )
  const shown = columns(rows.slice(0, most)).map(row => `    ${row}\n`)
  const rest = rows.length > most ? [`    … and ${rows.length - most} more\n`] : []
  const told = [['such as', witness] as const, ...reasons(because)]
  const details = told.map(([label, text]) => `      ${style.dim(label.padEnd(7))} ${text}\n`)
  return [`  ${style.bold(headingOf(callees))}\n`, ...shown, ...rest, ...details].join('')
}

/** What is said behind a request of how certain it is. */
export const notes: Readonly<Record<DiffLine['bound'], string>> = {
  certain: '',
  possible: '  (possible)',
  refused: '',
  unsure: '  (no longer certain)',
  'ruled-out': '  (was only possible)',
  narrowed: '  (but for what is still admitted)',
}

function reasons({ old, now, changed }: Shown['because']): readonly (readonly [string, string])[] {
  const listed = (label: string, objects: readonly string[]) =>
    few(objects).map((object, i) => [i === 0 ? label : '', object] as const)
  return [...listed('before', old), ...listed('now', now), ...listed('changed', changed)]
}

/** Ports by workload; of many workloads the first. */
export function headingOf(callees: readonly string[]): string {
  const groups = groupBy(callees, callee => workloadOf(callee) ?? callee)
  const names = [...groups].map(([workload, ports]) =>
    ports.every(port => workloadOf(port) === workload)
      ? `${workload}:${ports.map(port => port.slice(workload.length + 1)).join(', ')}`
      : workload,
  )
  const shown = names.slice(0, names.length > 6 ? 5 : 6)
  return shown.length === names.length
    ? shown.join('; ')
    : `${shown.join('; ')}; and ${count(names.length - shown.length, 'more workload')}`
}

/** Of a port of a workload, whose it is. */
function workloadOf(callee: string): string | undefined {
  return /^([^ ]+):(?:\d+|other)$/.exec(callee)?.[1]
}

/** What came and went beside, with a title each; empty lists are left out. */
export function listsOf({ workloads, floor, assured }: DiffView): readonly (readonly [string, readonly string[]])[] {
  const lists = [
    ['new workloads', workloads.came],
    ['workloads that are gone', workloads.gone],
    ['workloads under another name', workloads.renamed],
    ['certain now, and only possible before', assured],
    ['new on the floor, open whatever the policies say', floor.came],
    ['no longer on the floor', floor.gone],
  ] as const
  return lists.filter(([, items]) => items.length > 0)
}

function section(title: string, blocks: readonly DiffBlock[]): readonly string[] {
  if (blocks.length === 0) return []
  const rows = blocks.map(({ callees, lines, witness, because }) => {
    const asked = lines.flatMap(({ callers, requests, bound }) =>
      requests.map(request => cell(`${callers}: ${request}`) + notes[bound]),
    )
    const objects = reasons(because).map(([label, object]) => `${label === '' ? '' : `${label} `}${cell(object)}`)
    return `| ${cell(headingOf(callees))} | ${[...few(asked)].join('<br>')} | ${cell(witness)} | ${objects.join('<br>')} |`
  })
  return [`### ${title}`, '', '| at | who may ask what | such as | because of |', '|---|---|---|---|', ...rows, '']
}

/** The first of many. */
export function few(items: readonly string[]): readonly string[] {
  return items.length <= most ? items : [...items.slice(0, most - 1), `… and ${items.length - most + 1} more`]
}
