import type { Cursor } from './cursor'
import type { RawObject } from './read-object'
import { readWorkloadSelector } from './read-selector'

/**
 * An EnvoyFilter may rewrite anything istiod generates, the authorization filters included, and none of it is analysed.
 * One that patches what sidecars, waypoints or gateways let in is reported; one for outbound traffic only is not. What a gateway lets in and
 * where it sends it are one set of listeners, so that of its patches only added clusters say nothing.
 * Source: istio/api `networking/v1alpha3/envoy_filter.proto`, istio `pilot/pkg/networking/core/listener_builder.go` patchListeners.
 */
export function reportEnvoyFilter(object: RawObject): void {
  const { log } = object.body
  const patches = object.body.get('spec').get('configPatches').items().filter(patchesInbound)
  if (patches.length === 0) return
  log.problems.push({
    code: 'not-analysed',
    severity: 'narrowed',
    message: `\`${log.subject}\` patches what ${proxiesOf(object, kindOfProxies(patches))} let in, which no analysis of policies can see`,
    at: log.at,
    hint: 'do without it, or acknowledge that results hold only as far as it leaves authorization alone',
  })
}

function patchesInbound(patch: Cursor): boolean {
  const context = contextOf(patch)
  const cluster = patch.get('applyTo').value === 'CLUSTER'
  if (cluster && takesInboundPlace(patch)) return true
  if (context === 'SIDECAR_OUTBOUND') return false
  return !(cluster && context !== 'SIDECAR_INBOUND' && addsOnly(patch))
}

function contextOf(patch: Cursor): string {
  return patch.get('match').get('context').string() ?? 'ANY'
}

/**
 * A cluster that is added without a context is added for outbound traffic and for gateways alone; merging into clusters and
 * removing them without one concerns those of inbound traffic too, which say where a request goes that was let in. Source:
 * istio `pilot/pkg/networking/core/envoyfilter/cluster_patch.go` InsertedClusters, ApplyClusterMerge.
 */
function addsOnly(patch: Cursor): boolean {
  return patch.get('patch').get('operation').value === 'ADD'
}

/**
 * Of two clusters of one name the first stays, and what is added for outbound traffic comes before istiod's own for inbound traffic
 * (istio `pilot/pkg/networking/core/cluster.go` buildClusters, `cluster_builder.go` normalizeClusters). A name nobody knows may be such.
 */
function takesInboundPlace(patch: Cursor): boolean {
  const { value, log } = patch.get('patch').get('value').get('name')
  return log.isUnknown(value) || (typeof value === 'string' && /^(inbound|main_internal$)/i.test(value))
}

/**
 * Whose proxies it is for: those its selector takes, in its namespace or, from the root namespace, in the mesh. One with
 * `targetRefs` is for no sidecar (istio `pilot/pkg/model/push_context.go` EnvoyFilters, `policyattachment.go` ShouldAttachPolicy).
 */
function proxiesOf({ body, namespace }: RawObject, proxies: string): string {
  const spec = body.get('spec')
  if (spec.get('targetRefs').items().length > 0) return 'the waypoints and gateways of its `targetRefs`'
  const selector = readWorkloadSelector(spec.get('workloadSelector'), 'labels')
  const labels = selector.kind === 'labels' ? Object.entries(selector.labels) : []
  const place = `in ${namespace === undefined ? 'its namespace' : `\`${namespace}\``}, or in the whole mesh if that is its root namespace`
  if (selector.kind === 'unknown') return `the ${proxies} that its \`workloadSelector\` takes, ${place},`
  if (labels.length === 0) return `all ${proxies} ${place},`
  return `the ${proxies} of workloads labelled ${labels.map(([key, value]) => `\`${key}: ${value}\``).join(', ')}, ${place},`
}

function kindOfProxies(patches: readonly Cursor[]): string {
  const contexts = new Set(patches.map(contextOf))
  const sidecars = [...contexts].some(context => context !== 'GATEWAY')
  return [
    ...(sidecars ? ['sidecars'] : []),
    ...(contexts.has('ANY') || contexts.has('GATEWAY') ? ['gateways'] : []),
  ].join(' and ')
}
