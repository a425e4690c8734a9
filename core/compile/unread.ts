import { listing } from '../graph/place'
import { printCaller } from '../model/flow'
import type { Problem } from '../model/problem'
import type { FlowLine } from '../graph/flows'
import type { Service } from '../graph/graph'
import { sorted } from './order'

/** The service whose traffic is spoken of. */
interface Callee {
  readonly name: string
  readonly namespace: string
  readonly service: Service
}

/** Calls that no proxy reads that knows of the service's traffic. */
export interface Unread {
  readonly callee: Callee
  readonly lines: readonly FlowLine[]
  readonly why: string
  readonly hint: string
}

/** What of a service's traffic does not hold for some of its callers; they may call as ever. */
export function unread({ callee: { name, namespace }, lines, why, hint }: Unread): Problem[] {
  if (lines.length === 0) return []
  const callers = listing(sorted(lines.map(({ flow }) => printCaller(flow.from))))
  const message = `the traffic of \`${namespace}/${name}\` does not hold for calls from ${callers}: ${why}`
  return [{ code: 'unread-traffic', severity: 'narrowed', at: `services.${name}.traffic`, message, hint }]
}

/** Whether a call carries requests, which can be told apart, timed and repeated. */
export function carriesRequests({ flow: { route } }: FlowLine): boolean {
  return route.kind === 'http' || route.kind === 'grpc'
}

/** Connections whose bytes nobody reads. */
export function bytesUnread(callee: Callee, lines: readonly FlowLine[]): Problem[] {
  if (callee.service.traffic?.versions === undefined) return []
  return unread({
    callee,
    lines: lines.filter(line => !carriesRequests(line)),
    why: 'connections that carry any bytes go to all its Pods alike',
    hint: 'declare the port as http or grpc, or keep the versions in services of their own',
  })
}
