import type { Layer } from '../analyze/layer'
import type { Reach } from '../analyze/reach'
import type { Callees, Graph, Port, Service } from '../graph/graph'
import { literalPathFlaws } from '../graph/paths'
import { frozen } from '../graph/plain'
import { groupBy } from '../model/group'
import type { Sourced } from '../model/manifest'
import { byText } from '../model/order'
import type { Adopted, Decision, Note } from './adopted'
import type { Call, Calling, Stranger } from './calls'
import { callingAt, keptOut } from './calls'
import { People, scraperOf } from './callers'
import { enteringBy } from './entering'
import { exposedOf } from './exposed'
import type { Externals } from './external'
import { externalsOf } from './external'
import type { Group } from './groups'
import { groupsOf, isServed } from './groups'
import { hintsOf } from './hints'
import { homesIn } from './homes'
import { meshOf } from './mesh'
import type { Ground, Place } from './places'
import { placesOf } from './places'
import { factsOf, rawObjects } from './pods'
import { annotatedMetrics } from './ports'
import { saidProbes } from './probes'
import type { Account } from './today'
import { accountKey, todayAt } from './today'

/** What there is, and how much of it is to be governed. */
export interface Existing {
  readonly inputs: readonly Sourced[]
  readonly layer: Layer
  readonly reached: Reach
  /** Namespaces whose services are governed; callers from elsewhere are declared, and nothing more of them. @default all but the platform's own */
  readonly only?: readonly string[]
}

/**
 * A graph for what is there: its services, and the calls that somebody may make because a policy names him, on the routes that it names. It never says more
 * than may be asked today; whoever gets in without being named does not get in by the graph, and is told as something to decide.
 *
 * Where nobody is named nothing tells who calls. Then what callers are configured with speaks for them.
 */
export function adopt(existing: Existing): Adopted {
  const { inputs, layer, reached } = existing
  const objects = rawObjects(inputs)
  const facts = factsOf(objects, layer)
  const served = layer.workloads.filter(workload => isServed(layer, workload, existing.only))
  const found = groupsOf(layer, served, facts)
  const groups = found.filter(({ labels }) => labels !== undefined)
  const hints = hintsOf(layer, groups, facts)
  const trustDomain = reached.domains?.[0] ?? 'cluster.local'
  const namespaces = [...new Set(layer.workloads.map(({ namespace }) => namespace))].sort()
  const callers = { trustDomain, namespaces, homes: homesIn(reached, trustDomain) }
  const ground: Ground = { layer, reached, facts, groups, hints: hints.calls, callers }
  const places = placesOf(ground)
  const scraper = scraperOf(places)
  const people = new People(layer, objects, { groups, trustDomain, ...(scraper && { scraper }) })
  const calling = places.map(place => ({ place, ...callingAt(place, ground, people) }))
  const entering = enteringBy(
    reached,
    calling.flatMap(({ forwarded }) => forwarded),
    objects,
  )
  const exposed = exposedOf(ground, objects)
  const outside = externalsOf(ground)
  const graph = graphOf({ ground, calling, outside, ingress: entering.ingress, ...(scraper && { scraper }) })
  const unsaid = found.filter(({ labels }) => labels === undefined).map(unselected)
  const pointless = hints.astray.map(({ from, source, host }) => ({
    path: ['calls', from.name],
    text: `${source} speaks of \`${host}\`, which no Service among the manifests is called`,
  }))
  return {
    graph: graph.graph,
    notes: [...graph.notes, ...calling.flatMap(({ notes }) => notes), ...pointless],
    decisions: [
      ...unsaid,
      ...calling.flatMap(({ decisions }) => decisions),
      ...sharing(places, ground),
      ...entering.decisions,
      ...exposed,
      ...outside.decisions,
      ...graph.decisions,
    ],
    mesh: meshOf(layer, reached, groups),
  }
}

function unselected({ namespace, name }: Group): Decision {
  const text = 'no labels select its Pods and no others: give it some of its own, and adopt again'
  return { kind: 'left-out', about: `${namespace}/${name}`, text }
}

