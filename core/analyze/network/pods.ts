import { groupBy } from '../../model/group'
import { isWaypoint } from '../istio/waypoints'
import { added } from '../istio/unite-workloads'
import type { ContainerPort, Gateway, Labels, Layer, Workload } from '../layer'

/** Labels as far as they are known. */
export interface Seen {
  readonly labels: Labels
  /** Whether a key that is not among them may be there all the same. */
  unsure(key: string): boolean
}

/** Pods that are alike, as NetworkPolicies see them. */
export interface Pod extends Seen {
  /** Its value of the attribute `pod`. */
  readonly key: string
  /** Absent: one whose name nobody has read. */
  readonly namespace?: string
  readonly around: Seen
  readonly hostNetwork: boolean
  /** Empty where not known. */
  readonly ips: readonly string[]
  readonly ports: readonly ContainerPort[]
  /** Whether it is one Pod, and not several of a kind. */
  readonly single: boolean
  /** What it was read from; absent for Pods that nobody has read. */
  readonly workload?: Workload
}

/** Who is where, as NetworkPolicies see it. */
export interface Census {
  /** Those among the objects, and those of waypoints that istiod makes. */
  readonly pods: readonly Pod[]
  readonly byWorkload: ReadonlyMap<Workload, Pod>
  /** By namespace and any of their names. */
  readonly byName: ReadonlyMap<string, readonly Pod[]>
  readonly byNamespace: ReadonlyMap<string, readonly Pod[]>
  readonly byIp: ReadonlyMap<string, readonly Pod[]>
  readonly byWaypoint: ReadonlyMap<Gateway, readonly Pod[]>
  /** Of every namespace whose name was read, wherever it stands. */
  readonly namespaces: ReadonlyMap<string, Seen>
}

interface Taken {
  readonly workloads: Layer['workloads']
  readonly gateways: Layer['gateways']
  readonly census: Census
}

/** INVARIANT: parts that are cut from one layer share its network. */
const taken = new WeakMap<Layer['network'], Taken>()

/** The Pods of a layer, found once. */
export function censusOf(layer: Layer): Census {
  const { network, workloads, gateways } = layer
  const known = taken.get(network)
  if (known?.workloads === workloads && known.gateways === gateways) return known.census
  const census = count(layer)
  taken.set(network, { workloads, gateways, census })
  return census
}

/** What istiod calls the Pods that it makes for a Gateway by (istio `manifests/charts/istio-control/istio-discovery/files/waypoint.yaml`). */
export const gatewayLabel = 'gateway.networking.k8s.io/gateway-name'

function count(layer: Layer): Census {
  const names = [...layer.namespaces.keys(), ...layer.workloads.map(({ namespace }) => namespace)]
  const policed = layer.network.policies.map(({ namespace }) => namespace)
  const own = layer.gateways.filter(gateway => isWaypoint(gateway) && gateway.namespace !== undefined)
  const places = [...names, ...policed, ...own.map(({ namespace = '' }) => namespace)]
  const namespaces = new Map(places.map(name => [name, namespaceSeen(layer, name)]))
  const read = layer.workloads.map(workload => podOf(workload, namespaces))
  const near = groupBy(read, ({ namespace, labels }) => `${namespace ?? ''}/${labels[gatewayLabel] ?? ''}`)
  const byWaypoint = new Map(
    own.map(gateway => {
      const found = near.get(`${gateway.namespace ?? ''}/${gateway.name}`)
      return [gateway, found ?? [waypointPod(gateway, namespaces)]] as const
    }),
  )
  const pods = [...new Set([...read, ...[...byWaypoint.values()].flat()])]
  const entries = (keysOf: (pod: Pod) => readonly string[]): ReadonlyMap<string, readonly Pod[]> => {
    const filed = pods.flatMap(pod => keysOf(pod).map(key => ({ key, pod })))
    const groups = groupBy(filed, ({ key }) => key)
    return new Map([...groups].map(([key, group]) => [key, group.map(({ pod }) => pod)]))
  }
  return {
    pods,
    byWaypoint,
    namespaces,
    byWorkload: new Map(read.flatMap(pod => (pod.workload ? [[pod.workload, pod] as const] : []))),
    byName: entries(({ namespace = '', workload, key }) =>
      workload ? workload.names.map(name => `${namespace}/${name}`) : [key],
    ),
    byNamespace: entries(({ namespace = '' }) => [namespace]),
    byIp: entries(({ ips }) => ips),
  }
}

const always = (): boolean => true
const never = (): boolean => false

/** The label that the API server puts on each namespace, whoever wrote it (kubernetes `pkg/apis/core/v1/defaults.go` SetDefaults_Namespace). */
export const ownName = 'kubernetes.io/metadata.name'

function namespaceSeen({ namespaces }: Layer, name: string): Seen {
  const read = namespaces.get(name)
  const complete = read !== undefined && !read.unreadable
  return { labels: { ...read?.labels, [ownName]: name }, unsure: complete ? never : always }
}

/** Whether a controller or an injector may add a label, those of Linkerd's among them (linkerd2 `pkg/k8s/labels.go`), once there is a Pod. */
export function mayCome(key: string): boolean {
  return added.includes(key) || key.startsWith('linkerd.io/')
}

function podOf(workload: Workload, namespaces: Census['namespaces']): Pod {
  const { namespace, name, kind, names, labels, hostNetwork, ips, ports, live, unreadable } = workload
  return {
    key: `${namespace}/${name}`,
    namespace,
    labels,
    unsure: unreadable ? always : live ? never : mayCome,
    around: namespaces.get(namespace) ?? { labels: {}, unsure: always },
    hostNetwork,
    ips,
    ports,
    single: kind === 'Pod' && names.length === 1,
    workload,
  }
}

/** Source: istio `manifests/charts/istio-control/istio-discovery/files/waypoint.yaml`. */
function waypointPod(
  { namespace = '', name, className, podLabels, unreadable }: Gateway,
  namespaces: Census['namespaces'],
): Pod {
  return {
    key: `${namespace}/${name}`,
    namespace,
    labels: {
      'sidecar.istio.io/inject': 'false',
      'istio.io/dataplane-mode': 'none',
      'service.istio.io/canonical-name': name,
      'service.istio.io/canonical-revision': 'latest',
      ...podLabels,
      [gatewayLabel]: name,
      'gateway.networking.k8s.io/gateway-class-name': className,
      'gateway.istio.io/managed': 'istio.io-mesh-controller',
    },
    unsure: unreadable ? always : never,
    around: namespaces.get(namespace) ?? { labels: {}, unsure: always },
    hostNetwork: false,
    ips: [],
    ports: [],
    single: false,
  }
}

/** Whether anything limits the network at all. Recorded verdicts were made without. */
export function isLimited({ network: { policies, unmodelled }, assume }: Layer): boolean {
  return assume !== 'recorded' && (policies.length > 0 || unmodelled === 'everywhere' || unmodelled.size > 0)
}

/** Whether what holds for Pods of a namespace is known to a network plugin alone. */
export function isUnmodelled({ network: { unmodelled } }: Layer, { namespace }: Pod): boolean {
  return unmodelled === 'everywhere' || (namespace !== undefined && unmodelled.has(namespace))
}
