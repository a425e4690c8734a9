import { anyAddress } from '../model/address'
import { groupBy } from '../model/group'
import type { GovernedService, IntendedFlow, Intent } from '../model/intent'
import { Language } from '../model/language'
import { once } from '../model/once'
import { canonicalPaths } from '../model/path-set'
import { Region } from '../model/region'
import type { Questions } from '../model/token'
import { issuerAttribute, placesOf, usualPlace } from '../model/token'
import { compareEntries, foreignHosts } from './compare-entries'
import { compareEgress } from './compare-egress'
import type { Words } from './describe'
import { describeWitness } from './describe'
import type { Expected, Guard } from './expect'
import { expectedAt, flowsByPort, kubelet, portKey } from './expect'
import { adminFlows } from './expect-admin'
import type { TokenExpectation } from './expect-token'
import { knownTokens } from './expect-token'
import { otherPorts } from './floor'
import { adminPort } from './linkerd/own-ports'
import { atHome, fromSomewhere } from './network/at-home'
import { nobody } from './regions/callers'
import { without } from './regions/token-attributes'
import type { PortReach, Reach } from './reach'
import type { Difference } from './difference'

export type { Difference } from './difference'

/** The comparison of reach with an intent. */
export interface Comparison {
  readonly differences: readonly Difference[]
  /** Paths, and at gateways hosts, outside the canonical ones that are let in beside the declared routes; for the reader, no difference. */
  readonly nonCanonical: readonly string[]
  /** Workloads that were read and that the intent does not govern. */
  readonly ungoverned: readonly string[]
}

/**
 * Whether reach is what the intent means at each namespace's stage, for every governed service: `flows ⊆ must` and
 * `may ⊆ flows ∪ floor`; and whether what enters through gateways is what it declares ({@link compareEntries}). Equality is over canonical paths. Of the floor, the proxy's own ports are never compared, and the
 * kubelet's probes and what Linkerd's proxies leave open are subtracted here.
 *
 * Where NetworkPolicies tell from which Pod a call comes, callers that are named call from where they run; of callers without identity, who may be anywhere, what is declared has to
 * be certain from somewhere, and what is possible from anywhere counts.
 */
export function compareWithIntent(reach: Reach, intent: Intent, expected: Expected): Comparison {
  const flows = flowsByPort(intent)
  const accounts = groupBy(intent.governed, accountOf)
  const shared = new Set([...accounts].filter(([, services]) => services.length > 1).map(([account]) => account))
  const questions: Questions = new Map(reach.questions)
  const tokens = groupBy(intent.flows, ({ to }) => (to.kind === 'workload' ? serviceKey(to) : ''))
  const admin = adminFlows(intent.flows)
  const found = intent.governed.map(service => {
    const known = knownTokens(tokens.get(serviceKey(service)) ?? [])
    return compareService({ service, flows, tokens: { known, questions }, admin, shared, reach, expected })
  })
  const known = [
    ...intent.governed,
    ...(intent.entries ?? []).map(({ gateway }) => gateway),
    ...intent.flows.flatMap(({ to }) => (to.kind === 'external' && to.via ? [to.via] : [])),
  ]
  const governed = new Set(known.flatMap(account => reach.portsOf(account).map(port => port.workload)))
  const ungoverned = new Set(
    reach.ports.filter(({ workload }) => !governed.has(workload)).map(({ workload }) => nameOf(workload)),
  )
  return {
    differences: [
      ...found.flatMap(f => f.differences),
      ...compareEgress(reach, intent, expected),
      ...compareEntries(reach, intent, expected),
    ],
    nonCanonical: [...new Set([...found.flatMap(f => f.nonCanonical), ...foreignHosts(reach, intent, expected)])],
    ungoverned: [...ungoverned].sort(),
  }
}

/** {@link compareWithIntent}, the differences alone. */
export function compare(reach: Reach, intent: Intent, expected: Expected): readonly Difference[] {
  return compareWithIntent(reach, intent, expected).differences
}

interface Question {
  readonly service: GovernedService
  readonly flows: ReadonlyMap<string, readonly IntendedFlow[]>
  readonly tokens: TokenExpectation
  /** What may be asked of the proxies' own port, by namespace. */
  readonly admin: ReadonlyMap<string, readonly IntendedFlow[]>
  /** Accounts that several services run under. */
  readonly shared: ReadonlySet<string>
  readonly reach: Reach
  readonly expected: Expected
}

