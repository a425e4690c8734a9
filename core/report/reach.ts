import { renderBlocks } from './reach-blocks'
import type { Style } from './style'
import { plain } from './style'
import { cell } from './markdown'
import { capital, columns, count, few, wrapped } from './words'
import { groupBy } from '../model/group'

/** Who may ask what of one port, in words. */
export interface ReachLine {
  /** `shop/cart:7070` */
  readonly callee: string
  /** `shop/frontend`, `anybody without identity`, `any mesh identity`, `Pods of shop/frontend`. */
  readonly callers: string
  /** The same one by one. */
  readonly who: readonly string[]
  /** `POST /hipstershop.CartService/GetCart`, `any request`. */
  readonly requests: string
  /** `certain`: whoever asks so gets through. `possible`: it cannot be ruled out. */
  readonly bound: 'certain' | 'possible'
  /**
   * How open that is: `anonymous` admits callers without identity, `mesh` any identity of the mesh or a set that is no list of names, `namespace` the
   * same of the callee's own namespace alone, `named` the callers, or the Pods, that it names.
   */
  readonly openness: 'anonymous' | 'mesh' | 'namespace' | 'named'
}

/** What enters through a gateway for one host and goes to one destination, in words. */
export interface EntryLine {
  /** `istio-ingress/istio-ingress:443` */
  readonly gateway: string
  /** `anyone`, where it is not asked who calls. */
  readonly callers: string
  /** `shop.example.com` */
  readonly host: string
  /** `GET /cart`, each of which holds on its own. */
  readonly requests: readonly string[]
  /** `boutique/frontend:8080` */
  readonly to: string
  readonly bound: ReachLine['bound']
}

/** All of it, ready to be printed. */
export interface ReachView {
  readonly lines: readonly ReachLine[]
  /** What enters through gateways, and whom it gets to, under the gateway's identity. @default nothing */
  readonly entries?: readonly EntryLine[]
  /** Ports that nobody, or none of those asked for, may call. */
  readonly closed: readonly string[]
  /** What the data plane leaves open whatever the policies say. */
  readonly floor: readonly string[]
  /** Whose requests alone are shown, in words: `shop/frontend`. @default everybody's */
  readonly asked?: string
  /** Whether nothing may be left out, since one callee or caller was asked for. @default a survey, in which long lists are cut */
  readonly detail?: 'all'
}

type Openness = ReachLine['openness']

/** From the most surprising to what is meant to be so. */
export const sections: readonly (readonly [Openness, string])[] = [
  ['anonymous', 'open to callers without identity'],
  ['mesh', 'open to more than named callers'],
  ['namespace', 'open to more than named callers, all of its own namespace'],
  ['named', 'open to named callers'],
]

/** Reach for a terminal: what is surprisingly open first, then the named callers of each port, then the floor. */
export function renderReach(view: ReachView, style: Style = plain): string {
  const blocks = sections.flatMap(([openness, title]) => {
    const lines = view.lines.filter(line => line.openness === openness)
    if (lines.length === 0) return []
    return [`${paint(openness, style)(title)}\n${renderBlocks(lines, { style, ...pick(view) })}`]
  })
  if (view.entries) blocks.unshift(`${style.bold(entering)}\n${renderEntries(view.entries, style)}`)
  if (view.closed.length > 0) blocks.push(renderClosed(view, style))
  if (view.floor.length > 0) blocks.push(listing('the floor, open whatever the policies say', view.floor, style))
  return [...blocks, `${reachSummary(view)}\n`].join('\n')
}

function pick({ detail }: ReachView): Pick<ReachView, 'detail'> {
  return detail ? { detail } : {}
}

/** Reach as Markdown: one table a section. */
export function reachMarkdown(view: ReachView): string {
  const tables = sections.flatMap(([openness, title]) => {
    const lines = view.lines.filter(line => line.openness === openness)
    return lines.length === 0 ? [] : [`### ${capital(title)}`, '', ...table(lines), '']
  })
  const closed =
    view.closed.length === 0
      ? []
      : [`### Closed to ${view.asked ?? 'everybody'}`, '', ...closedPorts(view).map(closed => `- ${closed}`), '']
  const floor = view.floor.length === 0 ? [] : ['### The floor', '', ...view.floor.map(f => `- ${f}`), '']
  const entries = view.entries ? [`### ${capital(entering)}`, '', ...entryTable(view.entries), ''] : []
  return ['## Effective reachability', '', ...entries, ...tables, ...closed, ...floor, reachSummary(view), ''].join(
    '\n',
  )
}

