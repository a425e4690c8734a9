import { Language } from '../../model/language'
import { isSubset } from '../istio/client'
import type { Layer, Routes, ServiceEntry } from '../layer'

/** Hosts outside that no object tells apart. */
export interface Hosts {
  /** One of them. */
  readonly one: string
  readonly all: Language
  /** What of a layer is about them, or about any hosts. */
  readonly serviceEntries: readonly ServiceEntry[]
  /** The ports that their ServiceEntries name; of others nothing tells them from hosts that no object names. */
  readonly ports: ReadonlySet<number>
  /** Whether routes or proxies name them, at whichever port. */
  readonly routed: boolean
}

/** The names that `*.example.com` stands for, or all for `*`. */
export function namesUnder(pattern: string): Language {
  return pattern === '*' ? Language.all : Language.of({ sequence: [{ plus: { except: '' } }, pattern.slice(1)] })
}

/** A host that no object names: no label of a name begins with a dash. */
const stranger = '-x'

/** All names, cut by those that ServiceEntries, routes of the mesh and routes of Linkerd's proxies have. */
export function hostsOf(layer: Layer): readonly Hosts[] {
  const entered = layer.serviceEntries.flatMap(({ hosts }) => hosts)
  const routed = [...layer.routes.filter(isOfMesh).flatMap(({ hosts }) => hosts), ...namesOutbound(layer)]
  const patterns = [...new Set([...entered, ...routed].map(host => host.toLowerCase()))].sort(
    (a, b) => b.length - a.length || (a < b ? -1 : 1),
  )
  const exact = patterns.filter(pattern => !pattern.startsWith('*'))
  let taken = Language.literals(exact)
  const wide = patterns
    .filter(pattern => pattern.startsWith('*'))
    .map(pattern => {
      const all = namesUnder(pattern)
      const rest = all.minus(taken)
      taken = taken.union(all)
      return { one: stranger + pattern.slice(1), all: rest }
    })
  const named = [...exact.map(one => ({ one, all: Language.literals([one]) })), ...wide]
  const others = { one: stranger, all: taken.complement() }
  return [...named, others]
    .filter(({ all }) => !all.isEmpty)
    .map(host => {
      const serviceEntries = layer.serviceEntries.filter(entry => entry.unreadable || isAbout(entry.hosts, host.one))
      const ports = serviceEntries.flatMap(entry => entry.ports.map(({ number }) => number))
      return { ...host, serviceEntries, ports: new Set(ports), routed: isAbout(routed, host.one) }
    })
}

function isAbout(patterns: readonly string[], host: string): boolean {
  return patterns.some(pattern => isSubset(host, pattern.toLowerCase()))
}

function namesOutbound({ linkerd }: Layer): readonly string[] {
  return linkerd.outboundRoutes.flatMap(({ serverNames, http, grpc }) => [
    ...serverNames,
    ...(http?.hostnames ?? []),
    ...(grpc?.hostnames ?? []),
  ])
}

/** Whether a route is for calls of the mesh's own proxies. */
function isOfMesh({ source, parents }: Routes): boolean {
  return source === 'VirtualService' && parents.some(({ kind }) => kind === 'mesh')
}
