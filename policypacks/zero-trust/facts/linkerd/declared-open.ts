import type { Caller } from '../../../../core/model/flow'
import { isForRoute, isForServer, isNamespace } from './grants'
import { serversOf, type NamedIn, type PodsOf } from './lookup'
import { probesOf, type LinkerdPodFact } from './pods'
import type { LinkerdPolicyFact } from './refs'
import { pathsGot, readRequests } from './requests'
import type { RouteFact } from './routes'
import { portsOf, type ServerFact } from './servers'

/** What says what a policy is for. */
export interface OpenWorld {
  readonly routes: NamedIn<RouteFact>
  readonly servers: NamedIn<ServerFact>
  readonly podsOf: PodsOf
}

/**
 * Whether all that a policy is for may be asked by callers from anywhere: the intent declares some at every port, or it is a route for nothing but probes. What
 * else the route takes than what is declared is `reach-equals-intent`'s to find.
 */
export function isDeclaredOpen(policy: LinkerdPolicyFact, world: OpenWorld): boolean {
  const { namespace, target } = policy
  if (isNamespace(target)) return false
  const routes = world.routes(namespace, target.name).filter(route => isForRoute(policy, route))
  const direct = world.servers(namespace, target.name).filter(server => isForServer(policy, server))
  const places: readonly Place[] = [
    ...direct.map(server => ({ server })),
    ...routes.flatMap(route => serversOf(route, world.servers).map(server => ({ server, route }))),
  ]
  return places.length > 0 && places.every(place => isOpenPlace(place, world))
}

interface Place {
  readonly server: ServerFact
  readonly route?: RouteFact
}

function isOpenPlace({ server, route }: Place, world: OpenWorld): boolean {
  const pods = world.podsOf(server)
  const isMeant = (from: Caller): boolean =>
    from.kind === 'kubelet' ? route !== undefined : from.kind === 'outside' && from.cidrs.length === 0
  const governed = pods.filter(pod => pod.governed !== undefined)
  if (governed.length > 0 && governed.every(pod => isCalled(pod, portsOf(server, pod), isMeant))) return true
  return route !== undefined && isForProbes(route, server, pods)
}

/** Whether some caller who may come from anywhere is declared at each of these ports. */
function isCalled({ flows }: LinkerdPodFact, ports: readonly number[], isMeant: (from: Caller) => boolean): boolean {
  const called = flows.filter(({ from }) => isMeant(from)).map(({ to }) => to.port)
  return ports.length > 0 && ports.every(port => called.includes(port))
}

/** Whether a route is for nothing but what probes ask of some of the Pods at this port. */
function isForProbes(route: RouteFact, server: ServerFact, pods: readonly LinkerdPodFact[]): boolean {
  const paths = route.kind === 'HTTPRoute' ? pathsGot(readRequests(route)) : undefined
  const probed = pods.flatMap(pod => {
    const ports = portsOf(server, pod)
    return probesOf(pod).flatMap(({ port, path }) => (ports.includes(port) ? [path] : []))
  })
  return paths !== undefined && paths.length > 0 && paths.every(path => probed.includes(path))
}
