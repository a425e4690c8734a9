import type { Callees, Graph, Routes, Service } from '../graph/graph'
import { portsOf } from '../graph/resolve'
import {
  entryHostMoves,
  entryMoves,
  entryTlsMoves,
  exitMoves,
  originationMoves,
  twinMoves,
  versionMoves,
} from './route-moves'

/** A graph on its mesh, as far as a change of either has to be taken in steps. */
export interface Placed {
  readonly graph: Graph
  /** What carries the calls of a namespace. */
  readonly planeOf: (namespace: string) => 'sidecar' | 'ambient'
  readonly stageOf: (namespace: string) => 'strict' | 'enforce'
  /** Which waypoint an ambient namespace is under, as its target says it. @default its own */
  readonly waypointOf?: (namespace: string) => 'namespace' | 'service' | SharedWaypoint
}

/** One of another namespace. */
export interface SharedWaypoint {
  readonly namespace: string
  readonly name: string
}

/** A change that no order of writing makes safe at once: part of it is what runs, which others deploy, or one of two objects that only work together. */
export interface Move {
  readonly kind:
    | 'plane'
    | 'waypoint'
    | 'port'
    | 'service-port'
    | 'tokens'
    | 'versions'
    | 'exit'
    | 'gateway'
    | 'origination'
    | 'entry'
    | 'entry-host'
    | 'entry-tls'
  /** `namespace`, `namespace/service`, the name of an external, or a gateway and its host. */
  readonly at: string
  /** What would happen at once. */
  readonly why: string
  /** What to do instead, an update or a deployment each. */
  readonly steps: readonly string[]
}

/**
 * What has to be taken in steps to come from one graph and mesh to another; everything else one update does without an
 * outage and without a hole, in the order in which objects are written.
 */
export function plannedSteps(before: Placed, after: Placed): readonly Move[] {
  const kept = Object.entries(after.graph.services).flatMap(([name, service]) => {
    const old = before.graph.services[name]
    return old?.namespace === service.namespace ? [{ name, old, service }] : []
  })
  const namespaces = [...new Set(kept.map(({ service }) => service.namespace))].sort()
  return [
    ...namespaces.flatMap(namespace => planeMove(namespace, before, after)),
    ...namespaces.flatMap(namespace => waypointMove(namespace, before, after)),
    ...kept.flatMap(({ name, old, service }) => portMoves(name, [old, service], after)),
    ...kept.flatMap(({ name, old, service }) => versionMoves(name, [old, service], after)),
    ...kept.flatMap(({ name, service }) =>
      tokenMove(`${service.namespace}/${name}`, issuersOf(name, before.graph), issuersOf(name, after.graph)),
    ),
    ...exitMoves(before, after),
    ...twinMoves(before, after),
    ...originationMoves(before, after),
    ...entryMoves(before, after),
    ...entryHostMoves(before, after),
    ...entryTlsMoves(before, after),
  ]
}

/**
 * Pods keep their sidecars until they are made again, and a policy holds for the Pods of one plane: at stage `enforce`, what is
 * written for ztunnel and a waypoint refuses the callers of a Pod that still has a sidecar. The other way it is worse: Pods
 * without sidecars leave ztunnel with the label of their namespace, and stand open (istio `cni/pkg/nodeagent/informers.go`
 * reconcileNamespace); a label of their own keeps them (`cni/pkg/util/enablement_selector.go` Matches).
 */
function planeMove(namespace: string, before: Placed, after: Placed): readonly Move[] {
  const [from, to] = [before.planeOf(namespace), after.planeOf(namespace)]
  if (from === to) return []
  const enforced = [before, after].some(({ stageOf }) => stageOf(namespace) === 'enforce')
  const leaves = to === 'sidecar'
  const why = leaves
    ? 'Pods without sidecars would leave ztunnel with their namespace, and everybody could call them'
    : 'Pods that still have sidecars would refuse callers that come straight to them'
  if (!enforced && !leaves) return []
  const stay = `kubectl -n ${namespace} label pods --all istio.io/dataplane-mode=ambient`
  return [
    {
      kind: 'plane',
      at: namespace,
      why,
      steps: [
        ...(enforced ? [`\`stages.${namespace}: strict\``] : []),
        ...(leaves ? [`\`${stay}\`: those that run stay with ztunnel, those that are made anew do not`] : []),
        `\`dataPlanes.${namespace}: ${to}\``,
        `\`kubectl -n ${namespace} rollout restart deployment,statefulset,daemonset\``,
        ...(enforced ? [`\`stages.${namespace}: enforce\``] : []),
      ],
    },
  ]
}

