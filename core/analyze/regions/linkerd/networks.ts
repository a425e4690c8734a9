import ipaddr from 'ipaddr.js'
import { addressBits, addressesFrom, anyAddress } from '../../../model/address'
import { Language } from '../../../model/language'
import { Region } from '../../../model/region'
import type { Grant } from '../../linkerd/grants'
import type { LinkerdMesh, Network } from '../../linkerd/layer-linkerd'
import type { Match } from '../bounds'
import { always, exactly, unknowable } from '../bounds'

/** Calls from the Pod itself, which its proxy never refuses (proxy `linkerd/proxy/server-policy/src/lib.rs` TryFrom<api::Server>). */
export const fromLocalhost = Region.where(
  'address',
  Language.literals(['127.0.0.1', '::1'].flatMap(address => addressBits(address) ?? [])),
)

/** Calls from one of the networks: from its block and from none of its exceptions (proxy `linkerd/proxy/server-policy/src/authz/network.rs`). */
export function callsFrom(networks: Grant['networks'], { clusterNetworks }: LinkerdMesh): Match {
  const listed = networks === 'cluster' ? clusterNetworks?.map(cidr => ({ cidr, except: [] })) : networks
  if (listed === undefined || listed === 'unknown') return unknowable
  const addresses = known.get(listed) ?? Language.union(listed.map(addressesOf))
  known.set(listed, addresses)
  return addresses === anyAddress() ? always : exactly(Region.where('address', addresses))
}

/** Of lists that were read: one authentication is named for many routes, and `anywhere` wherever none is. */
const known = new WeakMap<readonly Network[], Language>()

function addressesOf({ cidr, except }: Network): Language {
  return blockOf(cidr).minus(Language.union(except.map(blockOf)))
}

/** A block as it is written: one of IPv6 stays one, even where IPv4 is mapped into it, and so takes no address of IPv4. */
function blockOf(text: string): Language {
  const [head = '', length] = text.split('/')
  if (!ipaddr.isValid(head)) return Language.none
  const network = ipaddr.parse(head)
  const bits = network.toByteArray().map(byte => byte.toString(2).padStart(8, '0'))
  const prefix = bits.join('').slice(0, length === undefined ? undefined : Number(length))
  const family = network.kind() === 'ipv4' ? '4' : '6'
  return addressesFrom(family + prefix)
}
