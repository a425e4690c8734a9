import type { Layer, Workload } from '../analyze/layer'
import type { PortReach, Reach } from '../analyze/reach'
import type { Protocol } from '../graph/graph'
import { groupBy } from '../model/group'
import type { Group } from './groups'
import type { Hint } from './hints'
import type { PodFacts } from './pods'
import type { FoundPort } from './ports'
import { portsFound } from './ports'
import { isByRequest, isEverything, routesFor } from './routes'
import type { Callers, Today } from './today'
import { accountKey, askedBy, portsAt, todayAt } from './today'

/** A port of a service, what is spoken there, and who may call it today. */
export interface Place {
  readonly group: Group
  readonly found: FoundPort
  readonly protocol: Protocol
  /** Why the protocol is another one than is declared, or is not known. */
  readonly doubt?: string
  /** Of all services that run under its account and listen on that port. */
  readonly today: Today
  /** What was computed of it, and of no other service. */
  readonly ports: readonly PortReach[]
}

/** What there is to go by. */
export interface Ground {
  readonly layer: Layer
  readonly reached: Reach
  readonly facts: ReadonlyMap<Workload, PodFacts>
  readonly groups: readonly Group[]
  readonly hints: readonly Hint[]
  readonly callers: Callers
}

/** The ports of all services. Those of one account that have a number in common are one place to a mesh, which speaks one protocol and lets in one set of callers. */
export function placesOf(ground: Ground): readonly Place[] {
  const { groups, facts, reached } = ground
  const bare = groups.flatMap(group => portsFound(group, facts).map(found => ({ group, found })))
  const shared = groupBy(bare, ({ group, found }) => `${accountKey(group)}:${found.port}`)
  return [...shared.values()].flatMap(members => {
    const [first] = members
    if (!first) return []
    const { port } = first.found
    const workloads = members.flatMap(({ group }) => group.workloads)
    const today = todayAt(portsAt(reached, workloads, port), ground.callers)
    const spoken = protocolOf(members, today, ground)
    return members.map(({ group, found }) => ({
      group,
      found,
      today,
      ...spoken,
      ports: portsAt(reached, group.workloads, port),
    }))
  })
}

interface Spoken {
  readonly protocol: Protocol
  readonly doubt?: string
}

type Member = Pick<Place, 'group' | 'found'>

function protocolOf(members: readonly Member[], today: Today, ground: Ground): Spoken {
  const said = new Set(members.map(({ found }) => found.declared ?? found.probed ?? unsaid(today)))
  const [protocol = 'tcp', ...others] = said
  if (others.length > 0) {
    const names = members.map(({ group }) => `\`${group.name}\``).join(', ')
    return {
      protocol: 'tcp',
      doubt: `${names} have one identity and speak different protocols here: bytes, until each has an account of its own`,
    }
  }
  if (protocol === 'grpc' && !isByMethod(members, today, ground)) {
    const doubt = 'gRPC: name the methods in `calls`, and make it `grpc`'
    return { protocol: 'tcp', doubt }
  }
  const known = members.some(({ found }) => found.declared ?? found.probed)
  if (known) return { protocol }
  const what =
    protocol === 'http' ? 'policies ask for its requests' : 'taken for bytes; `http` or `grpc` if it speaks that'
  return { protocol, doubt: `nothing declares what is spoken: ${what}` }
}

function unsaid({ requests }: Today): Protocol {
  return isByRequest(requests) ? 'http' : 'tcp'
}

/** Whether callers are let in by gRPC's methods, or nobody is known to call at all. */
function isByMethod(members: readonly Member[], today: Today, { hints, callers }: Ground): boolean {
  if (today.named.some(({ requests }) => routesFor(requests, 'grpc').routes)) return true
  if (today.named.some(({ requests }) => isEverything(requests))) return false
  const { trustDomain } = callers
  const calling = hints.filter(({ to, port }) =>
    members.some(({ group, found }) => group === to && found.port === port),
  )
  return !calling.some(({ from }) => isEverything(askedBy(today, { ...from, trustDomain })))
}
