import assert from 'node:assert/strict'
import type { PortReach, Reach } from '../../core/analyze/reach'
import { reach } from '../../core/analyze/reach'
import { read } from '../../core/analyze/read-istio'
import type { Match } from '../../core/analyze/regions/bounds'
import type { Json } from './arbitrary/json'

/** What objects let through, each called by its place among them. */
export function reachOfObjects(objects: readonly Json[]): Reach {
  return reach(read(objects.map((object, i) => ({ object, at: `object ${i}` }))).layer)
}

export function portName({ workload, port }: PortReach): string {
  return `${workload.kind} ${workload.namespace}/${workload.name}:${port}`
}

/** The port of that name; where no object of the other state names it, all those that none names. */
export function portLike({ ports }: Reach, like: PortReach): PortReach {
  const own = ports.filter(
    ({ workload }) =>
      workload.kind === like.workload.kind &&
      workload.namespace === like.workload.namespace &&
      workload.name === like.workload.name,
  )
  const found = own.find(({ port }) => port === like.port) ?? own.find(({ port }) => port === 'other')
  assert.ok(found, `no ${portName(like)}`)
  return found
}

/** That both let the same through, the very same sets: port by port, certain and possible, with and without the callers’ own configuration, and what the network alone does. */
export function assertSameReach(found: Reach, expected: Reach): void {
  assert.deepEqual(found.ports.map(portName).sort(), expected.ports.map(portName).sort())
  for (const port of expected.ports) {
    const other = portLike(found, port)
    assertSameMatch(other.bounds, port.bounds, portName(port))
    assertSameMatch(other.served, port.served, `${portName(port)}, as the callee decides`)
    assertSameMatch(other.network(), port.network(), `${portName(port)}, on the network`)
    assertSameMatch(other.gateway?.entered, port.gateway?.entered, `${portName(port)}, entering`)
  }
}

function assertSameMatch(found: Match | undefined, expected: Match | undefined, at: string): void {
  assert.ok(found?.must === expected?.must, `${at}: another \`must\``)
  assert.ok(found?.may === expected?.may, `${at}: another \`may\``)
}