type Found = Pick<Comparison, 'differences' | 'nonCanonical'>

function compareService(question: Question): Found {
  const { service } = question
  const ports = portsOf(question)
  if (ports.length === 0) return { differences: [unjudged(service)], nonCanonical: [] }
  const missing = service.ports.filter(({ port }) => !ports.some(p => p.port === port))
  const open = ports.filter(({ port }) => port === otherPorts)
  const asked = [...ports, ...missing.flatMap(({ port }) => open.map(rest => ({ ...rest, port })))]
  const found = asked.map(port => comparePort(port, question))
  return { differences: found.flatMap(f => f.differences), nonCanonical: found.flatMap(f => f.nonCanonical) }
}

const notHttp = Region.where('protocol', Language.literals(['http'])).complement()
/** Requests whose path is a canonical one, or that have none. */
export const canonicalRequests = once(() => notHttp.union(Region.where('path', canonicalPaths())))
/**
 * A Linkerd proxy reads the first two segments of a gRPC request's path and no more (linkerd2-proxy `linkerd/http/route/src/grpc/match.rs` match_length): who may
 * ask for `/pkg.Service/Method` may ask for what is below it. No server has a method of such a name.
 */
const canonicalRpcs = once(() =>
  notHttp.union(
    Region.where('path', Language.of({ sequence: ['/', { plus: { except: '/' } }, '/', { plus: { except: '/' } }] })),
  ),
)

const segment = { star: { except: '/' } } as const
/** What is let in with them, of which the floor speaks ({@link floorOf}). */
const belowRpcs = once(() =>
  Region.where('path', Language.of({ sequence: ['/', segment, '/', segment, '/', { any: true }] })),
)

interface Compared {
  /** The requests over which reach and intent are equal. */
  readonly canonical: Region
  /** Those, and what is told elsewhere. */
  readonly told: Region
}

const usual = once((): Compared => ({ canonical: canonicalRequests(), told: canonicalRequests() }))
const ofRpcs = once((): Compared => ({
  canonical: canonicalRequests().intersect(canonicalRpcs()),
  told: canonicalRpcs().union(belowRpcs()),
}))

function comparedAt({ ports }: GovernedService, port: PortReach['port'], guard: Guard): Compared {
  return guard === 'linkerd' && ports.some(own => own.port === port && own.protocol === 'grpc') ? ofRpcs() : usual()
}

/** Policies see neither the query nor a fragment. */
const requestable = once(() =>
  Region.union([notHttp, Region.where('path', Language.of({ sequence: ['/', { star: { except: '?#' } }] }))]),
)
const probes = Region.where('caller', Language.literals([kubelet]))

function comparePort(reached: PortReach, { service, flows, tokens, expected, reach, admin }: Question): Found {
  const asked = flows.get(portKey(service, reached.port)) ?? []
  const guard = guardOf(reached)
  const own = guard === 'linkerd' && reached.port === adminPort ? admin.get(service.namespace) : undefined
  const meant = (of: readonly IntendedFlow[]) => expectedAt({ flows: of, tokens, service, guard }, expected)
  const declared = meant(asked)
  const { must } = declared
  const { may } = own ? meant([...asked, ...own]) : declared
  const compared = comparedAt(service, reached.port, guard)
  const { canonical } = compared
  const floor = probes.union(reached.floor ?? Region.none)
  const { bounds } = reached
  const home = broughtHome(must.union(may), reach)
  // Neither what is meant nor the floor asks from which Pod a call comes: of what is admitted, no more than matters is brought home.
  const lost = (wanted: Region, sure: Region): Region => wanted.minus(home.must(sure.intersect(wanted)))
  // A scraper asks the Pods themselves, past any waypoint, whatever it would get by their Service.
  const scraped = meant(asked.filter(({ purpose }) => purpose === 'scrape')).must.intersect(canonical)
  const straight = reached.direct ? lost(scraped, reached.direct.must) : Region.none
  const cut = lost(must.intersect(canonical), bounds.must).union(straight)
  const extra = home.may(bounds.may.intersect(canonical).minus(may).minus(floor))
  const told: Told = { words: { domains: reach.domains, questions: tokens.questions }, known: tokens.known }
  const show = (region: Region): string => witnessOf(region, portKey(service, reached.port), told)
  const difference = (kind: 'admitted' | 'cut', region: Region): readonly Difference[] =>
    region.isEmpty
      ? []
      : [
          {
            kind,
            service: service.service,
            callee: { namespace: service.namespace, serviceAccount: service.serviceAccount, port: reached.port },
            text: show(region),
            because: reached.because(region),
          },
        ]
  const open = bounds.may.minus(floor)
  const isLimited = extra.isEmpty && isByPath(open, service, expected) && isByPath(home.may(open), service, expected)
  const beyond = isLimited ? home.may(open.minus(compared.told).intersect(requestable())) : Region.none
  return {
    differences: [...difference('cut', cut), ...difference('admitted', extra)],
    nonCanonical: beyond.isEmpty ? [] : [show(beyond)],
  }
}

