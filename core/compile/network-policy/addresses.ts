import type { BlocksPeer } from './peers'
import { addressesIn } from './peers'
import type { Settings } from './settings'
import { isStrictlyWithin } from './settings'

/**
 * Addresses that no host outside has: private ones, those of carriers, and those of one link alone (IANA special-purpose address registries). Clusters have their Pods, Services and
 * nodes there, and clouds the metadata of their machines.
 */
const withheld: Readonly<Record<string, readonly string[]>> = {
  '0.0.0.0/0': ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
  '::/0': ['fc00::/7', 'fe80::/10'],
}

/** All addresses but those, and but the cluster's own. */
export function publicAddresses({ clusterNetworks }: Settings): readonly BlocksPeer[] {
  return Object.entries(withheld).map(([all, usual]) => {
    const known = (cidr: string) => usual.some(block => block === cidr || isStrictlyWithin(cidr, block))
    return addressesIn(all, [...usual, ...clusterNetworks.filter(cidr => isStrictlyWithin(cidr, all) && !known(cidr))])
  })
}
