import type { Manifest } from '../../../model/manifest'
import { fitName } from '../../names'
import { sorted, sortedGroups } from '../../order'
import { waypointDeny } from '../authorization'
import type { Context } from '../context'
import { manifest } from '../../objects'
import { followed } from '../labels'
import type { Settings } from '../settings'
import { stageOf } from '../../settings'
import type { Bound } from './waypoints'
import { needsWaypoint, printWaypoint } from './waypoints'

/**
 * The waypoints, and the policy by which each of them admits nobody who is not admitted by name. At stage `strict` calls pass their waypoint
 * already, and everybody of the mesh is admitted: once policies are enforced, nobody has to change the way.
 */
export function waypointObjects(bound: readonly Bound[], context: Context): Manifest[] {
  if (bound.length === 0) return []
  const { settings } = context
  const waypoints = sortedGroups(bound, ({ waypoint }) => printWaypoint(waypoint))
  const shadowed = bound.filter(({ workload }) => stageOf(workload.namespace, settings) === 'strict')
  const open = sortedGroups(shadowed, ({ workload }) => workload.namespace)
  return [
    ...[...waypoints.values()].flatMap(same => gateway(same, settings)),
    ...[...open].flatMap(([namespace, behind]) => openToMesh(namespace, behind)),
    waypointDeny(textsOf(bound), context),
  ]
}

function textsOf(bound: readonly Bound[]): string[] {
  return sorted(bound.flatMap(({ lines }) => lines.map(({ text }) => text)))
}

/** A policy holds for so many targets at most (istio's CRD, `maxItems`). */
const mostTargets = 16

/** Admits everybody who gets to a waypoint, where only identities of the mesh do: what it holds for is in shadow. */
function openToMesh(namespace: string, behind: readonly Bound[]): Manifest[] {
  const called = behind.filter(({ lines }) => lines.length > 0)
  return called.flatMap((_, first) => {
    if (first % mostTargets !== 0) return []
    const part = called.slice(first, first + mostTargets)
    const targetRefs = part.map(({ workload }) => ({ group: '', kind: 'Service', name: workload.name }))
    const name = fitName('open-to-the-mesh', first === 0 ? '' : `.${first / mostTargets + 1}`)
    const spec = { targetRefs, action: 'ALLOW', rules: [{}] }
    return [manifest({ kind: 'AuthorizationPolicy', namespace, name, spec, because: textsOf(part) })]
  })
}

/** A waypoint, justified by the routes that need it. */
function gateway(behind: readonly Bound[], settings: Settings): Manifest[] {
  const [first] = behind
  if (!first) return []
  const { namespace, name } = first.waypoint
  const users = sorted(behind.map(({ workload }) => workload.namespace))
  const shared = users.some(user => user !== namespace)
  const revision = followed(settings, namespace)
  return [
    manifest({
      kind: 'Gateway',
      namespace,
      name,
      labels: { 'istio.io/waypoint-for': 'service', ...(revision !== undefined && { 'istio.io/rev': revision }) },
      spec: {
        gatewayClassName: 'istio-waypoint',
        listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE', ...(shared && { allowedRoutes: only(users) }) }],
      },
      because: sorted(behind.flatMap(({ lines }) => lines.filter(needsWaypoint).map(({ text }) => text))),
    }),
  ]
}

/** Who may use a waypoint beyond its own namespace, by the label that every namespace has. */
function only(namespaces: readonly string[]): object {
  const expression = { key: 'kubernetes.io/metadata.name', operator: 'In', values: namespaces }
  return { namespaces: { from: 'Selector', selector: { matchExpressions: [expression] } } }
}
