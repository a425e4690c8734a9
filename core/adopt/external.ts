import type { Layer } from '../analyze/layer'
import { selects } from '../analyze/istio/attachment'
import { isName } from '../graph/names'
import type { External, Port, Protocol } from '../graph/graph'
import type { Call } from './calls'
import type { Decision } from './adopted'
import type { Group } from './groups'
import { addressesIn } from './hints'
import type { Ground } from './places'
import { anyRequest } from './routes'

/** Hosts outside the cluster, and who is known to call them. */
export interface Externals {
  readonly external: Readonly<Record<string, External>>
  readonly calls: readonly Call[]
  readonly decisions: readonly Decision[]
}

/** Hosts that ServiceEntries name, and services whose Sidecar or environment names these. */
export function externalsOf({ layer, groups, facts }: Ground): Externals {
  const taken = new Set(groups.map(({ name }) => name))
  const external: Record<string, External> = {}
  const decisions: Decision[] = []
  for (const entry of layer.serviceEntries) {
    if (entry.location !== 'MESH_EXTERNAL' || entry.unreadable) continue
    const { hosts, ports } = declaredIn(entry, Object.values(external))
    if (hosts.length === 0 || Object.keys(ports).length === 0) {
      const text = 'it names no whole host with a TCP port of its own, so nobody can be said to call it'
      decisions.push({ kind: 'left-out', about: `ServiceEntry ${entry.namespace ?? ''}/${entry.name}`, text })
      continue
    }
    const name = freeName(entry.name, hosts[0] ?? '', new Set([...taken, ...Object.keys(external)]))
    external[name] = { hosts, ports }
  }
  const calls = groups.flatMap(group =>
    Object.entries(external).flatMap(([name, one]) => callsTo(name, one, namedBy(layer, group, facts))),
  )
  return { external, calls: calls.map(({ group, ...call }) => ({ from: group.name, ...call })), decisions }
}

function declaredIn(
  { hosts, ports }: Layer['serviceEntries'][number],
  before: readonly External[],
): { readonly hosts: readonly string[]; readonly ports: Readonly<Record<string, Port>> } {
  const whole = [...new Set(hosts.map(host => host.toLowerCase()))].filter(
    host => isName('host', host) && !/\.svc(\.|$)/.test(host),
  )
  const isTaken = (port: number): boolean =>
    before.some(
      one => one.hosts.some(host => whole.includes(host)) && Object.values(one.ports).some(p => p.port === port),
    )
  const named: Record<string, Port> = {}
  for (const { number, name, protocol } of ports) {
    const spoken = protocols[(protocol ?? '').toLowerCase()]
    if (spoken === undefined || isTaken(number) || Object.values(named).some(({ port }) => port === number)) continue
    const key = name !== undefined && isName('port', name) && !Object.hasOwn(named, name) ? name : `${spoken}-${number}`
    named[key] = { protocol: spoken, port: number }
  }
  return { hosts: whole, ports: named }
}

/** Istio `pkg/config/protocol/instance.go` Parse. */
const protocols: Readonly<Record<string, Protocol | undefined>> = {
  http: 'http',
  http2: 'http',
  grpc: 'http',
  https: 'tls',
  tls: 'tls',
  tcp: 'tcp',
  mongo: 'tcp',
  redis: 'tcp',
  mysql: 'tcp',
}

function freeName(name: string, host: string, taken: ReadonlySet<string>): string {
  const choices = [name, host.replace(/\./g, '-'), `${name}-outside`]
  const free = choices.find(choice => isName('entry', choice) && !taken.has(choice))
  if (free !== undefined) return free
  for (let i = 2; ; i++) if (!taken.has(`outside-${i}`)) return `outside-${i}`
}

interface Naming {
  readonly group: Group
  /** Host → what names it. */
  readonly hosts: ReadonlyMap<string, string>
}

function namedBy({ sidecars }: Layer, group: Group, facts: Ground['facts']): Naming {
  const own = sidecars.filter(
    ({ namespace, selector }) =>
      namespace === group.namespace &&
      selector.kind === 'labels' &&
      group.workloads.every(({ labels }) => selects(selector, labels) === 'yes'),
  )
  const imported = own.flatMap(({ egress = [], name }) =>
    egress.flatMap(({ hosts }) => hosts.map(text => [text.slice(text.indexOf('/') + 1), `Sidecar ${name}`] as const)),
  )
  const variables = group.workloads.flatMap(workload => facts.get(workload)?.environment ?? [])
  const configured = variables.flatMap(variable =>
    addressesIn(variable).map(({ host }) => [host, `env ${variable.name}`] as const),
  )
  return { group, hosts: new Map([...imported, ...configured]) }
}

function callsTo(
  to: string,
  { hosts: declared, ports }: External,
  { group, hosts }: Naming,
): readonly (Omit<Call, 'from'> & { readonly group: Group })[] {
  const [source] = declared.flatMap(host => hosts.get(host) ?? [])
  if (source === undefined) return []
  return Object.entries(ports).map(([port, { protocol }]) => {
    const routes = protocol === 'tcp' || protocol === 'tls' ? protocol : anyRequest
    return { group, to, port, routes, note: `from ${source}` }
  })
}