/** How much is open, and how much of it is surprising, in one line. */
function reachSummary({ lines, asked }: ReachView): string {
  const ports = (some: readonly ReachLine[]): number => new Set(some.map(line => line.callee)).size
  const of = (...kinds: readonly Openness[]): number => ports(lines.filter(line => kinds.includes(line.openness)))
  if (asked !== undefined) return `${count(ports(lines), 'port')} open to ${asked}`
  return `${count(ports(lines), 'open port')}: ${of('anonymous')} to callers without identity, ${of('mesh', 'namespace')} to more than named callers`
}

const entering = 'what enters through gateways, and whom it gets to'

/** More of one host than anybody reads. */
const mostRequests = 6

function renderEntries(entries: readonly EntryLine[], style: Style): string {
  const blocks = [...groupBy(entries, ({ gateway }) => gateway)].map(([gateway, group]) => {
    const rows = columns(
      group.map(({ callers, host, requests, to, bound }) => [
        callers,
        `${host} ${shortened(requests)}`,
        `→ ${to}${note(bound)}`,
      ]),
    )
    return `  ${style.bold(gateway)}\n${rows.map(row => `    ${row}\n`).join('')}`
  })
  return blocks.join('')
}

function shortened(requests: readonly string[]): string {
  const shown = requests.slice(0, mostRequests).join(', ')
  const rest = requests.length - mostRequests
  return rest > 0 ? `${shown} … and ${rest} more` : shown
}

function entryTable(entries: readonly EntryLine[]): readonly string[] {
  const rows = entries.map(
    ({ gateway, callers, host, requests, to, bound }) =>
      `| ${[gateway, callers, host, shortened(requests), to].map(cell).join(' | ')} | ${bound} |`,
  )
  return ['| gateway | callers | host | requests | to | |', '|---|---|---|---|---|---|', ...rows]
}

function listing(title: string, items: readonly string[], style: Style): string {
  return `${style.dim(title)}\n${items.map(item => `  ${item}\n`).join('')}`
}

function table(lines: readonly ReachLine[]): readonly string[] {
  const rows = lines.map(
    ({ callee, callers, requests, bound }) => `| ${[callee, callers, requests].map(cell).join(' | ')} | ${bound} |`,
  )
  return ['| port | callers | requests | |', '|---|---|---|---|', ...rows]
}

/** What is closed to one caller is most of the mesh, and only counted. */
function renderClosed(view: ReachView, style: Style): string {
  const { asked, closed } = view
  if (asked === undefined)
    return listing(
      'closed to everybody',
      closedPorts(view).flatMap(line => wrapped(line.split(', '))),
      style,
    )
  return `${style.dim(`closed to ${asked}`)}\n  ${count(closed.length, 'port')} of ${count(new Set(closed.map(workloadOf)).size, 'workload')}\n`
}

/** Ports nobody may call; of workloads where that is so for all that are not listed as open, only the workloads. */
function closedPorts({ closed, detail }: ReachView): readonly string[] {
  const shut = new Set(closed.flatMap(callee => (callee.endsWith(':other') ? [workloadOf(callee)] : [])))
  const single = closed.filter(callee => !shut.has(workloadOf(callee)))
  if (shut.size === 0) return single
  const names = detail || shut.size <= mostNames ? [...shut] : few([...shut])
  return [...single, `every port not listed above of ${names.join(', ')}`]
}

/** More names in one line than anybody reads. */
const mostNames = 20

function workloadOf(callee: string): string {
  return callee.replace(/:[^:]*$/, '')
}

function note(bound: ReachLine['bound']): string {
  return bound === 'certain' ? '' : '  (possible)'
}

function paint(openness: Openness, style: Style): (text: string) => string {
  return { anonymous: style.red, mesh: style.yellow, namespace: style.yellow, named: style.green }[openness]
}
