import ipaddr from 'ipaddr.js'
import { parseAddress } from '../istio/match-ip'
import { ternary, type Ternary } from '../istio/kleene'

/**
 * Whether an address lies in a block, or is it. A connection's IPv4 address is never taken for one of IPv6, but a policy's
 * `::ffff:10.0.0.1` is, and matches nothing. Sources: ztunnel `src/socket.rs` to_canonical, istio
 * `pilot/pkg/serviceregistry/ambient/authorization.go` stringToIP.
 */
export function matchIp(block: string, address: string | undefined): Ternary {
  const asked = address === undefined ? undefined : parseAddress(address)
  if (!asked) return 'unknown'
  const [head = '', length] = block.split('/')
  const network = ipaddr.parse(head)
  const bits = length === undefined ? (network.kind() === 'ipv4' ? 32 : 128) : Number(length)
  return ternary(asked.kind() === network.kind() && asked.match(network, bits))
}
