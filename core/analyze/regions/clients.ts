import { groupBy } from '../../model/group'
import { printIdentity } from '../../model/identity'
import { Language } from '../../model/language'
import { Region } from '../../model/region'
import type { Gateway, Layer, Workload } from '../layer'
import type { Habit, Household } from '../waypoint/habits'
import { agreedHabit, isWaypoints } from '../waypoint/habits'
import { nobody } from './callers'

/** How the callers that are known come to a Service of an ambient namespace; who is not known may do either. */
export interface Clients {
  /** ztunnel takes them through the Service's waypoint. */
  readonly ambient: Language
  /** Gateways, which go through a waypoint where the Service says so. */
  readonly gateways: Language
  /** They go straight to the Pods: sidecars never use waypoints, nor does who has no identity. */
  readonly straight: Language
  /** Who is none of these. */
  readonly unknown: Language
  /** Of the known, the accounts under which nothing but waypoints runs. */
  readonly waypoints: Language
}

/** The habits of all identities under which something was read. */
export function clientsOf(layer: Layer): Clients {
  const { trustDomain } = layer.mesh
  if (trustDomain === undefined) {
    const none = Language.none
    return { ambient: none, gateways: none, straight: nobody, unknown: nobody.complement(), waypoints: none }
  }
  const nameOf = ({ namespace = '', serviceAccount }: Workload | Gateway): string =>
    printIdentity({ trustDomain, namespace, serviceAccount })
  const workloads = groupBy(layer.workloads, nameOf)
  const gateways = groupBy(layer.gateways, nameOf)
  const names = [...new Set([...workloads.keys(), ...gateways.keys()])]
  const household = (name: string): Household => ({
    workloads: workloads.get(name) ?? [],
    gateways: gateways.get(name) ?? [],
  })
  const habits = groupBy(names, name => agreedHabit(layer, household(name)))
  const of = (habit: Habit): Language => Language.literals(habits.get(habit) ?? [])
  const [ambient, gateway, straight] = [of('ambient'), of('gateway'), of('straight').union(nobody)]
  return {
    ambient,
    gateways: gateway,
    straight,
    unknown: Language.union([ambient, gateway, straight]).complement(),
    waypoints: Language.literals(names.filter(name => isWaypoints(household(name)))),
  }
}

/** The requests of `region` whose caller is in `callers`: cut first to those that the region names, who are few. */
export function from(callers: Language, region: Region): Region {
  const named = region.valuesOf('caller')
  const relevant = named.words ? named.intersect(callers) : callers
  return Region.where('caller', relevant).intersect(region)
}
