import type { Cursor } from '../analyze/istio/cursor'
import type { RawObject } from '../analyze/istio/read-object'
import { unpack } from '../analyze/istio/read-object'
import { isWorkloadKind, podOf } from '../analyze/istio/read-workload'
import type { Layer, Workload } from '../analyze/layer'
import { groupBy } from '../model/group'
import type { Sourced } from '../model/manifest'

/** What a workload's own manifest says, and an analyzer has no use for. */
export interface PodFacts {
  /** What its controller selects its Pods by; empty where it says nothing. */
  readonly matchLabels: Readonly<Record<string, string>>
  readonly probes: readonly PodProbe[]
  /** Environment variables with a value of their own. */
  readonly environment: readonly Variable[]
}

/** One environment variable of a container. */
export interface Variable {
  readonly name: string
  readonly value: string
}

/** What the kubelet asks, and for which of its three questions. */
export interface PodProbe {
  readonly which: 'liveness' | 'readiness' | 'startup'
  readonly kind: 'http' | 'tcp' | 'grpc'
  readonly port: number | string
  /** Of an http probe. */
  readonly path?: string
}

/** The objects in what was given, those in lists too. What cannot be read has been told by whoever read the layer. */
export function rawObjects(inputs: readonly Sourced[]): readonly RawObject[] {
  return inputs.flatMap(source => unpack(source, { problems: [], isUnknown: () => false }))
}

/** What the manifests of a workload say: its template's before those of its Pods. */
export function factsOf(objects: readonly RawObject[], layer: Layer): ReadonlyMap<Workload, PodFacts> {
  const byName = groupBy(
    objects.filter(({ kind }) => isWorkloadKind(kind)),
    ({ namespace = '', name }) => `${namespace}/${name}`,
  )
  return new Map(
    layer.workloads.map(workload => {
      const names = [workload.name, ...workload.names]
      const [first] = names.flatMap(name => byName.get(`${workload.namespace}/${name}`) ?? [])
      return [workload, first ? readFacts(first) : nothing]
    }),
  )
}

const nothing: PodFacts = { matchLabels: {}, probes: [], environment: [] }

function readFacts({ kind, body }: RawObject): PodFacts {
  const pod = isWorkloadKind(kind) ? podOf(body, kind) : body
  const containers = pod
    .get('spec')
    .get('containers')
    .items()
    .filter(container => container.get('name').string() !== 'istio-proxy')
  return {
    matchLabels: kind === 'Pod' ? {} : body.get('spec').get('selector').get('matchLabels').labels(),
    probes: containers.flatMap(readProbes),
    environment: containers.flatMap(readEnvironment),
  }
}

function readEnvironment(container: Cursor): readonly Variable[] {
  return container
    .get('env')
    .items()
    .flatMap(entry => {
      const { value } = entry.get('value')
      const name = entry.get('name').string()
      return name !== undefined && typeof value === 'string' ? [{ name, value }] : []
    })
}

function readProbes(container: Cursor): readonly PodProbe[] {
  return (['liveness', 'readiness', 'startup'] as const).flatMap(which => {
    const probe = container.get(`${which}Probe`)
    const named = portsByName(container)
    return (['http', 'tcp', 'grpc'] as const).flatMap(kind => {
      const asked = probe.get({ http: 'httpGet', tcp: 'tcpSocket', grpc: 'grpc' }[kind])
      const port = asked.get('port').portOrName()
      if (port === undefined) return []
      const path = kind === 'http' && { path: asked.get('path').string() ?? '/' }
      return [{ which, kind, port: named.get(String(port)) ?? port, ...path }]
    })
  })
}

function portsByName(container: Cursor): ReadonlyMap<string, number> {
  const ports = container.get('ports').items()
  return new Map(
    ports.flatMap(entry => {
      const port = entry.get('containerPort').port()
      const name = entry.get('name').string()
      return name === undefined || port === undefined ? [] : [[name, port] as const]
    }),
  )
}
