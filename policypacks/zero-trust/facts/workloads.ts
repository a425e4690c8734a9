import { at, entries, items, labels, number, required, text, type Field } from '../field'
import { ofKind, type Context } from '../rule'
import { namespaceOf, type Labels } from './policies'

/** Kinds that make Pods, by API group. */
const kinds: readonly (readonly [string, readonly string[]])[] = [
  ['', ['Pod', 'ReplicationController']],
  ['apps', ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']],
  ['batch', ['Job', 'CronJob']],
]

/** Everything of the stack that makes Pods. */
export function workloads(context: Context): readonly Field[] {
  return [...new Set(kinds.flatMap(([group, names]) => ofKind(context, group, ...names)))]
}

/** The Pod that a workload makes: `metadata` and `spec`. A Pod is its own. */
export function podOf(workload: Field): Field {
  switch (workload.of.kind) {
    case 'Pod':
      return workload
    case 'CronJob':
      return at(workload, 'spec', 'jobTemplate', 'spec', 'template')
    default:
      return at(workload, 'spec', 'template')
  }
}

export interface WorkloadFact {
  readonly field: Field
  readonly namespace: string
  /** Of its Pods. */
  readonly labels: Labels
}

export function readWorkload(field: Field): WorkloadFact {
  return { field, namespace: namespaceOf(field), labels: labels(at(podOf(field), 'metadata', 'labels')) }
}

/**
 * The ServiceAccount its Pods run under, where it names one. `serviceAccount` is the field's old name, which counts only where `serviceAccountName` is absent or empty
 * (kubernetes pkg/apis/core/v1/conversion.go Convert_v1_PodSpec_To_core_PodSpec).
 */
export function serviceAccountOf(workload: Field): string | undefined {
  const spec = at(podOf(workload), 'spec')
  const name = text(at(spec, 'serviceAccountName')) ?? ''
  const account = name === '' ? text(at(spec, 'serviceAccount')) : name
  return account === '' ? undefined : account
}

/** Whether some object of `all` makes this one; it is then judged there. */
export function isMadeBy(workload: Field, all: readonly Field[]): boolean {
  const owners = items(at(workload, 'metadata', 'ownerReferences'))
  if (owners.length === 0) return false
  const namespace = namespaceOf(workload)
  const names = owners.map(owner => `${required(at(owner, 'kind'))} ${namespace}/${required(at(owner, 'name'))}`)
  return all.some(({ of }) => names.includes(of.label))
}

/** The TCP ports its containers say they listen on. */
export function containerPorts(
  workload: Field,
): readonly { readonly port: number; readonly name?: string; readonly field: Field }[] {
  const spec = at(podOf(workload), 'spec')
  const ports = items(at(spec, 'containers')).flatMap(container => items(at(container, 'ports')))
  return ports.flatMap(field => {
    const port = number(at(field, 'containerPort'))
    if (port === undefined || (text(at(field, 'protocol')) ?? 'TCP') !== 'TCP') return []
    const name = text(at(field, 'name'))
    return [{ port, field, ...(name === undefined ? {} : { name }) }]
  })
}

/** Whether labels or annotations carry any of `keys`, and where. */
export function marks(metadata: Field, keys: readonly string[]): readonly (readonly [string, string, Field])[] {
  return [at(metadata, 'labels'), at(metadata, 'annotations')].flatMap(group =>
    entries(group).flatMap(([key, field]) => (keys.includes(key) ? [[key, text(field) ?? '', field] as const] : [])),
  )
}
