import type { ClientTls, DestinationRule, Layer, Service, Workload } from '../layer'
import { selects } from './attachment'
import type { ClientPath } from './client'
import { hostOf, isSubset, pathsTo } from './client'
import { planesOf } from './data-plane'
import { injectionOf } from './injection'
import type { Ternary } from './kleene'
import { modesOf, type Mode } from './mtls'
import { targetPort } from './protocol'
import type { Proxied } from './scope'

/** `auto`: the mesh decides per endpoint; anything else is a DestinationRule's word, and replaces that. */
export type TlsChoice = ClientTls | 'auto'

/** A Service and one of its ports. */
export interface Address {
  readonly service: Service
  readonly port: number
}

const anyChoice: readonly TlsChoice[] = ['auto', 'DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL']

/**
 * How a caller's proxy may be told to speak to a Service's port; one choice, where everything that decides it is known.
 *
 * DestinationRules of the caller's namespace go first, then those the Service's namespace exports, then those of the root
 * namespace; at the first place that has any, the one with the most specific host counts. Where several are merged, which
 * one's policy wins is left open. Source: istio `pilot/pkg/model/push_context.go` destinationRule, `pilot/pkg/model/destination_rule.go`.
 */
export function tlsChoices(layer: Layer, caller: Proxied, address: Address): readonly TlsChoice[] {
  const choices = rulesOf(layer, caller, address)?.map(rule => (rule ? choiceAt(rule, address.port) : 'auto'))
  return choices ? [...new Set(choices)] : anyChoice
}

/**
 * The server names that a caller's proxy may give to a Service's port where it is told to speak the mesh's TLS; without one of its own the rule leaves
 * it the cluster's (istio `pilot/pkg/networking/core/cluster_tls.go` buildUpstreamTLSSettings, `pilot/pkg/model/service.go` BuildDNSSrvSubsetKey).
 * Empty where it cannot be known.
 */
export function serverNamesTo(layer: Layer, caller: Proxied, address: Address): readonly string[] {
  const { service, port } = address
  const usual = `outbound_.${port}_._.${hostOf(service, layer.mesh)}`
  const names = rulesOf(layer, caller, address)?.map(rule => {
    const level = rule?.ports.has(port) === true ? port : 0
    return rule?.serverNames.get(level) ?? usual
  })
  return [...new Set(names)]
}

/** The rules that may count for a call, `undefined` for none; nothing where that hangs on what could not be read. */
export function rulesOf(
  layer: Layer,
  caller: Proxied,
  { service }: Address,
): readonly (DestinationRule | undefined)[] | undefined {
  if (layer.destinationRules.length === 0) return noRule
  const host = hostOf(service, layer.mesh)
  const lost = layer.destinationRules.filter(rule => rule.unreadable || rule.namespace === undefined)
  if (lost.length > 0) return undefined
  const roots =
    layer.mesh.rootNamespace === undefined ? [undefined, ...namespacesOf(layer)] : [layer.mesh.rootNamespace]
  return roots.flatMap((root): readonly (DestinationRule | undefined)[] => {
    const found = rulesFor(layer, { root, caller, host, namespace: service.namespace ?? '' })
    return found.length === 0 ? [undefined] : found
  })
}

const noRule = [undefined]

function namespacesOf(layer: Layer): readonly string[] {
  return [...new Set(layer.destinationRules.flatMap(rule => rule.namespace ?? []))]
}

/** A port level replaces the policy above it whole, also where it says nothing of TLS (istio `pilot/pkg/model/destination_rule.go` MergeTrafficPolicy). */
function choiceAt(rule: DestinationRule, port: number): TlsChoice {
  return (rule.ports.has(port) ? rule.ports.get(port) : rule.tls) ?? 'auto'
}

interface Lookup {
  readonly root: string | undefined
  readonly caller: Proxied
  readonly host: string
  /** The Service's. */
  readonly namespace: string
}

function rulesFor(layer: Layer, { root, caller, host, namespace }: Lookup): readonly DestinationRule[] {
  const exported = (rules: readonly DestinationRule[]) =>
    mostSpecific(
      layer,
      rules.filter(rule => !isPrivate(layer, rule)),
      host,
    ).filter(rule => isShown(rule, caller.namespace))
  const within = (place: string | undefined) => layer.destinationRules.filter(rule => rule.namespace === place)
  const own = within(caller.namespace).filter(rule =>
    caller.namespace === root ? isPrivate(layer, rule) : isOwn(rule),
  )
  const places = [mostSpecific(layer, own, host), exported(within(namespace)), exported(within(root))]
  const found = places.find(rules => rules.length > 0) ?? []
  const chosen = found.filter(
    rule =>
      rule.selector.kind === 'labels' &&
      rule.namespace === caller.namespace &&
      selects(rule.selector, caller.labels) === 'yes',
  )
  return chosen.length > 0 ? chosen : found.filter(rule => rule.selector.kind === 'all')
}

