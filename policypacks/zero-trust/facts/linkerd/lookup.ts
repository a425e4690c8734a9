import { groupBy } from '../../../../core/model/group'
import type { LinkerdPodFact } from './pods'
import type { LinkerdPolicyFact } from './refs'
import type { RouteFact } from './routes'
import { takes, type ServerFact } from './servers'

/*
 * What belongs to what, looked up and not searched for: a stack may have thousands of each.
 */

/** The Pods that a Server takes, whatever the port. */
export type PodsOf = (server: ServerFact) => readonly LinkerdPodFact[]

/** Pods are found by one label that the Server asks for; by their namespace where it asks for none. */
export function podsOf(pods: readonly LinkerdPodFact[]): PodsOf {
  const beside = groupBy(pods, ({ namespace }) => namespace)
  const labelled = groupBy(
    pods.flatMap(pod =>
      Object.entries(pod.labels).map(([key, value]) => ({ pod, label: labelOf(pod.namespace, key, value) })),
    ),
    ({ label }) => label,
  )
  return server => {
    const { namespace, selector } = server
    const [label] = selector === 'external' ? [] : Object.entries(selector.labels)
    const near = label ? labelled.get(labelOf(namespace, ...label))?.map(({ pod }) => pod) : beside.get(namespace)
    return near?.filter(pod => takes(server, pod)) ?? []
  }
}

/** The Servers that take a Pod, whatever the port. */
export type ServersOf = (pod: LinkerdPodFact) => readonly ServerFact[]

/** Servers are found by one label that they ask for; by their namespace where they ask for none. */
export function serversFor(servers: readonly ServerFact[]): ServersOf {
  const asking = groupBy(servers, ({ namespace, selector }) => {
    const [label] = selector === 'external' ? [] : Object.entries(selector.labels)
    return label ? labelOf(namespace, ...label) : namespace
  })
  return pod => {
    const { namespace, labels } = pod
    const keys = [namespace, ...Object.entries(labels).map(([key, value]) => labelOf(namespace, key, value))]
    return keys.flatMap(key => asking.get(key)?.filter(server => takes(server, pod)) ?? [])
  }
}

function labelOf(namespace: string, key: string, value: string): string {
  return `${namespace}\n${key}\n${value}`
}

interface Named {
  readonly namespace: string
  readonly name: string
}

/** The objects of a name, in whatever case, beside something. */
export type NamedIn<Fact> = (namespace: string, name: string) => readonly Fact[]

export function namedIn<Fact extends Named>(facts: readonly Fact[]): NamedIn<Fact> {
  const named = groupBy(facts, ({ namespace, name }) => nameIn(namespace, name))
  return (namespace, name) => named.get(nameIn(namespace, name)) ?? []
}

/** Policies by the name of what they are for. */
export function targetedIn(policies: readonly LinkerdPolicyFact[]): NamedIn<LinkerdPolicyFact> {
  const targeted = groupBy(policies, ({ namespace, target }) => nameIn(namespace, target.name))
  return (namespace, name) => targeted.get(nameIn(namespace, name)) ?? []
}

function nameIn(namespace: string, name: string): string {
  return `${namespace}/${name.toLowerCase()}`
}

/** The Servers that a route hangs on. */
export function serversOf({ namespace, parents }: RouteFact, servers: NamedIn<ServerFact>): readonly ServerFact[] {
  const names = new Set(parents.flatMap(parent => (parent.namespace === namespace ? [parent.name] : [])))
  return [...names].flatMap(name => servers(namespace, name).filter(server => server.name === name))
}