/** What the services of one account lose by being one. */
function sharing(places: readonly Place[], { callers }: Ground): readonly Decision[] {
  const shared = [...groupBy(places, ({ group, found }) => `${accountKey(group)}:${found.port}`).values()]
  return shared
    .filter(members => members.length > 1)
    .flatMap(members => members.flatMap(place => keptOut(place, todayAt(place.ports, callers).named)))
}

interface Parts {
  readonly ground: Ground
  readonly calling: readonly (Calling & { readonly place: Place })[]
  readonly outside: Externals
  readonly ingress: Graph['ingress']
  readonly scraper?: Account
}

type Written = Pick<Adopted, 'graph' | 'notes' | 'decisions'>

function graphOf({ ground, calling, outside, ingress, scraper }: Parts): Written {
  const byGroup = groupBy(calling, ({ place }) => place.group)
  const written = ground.groups.map(group => ({ group, ...serviceOf(group, byGroup.get(group) ?? [], ground) }))
  const strangers = strangersOf(
    calling.flatMap(one => one.strangers),
    ground.groups,
  )
  const calls = [...calling.flatMap(one => one.calls), ...outside.calls].map(call => ({
    ...call,
    from: strangers.names.get(call.from) ?? call.from,
  }))
  const services = {
    ...Object.fromEntries(written.map(({ group, service }) => [group.name, service])),
    ...strangers.services,
  }
  const isUsed = scraper && written.some(({ service }) => service.metrics)
  const graph = frozen({
    services,
    external: outside.external,
    ingress,
    outside: {},
    ...(isUsed && { scraper }),
    calls: callsOf(calls),
  })
  const ofCalls = calls.flatMap(({ from, to, note }) =>
    note === undefined ? [] : [{ path: ['calls', from, to], text: note }],
  )
  return {
    graph,
    notes: [...written.flatMap(({ notes }) => notes), ...strangers.notes, ...distinct(ofCalls)],
    decisions: written.flatMap(({ decisions }) => decisions),
  }
}

function distinct(notes: readonly Note[]): readonly Note[] {
  return [...new Map(notes.map(note => [JSON.stringify(note), note])).values()]
}

function callsOf(calls: readonly Call[]): Graph['calls'] {
  const all: Record<string, Record<string, Record<string, Call['routes']>>> = {}
  const inOrder = [...calls].sort((a, b) => byText(a.from, b.from) || byText(a.to, b.to) || byText(a.port, b.port))
  for (const { from, to, port, routes } of inOrder) ((all[from] ??= {})[to] ??= {})[port] = routes
  return all satisfies Readonly<Record<string, Callees>>
}

interface WrittenService {
  readonly service: Service
  readonly notes: readonly Note[]
  readonly decisions: readonly Decision[]
}

function serviceOf(group: Group, own: Parts['calling'], { facts, groups }: Ground): WrittenService {
  const { name, namespace, serviceAccount, labels = {}, headless } = group
  const path = ['services', name]
  const metrics = metricsOf(group, own)
  const kept = own.filter(({ place }) => !isOnlyMetrics(place, metrics, own))
  const ports = Object.fromEntries(kept.map(({ place }) => [place.found.name, portOf(place)]))
  const probes = saidProbes(
    group.workloads.flatMap(workload => facts.get(workload)?.probes ?? []),
    Object.values(ports),
  )
  const isUsual = Object.entries(labels).every(([key, value]) => key === 'app' && value === name)
  const kind = group.workloads[0]?.kind
  const account = accountOf(group, groups)
  const service: Service = {
    namespace,
    ...account.fields,
    ...(!isUsual && { labels }),
    ...(kind !== undefined && kind !== 'Pod' && kind !== 'ReplicaSet' && kind !== 'Deployment' && { workload: kind }),
    ...(headless && { headless }),
    ports,
    ...(probes.probes && { probes: probes.probes }),
    ...(metrics && { metrics }),
  }
  const versions =
    group.workloads.length > 1
      ? [
          `runs as ${group.workloads
            .map(each => each.name)
            .sort()
            .join(', ')}`,
        ]
      : []
  const texts = [...versions, ...account.notes, ...probes.leftOut].map(text => ({ path, text }))
  const doubts = kept.flatMap(({ place: { doubt, found } }) =>
    doubt === undefined ? [] : [{ path: [...path, 'ports', found.name], text: doubt }],
  )
  return {
    service,
    notes: [...texts, ...doubts],
    decisions: account.decisions.map(text => ({ kind: 'shared', about: `${namespace}/${serviceAccount}`, text })),
  }
}

