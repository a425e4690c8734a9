import { ternary, type Ternary } from '../istio/kleene'

/**
 * A comma-separated list of ports and ranges, as the policy controller reads an annotation; nothing where any part of it is malformed
 * (`policy-controller/k8s/index/src/ports.rs` parse_portset).
 */
export function parsePortSet(text: string): readonly PortRange[] | undefined {
  const parts = text.split(',').filter(part => part.trim() !== '')
  const ranges = parts.map(parseRange).filter(range => range !== undefined)
  return ranges.length < parts.length ? undefined : ranges
}

/** Both ends belong to it. */
export type PortRange = readonly [number, number]

function parseRange(part: string): PortRange | undefined {
  const dash = part.indexOf('-')
  const first = parsePort(dash < 0 ? part : part.slice(0, dash))
  const last = dash < 0 ? first : parsePort(part.slice(dash + 1))
  return first === undefined || last === undefined || first > last ? undefined : [first, last]
}

/** As Rust reads an unsigned number of 16 bits that is not 0. */
function parsePort(text: string): number | undefined {
  const port = /^\+?\d+$/.test(text.trim()) ? Number(text) : 0
  return port >= 1 && port <= 65_535 ? port : undefined
}

/** Whether the policy controller's reading of the list has a port; a malformed list has none. */
export function listsPort(text: string | undefined, port: number): boolean {
  return (parsePortSet(text ?? '') ?? []).some(([first, last]) => first <= port && port <= last)
}

/** Whether a list that was not read by the policy controller has a port: `unknown` where it is malformed, since its reader may be of another mind. */
export function mayListPort(text: string, port: number): Ternary {
  return parsePortSet(text) ? ternary(listsPort(text, port)) : 'unknown'
}
