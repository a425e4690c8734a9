import { selects } from '../analyze/istio/attachment'
import { targetPort } from '../analyze/istio/protocol'
import type { Layer, Workload } from '../analyze/layer'
import type { Group } from './groups'
import { networkHints } from './network-hints'
import type { PodFacts, Variable } from './pods'

/** A call that something speaks of, though nothing says that it may be made. */
export interface Hint {
  readonly from: Group
  readonly to: Group
  /** The container port. */
  readonly port: number
  /** What speaks of it: `env CART_ADDR`. */
  readonly source: string
  /** It is a NetworkPolicy, which counts only where no policy of the mesh names a caller. */
  readonly byNetwork?: true
}

/** An address in somebody's configuration that is no Service among the objects. */
export interface Astray {
  readonly from: Group
  readonly source: string
  readonly host: string
}

/** Where configuration points. */
export interface Hints {
  readonly calls: readonly Hint[]
  readonly astray: readonly Astray[]
}

interface Target {
  readonly host: string
  readonly port?: number
}

const urlPorts: Readonly<Record<string, number>> = { http: 80, https: 443, grpc: 80, ws: 80, wss: 443 }

/** Variables that hold an address, where the value alone might be any word. */
const ofAddresses = /(?:HOST|ADDR|ADDRESS|URL|URI|SERVICE|SVC|ENDPOINT|SERVER|UPSTREAM|BACKEND|BROKERS?)S?$/i

/** The addresses in a value: `cart:7070`, `http://cart.shop.svc:80/x`, `kafka-0:9092,kafka-1:9092`; a bare name only where the variable is called after an address. */
export function addressesIn({ name, value }: Variable): readonly Target[] {
  return value.split(/[\s,;]+/).flatMap((part): readonly Target[] => {
    const [, scheme, host = '', port] =
      /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:[^@/\s]*@)?([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)(?::(\d{1,5}))?(?:[/?#].*)?$/i.exec(
        part,
      ) ?? []
    if (!/[a-z]/i.test(host)) return []
    const usual = scheme === undefined ? undefined : urlPorts[scheme.toLowerCase()]
    const number = port === undefined ? usual : Number(port)
    if (number === undefined && scheme === undefined && !ofAddresses.test(name)) return []
    return [{ host: host.toLowerCase(), ...(number !== undefined && { port: number }) }]
  })
}

/** What callers are configured with: environment variables, and the Sidecars that say what they import. */
export function hintsOf(layer: Layer, groups: readonly Group[], facts: ReadonlyMap<Workload, PodFacts>): Hints {
  const calls: Hint[] = []
  const astray: Astray[] = []
  const names = namesOf(groups)
  for (const from of groups) {
    for (const variable of from.workloads.flatMap(workload => facts.get(workload)?.environment ?? [])) {
      const source = `env ${variable.name}`
      for (const target of addressesIn(variable)) {
        const found = callsTo(target, { from, names })
        for (const call of found ?? []) calls.push({ ...call, from, source })
        const isOdd = found === undefined && !target.host.includes('.') && target.port !== undefined
        if (isOdd && !isOwn(target.host)) astray.push({ from, source, host: `${target.host}:${target.port}` })
      }
    }
    calls.push(...importedBy(layer, from, names))
  }
  calls.push(...networkHints(layer, groups, facts))
  return { calls: distinct(calls), astray }
}

function isOwn(host: string): boolean {
  return ['localhost'].includes(host)
}

function distinct(hints: readonly Hint[]): readonly Hint[] {
  const known = new Map<string, Hint>()
  for (const hint of hints) {
    const key = `${hint.from.name} ${hint.to.name} ${hint.port}`
    const before = known.get(key)
    const more = before && !before.source.split(', ').includes(hint.source)
    known.set(key, more ? { ...before, source: `${before.source}, ${hint.source}` } : (before ?? hint))
  }
  return [...known.values()]
}

/** Services by `name.namespace`. */
function namesOf(groups: readonly Group[]): ReadonlyMap<string, Group> {
  return new Map(
    groups.flatMap(group => group.services.map(({ name }) => [`${name}.${group.namespace}`, group] as const)),
  )
}

interface Asking {
  readonly from: Group
  readonly names: ReadonlyMap<string, Group>
}

/** The ports behind an address; nothing where no such Service is among the objects. */
function callsTo({ host, port }: Target, { from, names }: Asking): readonly Pick<Hint, 'to' | 'port'>[] | undefined {
  const [name = '', namespace = from.namespace] = host.replace(/\.svc(\.[-a-z0-9.]+)?$/, '').split('.')
  // `a.b.c` is a Pod of a headless Service `b.c`, or a host elsewhere.
  const to = names.get(`${name}.${namespace}`)
  if (!to || host.replace(/\.svc(\.[-a-z0-9.]+)?$/, '').split('.').length > 2) return undefined
  const service = to.services.find(one => one.name === name)
  const candidates = service?.ports.filter(one => port === undefined || one.port === port) ?? []
  if (port === undefined && candidates.length !== 1) return []
  return candidates.flatMap(one =>
    to.workloads.slice(0, 1).flatMap(workload => {
      const target = targetPort(one, workload)
      return target === undefined ? [] : [{ to, port: target }]
    }),
  )
}

/** A Sidecar that names the hosts which a workload's proxy knows was written for what it calls. */
function importedBy({ sidecars }: Layer, from: Group, names: ReadonlyMap<string, Group>): readonly Hint[] {
  const own = sidecars.filter(
    ({ namespace, selector }) =>
      namespace === from.namespace &&
      selector.kind === 'labels' &&
      from.workloads.every(({ labels }) => selects(selector, labels) === 'yes'),
  )
  return own.flatMap(({ egress = [], name }) =>
    egress.flatMap(({ hosts }) =>
      hosts.flatMap(text => {
        const host = text.slice(text.indexOf('/') + 1)
        const [, service = '', namespace = ''] = /^([-a-z0-9]+)\.([-a-z0-9]+)\.svc\./.exec(host) ?? []
        const to = names.get(`${service}.${namespace}`)
        const ports = to?.services.find(one => one.name === service)?.ports ?? []
        const [workload] = to?.workloads ?? []
        if (!to || !workload || to === from) return []
        return ports.flatMap(port => {
          const target = targetPort(port, workload)
          return target === undefined ? [] : [{ from, to, port: target, source: `Sidecar ${name}` }]
        })
      }),
    ),
  )
}
