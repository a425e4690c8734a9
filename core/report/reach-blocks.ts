import { groupBy } from '../model/group'
import type { ReachLine } from './reach'
import { compactRequests } from './requests'
import type { Style } from './style'
import { byText, columns, count, few, wrapped } from './words'

/** How lines are set. */
export interface Setting {
  readonly style: Style
  /** Whether nothing may be left out. @default long lists are cut */
  readonly detail?: 'all' | undefined
}

/** More callees than anybody reads of what is not surprising: they are told in a line each. */
const mostCallees = 60

/** One caller, or several alike, and what they may ask. */
type Row = readonly [string, string]

/** What is open, a block for each callee; callees that are open to the same requests of the same callers stand under one heading. */
export function renderBlocks(lines: readonly ReachLine[], { style, detail }: Setting): string {
  const groups = [...groupBy(lines, line => line.callee)]
  const isLong =
    detail === undefined && groups.length > mostCallees && lines.every(({ openness }) => openness === 'named')
  if (isLong) return renderBriefly(groups)
  const blocks = groups.map(([callee, group]) => ({ callee, text: renderRows(rowsOf(group, detail)) }))
  return [...groupBy(blocks, ({ text }) => text)]
    .map(
      ([text, alike]) =>
        `${headings(
          alike.map(({ callee }) => callee),
          { style, detail },
        )}${text}`,
    )
    .join('')
}

function renderRows(rows: readonly Row[]): string {
  return columns(rows)
    .map(row => `    ${row}\n`)
    .join('')
}

/** Callers that may ask the same in one row. */
function rowsOf(lines: readonly ReachLine[], detail: Setting['detail']): readonly Row[] {
  const asked = [...groupBy(lines, ({ callers, bound }) => `${bound} ${callers}`).values()].map(group => ({
    who: group[0]?.who ?? [],
    requests:
      compactRequests(
        group.map(({ requests }) => requests),
        detail,
      ) + note(group[0]?.bound),
  }))
  return [...groupBy(asked, ({ requests }) => requests)].map(([requests, alike]) => {
    const who = [...new Set(alike.flatMap(one => one.who))]
    return [(detail ? who : few(who)).join(', '), requests]
  })
}

/** Ports of one workload after its name, workloads in lines that a terminal shows. */
function headings(callees: readonly string[], { style, detail }: Setting): string {
  const names = [...groupBy(callees, callee => callee.replace(/:[^:]*$/, ''))].map(
    ([workload, ports]) => `${workload}:${ports.map(port => port.slice(workload.length + 1)).join(',')}`,
  )
  const shown =
    detail || names.length <= mostHeadings
      ? names
      : [...names.slice(0, mostHeadings), `… and ${names.length - mostHeadings} more`]
  return wrapped(shown)
    .map(line => `  ${style.bold(line)}\n`)
    .join('')
}

const mostHeadings = 40
/** Of very many callees only how many callers each has, most first. */
function renderBriefly(groups: readonly (readonly [string, readonly ReachLine[]])[]): string {
  const callees = groups.map(([callee, lines]) => ({ callee, who: [...new Set(lines.flatMap(({ who }) => who))] }))
  const busiest = [...callees]
    .sort((a, b) => b.who.length - a.who.length || byText(a.callee, b.callee))
    .slice(0, mostBriefly)
  const rows = columns(busiest.map(({ callee, who }) => [callee, count(who.length, 'caller'), few(who).join(', ')]))
  const rest = callees.length - busiest.length
  return [
    ...rows,
    `… and ${count(rest, 'more port', 'more ports')}; ask of one with --to, or of one caller with --from`,
  ]
    .map(line => `  ${line}\n`)
    .join('')
}

const mostBriefly = 20

function note(bound: ReachLine['bound'] = 'certain'): string {
  return bound === 'certain' ? '' : '  (possible)'
}
