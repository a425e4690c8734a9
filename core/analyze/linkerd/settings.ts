import { ternary, type Ternary } from '../istio/kleene'
import type { Layer, Workload } from '../layer'
import { chartDefaults } from './assume'
import type { DefaultPolicy } from './layer-linkerd'
import { defaultPolicies } from './layer-linkerd'
import { listsPort, mayListPort } from './port-set'

/** What a Pod's annotations say of one of its ports that no Server is for. */
export interface PortSettings {
  /** `undefined` where not known. */
  readonly policy: DefaultPolicy | undefined
  readonly requireIdentity: Ternary
  readonly opaque: Ternary
}

const annotation = {
  policy: 'config.linkerd.io/default-inbound-policy',
  requireIdentity: 'config.linkerd.io/proxy-require-identity-inbound-ports',
  opaque: 'config.linkerd.io/opaque-ports',
  skip: 'config.linkerd.io/skip-inbound-ports',
  skipOutbound: 'config.linkerd.io/skip-outbound-ports',
  inject: 'linkerd.io/inject',
} as const

type Setting = (typeof annotation)[keyof typeof annotation]

/** An annotation as the Pod has it in the end; `unknown` where a namespace that nobody gave may add it. */
type Annotated = { readonly kind: 'given'; readonly text: string } | { readonly kind: 'absent' | 'unknown' }

/**
 * The Pod's own annotation, else its namespace's, which the injector copies. A Pod that has its proxy already gets none any more: the policy controller never
 * looks at namespaces (`pkg/inject/inject.go` AppendNamespaceAnnotations, `policy-controller/k8s/index/src/inbound/workload.rs` Settings).
 */
function annotationOf(layer: Layer, workload: Workload, name: Setting): Annotated {
  const own = workload.annotations[name]
  if (own !== undefined) return { kind: 'given', text: own }
  if (workload.linkerd.proxyContainer) return { kind: 'absent' }
  const namespace = layer.linkerd.namespaces.get(workload.namespace)
  const doubtful = namespace ? namespace.unreadable : layer.assume !== 'recorded'
  if (doubtful) return { kind: 'unknown' }
  const text = namespace?.annotations[name]
  return text === undefined ? { kind: 'absent' } : { kind: 'given', text }
}

export function portSettings(layer: Layer, workload: Workload, port: number): PortSettings {
  return {
    policy: defaultPolicyOf(layer, workload),
    requireIdentity: lists(annotationOf(layer, workload, annotation.requireIdentity), port),
    opaque: opaqueOf(layer, workload, port),
  }
}

/** A spelling that is none of the policies counts as no annotation (`policy-controller/k8s/index/src/inbound/workload.rs` from_metadata). */
function defaultPolicyOf(layer: Layer, workload: Workload): DefaultPolicy | undefined {
  const annotated = annotationOf(layer, workload, annotation.policy)
  if (annotated.kind === 'unknown') return undefined
  const text = annotated.kind === 'given' ? annotated.text : ''
  return defaultPolicies.find(policy => policy === text) ?? layer.linkerd.mesh.defaultPolicy
}

/** A malformed list is an empty one (`policy-controller/k8s/index/src/inbound/workload.rs` ports_annotation). */
function lists(annotated: Annotated, port: number): Ternary {
  if (annotated.kind === 'unknown') return 'unknown'
  return ternary(annotated.kind === 'given' && listsPort(annotated.text, port))
}

/**
 * Whether a port's bytes are passed on unread. Without an annotation the injector writes one, of those of the mesh's opaque ports that the Pod declares
 * (`controller/proxy-injector/webhook.go`, `pkg/inject/inject.go` FilterPodOpaquePorts: ranges among them are not looked into). Where the
 * installation's list is not known it is taken for the chart's, whose ports are then in doubt.
 */
function opaqueOf(layer: Layer, workload: Workload, port: number): Ternary {
  const annotated = annotationOf(layer, workload, annotation.opaque)
  if (annotated.kind !== 'absent' || workload.linkerd.proxyContainer) return lists(annotated, port)
  if (!workload.ports.some(declared => declared.port === port)) return 'no'
  return byInstallation(layer, list => list.split(',').includes(String(port)))
}

