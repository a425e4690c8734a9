/**
 * What a caller's own proxy does with its calls. None of this protects a callee, since an application can go round its own proxy
 * (istio/api `networking/v1alpha3/sidecar.proto` says so); it decides what a well-behaved client is certain to get.
 */
import type { EgressListener, Layer, Mesh, OutboundMode, Service, ServiceEntry, Sidecar } from '../layer'
import { sidecarsFor, type Proxied } from './scope'
import { nameOf } from './verdict'

/**
 * `registry`: the proxy knows the destination and treats the call as configured; `passthrough`: it does not, and sends the
 * bytes on as they are, without identity; `blocked`: it drops the call.
 */
export interface ClientPath {
  readonly kind: 'registry' | 'passthrough' | 'blocked'
  readonly because: readonly string[]
}

/** The name all proxies know a Service by (istio `pilot/pkg/serviceregistry/kube/conversion.go` ServiceHostname). */
export function hostOf({ name, namespace = '' }: Pick<Service, 'name' | 'namespace'>, mesh?: Mesh): string {
  return `${name}.${namespace}.svc.${mesh?.clusterDomain ?? 'cluster.local'}`
}

/** Where a call is addressed to: a Service of the cluster, or a host outside. */
export type Destination =
  | { readonly kind: 'service'; readonly service: Service; readonly port: number }
  | { readonly kind: 'host'; readonly host: string; readonly port: number }

/**
 * What may become of a call; one path, where everything that decides it is known. A host outside is known where a
 * ServiceEntry names it, exactly or by `*.`.
 */
export function pathsTo(layer: Layer, caller: Proxied, destination: Destination): readonly ClientPath[] {
  const unreadable = entriesFor(layer, destination).filter(
    entry => entry.unreadable || isOddlySpelt(entry, destination),
  )
  if (unreadable.length > 0) return anyPath(unreadable.map(nameOf))
  const call = { layer, caller, port: destination.port, offers: offersOf(layer, caller, destination) }
  return sidecarsFor(layer, caller).flatMap(sidecar => pathsUnder(sidecar, call))
}

function entriesFor(layer: Layer, destination: Destination): readonly (Service | ServiceEntry)[] {
  return destination.kind === 'service' ? [destination.service] : layer.serviceEntries
}

/** Requests find a host in whatever case it is written, server names in lower case alone (istio `pilot/pkg/networking/core/{httproute,tls}.go`). */
function isOddlySpelt(entry: Service | ServiceEntry, destination: Destination): boolean {
  if (destination.kind === 'service' || !('hosts' in entry)) return false
  const { host } = destination
  return entry.hosts.some(one => !isSubset(host, one) && isSubset(host, one.toLowerCase()))
}

/** A host that could be imported: whose it is, and whether the caller's namespace is shown it. */
interface Offer {
  readonly namespace: string
  readonly host: string
  readonly exported: boolean
}

function offersOf(layer: Layer, caller: Proxied, destination: Destination): readonly Offer[] {
  const everybody = layer.mesh.exportTo.service
  if (destination.kind === 'service') {
    const { service, port } = destination
    const { namespace = '', ports, exportTo = everybody } = service
    if (!ports.some(entry => entry.port === port && entry.protocol !== 'UDP')) return []
    return [
      { namespace, host: hostOf(service, layer.mesh), exported: isExported(exportTo, namespace, caller.namespace) },
    ]
  }
  return layer.serviceEntries
    .filter(({ ports }) => ports.some(entry => entry.number === destination.port))
    .flatMap(({ namespace = '', hosts, exportTo }) => {
      const exported = isExported(exportTo.length > 0 ? exportTo : everybody, namespace, caller.namespace)
      return hosts.filter(host => isSubset(destination.host, host)).map(host => ({ namespace, host, exported }))
    })
}

/** Source: istio `pilot/pkg/model/push_context.go` IsServiceVisible. */
export function isExported(exportTo: readonly string[], own: string, to: string): boolean {
  return exportTo.includes('*') || exportTo.includes(to) || (exportTo.includes('.') && own === to)
}

