import { addressBits, addressesOf } from '../../../model/address'
import { Language } from '../../../model/language'
import { once } from '../../../model/once'
import type { NetworkPeer } from '../../network/layer-network'
import type { Pod } from '../../network/pods'

/** The addresses of a block, without its exceptions. */
export interface Block {
  readonly addresses: Language
  /** Of these, those that a Pod may have. */
  readonly ofPods: Language
  /** Whether a Pod may have one of them. */
  mayHold(pod: Pick<Pod, 'ips'>): boolean
}

type BlockPeer = Extract<NetworkPeer, { kind: 'block' }>

/** By its text: many policies name the same. */
const known = new Map<string, Block>()

/** By IPv6 the kubelet's probes of ambient Pods come from there (istio `cni/pkg/nodeagent/options.go` DefaultHostProbeSNATIPV6), by IPv4 from a link-local address. */
const byProbes = 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128'
/** No Pod has a link-local address, nor that. */
const ofNoPod = once(() => Language.union(['169.254.0.0/16', 'fe80::/10', byProbes].map(setOf)))

/** A block as a set. */
export function blockOf(peer: BlockPeer): Block {
  const key = [peer.cidr, ...peer.except].join(' ')
  const found = known.get(key) ?? read(peer)
  known.set(key, found)
  return found
}

function read({ cidr, except }: BlockPeer): Block {
  const addresses = setOf(cidr).minus(Language.union(except.map(setOf)))
  const ofPods = addresses.minus(ofNoPod())
  const mayHold = ({ ips }: Pick<Pod, 'ips'>): boolean =>
    ips.length === 0 ? !ofPods.isEmpty : ips.some(ip => ofPods.contains(addressBits(ip) ?? ''))
  return { addresses, ofPods, mayHold }
}

function setOf(cidr: string): Language {
  return addressesOf(cidr) ?? Language.none
}
