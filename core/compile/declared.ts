import type { Graph, Service } from '../graph/graph'
import { accountOf, labelsOf } from '../graph/resolve'
import { sortedBy } from './order'

/** A service of the graph with its defaults filled in. */
export interface Declared {
  readonly name: string
  readonly namespace: string
  readonly serviceAccount: string
  /** Sorted by key. */
  readonly labels: Readonly<Record<string, string>>
  readonly service: Service
}

/** The services of a graph, sorted by namespace, then name, each with what a mesh has to know of it besides. */
export function declaredServices<T>({ services }: Graph, more: (service: Service) => T): readonly (Declared & T)[] {
  const all = Object.entries(services).map(([name, service]) => ({
    name,
    namespace: service.namespace,
    serviceAccount: accountOf(name, service),
    labels: Object.fromEntries(sortedBy(Object.entries(labelsOf(name, service)), ([key]) => key)),
    service,
    ...more(service),
  }))
  return sortedBy(all, ({ namespace, name }) => `${namespace}/${name}`)
}
