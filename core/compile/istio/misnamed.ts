import type { Problem } from '../../model/problem'
import { blocking } from '../../model/problem'
import { unknownNamespace } from '../settings'
import { planeOf } from './plane'
import type { Settings } from './settings'
import { isWaypointName } from './settings'

/** What is wrong with what a target says of single namespaces, given those of the graph's services and of its gateways. */
export function misnamed(namespaces: readonly string[], settings: Settings, gateways: readonly string[]): Problem[] {
  const known = new Set(namespaces)
  const staged = new Set([...namespaces, ...gateways])
  return [
    ...(['stages', 'dataPlanes', 'waypoints'] as const).flatMap(field =>
      Object.keys(settings[field])
        .filter(namespace => !(field === 'stages' ? staged : known).has(namespace))
        .map(namespace => unknownNamespace(namespace, field, namespaces)),
    ),
    ...Object.keys(settings.waypoints)
      .filter(namespace => known.has(namespace))
      .flatMap(namespace => waypoint(namespace, settings)),
  ]
}

function waypoint(namespace: string, settings: Settings): Problem[] {
  const at = `target.waypoints.${namespace}`
  if (planeOf(namespace, settings) === 'sidecar') {
    const message = `\`${namespace}\` is on sidecars, before which no waypoint stands`
    const hint = 'leave it out, or move the namespace to ambient in `target.dataPlanes`'
    return [blocking({ code: 'sidecar-waypoint', at, message, hint })]
  }
  const scope = settings.waypoints[namespace]
  if (typeof scope !== 'object' || isWaypointName(scope)) return []
  const message = `\`${scope.namespace}/${scope.name}\` is no name for a waypoint`
  const hint = 'DNS labels, lower case letters, digits and `-`, the name starting with a letter and not `none`'
  return [blocking({ code: 'bad-name', at, message, hint })]
}
