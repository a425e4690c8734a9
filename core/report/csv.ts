import type { ReachView } from './reach'

const header = ['openness', 'bound', 'caller', 'gateway', 'host', 'callee', 'port', 'request'] as const

/**
 * Reach as CSV (RFC 4180: a header, `,` between cells, CRLF after each line, cells in quotes where they have to be): a line for each caller, port and request.
 * What enters through a gateway is of openness `entry`.
 */
export function reachCsv({ lines, entries = [] }: ReachView): string {
  const open = lines.flatMap(({ openness, bound, who, callee, requests }) =>
    who.map(caller => [openness, bound, caller, '', '', ...split(callee), requests]),
  )
  const entering = entries.flatMap(({ bound, callers, gateway, host, to, requests }) =>
    to
      .split(', ')
      .flatMap(callee => requests.map(request => ['entry', bound, callers, gateway, host, ...split(callee), request])),
  )
  return csv([header, ...entering, ...open])
}

/** Rows of cells as CSV. */
export function csv(rows: readonly (readonly string[])[]): string {
  return rows.map(row => `${row.map(cell).join(',')}\r\n`).join('')
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text
}

function split(callee: string): readonly [string, string] {
  const at = callee.lastIndexOf(':')
  return at < 0 ? [callee, ''] : [callee.slice(0, at), callee.slice(at + 1)]
}
