import { groupBy } from '../../model/group'
import type { Labels, Workload } from '../layer'
import { linkerdKey } from '../linkerd/settings'
import { captureKey } from './capture'
import type { OwnedWorkload } from './read-workload'

/** Labels a controller or the injector adds to the Pods of one template. */
export const added: readonly string[] = [
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/job-completion-index',
  'security.istio.io/tlsMode',
  'service.istio.io/canonical-name',
  'service.istio.io/canonical-revision',
]

/**
 * The Pods of one controller, and its template, as one workload: a dump holds them all. Those that differ in anything a
 * policy or an injector looks at stay apart, under the same names. Labels that only a controller or the injector adds do
 * not count as differences, unless something in `selected` (the label keys that any selector mentions) asks for them.
 */
export function uniteWorkloads(
  workloads: readonly OwnedWorkload[],
  selected: ReadonlySet<string>,
): readonly Workload[] {
  const byId = new Map(workloads.map(workload => [idOf(workload), workload]))
  const families = groupBy(workloads, workload => topOwner(workload, byId))
  return [...families].flatMap(([top, family]) => {
    const names = [...new Set([top.slice(top.indexOf(' ') + 1), ...family.map(member => member.name)])].sort()
    const variants = [...groupBy(family, member => essence(member, selected)).values()].flatMap(byProxy)
    return variants.map(variant => ({ ...unite(variant), names }))
  })
}

const idOf = ({ namespace, kind, name }: Workload): string => `${namespace}/${kind} ${name}`

/** A Pod's owners are at most this many: Pod, ReplicaSet, Deployment; Pod, Job, CronJob; and one for an operator's kind. */
const longestChain = 4

/** The controller at the end of the chain of owners, as far as the objects tell; without a ReplicaSet, its name tells its Deployment. */
function topOwner(workload: OwnedWorkload, byId: ReadonlyMap<string, OwnedWorkload>, chain = 0): string {
  if (workload.owner === undefined) return idOf(workload)
  const id = `${workload.namespace}/${workload.owner}`
  const owner = byId.get(id)
  if (owner && chain < longestChain) return topOwner(owner, byId, chain + 1)
  const hash = `-${workload.labels['pod-template-hash'] ?? ''}`
  return workload.owner.startsWith('ReplicaSet ') && hash !== '-' && id.endsWith(hash)
    ? id.slice(0, -hash.length).replace('/ReplicaSet ', '/Deployment ')
    : id
}

/** What the Pods of one template have in common, as text. */
function essence(workload: OwnedWorkload, selected: ReadonlySet<string>): string {
  const labels = Object.entries(workload.labels).filter(([key]) => selected.has(key) || !added.includes(key))
  return JSON.stringify([
    labels.sort(([a], [b]) => (a < b ? -1 : 1)),
    captureKey(workload.annotations),
    linkerdKey(workload),
    workload.serviceAccount,
    workload.hostNetwork,
    workload.ports.map(port => [port.port, port.name, port.protocol, port.init]),
    workload.unreadable,
  ])
}

/** Running Pods say what is, templates what will be: where both are alike, only the Pods tell whether a proxy is there. */
function byProxy(alike: readonly OwnedWorkload[]): readonly (readonly OwnedWorkload[])[] {
  const live = [
    ...groupBy(
      alike.filter(member => member.live),
      member => String(member.proxyContainer),
    ).values(),
  ]
  const rest = alike.filter(member => !member.live)
  const [first, ...others] = live
  return first ? [[...first, ...rest], ...others] : [rest]
}

/** One workload out of alike ones, of which the first says whether a proxy is there; it is called as its controller is. */
function unite(members: readonly OwnedWorkload[]): Workload {
  const [first] = members
  if (!first) throw new Error('a group of workloads is never empty')
  const { kind, name, at } = members.find(member => member.owner === undefined) ?? first
  const { owner: _owner, ...workload } = first
  const labels = members.reduce<Labels>((union, member) => ({ ...member.labels, ...union }), {})
  return { ...workload, kind, name, at, labels, ips: members.flatMap(member => member.ips) }
}
