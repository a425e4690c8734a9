import type { ContainerPort, Probe, Workload, WorkloadKind } from '../layer'
import { readLinkerdPod } from '../linkerd/read-pod'
import { watched, type Cursor } from './cursor'
import { readNamed, requireNamespace, type RawObject } from './read-object'

/** Where a kind keeps the Pod it makes: metadata and spec side by side. */
const templates: Readonly<Record<WorkloadKind, readonly string[]>> = {
  Pod: [],
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
}

/** Whether objects of a kind are Pods, or make Pods. */
export function isWorkloadKind(kind: string): kind is WorkloadKind {
  return Object.hasOwn(templates, kind)
}

/** The Pod that an object of a kind is, or makes: metadata and spec side by side. */
export function podOf(body: Cursor, kind: WorkloadKind): Cursor {
  return templates[kind].reduce((cursor, field) => cursor.get(field), body)
}

/** A workload and who controls it, before those of one controller are united. */
export interface OwnedWorkload extends Workload {
  /** `Kind name` of the controlling owner, in the same namespace. */
  readonly owner?: string
}

/**
 * A Pod or a pod template (kubernetes `core/v1` PodSpec). Nothing for a Pod that has ended, and for a template that is
 * scaled to nothing because it was replaced (an old ReplicaSet).
 */
export function readWorkload(object: RawObject, kind: WorkloadKind): OwnedWorkload | undefined {
  const pod = podOf(object.body, kind)
  const spec = pod.get('spec')
  const status = object.body.get('status')
  const metadata = object.body.get('metadata')
  if (kind === 'Pod' && ['Succeeded', 'Failed'].includes(String(status.get('phase').value))) return undefined
  const owner = readOwner(metadata.get('ownerReferences'))
  if (kind === 'ReplicaSet' && owner !== undefined && object.body.get('spec').get('replicas').value === 0)
    return undefined
  const { value, damaged } = watched(object.body.log, () => {
    requireNamespace(object)
    spec.required()?.get('containers').required()
    return {
      labels: pod.get('metadata').get('labels').labels(),
      annotations: pod.get('metadata').get('annotations').labels(),
      serviceAccount: readServiceAccount(spec),
      hostNetwork: spec.get('hostNetwork').boolean() ?? false,
      ...readContainers(spec),
      linkerd: readLinkerdPod(spec),
    }
  })
  if (object.namespace === undefined) return undefined
  return {
    ...readNamed(object),
    ...value,
    kind,
    namespace: object.namespace,
    names: [object.name],
    ips: kind === 'Pod' ? readIps(status) : [],
    live: kind === 'Pod' && !(metadata.get('uid').absent && spec.get('nodeName').absent && status.get('phase').absent),
    unreadable: damaged,
    ...(owner === undefined ? {} : { owner }),
  }
}

/** `status.podIPs`, or the older `podIP`. */
function readIps(status: Cursor): readonly string[] {
  const several = status.get('podIPs').items()
  const ips = several.length > 0 ? several.map(entry => entry.get('ip').string()) : [status.get('podIP').string()]
  return ips.flatMap(ip => ip ?? [])
}

/**
 * `serviceAccountName` wins; its deprecated alias `serviceAccount` fills in where that is absent or empty (kubernetes `pkg/apis/core/v1/conversion.go`
 * Convert_v1_PodSpec_To_core_PodSpec).
 */
function readServiceAccount(spec: Cursor): string {
  const own = spec.get('serviceAccountName').string() ?? ''
  const name = own === '' ? (spec.get('serviceAccount').string() ?? '') : own
  return name === '' ? 'default' : name
}

function readOwner(references: Cursor): string | undefined {
  for (const reference of references.items()) {
    if (reference.get('controller').value !== true) continue
    const kind = reference.get('kind').string()
    const name = reference.get('name').string()
    if (kind !== undefined && name !== undefined) return `${kind} ${name}`
  }
  return undefined
}

type Containers = Pick<Workload, 'ports' | 'probes' | 'proxyContainer'>

function readContainers(spec: Cursor): Containers {
  const all = [
    ...spec.get('containers').items(),
    ...spec.get('initContainers').items(),
    ...spec.get('ephemeralContainers').items(),
  ]
  const isProxy = (container: Cursor) => container.get('name').string() === 'istio-proxy'
  const own = all.filter(container => !isProxy(container))
  return {
    ports: own.flatMap(readPorts),
    probes: own.flatMap(readProbes),
    proxyContainer: all.some(isProxy),
  }
}

function readPorts(container: Cursor): readonly ContainerPort[] {
  const init = container.path.includes('initContainers') && container.get('restartPolicy').string() !== 'Always'
  return container
    .get('ports')
    .items()
    .flatMap(entry => {
      const port = entry.required()?.get('containerPort').required()?.port()
      if (port === undefined) return []
      const name = entry.get('name').string()
      const protocol = entry.get('protocol').oneOf('TCP', 'UDP', 'SCTP') ?? 'TCP'
      return [{ port, protocol, init, ...(name === undefined ? {} : { name }) }]
    })
}

function readProbes(container: Cursor): readonly Probe[] {
  return ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap(name => readProbe(container.get(name)))
}

function readProbe(probe: Cursor): readonly Probe[] {
  const http = probe.get('httpGet')
  const tcp = probe.get('tcpSocket')
  const grpc = probe.get('grpc')
  const found = {
    http: http.get('port').portOrName(),
    tcp: tcp.get('port').portOrName(),
    grpc: grpc.get('port').port(),
  }
  return [
    ...(found.http === undefined
      ? []
      : [{ kind: 'http' as const, port: found.http, path: http.get('path').string() ?? '/' }]),
    ...(found.tcp === undefined ? [] : [{ kind: 'tcp' as const, port: found.tcp }]),
    ...(found.grpc === undefined ? [] : [{ kind: 'grpc' as const, port: found.grpc }]),
  ]
}