/** Shown to nobody but its own namespace; one with a selector always is. */
function isPrivate({ mesh }: Layer, { exportTo, namespace, selector }: DestinationRule): boolean {
  if (selector.kind !== 'all') return true
  if (exportTo.length === 0) return mesh.exportTo.destinationRule.includes('.')
  return exportTo.length === 1 && (exportTo[0] === '.' || exportTo[0] === namespace)
}

function isOwn({ exportTo, namespace = '', selector }: DestinationRule): boolean {
  return selector.kind !== 'all' || exportTo.length === 0 || ['*', '.', namespace].some(to => exportTo.includes(to))
}

function isShown({ exportTo }: DestinationRule, to: string): boolean {
  return exportTo.length === 0 || exportTo.includes('*') || exportTo.includes(to)
}

/** Those with the exact host, or else with the longest wildcard (istio `pilot/pkg/model/config.go` MostSpecificHostMatch). */
function mostSpecific(layer: Layer, rules: readonly DestinationRule[], host: string): readonly DestinationRule[] {
  const matching = rules.filter(rule => isSubset(host, fullHost(layer, rule)))
  const [best] = matching
    .map(rule => fullHost(layer, rule))
    .sort((a, b) => Number(a.startsWith('*')) - Number(b.startsWith('*')) || b.length - a.length)
  return matching.filter(rule => fullHost(layer, rule) === best)
}

/** A name without a dot, a pattern such as `*-api` among them, is of the rule's namespace (istio `pilot/pkg/model/config.go` ResolveShortnameToFQDN). */
function fullHost(layer: Layer, { host, namespace = '' }: DestinationRule): string {
  return host.includes('.') || host === '*' ? host : hostOf({ name: host, namespace }, layer.mesh)
}

/** What the callee's proxy meets: mTLS with the caller's identity, plaintext, or TLS of another kind. */
export type Presented = 'mtls' | 'plaintext' | 'other-tls'

/** A call to a Service that ends at one of the workloads behind it. */
export interface Delivery extends Address {
  readonly callee: Workload
}

/**
 * How a call of a proxied caller to a Service may arrive at one workload behind it. Empty where the caller's proxy certainly blocks it.
 *
 * Left to the mesh, mTLS is spoken unless the Service's namespace disables it, to endpoints that have a proxy and whose
 * port does not refuse it; of a headless Service only the namespace is asked. A call the proxy does not know arrives as plaintext.
 * Sources: istio `pilot/pkg/networking/core/cluster_tls.go`, `pilot/pkg/model/push_context.go` BestEffortInferServiceMTLSMode,
 * `pilot/pkg/xds/endpoints/mtls_checker.go`.
 */
export function presented(layer: Layer, caller: Proxied, delivery: Delivery): readonly Presented[] {
  const paths = pathsTo(layer, caller, { kind: 'service', ...delivery })
  return presentedOn(paths, { choices: () => tlsChoices(layer, caller, delivery), spoken: spokenTo(layer, delivery) })
}

/** The same, where the paths of the call are known, and what comes of each choice (see {@link spokenTo}). */
export function presentedOn(
  paths: readonly ClientPath[],
  call: { readonly choices: () => readonly TlsChoice[]; readonly spoken: ReturnType<typeof spokenTo> },
): readonly Presented[] {
  const direct: readonly Presented[] = paths.some(path => path.kind === 'passthrough') ? ['plaintext'] : []
  const choices = paths.some(path => path.kind === 'registry') ? call.choices() : []
  return [...new Set([...direct, ...choices.flatMap(call.spoken)])]
}

/** What comes of each choice at the workload behind a Service. It is the same for all callers, so that it is found once for all who are asked about. */
export function spokenTo(layer: Layer, delivery: Delivery): (choice: TlsChoice) => readonly Presented[] {
  const known = new Map<TlsChoice, readonly Presented[]>()
  return choice => {
    const found = known.get(choice) ?? spoken(layer, choice, delivery)
    known.set(choice, found)
    return found
  }
}

