import { Language } from '../../../model/language'
import { Region } from '../../../model/region'
import type { Match } from '../bounds'
import { any, both, exactly, oneOf } from '../bounds'
import { nobody } from '../callers'
import type { Approach, Way } from '../ways'
import type { NetworkWay } from './view'
import { byGateways, networkView } from './view'

/**
 * What the network alone lets get to a port, by any of its wires: straight, or through waypoints. Certain is what gets there as it comes: ztunnel takes the calls of its own Pods
 * through waypoints, gateways go there where a Service says so, those who show no identity never do; of who is not known, what gets there either way.
 */
export function networkAlone(approach: Approach, network: NetworkWay, ways: readonly Way[]): Match {
  const { straight } = network
  if (ways.length === 0) return straight
  const named = ways.filter(({ address }) => address !== undefined)
  const usual = named.length > 0 ? named : ways
  const past = (way: Way): Match => {
    const each = way.waypoints.map(gateway => network.through(gateway))
    return oneOf(each.length > 0 ? each : [straight])
  }
  const ambient = any(usual.map(past))
  const gateways = any(
    usual.map(way =>
      way.address ? byGateways(approach.layer, way.address.service, { through: past(way), straight }) : straight,
    ),
  )
  const must = byWhoseProxy(approach, { ambient: ambient.must, gateways: gateways.must, straight: straight.must })
  return { must, may: Region.union([straight.may, shown.intersect(any(ways.map(past)).may)]) }
}

const shown = Region.where('caller', nobody.complement())

interface ByProxy {
  readonly ambient: Region
  readonly gateways: Region
  readonly straight: Region
}

function byWhoseProxy({ layer }: Approach, { ambient, gateways, straight }: ByProxy): Region {
  const population = networkView(layer)?.crossings.population
  const spoken = population?.speakers()
  const doors = population?.gateways() ?? Language.none
  const of = (pods: Language | undefined, region: Region): Region =>
    Region.where('pod', (pods ?? Language.none).minus(doors)).intersect(region)
  const identified = Region.union([
    of(spoken?.get('ztunnel'), ambient),
    of(spoken?.get('proxy'), straight),
    of(spoken?.get('unknown'), ambient.intersect(straight)),
    Region.where('pod', doors).intersect(gateways),
  ])
  return Region.union([shown.intersect(identified), both(exactly(straight), exactly(shown.complement())).must])
}
