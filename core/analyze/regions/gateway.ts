import { Language } from '../../model/language'
import { Region } from '../../model/region'
import type { GatewayListener, OrderedRule, VirtualHost } from '../gateway/listener'
import type { Destination } from '../layer'
import type { Match } from './bounds'
import { both, exactly } from './bounds'
import { virtualHostSets } from './hosts'
import type { PortFacts } from './port'
import { admitted } from './port'
import { takenBy } from './routes'

/** What is known of one port of a gateway's Pods. */
export interface GatewayFacts extends Omit<PortFacts, 'chains' | 'modes'> {
  /** Those of this port. */
  readonly listeners: readonly GatewayListener[]
  /** The mesh's own; absent where unknown. */
  readonly trustDomain: string | undefined
}

/** What becomes of the requests that come to one port of a gateway. */
export interface Passage {
  /** What is let in: what policies allow and some virtual host serves. */
  readonly entered: Match
  /** What gets further, as it came in; once for each rule and destination. */
  readonly sent: readonly Sent[]
  /** What may go where nobody can tell. */
  readonly astray: Region
  /** What may get further though it came in plaintext. */
  readonly plaintext: Region
}

/** The requests of one rule that are sent to one of its destinations: all of them to each, since nothing tells which. */
export interface Sent {
  readonly to: Destination
  /** Certain: to be sent to this destination or another one of the rule. */
  readonly requests: Match
}

/**
 * What enters by a port, and where it goes. Where no listener is known, something may listen all the same, and lets in what the policies allow.
 */
export function passageOf(facts: GatewayFacts): Passage {
  const doors = facts.listeners.filter(({ certain }) => certain !== 'no').map(listener => doorOf(listener, facts))
  if (doors.length === 0) return { entered: unlistened(facts), sent: [], astray: Region.none, plaintext: Region.none }
  const routed = doors.map(door => ({ door, hosts: door.hosts.map(host => routesOf(host, door)) }))
  const onward = (hosts: readonly HostRoutes[]): Region =>
    Region.union(hosts.flatMap(({ sent, astray }) => [astray, ...sent.map(({ requests }) => requests.may)]))
  return {
    entered: entering(doors),
    sent: routed.flatMap(({ hosts }) => hosts.flatMap(({ sent }) => sent)),
    astray: Region.union(routed.flatMap(({ hosts }) => hosts.map(({ astray }) => astray))),
    plaintext: Region.union(
      routed.flatMap(({ door, hosts }) => (mayBePlaintext(door.listener) ? [onward(hosts)] : [])),
    ),
  }
}

/** Peers show certificates in TLS alone. */
function mayBePlaintext({ plaintext = 'unknown', peers }: GatewayListener): boolean {
  return peers === 'anybody' && plaintext !== 'no'
}

/** A listener, and what it would let in if it is there. */
interface Door {
  readonly listener: GatewayListener
  readonly match: Match
  /** What certainly comes to it, if its client names the host in the handshake that he asks for; all, where listeners are not told apart by that. */
  readonly asked: Region
  readonly hosts: readonly HostSet[]
}

interface HostSet {
  readonly virtual: VirtualHost
  readonly requests: Region
}

function doorOf(listener: GatewayListener, facts: GatewayFacts): Door {
  const sets = virtualHostSets(listener.hosts.map(({ host }) => host))
  const hosts = listener.hosts.map((virtual, i) => ({
    virtual,
    requests: Region.where('host', sets[i] ?? Language.none),
  }))
  // Bytes have no hosts.
  const served = listener.speaks === 'http' ? Region.where('host', Language.union(sets)) : Region.all
  return {
    listener,
    asked: askedFor(listener, facts),
    match: both(admittedBy(listener, facts), exactly(served)),
    hosts,
  }
}