/** The same of a Service that the caller's proxy knows, as it does whatever its routes name (istio `pilot/pkg/model/sidecar.go` collectImportedServices). */
export function presentedTo(layer: Layer, caller: Proxied, delivery: Delivery): readonly Presented[] {
  const choices = tlsChoices(layer, caller, delivery)
  return [...new Set(choices.flatMap(choice => spoken(layer, choice, delivery)))]
}

function spoken(layer: Layer, choice: TlsChoice, delivery: Delivery): readonly Presented[] {
  const planes = planesOf(layer, delivery.callee).map(({ plane }) => plane)
  const sidecar = planes.every(plane => plane === 'ztunnel') ? [] : toProxy(layer, choice, delivery)
  return planes.includes('ztunnel') ? [...sidecar, ...toZtunnel(layer, choice)] : sidecar
}

/**
 * HBONE where the mesh has sidecars speak it, whatever PeerAuthentication says; without it ztunnel's Pods look to them like Pods without a proxy.
 * Source: istio `pilot/pkg/xds/endpoints/endpoint_builder.go` (supportsTunnel).
 */
function toZtunnel({ mesh }: Layer, choice: TlsChoice): readonly Presented[] {
  if (choice === 'SIMPLE' || choice === 'MUTUAL') return ['other-tls', 'mtls']
  if (choice !== 'auto') return ['mtls', 'plaintext']
  if (mesh.hbone === undefined) return ['mtls', 'plaintext']
  return mesh.hbone ? ['mtls'] : ['plaintext']
}

function toProxy(layer: Layer, choice: TlsChoice, delivery: Delivery): readonly Presented[] {
  switch (choice) {
    case 'auto':
      return automatic(layer, delivery)
    case 'ISTIO_MUTUAL':
      return insisting(layer, delivery)
    case 'DISABLE':
      return ['plaintext']
    case 'SIMPLE':
    case 'MUTUAL':
      return ['other-tls']
  }
}

/**
 * Told to speak the mesh's TLS, a proxy does so to whoever is there: a workload without a proxy, or a port that takes plaintext only, cannot read it.
 * Source: istio `pilot/pkg/networking/core/cluster_tls.go` applyUpstreamTLSSettings (transportSocketMatches are for auto-mTLS alone).
 */
function insisting(layer: Layer, { service, port, callee }: Delivery): readonly Presented[] {
  const target = service.ports.find(entry => entry.port === port)
  const container = target && targetPort(target, callee)
  const modes = container === undefined ? [] : modesOf(layer, callee, container).map(({ mode }) => mode)
  const { proxied } = injectionOf(layer, callee)
  const read = proxied !== 'no' && (container === undefined || modes.some(mode => mode !== 'DISABLE'))
  const unread = proxied !== 'yes' || modes.includes('DISABLE')
  return [...(read ? (['mtls'] as const) : []), ...(unread ? (['other-tls'] as const) : [])]
}

function automatic(layer: Layer, { service, port, callee }: Delivery): readonly Presented[] {
  const ready: Ternary = injectionOf(layer, callee).proxied
  const label = callee.labels['security.istio.io/tlsMode'] ?? 'istio'
  if (layer.mesh.autoMtls === false || ready === 'no' || label !== 'istio') return ['plaintext']
  const modes = judgedModes(layer, { service, port, callee })
  const doubtful = layer.mesh.autoMtls === undefined || ready === 'unknown'
  return [
    ...(modes.some(mode => mode !== 'DISABLE') ? (['mtls'] as const) : []),
    ...(modes.includes('DISABLE') || doubtful ? (['plaintext'] as const) : []),
  ]
}

/** The namespace's mode goes first, as if Pods had no labels; where it allows TLS, the endpoint's own may still refuse it. */
function judgedModes(layer: Layer, { service, port, callee }: Delivery): readonly Mode[] {
  const modes = (workload: Workload, at: number) => modesOf(layer, workload, at).map(({ mode }) => mode)
  const target = service.ports.find(entry => entry.port === port)
  const container = target && targetPort(target, callee)
  if (container === undefined) return []
  const wide = modes({ ...callee, labels: {} }, container)
  if (service.headless || wide.every(mode => mode === 'DISABLE')) return wide
  const own = modes(callee, container)
  return wide.includes('DISABLE') ? [...own, 'DISABLE'] : own
}