/** What callers get from where they are, of those that are spoken of by name. */
function broughtHome(spoken: Region, { homes }: Reach): Readonly<Record<'must' | 'may', (region: Region) => Region>> {
  if (homes.size === 0) return { must: region => region, may: region => region }
  const among = spoken.valuesOf('caller')
  return {
    must: region => fromSomewhere(atHome({ must: region, may: Region.none }, homes, among).must),
    may: region => atHome({ must: Region.none, may: region }, homes, among).may,
  }
}

function guardOf({ direct, floor }: PortReach): Guard {
  if (floor) return 'linkerd'
  return direct ? 'ztunnel' : 'other'
}

/**
 * Whether paths are what a port is limited by. Then it may take in others than the canonical ones: `/a/**` is rendered as a prefix, and the data plane's prefix takes in
 * `/a//x` and `/a/%2F` too.
 */
function isByPath(may: Region, { namespace }: GovernedService, { stages }: Expected): boolean {
  return stages?.[namespace] !== 'strict' && may.asks('path')
}

function unjudged(service: GovernedService): Difference {
  const name = `${service.namespace}/${service.service}`
  const callee = { namespace: service.namespace, serviceAccount: service.serviceAccount, port: otherPorts } as const
  return {
    kind: 'unjudged',
    service: service.service,
    callee,
    text: `no workload was read that stands for ${name}`,
    because: [],
  }
}

/** The ports of the workloads that stand for a service: those of its account, told apart by labels where services share one. */
function portsOf({ service, reach, shared }: Pick<Question, 'service' | 'reach' | 'shared'>): readonly PortReach[] {
  const ports = reach.portsOf(service)
  if (!shared.has(accountOf(service))) return ports
  return ports.filter(({ workload }) =>
    Object.entries(service.labels).every(([key, value]) => workload.labels[key] === value),
  )
}

function accountOf({ namespace, serviceAccount }: GovernedService): string {
  return `${namespace}/${serviceAccount}`
}

function serviceKey({ namespace, service }: Pick<GovernedService, 'namespace' | 'service'>): string {
  return `${namespace}/${service}`
}

function nameOf(workload: PortReach['workload']): string {
  return `${workload.namespace}/${workload.name}`
}

/** The most telling request of a region: of a caller without identity if there is one, raw bytes where these will do, without a token. */
export function witnessOf(region: Region, callee: string, { words, known }: Told): string {
  const chosen = [anonymous, bytes, ...tokenless(region, known)].reduce((rest, wish) => {
    const wished = rest.intersect(wish)
    return wished.isEmpty ? rest : wished
  }, region)
  const addressed = region.asks('address') ? chosen.intersect(Region.where('address', anyAddress())) : chosen
  return describeWitness(addressed.witness() ?? new Map(), callee, words)
}

/** What witnesses are told with. */
export interface Told {
  readonly words: Words
  readonly known: TokenExpectation['known']
}

/** Where tokens matter: none at all, or as few as will do. */
function tokenless(region: Region, known: Told['known']): readonly Region[] {
  const places = [...new Set([usualPlace, ...known.flatMap(placesOf)])]
  const matter = places.some(place => region.asks(issuerAttribute(place)))
  return matter ? [without(places), ...places.map(place => without([place]))] : []
}

const anonymous = Region.where('caller', nobody)
const bytes = Region.where('protocol', Language.literals(['tcp']))