/** What the installation's list of opaque ports says; where it is not known, the chart's is taken for it, whose ports are then in doubt. */
function byInstallation({ linkerd }: Layer, isOn: (list: string) => boolean): Ternary {
  const { opaquePorts } = linkerd.mesh
  const listed = isOn(opaquePorts ?? chartDefaults.opaquePorts)
  return opaquePorts === undefined && listed ? 'unknown' : ternary(listed)
}

/**
 * Whether callers' proxies are told to send bytes to a port, whatever a Server hints. They are by the annotation, of which names of ports are a part here and what cannot be read is
 * not, and without one by the installation's whole list, declared or not (`controller/api/destination/watcher/workload_watcher.go` GetAnnotatedOpaquePorts,
 * `pkg/util/parsing.go` ParseContainerOpaquePorts).
 */
export function hintedOpaque(layer: Layer, workload: Workload, port: number): Ternary {
  const annotated = annotationOf(layer, workload, annotation.opaque)
  if (annotated.kind === 'unknown') return 'unknown'
  const { namedPorts, proxyContainer } = workload.linkerd
  if (annotated.kind === 'given') {
    const parts = annotated.text.split(',').map(part => part.trim())
    const named = namedPorts.some(entry => entry.port === port && parts.includes(entry.name))
    return ternary(named || parts.some(part => listsPort(part, port)))
  }
  const declared = proxyContainer ? [] : workload.ports.filter(entry => opaqueOf(layer, workload, entry.port) !== 'no')
  if (declared.length > 0) return opaqueOf(layer, workload, port)
  return byInstallation(layer, list => listsPort(list, port))
}

/**
 * Whether calls to a port go round the proxy (`charts/partials/templates/_proxy-init.tpl`). Where the installation's list is not known, it is taken for the
 * chart's in the same way.
 */
export function skipped(layer: Layer, workload: Workload, port: number): Ternary {
  const annotated = annotationOf(layer, workload, annotation.skip)
  return leftOut(annotated, port, [layer.linkerd.mesh.skipInboundPorts, chartDefaults.skipInboundPorts])
}

/** The same for calls that a workload makes. */
export function outboundSkipped(layer: Layer, workload: Workload, port: number): Ternary {
  const annotated = annotationOf(layer, workload, annotation.skipOutbound)
  return leftOut(annotated, port, [layer.linkerd.mesh.skipOutboundPorts, chartDefaults.skipOutboundPorts])
}

/** The lists by which a workload's proxy treats ports of hosts outside alike. */
export function outboundLists(
  { linkerd: { mesh, egressNetworks, namespaces } }: Layer,
  workload: Workload,
): readonly string[] {
  const own = [workload.annotations, namespaces.get(workload.namespace)?.annotations ?? {}]
  return [
    mesh.skipOutboundPorts ?? chartDefaults.skipOutboundPorts,
    mesh.opaquePorts ?? chartDefaults.opaquePorts,
    ...[
      ...egressNetworks.map(({ opaquePorts }) => opaquePorts),
      ...own.map(all => all[annotation.skipOutbound]),
    ].flatMap(list => list ?? []),
  ]
}

/** By the annotation, else by the installation's list, or the chart's in its place. */
function leftOut(
  annotated: Annotated,
  port: number,
  [usual, chart]: readonly [installed: string | undefined, chart: string],
): Ternary {
  if (annotated.kind === 'given') return mayListPort(annotated.text, port)
  const listed = mayListPort(usual ?? chart, port)
  return (usual === undefined || annotated.kind === 'unknown') && listed === 'yes' ? 'unknown' : listed
}

/** What a Pod's annotations mean to Linkerd, as text: equal for Pods that it treats alike. */
export function linkerdKey({ annotations, linkerd }: Workload): string {
  return JSON.stringify([...Object.values(annotation).map(name => annotations[name] ?? null), linkerd.proxyContainer])
}
