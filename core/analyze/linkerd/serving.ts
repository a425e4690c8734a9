import { every, ternary, type Ternary } from '../istio/kleene'
import { oldest } from '../istio/order'
import type { Labels, Layer, Named, Workload } from '../layer'
import type { DefaultPolicy, Server } from './layer-linkerd'
import { matchLabels } from './match-labels'
import { portSettings } from './settings'

/** What rules one port of a workload: a Server, or without one the default. */
export type Serving =
  | { readonly kind: 'server'; readonly server: Server }
  | {
      readonly kind: 'default'
      /** Absent where not known. */
      readonly policy?: DefaultPolicy
      readonly protocol: 'unknown' | 'opaque'
    }

/**
 * What may rule a port; one, where everything that decides it is known. Of several Servers the oldest does, then the first by name: nothing is merged, and
 * admission does not keep them apart. Without a Server the default of the Pod or the cluster does, and no other policy has a say.
 * Source: `policy-controller/k8s/index/src/inbound/index.rs` reindex_servers, default_inbound_server.
 */
export function servingOf(layer: Layer, workload: Workload, port: number): readonly Serving[] {
  const answers = layer.linkerd.servers.map(server => ({ server, selects: selects(layer, server, { workload, port }) }))
  const sure = answers.filter(answer => answer.selects === 'yes').map(answer => answer.server)
  const perhaps = answers.filter(answer => answer.selects === 'unknown').map(answer => answer.server)
  const firsts = [...oldest(sure), ...perhaps].map(server => ({ kind: 'server', server }) as const)
  return sure.length > 0 ? firsts : [...firsts, ...defaultsOf(layer, workload, port)]
}

interface PortOf {
  readonly workload: Workload
  readonly port: number
}

/** Whether a Server is for a port: it lies beside the workload, takes its labels, and names the port. */
function selects(layer: Layer, server: Server, { workload, port }: PortOf): Ternary {
  const beside = liesIn(server, workload.namespace)
  if (server.unreadable) return beside === 'no' ? 'no' : 'unknown'
  if (server.selector === 'external') return 'no'
  const takes = matchLabels(server.selector, labelsOf(layer, workload))
  return every([beside, ternary(takes && namesPort(server.port, workload, port))])
}

/** Whether an object lies in a namespace; unknown where it names none. */
export function liesIn({ namespace }: Named, wanted: string): Ternary {
  return namespace === undefined ? 'unknown' : ternary(namespace === wanted)
}

/** The injector labels Pods with the control plane they belong to, by which policies for the proxy's own port select them (`pkg/k8s/labels.go` ControllerNSLabel). */
function labelsOf({ assume, linkerd }: Layer, { labels, linkerd: pod }: Workload): Labels {
  if (pod.proxyContainer || assume === 'recorded') return labels
  return { 'linkerd.io/control-plane-ns': linkerd.mesh.namespace ?? 'linkerd', ...labels }
}

/**
 * A number is that port, declared or not; a name is every TCP port of that name (`policy-controller/k8s/index/src/inbound/index.rs` select_ports). What the
 * injector adds declares two (`charts/partials/templates/_proxy.tpl`).
 */
function namesPort(wanted: number | string, { linkerd }: Workload, port: number): boolean {
  if (typeof wanted === 'number') return wanted === port
  const named = linkerd.proxyContainer ? linkerd.namedPorts : [...linkerd.namedPorts, ...injectedPorts]
  return named.some(entry => entry.name === wanted && entry.port === port)
}

const injectedPorts = [
  { name: 'linkerd-proxy', port: 4143 },
  { name: 'linkerd-admin', port: 4191 },
]

/**
 * The default for a port. `proxy-require-identity-inbound-ports` makes those that let in callers without identity ask for one, and changes no other.
 * Source: `policy-controller/k8s/index/src/inbound/index.rs` default_inbound_server.
 */
function defaultsOf(layer: Layer, workload: Workload, port: number): readonly Serving[] {
  const { policy, requireIdentity, opaque } = portSettings(layer, workload, port)
  const policies = { yes: [strict(policy)], no: [policy], unknown: [policy, strict(policy)] }[requireIdentity]
  const protocols = ({ yes: ['opaque'], no: ['unknown'], unknown: ['unknown', 'opaque'] } as const)[opaque]
  return [...new Set(policies)].flatMap(choice =>
    protocols.map(protocol => ({
      kind: 'default' as const,
      protocol,
      ...(choice === undefined ? {} : { policy: choice }),
    })),
  )
}

function strict(policy: DefaultPolicy | undefined): DefaultPolicy | undefined {
  switch (policy) {
    case 'all-unauthenticated':
      return 'all-authenticated'
    case 'cluster-unauthenticated':
      return 'cluster-authenticated'
    default:
      return policy
  }
}
