import { addressBits } from '../model/address'
import { Language } from '../model/language'
import { Region } from '../model/region'
import { kubelet } from './expect'
import type { PortReach } from './reach'
import { fromLocalhost } from './regions/linkerd/networks'

/**
 * Who may reach a port, without what the floor says of every such port already: that the node itself gets past ztunnel, and localhost and probes past Linkerd's proxy;
 * localhost then is let in as its neighbours are.
 */
export function besideFloor(reached: PortReach): PortReach {
  const { direct, floor = Region.none } = reached
  const open = direct ? floor.union(byNode) : floor
  if (open.isEmpty) return reached
  const { must, may } = reached.bounds
  const beside = (region: Region): Region => (floor.isEmpty ? region.minus(open) : withLocalhost(region.minus(open)))
  return { ...reached, bounds: { must: beside(must), may: beside(may) } }
}

function withLocalhost(region: Region): Region {
  const bits = (address: string): string => addressBits(address) ?? ''
  const local = neighbours.map(([address, other]) =>
    Region.where('address', Language.literals([bits(address)])).intersect(region.given('address', bits(other))),
  )
  return Region.union([region.minus(fromLocalhost), ...local])
}

/** Localhost, and addresses that are no other's. */
const neighbours = [
  ['127.0.0.1', '127.0.0.2'],
  ['::1', '::2'],
] as const

const byNode = Region.where('caller', Language.literals([kubelet]))
