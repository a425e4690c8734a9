import type { Cursor } from '../analyze/istio/cursor'
import type { RawObject } from '../analyze/istio/read-object'
import type { Reach } from '../analyze/reach'
import { isName } from '../graph/names'
import type { Ingress, Routes } from '../graph/graph'
import { routeText } from '../graph/routes'
import { groupBy } from '../model/group'
import { Language } from '../model/language'
import type { Region } from '../model/region'
import type { Decision } from './adopted'
import type { Forwarded } from './calls'
import { aboutOf } from './calls'
import type { Place } from './places'
import { routesFor, unconditionally } from './routes'
import type { Account } from './today'
import { accountKey } from './today'

/** What enters through gateways. */
export interface Entering {
  readonly ingress: Readonly<Record<string, Ingress>>
  readonly decisions: readonly Decision[]
}

interface Entry {
  readonly gateway: Account
  readonly host: string
  readonly place: Place
  readonly routes: Routes
}

/** What gateways send on, as far as the services that it gets to let it in. */
export function enteringBy(reached: Reach, forwarded: readonly Forwarded[], objects: readonly RawObject[]): Entering {
  const each = forwarded.map(one => entriesOf(reached, one))
  const entries = once(each.flatMap(one => one.entries))
  const secrets = secretsIn(objects)
  const byHost = [...groupBy(entries, ({ gateway, host }) => `${accountKey(gateway)} ${host}`).values()]
  const alike = groupBy(byHost, same => {
    const [first] = same
    return JSON.stringify([first && accountKey(first.gateway), secrets.get(first?.host ?? ''), routesOf(same)])
  })
  const ingress: Record<string, Ingress> = {}
  for (const hosts of alike.values()) {
    const [first] = hosts[0] ?? []
    if (!first) continue
    const secret = secrets.get(first.host)
    ingress[nameFor(first.gateway, ingress)] = {
      gateway: gatewayText(first.gateway),
      hosts: hosts.flatMap(([one]) => (one ? [one.host] : [])).sort(),
      ...(secret !== undefined && { tls: { secret } }),
      routes: routesOf(hosts[0] ?? []),
    }
  }
  return { ingress, decisions: each.flatMap(one => one.decisions) }
}

function gatewayText({ namespace, serviceAccount }: Account): string {
  return namespace === serviceAccount ? namespace : `${namespace}/${serviceAccount}`
}

function nameFor({ serviceAccount }: Account, taken: Readonly<Record<string, unknown>>): string {
  const base = serviceAccount.replace(/\./g, '-').slice(0, 58)
  if (!Object.hasOwn(taken, base)) return base
  for (let i = 2; ; i++) if (!Object.hasOwn(taken, `${base}-${i}`)) return `${base}-${i}`
}

function routesOf(entries: readonly Entry[]): Record<string, Record<string, Routes>> {
  const callees: Record<string, Record<string, Routes>> = {}
  for (const { place, routes } of entries) (callees[place.group.name] ??= {})[place.found.name] = routes
  return callees
}

function entriesOf(
  reached: Reach,
  { gateway, place, requests }: Forwarded,
): { entries: readonly Entry[]; decisions: readonly Decision[] } {
  const about = aboutOf(place)
  const left = (text: string): { entries: readonly Entry[]; decisions: readonly Decision[] } => ({
    entries: [],
    decisions: [{ kind: 'left-out', about, text: `gateway \`${accountKey(gateway)}\` may call it today${text}` }],
  })
  if (gateway.serviceAccount === 'default') return left(', but runs under `default`, which a graph refuses of gateways')
  const routed = reached.gateways
    .filter(({ workload }) => accountKey(workload) === accountKey(gateway))
    .flatMap(one => one.routed)
    .filter(({ callees = [] }) =>
      callees.some(to => to.port === place.found.port && place.group.workloads.includes(to.workload)),
    )
  const parts = routed.flatMap(({ bounds }) => bounds.may.by('host'))
  const hosts = groupBy(
    parts.flatMap(({ values, to }) => hostsIn(values).map(host => ({ host, to }))),
    ({ host }) => host,
  )
  const entries = [...hosts].flatMap(([host, ways]): readonly Entry[] => {
    if (!isName('host', host.replace(/^\*\./, ''))) return []
    const sent = ways.map(({ to }) => asSent(to)).reduce((all, next) => all.union(next))
    const { routes } = routesFor(sent.intersect(requests), place.protocol)
    return routes === undefined ? [] : [{ gateway, host, place, routes }]
  })
  return entries.length > 0 ? { entries, decisions: [] } : left(', but no host is known whose requests get there')
}

const names = Language.of({ plus: { except: ':' } })

/** The hosts that requests name, and `*.example.com` for all under one; whatever port they name with it. */
function hostsIn(values: Language): readonly string[] {
  const plain = values.intersect(names)
  if (plain.words) return [...plain.words]
  const labels = (plain.witness() ?? '').split('.')
  const suffix = labels
    .map((_, i) => `.${labels.slice(i + 1).join('.')}`)
    .find(ending => ending !== '.' && under(ending).within(plain))
  return suffix === undefined ? [] : [`*${suffix}`]
}

function under(ending: string): Language {
  return Language.of({ sequence: [{ plus: { except: ':' } }, ending] })
}

/** By which name TLS was asked for, and from where, matters to a gateway and to no route. */
function asSent(region: Region): Region {
  const here = ['sni', 'authority', 'caller', 'address'].reduce((rest, variable) => rest.without(variable), region)
  return unconditionally(here)
}

/** A gateway sends a request one way: a route stays where it comes first. */
function once(entries: readonly Entry[]): readonly Entry[] {
  const taken = new Set<string>()
  return entries.flatMap(entry => {
    const { routes, gateway, host } = entry
    if (typeof routes === 'string') return [entry]
    const free = routes.filter(route => {
      const key = `${accountKey(gateway)} ${host} ${routeText(route)}`
      if (taken.has(key)) return false
      taken.add(key)
      return true
    })
    return free.length === 0 ? [] : [{ ...entry, routes: free }]
  })
}

/** The Secret with the certificate of each host, as Gateways of either API name it. */
function secretsIn(objects: readonly RawObject[]): ReadonlyMap<string, string> {
  const gateways = objects.filter(({ kind }) => kind === 'Gateway')
  return new Map(
    gateways.flatMap(({ body, group }) => {
      const spec = body.get('spec')
      return group === 'gateway.networking.k8s.io'
        ? spec.get('listeners').items().flatMap(ofListener)
        : spec.get('servers').items().flatMap(ofServer)
    }),
  )
}

function ofListener(listener: Cursor): readonly (readonly [string, string])[] {
  const host = listener.get('hostname').string()
  const [secret] = listener.get('tls').get('certificateRefs').items()
  const name = secret?.get('name').string()
  return host === undefined || name === undefined ? [] : [[host, name]]
}

function ofServer(server: Cursor): readonly (readonly [string, string])[] {
  const secret = server.get('tls').get('credentialName').string()
  if (secret === undefined) return []
  return server
    .get('hosts')
    .strings()
    .map(host => [host.slice(host.indexOf('/') + 1), secret] as const)
}
