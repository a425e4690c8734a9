import { addressesOf } from '../model/address'
import type { Bounds } from '../model/flow-set'
import type { Caller, WorkloadCaller } from '../model/flow'
import { groupBy } from '../model/group'
import { printIdentity } from '../model/identity'
import type { GovernedService, IntendedFlow, Intent } from '../model/intent'
import { Language } from '../model/language'
import { Region } from '../model/region'
import type { TokenExpectation } from './expect-token'
import { tokenRegion } from './expect-token'
import { nobody, trustedCallers } from './regions/callers'

/** The mesh an intent is judged on. */
export interface Expected {
  /** The mesh's own trust domain. */
  readonly trustDomain: string
  /** Further trust domains whose peers are the same services. @default [] */
  readonly trustDomainAliases?: readonly string[]
  /** How far each namespace has been taken. @default 'enforce' for each that is not named */
  readonly stages?: Readonly<Record<string, 'strict' | 'enforce'>>
  /** Gateways, `namespace/serviceAccount`, that somebody else routes for: only what they let in is ours to say. @default [] */
  readonly unrouted?: readonly string[]
  /**
   * Whether what enters through gateways is compared at all, or is decided by gateways of no mesh that was read.
   * @default 'judged'
   */
  readonly entries?: 'judged' | 'elsewhere'
  /** CIDR blocks that kubelets probe from, where a mesh knows them by address alone, as Linkerd does. @default from anywhere */
  readonly nodeNetworks?: readonly string[]
}

/** The kubelet as a caller; no principal looks like it. */
export const kubelet = 'kubelet'

/** A port of a governed service, and what guards it. */
export interface GovernedPort {
  readonly service: GovernedService
  readonly flows: readonly IntendedFlow[]
  readonly tokens: TokenExpectation
  readonly guard: Guard
}

/** What stands before a port's Pods, as far as it matters to what can be expected: ztunnel cannot tell one request from another, nor Linkerd's proxy the kubelet from its neighbours. */
export type Guard = 'ztunnel' | 'linkerd' | 'other'

/**
 * What reach has to be at one port: at least `must`, at most `may`. At stage `enforce` both are the declared flows. At
 * `strict` policies are only shadowed: any mesh identity may call, and where a caller from outside is declared, so may
 * anybody without identity, because that port cannot require mTLS.
 *
 * A scraper asks the Pods themselves, past any waypoint: at a port that serves nothing but metrics, and that ztunnel guards, it may send what it
 * likes, since nothing there tells a scrape from other bytes.
 *
 * A flow that asks for a token is those of its requests that carry such a one. The others are certain to a client that sends no token, or a
 * sound one of an issuer whose tokens the service reads: a bad token, or one of somebody unknown, is refused on every route ({@link tokenRegion}).
 *
 * A Linkerd proxy takes whoever the anchors verify for a peer, of whatever trust domain, and the kubelet for whoever calls from the nodes' networks (linkerd2-proxy
 * `linkerd/app/inbound/src/policy.rs` is_authorized): what a probe may ask, all of them may.
 */
export function expectedAt(port: GovernedPort, expected: Expected): Bounds<Region> {
  const { service, guard, tokens } = port
  const flows = guard === 'linkerd' ? port.flows.filter(flow => !isBareProbe(flow)) : port.flows
  const must = declared(flows, { expected, guard, tokens, bound: 'must' })
  const allowed =
    guard === 'ztunnel' && flows.every(({ purpose }) => purpose === 'scrape') ? flows.map(anyRequest) : flows
  const open = flows.some(({ from }) => from.kind === 'outside')
  const renamed = guard === 'ztunnel' && domains(expected).length > 1
  const loose = open || renamed || guard === 'linkerd' || allowed !== flows || tokens.known.length > 0
  const may = loose ? declared(allowed, { expected, guard, tokens, bound: 'may' }) : must
  if ((expected.stages?.[service.namespace] ?? 'enforce') === 'enforce') return { must, may }
  return {
    must,
    may: Region.union([may, Region.where('caller', peers(guard, expected)), ...outsiders(port, expected)]),
  }
}

/** Whom a port that does not require mTLS yet lets in without it: Istio anybody, Linkerd those from the addresses that were declared. */
function outsiders({ flows, guard, tokens }: GovernedPort, expected: Expected): readonly Region[] {
  const outside = flows.filter(({ from }) => from.kind === 'outside')
  if (guard !== 'linkerd') return outside.slice(0, 1).map(() => Region.where('caller', nobody))
  return outside.map(({ from }) => callerRegion(from, { expected, guard, tokens, bound: 'may' }))
}