/**
 * Ztunnel admits the identity of one waypoint, and the label of the namespace or the Service leads calls to it: two objects, of which one is written first. At stage `strict`
 * ztunnel admits the whole mesh meanwhile.
 */
function waypointMove(namespace: string, before: Placed, after: Placed): readonly Move[] {
  const [from, to] = [waypointText(namespace, before), waypointText(namespace, after)]
  const isAmbient = [before, after].every(({ planeOf }) => planeOf(namespace) === 'ambient')
  const isEnforced = [before, after].some(({ stageOf }) => stageOf(namespace) === 'enforce')
  if (from === to || !isAmbient || !isEnforced) return []
  const why = 'between two writes calls come by one waypoint, and ztunnel admits those of the other'
  const steps = [
    `\`stages.${namespace}: strict\``,
    `\`waypoints.${namespace}: ${to}\``,
    `\`stages.${namespace}: enforce\``,
  ]
  return [{ kind: 'waypoint', at: namespace, why, steps }]
}

/** As a stack's file says it. */
function waypointText(namespace: string, { waypointOf }: Placed): string {
  const scope = waypointOf?.(namespace) ?? 'namespace'
  return typeof scope === 'string' ? scope : `{namespace: ${scope.namespace}, name: ${scope.name}}`
}

/** Ports by name; a name is nobody's business but the graph's, a number is in policies and in what others deploy. */
function portMoves(name: string, [old, service]: readonly [Service, Service], { planeOf }: Placed): readonly Move[] {
  const at = `${service.namespace}/${name}`
  const earlier = new Map(portsOf(old).map(port => [port.name, port]))
  return portsOf(service).flatMap((port): Move[] => {
    const was = earlier.get(port.name)
    if (!was) return []
    if (was.port !== port.port)
      return [
        {
          kind: 'port',
          at,
          why: `Pods that run listen on ${was.port}, and the policies would be for ${port.port}`,
          steps: [
            `declare ${port.port} as another port beside \`${port.name}\`, with the same calls`,
            'deploy the workload and its Service with both',
            `take ${was.port} out once nobody calls it`,
          ],
        },
      ]
    const [from, to] = [was.servicePort ?? was.port, port.servicePort ?? port.port]
    const isRead = planeOf(service.namespace) === 'ambient' && (port.protocol === 'http' || port.protocol === 'grpc')
    if (from === to || !isRead) return []
    return [
      {
        kind: 'service-port',
        at,
        why: `the waypoint would admit calls to ${to}, and the Service still has ${from}`,
        steps: [
          `declare a port of ${port.port} with \`servicePort: ${to}\` beside \`${port.name}\`, with the same calls`,
          'deploy the Service with both',
          `take ${from} out once nobody calls it`,
        ],
      },
    ]
  })
}

/** One object reads the tokens of a service, and is written before the policies; what it no longer reads is nobody's for a moment. */
function tokenMove(at: string, before: ReadonlySet<string>, after: ReadonlySet<string>): readonly Move[] {
  const dropped = [...before].filter(issuer => !after.has(issuer)).sort()
  if (dropped.length === 0 || after.size === 0) return []
  const listed = dropped.map(issuer => `\`${issuer}\``).join(', ')
  return [
    {
      kind: 'tokens',
      at,
      why: `between two writes tokens of ${listed} are no longer read and still asked for`,
      steps: [
        'let the calls that asked for them go to a port where no token is asked for, beside the old one',
        `take ${listed} out once nobody calls the old one`,
      ],
    },
  ]
}

function issuersOf(callee: string, { calls, ingress, outside }: Graph): ReadonlySet<string> {
  const entries = [...Object.values(ingress), ...Object.values(outside)]
  const all: readonly Callees[] = [...Object.values(calls), ...entries.map(({ routes }) => routes)]
  const routes: readonly Routes[] = all.flatMap(callees => Object.values(callees[callee] ?? {}))
  return new Set(routes.flatMap(list => (typeof list === 'string' ? [] : list.flatMap(issuerOf))))
}

function issuerOf(route: Exclude<Routes, string>[number]): readonly string[] {
  return typeof route === 'string' ? [] : [route.jwt.issuer]
}