function anyPath(because: readonly string[]): readonly ClientPath[] {
  return (['registry', 'passthrough', 'blocked'] as const).map(kind => ({ kind, because }))
}

interface Call {
  readonly layer: Layer
  readonly caller: Proxied
  readonly port: number
  readonly offers: readonly Offer[]
}

function pathsUnder(sidecar: Sidecar | undefined, { layer, caller, port, offers }: Call): readonly ClientPath[] {
  const because = sidecar ? [nameOf(sidecar)] : []
  if (sidecar?.unreadable === true) return anyPath(because)
  const hosts = (sidecar?.egress ?? everything)
    .filter(listener => (listener.port ?? port) === port)
    .map(listener => ownNames(listener, caller.namespace))
  const importedBy = (reading: Reading) =>
    offers.some(offer => offer.exported && hosts.some(entries => imports(entries, offer, reading)))
  const readings: readonly Reading[] = hosts.some(excludesAny) ? ['names', 'exclusions'] : ['names']
  const answers = new Set(readings.map(importedBy))
  return [...answers].flatMap((imported): readonly ClientPath[] =>
    imported
      ? [{ kind: 'registry', because }]
      : outboundModes(sidecar?.outbound ?? layer.mesh.outbound).map(kind => ({ kind, because })),
  )
}

/** No Sidecar, or one without egress, imports all that is exported (istio `pilot/pkg/model/sidecar.go` initSidecarScopeInternalIndexes). */
const everything: readonly EgressListener[] = [{ hosts: ['*/*'] }]

function outboundModes(mode: OutboundMode | undefined): readonly ('passthrough' | 'blocked')[] {
  if (mode === undefined) return ['passthrough', 'blocked']
  return [mode === 'ALLOW_ANY' ? 'passthrough' : 'blocked']
}

/** Up to Istio 1.30 `~` is a namespace that no host is in; from 1.31 on it excludes hosts that other entries import. */
type Reading = 'names' | 'exclusions'

/** An entry of `hosts`: whose, and which; `~` for an exclusion. */
interface HostEntry {
  readonly namespace: string
  readonly host: string
  readonly excludes: boolean
}

/** A listener's hosts with `.` spelt out, and `~` alone for every namespace (istio `pilot/pkg/model/sidecar.go` convertIstioListenerToWrapper). */
function ownNames(listener: EgressListener, callerNamespace: string): readonly HostEntry[] {
  const known = namesOf.get(listener) ?? new Map<string, readonly HostEntry[]>()
  namesOf.set(listener, known)
  const entries = known.get(callerNamespace) ?? listener.hosts.map(entry => ownName(entry, callerNamespace))
  known.set(callerNamespace, entries)
  return entries
}

/** A listener is asked for each call of each caller it rules; its entries are taken apart once. */
const namesOf = new WeakMap<EgressListener, Map<string, readonly HostEntry[]>>()

function ownName(entry: string, callerNamespace: string): HostEntry {
  const [written = '', host = ''] = entry.split('/')
  const excludes = written.startsWith('~')
  const namespace = written === '~' ? '*' : written.replace(/^~/, '')
  return { namespace: namespace === '.' ? callerNamespace : namespace, host, excludes }
}

/** Only then do the two readings differ. */
function excludesAny(entries: readonly HostEntry[]): boolean {
  return entries.some(({ excludes }) => excludes)
}

/** Source: istio `pilot/pkg/model/sidecar.go` selectServices. */
function imports(entries: readonly HostEntry[], offer: Offer, reading: Reading): boolean {
  const covering = entries.filter(
    ({ namespace, host }) => (namespace === '*' || namespace === offer.namespace) && isSubset(offer.host, host),
  )
  if (reading === 'exclusions' && covering.some(entry => entry.excludes)) return false
  return covering.some(entry => !entry.excludes)
}

/** Whether every name `host` stands for is one of those `pattern` stands for (istio `pkg/config/host/name.go` SubsetOf). */
export function isSubset(host: string, pattern: string): boolean {
  if (!pattern.startsWith('*')) return host === pattern
  return host.startsWith('*')
    ? host.length >= pattern.length && host.slice(1).endsWith(pattern.slice(1))
    : host.endsWith(pattern.slice(1))
}
