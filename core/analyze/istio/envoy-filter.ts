import type { Cursor } from './cursor'
import type { RawObject } from './read-object'
import { readWorkloadSelector } from './read-selector'

/**
 * An EnvoyFilter may rewrite anything istiod generates, the authorization filters included, and none of it is analysed.
 * One that patches inbound traffic of sidecars is reported; those for gateways and outbound traffic only are not.
 * Source: istio/api `networking/v1alpha3/envoy_filter.proto`.
 */
export function reportEnvoyFilter(object: RawObject): void {
  const { log } = object.body
  const spec = object.body.get('spec')
  if (!spec.get('configPatches').items().some(patchesInbound)) return
  log.problems.push({
    code: 'not-analysed',
    severity: 'narrowed',
    message: `\`${log.subject}\` patches what ${proxiesOf(object)} let in, which no analysis of policies can see`,
    at: log.at,
    hint: 'do without it, or acknowledge that results hold only as far as it leaves authorization alone',
  })
}

function patchesInbound(patch: Cursor): boolean {
  const context = patch.get('match').get('context').string() ?? 'ANY'
  const cluster = patch.get('applyTo').value === 'CLUSTER'
  if (cluster && takesInboundPlace(patch)) return true
  if (context === 'GATEWAY' || context === 'SIDECAR_OUTBOUND') return false
  return !(cluster && context === 'ANY' && addsOnly(patch))
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
function proxiesOf({ body, namespace }: RawObject): string {
  const spec = body.get('spec')
  if (spec.get('targetRefs').items().length > 0) return 'the waypoints and gateways of its `targetRefs`'
  const selector = readWorkloadSelector(spec.get('workloadSelector'), 'labels')
  const labels = selector.kind === 'labels' ? Object.entries(selector.labels) : []
  const place = `in ${namespace === undefined ? 'its namespace' : `\`${namespace}\``}, or in the whole mesh if that is its root namespace`
  if (selector.kind === 'unknown') return `the sidecars that its \`workloadSelector\` takes, ${place},`
  if (labels.length === 0) return `all sidecars ${place},`
  return `the sidecars of workloads labelled ${labels.map(([key, value]) => `\`${key}: ${value}\``).join(', ')}, ${place},`
}
