import type { Style } from './style'
import { plain } from './style'
import { columns, count } from './words'
import { groupBy } from '../model/group'

/** Who may ask what of one port, in words. */
export interface ReachLine {
  /** `shop/cart:7070` */
  readonly callee: string
  /** `shop/frontend`, `anybody without identity`, `any mesh identity`. */
  readonly callers: string
  /** `POST /hipstershop.CartService/GetCart`, `any request`. */
  readonly requests: string
  /** `certain`: whoever asks so gets through. `possible`: it cannot be ruled out. */
  readonly bound: 'certain' | 'possible'
  /**
   * How open that is: `anonymous` admits callers without identity, `mesh` any identity of the mesh or a set that is no
   * list of names, `named` the callers it names.
   */
  readonly openness: 'anonymous' | 'mesh' | 'named'
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
  /** Ports that nobody may call. */
  readonly closed: readonly string[]
  /** What the data plane leaves open whatever the policies say. */
  readonly floor: readonly string[]
}

type Openness = ReachLine['openness']

const sections: readonly (readonly [Openness, string])[] = [
  ['anonymous', 'open to callers without identity'],
  ['mesh', 'open to more than named callers'],
  ['named', 'open to named callers'],
]

/** Reach for a terminal: what is surprisingly open first, then the named callers of each port, then the floor. */
export function renderReach(view: ReachView, style: Style = plain): string {
  const blocks = sections.flatMap(([openness, title]) => {
    const lines = view.lines.filter(line => line.openness === openness)
    return lines.length === 0 ? [] : [`${paint(openness, style)(title)}\n${renderCallees(lines, style)}`]
  })
  if (view.entries) blocks.unshift(`${style.bold(entering)}\n${renderEntries(view.entries, style)}`)
  if (view.closed.length > 0) blocks.push(listing('closed to everybody', closedPorts(view), style))
  if (view.floor.length > 0) blocks.push(listing('the floor, open whatever the policies say', view.floor, style))
  return [...blocks, `${reachSummary(view)}\n`].join('\n')
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
      : ['### Closed to everybody', '', ...closedPorts(view).map(closed => `- ${closed}`), '']
  const floor = view.floor.length === 0 ? [] : ['### The floor', '', ...view.floor.map(f => `- ${f}`), '']
  const entries = view.entries ? [`### ${capital(entering)}`, '', ...entryTable(view.entries), ''] : []
  return ['## Effective reachability', '', ...entries, ...tables, ...closed, ...floor, reachSummary(view), ''].join(
    '\n',
  )
}

/** How much is open, and how much of it is surprising, in one line. */
export function reachSummary({ lines }: ReachView): string {
  const ports = (some: readonly ReachLine[]): number => new Set(some.map(line => line.callee)).size
  const of = (openness: Openness): number => ports(lines.filter(line => line.openness === openness))
  return `${count(ports(lines), 'open port')}: ${of('anonymous')} to callers without identity, ${of('mesh')} to more than named callers`
}

/** Ports of one workload that are open to the same requests of the same callers stand under one heading. */
function renderCallees(lines: readonly ReachLine[], style: Style): string {
  const blocks = [...groupBy(lines, line => line.callee)].map(([callee, group]) => {
    const [, workload = callee, port = ''] = /^(.*):([^:]*)$/.exec(callee) ?? []
    const rows = columns(group.map(({ callers, requests, bound }) => [callers, requests + note(bound)]))
    return { workload, port, text: rows.map(row => `    ${row}\n`).join('') }
  })
  return [...groupBy(blocks, ({ workload, text }) => `${workload}\n${text}`).values()]
    .flatMap(same =>
      same
        .slice(0, 1)
        .map(({ workload, text }) => ({ text, heading: `${workload}:${same.map(({ port }) => port).join(', ')}` })),
    )
    .map(({ heading, text }) => `  ${style.bold(heading)}\n${text}`)
    .join('')
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
      `| ${[gateway, callers, host, shortened(requests), to].map(code).join(' | ')} | ${bound} |`,
  )
  return ['| gateway | callers | host | requests | to | |', '|---|---|---|---|---|---|', ...rows]
}

function listing(title: string, items: readonly string[], style: Style): string {
  return `${style.dim(title)}\n${items.map(item => `  ${item}\n`).join('')}`
}

function table(lines: readonly ReachLine[]): readonly string[] {
  const rows = lines.map(
    ({ callee, callers, requests, bound }) => `| ${[callee, callers, requests].map(code).join(' | ')} | ${bound} |`,
  )
  return ['| port | callers | requests | |', '|---|---|---|---|', ...rows]
}

/** Ports nobody may call; of workloads where that is so for all that are not listed as open, only the workloads. */
function closedPorts({ closed }: ReachView): readonly string[] {
  const shut = new Set(closed.flatMap(callee => (callee.endsWith(':other') ? [callee.slice(0, -':other'.length)] : [])))
  const single = closed.filter(callee => !shut.has(callee.replace(/:[^:]*$/, '')))
  return shut.size === 0 ? single : [...single, `every port not listed above of ${[...shut].join(', ')}`]
}

function note(bound: ReachLine['bound']): string {
  return bound === 'certain' ? '' : '  (possible)'
}

function paint(openness: Openness, style: Style): (text: string) => string {
  return { anonymous: style.red, mesh: style.yellow, named: style.green }[openness]
}

/** Inline code in a table cell; a pipe would end the cell. */
function code(text: string): string {
  return `\`${text.replace(/\|/g, '\\|').replace(/`/g, "'")}\``
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