function portOf({ found: { port, servicePort }, protocol }: Place): Port {
  return { protocol, port, ...(servicePort !== undefined && { servicePort }) }
}

/** Where metrics are read: where the scraper is let in, else where annotations send it. */
function metricsOf(group: Group, own: Parts['calling']): Service['metrics'] {
  const scraped = own.find(one => one.scraped !== undefined)
  const annotated = annotatedMetrics(group)
  const metrics = scraped ? { port: scraped.place.found.port, path: scraped.scraped ?? '' } : annotated
  if (!metrics || literalPathFlaws(metrics.path).length > 0) return undefined
  const declared = own.find(({ place }) => place.found.port === metrics.port)
  const named = own.find(({ place }) => place.found.name === 'metrics')
  const fits = declared ? declared.place.protocol === 'http' || isOnlyMetrics(declared.place, metrics, own) : !named
  return fits ? metrics : undefined
}

/** Whether a port is there to be scraped, and for nobody else: the graph then has it from `metrics`. */
function isOnlyMetrics({ found }: Place, metrics: Service['metrics'], own: Parts['calling']): boolean {
  const called = own.find(({ place }) => place.found.port === found.port)
  if (metrics?.port !== found.port || found.name !== 'metrics' || found.servicePort !== undefined) return false
  return called === undefined || called.calls.length + called.forwarded.length === 0
}

interface AccountSaid {
  readonly fields: Pick<Service, 'serviceAccount' | 'sharesServiceAccountWith' | 'defaultServiceAccount'>
  readonly notes: readonly string[]
  readonly decisions: readonly string[]
}

function accountOf(group: Group, groups: readonly Group[]): AccountSaid {
  const { name, serviceAccount } = group
  const others = groups
    .filter(other => other !== group && accountKey(other) === accountKey(group))
    .map(other => other.name)
  const named = serviceAccount !== name && { serviceAccount }
  if (serviceAccount === 'default') {
    const text =
      'services that run under `default` are one identity, with whatever else names no account there: give each one of its own'
    return { fields: { ...named, defaultServiceAccount: 'acknowledged' }, notes: [], decisions: [text] }
  }
  if (others.length === 0) return { fields: { ...named }, notes: [], decisions: [] }
  const text = 'services that share it are one identity: give each an account of its own'
  return { fields: { ...named, sharesServiceAccountWith: [...others].sort() }, notes: [], decisions: [text] }
}

interface Strangers {
  readonly services: Readonly<Record<string, Service>>
  /** What each account is called in the graph. */
  readonly names: ReadonlyMap<string, string>
  readonly notes: readonly Note[]
}

/** Accounts that call and are no service: they are declared, as callers of ours that listen nowhere. */
function strangersOf(all: readonly Stranger[], groups: readonly Group[]): Strangers {
  const taken = new Set(groups.map(({ name }) => name))
  const distinctOnes = [...new Map(all.map(one => [accountKey(one), one])).values()]
  const named = distinctOnes.map(one => {
    const plain = one.serviceAccount.replace(/\./g, '-')
    const name = taken.has(plain) || !/^[a-z]/.test(plain) ? `${one.namespace}-${plain}` : plain
    taken.add(name)
    return { ...one, name }
  })
  return {
    names: new Map(named.map(one => [accountKey(one), one.name])),
    services: Object.fromEntries(
      named.map(({ name, namespace, serviceAccount }) => {
        const account = serviceAccount !== name && { serviceAccount }
        const isDefault = serviceAccount === 'default' && { defaultServiceAccount: 'acknowledged' as const }
        return [name, { namespace, ...account, ...isDefault, ports: {} }]
      }),
    ),
    notes: named.map(({ name, runs }) => ({
      path: ['services', name],
      text: runs
        ? 'only calls: what may be called of it is not governed here'
        : 'policies let it in, and it has an account; what runs under it was not among the manifests',
    })),
  }
}
