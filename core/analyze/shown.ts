import { Language } from '../model/language'
import { Region } from '../model/region'
import { atHome } from './network/at-home'
import type { PortReach, Reach } from './reach'
import { besideFloor } from './beside-floor'

/**
 * A port as it is told to a reader: without what the floor says of every port already, and with callers who have a name where they run.
 *
 * @param among - callers that are asked for by name. @default none
 */
export function shownPort(port: PortReach, { homes }: Pick<Reach, 'homes'>, among?: Language): PortReach {
  const own = port.floor === Region.all ? port : besideFloor(port)
  const { must, may } = atHome(own.bounds, homes, among)
  // That a Pod reaches itself is of the floor, too.
  const { namespace, name } = port.workload
  const itself = `${namespace}/${name}`
  const isAsked = [must, may].some(region => region.given('pod', itself) !== region)
  if (!isAsked) return { ...own, bounds: { must, may } }
  const others = Region.where('pod', Language.literals([itself])).complement()
  return { ...own, bounds: { must: must.intersect(others), may: may.intersect(others) } }
}
