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

/** What may become of a call to a Service's port; one path, where everything that decides it is known. */
export function pathsToService(layer: Layer, caller: Proxied, service: Service, port: number): readonly ClientPath[] {
  const { namespace = '', exportTo = layer.mesh.exportTo.service } = service
  if (service.unreadable) return anyPath([nameOf(service)])
  const declared = service.ports.some(entry => entry.port === port && entry.protocol !== 'UDP')
  const offer = {
    namespace,
    host: hostOf(service, layer.mesh),
    exported: declared && isExported(exportTo, namespace, caller.namespace),
  }
  return sidecarsFor(layer, caller).flatMap(sidecar => pathsUnder(layer, sidecar, [offer], { caller, port }))
}

/** What may become of a call to a host outside the cluster: known where a ServiceEntry names it, exactly or by `*.`. */
export function pathsToHost(layer: Layer, caller: Proxied, host: string, port: number): readonly ClientPath[] {
  const broken = layer.serviceEntries.filter(entry => entry.unreadable)
  if (broken.length > 0) return anyPath(broken.map(nameOf))
  const offers = layer.serviceEntries.flatMap(entry => offersOf(layer, entry, { host, port, caller }))
  return sidecarsFor(layer, caller).flatMap(sidecar => pathsUnder(layer, sidecar, offers, { caller, port }))
}

/** A host that could be imported: whose it is, and whether the caller's namespace is shown it. */
interface Offer {
  readonly namespace: string
  readonly host: string
  readonly exported: boolean
}

interface Call {
  readonly caller: Proxied
  readonly port: number
}

function offersOf(layer: Layer, entry: ServiceEntry, call: Call & { readonly host: string }): readonly Offer[] {
  const { namespace = '', hosts, ports } = entry
  if (!ports.some(port => port.number === call.port)) return []
  const exportTo = entry.exportTo.length > 0 ? entry.exportTo : layer.mesh.exportTo.service
  const exported = isExported(exportTo, namespace, call.caller.namespace)
  return hosts.filter(host => isSubset(call.host, host)).map(host => ({ namespace, host, exported }))
}

/** Source: istio `pilot/pkg/model/push_context.go` IsServiceVisible. */
export function isExported(exportTo: readonly string[], own: string, to: string): boolean {
  return exportTo.includes('*') || exportTo.includes(to) || (exportTo.includes('.') && own === to)
}

function anyPath(because: readonly string[]): readonly ClientPath[] {
  return (['registry', 'passthrough', 'blocked'] as const).map(kind => ({ kind, because }))
}

function pathsUnder(
  layer: Layer,
  sidecar: Sidecar | undefined,
  offers: readonly Offer[],
  { caller, port }: Call,
): readonly ClientPath[] {
  const because = sidecar ? [nameOf(sidecar)] : []
  if (sidecar?.unreadable === true) return anyPath(because)
  const listeners = (sidecar?.egress ?? everything).filter(listener => (listener.port ?? port) === port)
  const importedBy = (reading: Reading) =>
    offers.some(offer => offer.exported && listeners.some(l => imports(l, offer, caller.namespace, reading)))
  const answers = new Set([importedBy('names'), importedBy('exclusions')])
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

/** Source: istio `pilot/pkg/model/sidecar.go` convertIstioListenerToWrapper, selectServices. */
function imports({ hosts }: EgressListener, offer: Offer, callerNamespace: string, reading: Reading): boolean {
  const entries = hosts.map(host => host.split('/', 2) as [string, string]) // the reader keeps hosts with one slash only
  const covers = (namespace: string, host: string) =>
    (namespace === '*' || (namespace === '.' ? callerNamespace : namespace) === offer.namespace) &&
    isSubset(offer.host, host)
  const excluded = entries.some(
    ([ns, host]) => ns.startsWith('~') && covers(ns.slice(1) === '' ? '*' : ns.slice(1), host),
  )
  if (reading === 'exclusions' && excluded) return false
  return entries.some(([namespace, host]) => !namespace.startsWith('~') && covers(namespace, host))
}

/** Whether every name `host` stands for is one of those `pattern` stands for (istio `pkg/config/host/name.go` SubsetOf). */
export function isSubset(host: string, pattern: string): boolean {
  if (!pattern.startsWith('*')) return host === pattern
  return host.startsWith('*')
    ? host.length >= pattern.length && host.slice(1).endsWith(pattern.slice(1))
    : host.endsWith(pattern.slice(1))
}