/** A Linkerd proxy accepts connections before it looks at who they are from, which is all that such a probe asks for (linkerd2-proxy `linkerd/app/inbound/src/accept.rs`). */
function isBareProbe({ from, http }: IntendedFlow): boolean {
  return from.kind === 'kubelet' && !http
}

function anyRequest({ text, from, to }: IntendedFlow): IntendedFlow {
  return { text, from, to }
}

/** The flows of an intent by the service and port they are to. */
export function flowsByPort(intent: Intent): ReadonlyMap<string, readonly IntendedFlow[]> {
  const map = new Map<string, IntendedFlow[]>()
  for (const flow of intent.flows) {
    if (flow.to.kind !== 'workload') continue
    const key = portKey(flow.to, flow.to.port)
    const list = map.get(key)
    if (list) list.push(flow)
    else map.set(key, [flow])
  }
  return map
}

export function portKey(
  service: { readonly namespace: string; readonly service: string },
  port: number | 'other',
): string {
  return `${service.namespace}/${service.service}:${port}`
}

function domains({ trustDomain, trustDomainAliases = [] }: Expected): readonly string[] {
  return [trustDomain, ...trustDomainAliases]
}

/** Whoever can show an identity that is verified. */
function peers(guard: Guard, expected: Expected): Language {
  return trustedCallers(guard === 'linkerd' ? undefined : domains(expected))
}

interface Declared {
  readonly expected: Expected
  readonly guard: Guard
  readonly tokens: TokenExpectation
  readonly bound: keyof Bounds<Region>
}

/** Flows with the same requests are one region, whoever makes them: a service that hundreds call has few routes. */
function declared(flows: readonly IntendedFlow[], terms: Declared): Region {
  const { tokens, bound } = terms
  const byRequest = groupBy(flows, ({ http, jwt }) => JSON.stringify([http, jwt]))
  const regions = [...byRequest.values()].map(group => {
    const callers = groupBy(group, ({ from }) => from.kind === 'workload')
    const named = (callers.get(true) ?? []).flatMap(({ from }) =>
      from.kind === 'workload' ? namesAt(from, terms) : [],
    )
    const others = (callers.get(false) ?? []).map(({ from }) => callerRegion(from, terms))
    const { http, jwt } = group[0] ?? {}
    // Where any bytes may pass, nobody reads tokens.
    const carrying = http ? tokenRegion(jwt, tokens)[bound] : Region.all
    return Region.union([anyOf(named), ...others]).intersect(Region.intersection([requestRegion(http), carrying]))
  })
  return Region.union(regions)
}

/** The requests a flow speaks of; all, where any bytes may pass. */
export function requestRegion(http: IntendedFlow['http']): Region {
  if (!http) return Region.all
  return Region.intersection([
    Region.where('protocol', Language.literals(['http'])),
    Region.where('method', Language.literals(http.methods)),
    Region.where('path', Language.of(http.path)),
  ])
}

/** The identities a workload may show, one for each trust domain that is the mesh's. */
export function namesOf(caller: WorkloadCaller, expected: Expected): readonly string[] {
  return domains(expected).map(trustDomain => printIdentity({ ...caller, trustDomain }))
}

/** Those that must be let in: ztunnel takes no alias of the trust domain (ztunnel `src/tls/workload.rs` TrustDomainVerifier), and who has one may come by its waypoint or not. */
function namesAt(caller: WorkloadCaller, { expected, guard, bound }: Declared): readonly string[] {
  const { trustDomain } = expected
  return guard === 'ztunnel' && bound === 'must' ? namesOf(caller, { trustDomain }) : namesOf(caller, expected)
}

function callerRegion(caller: Caller, terms: Declared): Region {
  const { expected, guard, bound } = terms
  switch (caller.kind) {
    case 'workload':
      return anyOf(namesAt(caller, terms))
    case 'kubelet': {
      if (guard !== 'linkerd') return anyOf([kubelet])
      const from = addressRegion(expected.nodeNetworks ?? [])
      return bound === 'may' ? from : anyOf([kubelet]).intersect(from)
    }
    case 'outside': {
      const from = addressRegion(caller.cidrs)
      // Whoever is let in by address is let in with or without an identity: a mesh cannot tell them apart there.
      if (bound === 'may' && guard === 'linkerd') return from
      const callers = bound === 'must' ? nobody : nobody.union(peers(guard, expected))
      return Region.where('caller', callers).intersect(from)
    }
  }
}

function anyOf(callers: readonly string[]): Region {
  return Region.where('caller', Language.literals(callers))
}

function addressRegion(cidrs: readonly string[]): Region {
  if (cidrs.length === 0) return Region.all
  return Region.where('address', Language.union(cidrs.map(cidr => addressesOf(cidr) ?? Language.none)))
}
