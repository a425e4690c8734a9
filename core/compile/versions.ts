import type { Service, Version } from '../graph/graph'
import { fitName } from './names'
import { sortedBy } from './order'

/** A version of a service, as meshes know it: a subset of its Pods, and a Service of its own where routes can name nothing smaller. */
export interface VersionOf {
  /** The name of the subset. */
  readonly name: string
  /** What its Pods have beside the service's labels. */
  readonly own: Readonly<Record<string, string>>
  /** Its Service: `reviews-v1`. */
  readonly serviceName: string
  /** Share of the calls, 0–100. */
  readonly weight: number
}

/** A service of the graph, as much of it as its versions hang on. */
export interface Versioned {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly service: Service
}

/** The versions of a service, by name; none where its Pods are all alike. */
export function versionsOf({ name, service }: Pick<Versioned, 'name' | 'service'>): VersionOf[] {
  const versions = Object.entries(service.traffic?.versions ?? {})
  return sortedBy(versions, ([version]) => version).map(([version, declared]) => ({
    name: version,
    own: labelsOfVersion(version, declared),
    serviceName: fitName(`${name}-${version}`),
    weight: declared.weight,
  }))
}

/** The service once for each of its versions, with the labels its Pods have. The service's own go first: they are what its policies select by. */
export function podsOfVersions<W extends Versioned>(workload: W): W[] {
  return versionsOf(workload).map(({ own }) => ({ ...workload, labels: { ...own, ...workload.labels } }))
}

/** What is deployed for a service: its Pods as they are, or one for each of its versions, with the labels of both and the name of its Service. */
export function podsOf<W extends Versioned>(workload: W): readonly W[] {
  const versions = versionsOf(workload)
  if (versions.length === 0) return [workload]
  return podsOfVersions(workload).map((pod, index) => ({ ...pod, name: versions[index]?.serviceName ?? pod.name }))
}

function labelsOfVersion(name: string, { labels = { version: name } }: Version): VersionOf['own'] {
  return Object.fromEntries(sortedBy(Object.entries(labels), ([key]) => key))
}
