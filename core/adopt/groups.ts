import { containsLabels } from '../analyze/istio/attachment'
import { planesOf } from '../analyze/istio/data-plane'
import type { Labels, Layer, Service as KubernetesService, Workload } from '../analyze/layer'
import { isName } from '../graph/names'
import { groupBy } from '../model/group'
import { byText } from '../model/order'
import type { PodFacts } from './pods'

/** Workloads that are one service of the graph: one identity behind one Service, in as many versions as there are. */
export interface Group {
  /** What the graph calls it. */
  readonly name: string
  readonly namespace: string
  readonly serviceAccount: string
  readonly workloads: readonly Workload[]
  /** The Services that lead to it, the one it is called after first; empty where it is never called by name. */
  readonly services: readonly KubernetesService[]
  /** What selects its Pods, and no others; absent where nothing does. */
  readonly labels?: Labels
  readonly headless: boolean
}

/** Labels by which the versions of one service differ. */
const ofVersions = ['version', 'track', 'release', 'variant', 'slot', 'color', 'app.kubernetes.io/version']
/** Labels that controllers put on Pods. */
const ofControllers = ['pod-template-hash', 'controller-revision-hash', 'pod-template-generation', 'job-name']

/** Whose workloads are services: what is a gateway, a waypoint or a part of the platform is none. */
export function isServed(layer: Layer, workload: Workload, only: readonly string[] | undefined): boolean {
  const { namespace } = workload
  return (only ? only.includes(namespace) : !isOfPlatform(layer, namespace)) && !isGateway(layer, workload)
}

/** Whether a workload stands at the border of the mesh, or between its services. */
export function isGateway(layer: Layer, workload: Workload): boolean {
  if (workload.labels['gateway.networking.k8s.io/gateway-name'] !== undefined) return true
  return planesOf(layer, workload).some(({ plane }) => plane === 'gateway')
}

/** Whether a namespace is Kubernetes' own, or a control plane's. */
function isOfPlatform({ mesh, linkerd }: Layer, namespace: string): boolean {
  const planes = [mesh.rootNamespace, linkerd.mesh.namespace, 'istio-system', 'linkerd']
  return namespace.startsWith('kube-') || planes.includes(namespace)
}

/** The workloads of a layer as services of a graph, sorted by namespace, then name. */
export function groupsOf(
  layer: Layer,
  workloads: readonly Workload[],
  facts: ReadonlyMap<Workload, PodFacts>,
): Group[] {
  const serving = new Map(workloads.map(workload => [workload, servicesOf(layer, workload)]))
  const popular = (service: KubernetesService): number =>
    workloads.filter(one => serving.get(one)?.includes(service)).length
  const families = groupBy(workloads, workload => {
    const { namespace, serviceAccount, labels, name } = workload
    const [main] = ordered(serving.get(workload) ?? [], { name, popular })
    const own = Object.entries(labels).filter(([key]) => ![...ofVersions, ...ofControllers].includes(key))
    return JSON.stringify([namespace, serviceAccount, main?.name ?? name, main ? own.sort() : []])
  })
  const bare = [...families.values()].flatMap(members => {
    const [first] = members
    if (!first) return []
    const { namespace, serviceAccount, name } = first
    const services = ordered([...new Set(members.flatMap(one => serving.get(one) ?? []))], { name, popular })
    const labels = labelsFor({ members, services, layer, facts })
    const [main] = services
    const headless = main?.headless ?? false
    return [{ name: main?.name ?? name, namespace, serviceAccount, workloads: members, services, headless, ...labels }]
  })
  return named(bare)
}

function servicesOf({ services }: Layer, { namespace, labels }: Workload): readonly KubernetesService[] {
  return services.filter(
    ({ selector, type, ...service }) =>
      service.namespace === namespace &&
      type !== 'ExternalName' &&
      Object.keys(selector).length > 0 &&
      containsLabels(labels, selector),
  )
}

/** That which stands for all versions before that which stands for one; then the one called as the workload is. */
function ordered(
  services: readonly KubernetesService[],
  { name, popular }: { readonly name: string; readonly popular: (service: KubernetesService) => number },
): readonly KubernetesService[] {
  const called = (service: KubernetesService): number => (service.name === name ? 0 : 1)
  return [...services].sort(
    (a, b) =>
      popular(b) - popular(a) ||
      Number(a.headless) - Number(b.headless) ||
      called(a) - called(b) ||
      a.name.length - b.name.length ||
      byText(a.name, b.name),
  )
}

interface Selecting {
  readonly members: readonly Workload[]
  readonly services: readonly KubernetesService[]
  readonly layer: Layer
  readonly facts: ReadonlyMap<Workload, PodFacts>
}

/** The fewest labels that somebody selects them by already, and that select nobody else. */
function labelsFor({ members, services, layer, facts }: Selecting): { readonly labels?: Labels } {
  const [first] = members
  if (!first) return {}
  const beside = layer.workloads.filter(({ namespace }) => namespace === first.namespace)
  const common = Object.entries(first.labels).filter(
    ([key, value]) => !ofControllers.includes(key) && members.every(({ labels }) => labels[key] === value),
  )
  const app = common.filter(([key]) => key === 'app')
  const choices = [
    ...services.map(({ selector }) => selector),
    ...members.map(member => facts.get(member)?.matchLabels ?? {}),
    Object.fromEntries(app),
    Object.fromEntries(common),
  ]
  const labels = choices.find(choice => {
    const selected = beside.filter(one => containsLabels(one.labels, choice))
    return (
      Object.keys(choice).length > 0 && selected.length === members.length && selected.every(o => members.includes(o))
    )
  })
  return labels ? { labels } : {}
}

/** Names that no two share: that of the Service, and of a namesake in another namespace with the namespace before it. */
function named(groups: readonly Group[]): Group[] {
  const taken = new Set<string>()
  const inOrder = [...groups].sort((a, b) => byText(a.namespace, b.namespace) || byText(a.name, b.name))
  return inOrder.map(group => {
    const name = nameFor(group, taken)
    taken.add(name)
    return { ...group, name }
  })
}

function nameFor({ name, namespace, serviceAccount }: Group, taken: ReadonlySet<string>): string {
  const tidy = tidied(name)
  const choices = [tidy, `${namespace}-${tidy}`, `${tidy}-${serviceAccount}`, `${namespace}-${tidy}-${serviceAccount}`]
  const free = choices.map(tidied).find(choice => isName('service', choice) && !taken.has(choice))
  if (free !== undefined) return free
  for (let i = 2; ; i++) if (!taken.has(`${tidy.slice(0, 58)}-${i}`)) return `${tidy.slice(0, 58)}-${i}`
}

function tidied(name: string): string {
  const plain = name.toLowerCase().replace(/[^-a-z0-9]+/g, '-')
  const begun = /^[a-z]/.test(plain) ? plain : `s-${plain.replace(/^-+/, '')}`
  return begun.slice(0, 63).replace(/-+$/, '')
}