function askedFor({ certain, serverNames }: GatewayListener, { listeners }: GatewayFacts): Region {
  if (certain !== 'yes') return Region.none
  if (serverNames === undefined) return Region.all
  const all = [...new Set(listeners.flatMap(({ serverNames: names = [] }) => names))]
  const sets = virtualHostSets(all).filter((_, i) => serverNames.includes(all[i] ?? ''))
  return Region.where('host', Language.union(sets))
}

/**
 * What the policies allow by one listener. One for peers of the mesh asks for no trust domain, only for a root that the mesh knows, and whose roots those are is certain
 * of the mesh's own domain alone. Source: istio `pilot/pkg/networking/core/listener.go` BuildListenerTLSContext.
 */
function admittedBy({ speaks, peers, plaintext }: GatewayListener, facts: GatewayFacts): Match {
  const chains = speaks === 'http' ? (['http'] as const) : (['tcp'] as const)
  const { trustDomain } = facts
  const own = trustDomain === undefined ? [] : [trustDomain]
  switch (peers) {
    case 'anybody':
      return named(admitted({ ...facts, chains, modes: ['DISABLE'] }), plaintext)
    case 'mesh':
      return named(
        {
          must: admitted({ ...facts, accepted: own, chains, modes: ['STRICT'] }).must,
          may: admitted({ ...facts, accepted: undefined, chains, modes: ['STRICT'] }).may,
        },
        'no',
      )
    case 'certificate':
      return { must: Region.none, may: whoever(chains, facts) }
  }
}

function unlistened(facts: GatewayFacts): Match {
  return { must: Region.none, may: whoever(['http', 'tcp'], facts) }
}

/** What policies allow to callers who may show any identity, or whose identity is perhaps not asked for. */
function whoever(chains: PortFacts['chains'], facts: GatewayFacts): Region {
  const modes = ['PERMISSIVE', 'DISABLE'] as const
  const { may } = admitted({ ...facts, accepted: undefined, chains, modes })
  return may.without('sni')
}

/** Plaintext names no server. In TLS clients name what they like: which of it matters is certain only where none does. */
function named(match: Match, plaintext: GatewayListener['plaintext']): Match {
  if (plaintext === 'yes') return { must: match.must.given('sni', ''), may: match.may.given('sni', '') }
  return { must: match.must.complement().without('sni').complement(), may: match.may.without('sni') }
}

/** What a listener serves that is certainly there, is served, whatever stands beside it. */
function entering(doors: readonly Door[]): Match {
  return {
    must: Region.union(doors.map(({ match, asked }) => match.must.intersect(asked))),
    may: Region.union(doors.map(({ match }) => match.may)),
  }
}

interface HostRoutes {
  readonly sent: readonly Sent[]
  readonly astray: Region
}

function routesOf({ virtual, requests }: HostSet, { listener, match, asked }: Door): HostRoutes {
  if (listener.redirects) return { sent: [], astray: Region.none }
  const own = both(match, exactly(requests))
  const come: Match = { must: own.must.intersect(asked), may: own.may }
  const doubtful = virtual.doubtful ? 'doubtful' : 'certain'
  const taken = takenBy(virtual.rules, come, doubtful)
  return {
    sent: taken.flatMap(({ rule, requests: some }) => sentBy(rule, some)),
    astray: Region.union([
      ...(virtual.doubtful ? [own.may] : []),
      ...taken.filter(({ rule }) => rule.action.kind === 'unknown').map(({ requests: some }) => some.may),
    ]),
  }
}

/** A rule is certain to send what it takes on where it may lead to all of its destinations, and refuses nothing by lot. Of what it takes a copy may go to others. */
function sentBy({ action }: OrderedRule, { must, may }: Match): readonly Sent[] {
  if (action.kind !== 'forward') return []
  const sure = !action.aborts && action.to.every(({ allowed }) => allowed === 'yes')
  const requests = { must: sure ? must : Region.none, may }
  const copied = { must: Region.none, may }
  return [
    ...action.to.map(to => ({ to, requests })),
    ...(action.mirrors ?? []).map(to => ({ to, requests: copied })),
  ].filter(({ to: { allowed } }) => allowed !== 'no')
}
