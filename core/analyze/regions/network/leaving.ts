import { addressBits, addressesOf } from '../../../model/address'
import { Language } from '../../../model/language'
import type { Ternary } from '../../istio/kleene'
import { nameOf } from '../../istio/verdict'
import type { Layer, Workload } from '../../layer'
import type { Limit } from '../../network/isolation'
import { limitsOf } from '../../network/isolation'
import type { NetworkRule } from '../../network/layer-network'
import { censusOf, isLimited, isUnmodelled } from '../../network/pods'
import { blockOf } from './blocks'
import { openUnder } from './open-under'
import { isFor } from './ports'
import { networkView } from './view'
import type { Called } from '../../network/wires'

/** Whether the network lets a workload's calls out of the cluster, and what decides it. */
export interface NetworkExit {
  readonly open: Ternary
  readonly because: readonly string[]
}

/** The policies that limit where a workload's calls go; nothing where none does, or none may be known. */
export function exitLimits(layer: Layer, workload: Workload): ExitLimits | undefined {
  const pod = isLimited(layer) ? censusOf(layer).byWorkload.get(workload) : undefined
  if (!pod) return undefined
  if (isUnmodelled(layer, pod)) return { kind: 'unknown', because: [`the network plugin's policies of ${pod.key}`] }
  const limits = limitsOf(layer, pod, 'egress')
  if (limits.length === 0) return undefined
  // Some plugins do not hold Pods on their node's network.
  return { kind: 'known', limits, onNode: pod.hostNetwork, because: limits.map(({ policy }) => nameOf(policy)) }
}

type ExitLimits = { readonly because: readonly string[] } & (
  { readonly kind: 'known'; readonly limits: readonly Limit[]; readonly onNode: boolean } | { readonly kind: 'unknown' }
)

/** Calls to a host outside, by name or by its address. `other`: any port that is not among `named`. */
export interface Outside {
  readonly host?: string
  readonly port: number | 'other'
  readonly named?: readonly number[]
}

/**
 * Whether NetworkPolicies let a workload out to a host. Nobody here knows a name's address: it is certain only where a rule asks for no peers, or where blocks take in all public
 * addresses of IPv4; no name is that of a Pod.
 */
export function leavesTo(layer: Layer, workload: Workload, to: Outside): NetworkExit {
  const found = exitLimits(layer, workload)
  if (!found) return { open: 'yes', because: [] }
  const { because } = found
  if (found.kind === 'unknown') return { open: 'unknown', because }
  const open = openUnder(
    found.limits.map(({ policy, applies }) => ({
      applies,
      answer: policy.unreadable ? 'unknown' : admitted(policy.egress, to),
    })),
  )
  return { open: found.onNode && open === 'no' ? 'unknown' : open, because }
}

/** Several rules may take in together what none does alone. */
function admitted(rules: readonly NetworkRule[], to: Outside): Ternary {
  const found = rules.map(rule => ({ rule, open: portAnswer(rule, to) })).filter(({ open }) => open !== 'no')
  if (found.some(({ rule, open }) => !rule.peers && open === 'yes')) return 'yes'
  const blocks = found.map(({ rule, open }) => ({ open, addresses: addressesIn(rule) }))
  const address = addressBits(to.host ?? '')
  const wanted = address === undefined ? publicAddresses() : Language.literals([address])
  const certain = Language.union(blocks.filter(({ open }) => open === 'yes').map(({ addresses }) => addresses))
  if (wanted.within(certain)) return 'yes'
  const possible = Language.union(blocks.map(({ addresses }) => addresses))
  if (found.some(({ rule }) => !rule.peers)) return 'unknown'
  return (address === undefined ? possible : possible.intersect(wanted)).isEmpty ? 'no' : 'unknown'
}

/** The addresses that a rule's blocks take in. */
export function addressesIn({ peers = [] }: NetworkRule): Language {
  return Language.union(peers.flatMap(peer => (peer.kind === 'block' ? [blockOf(peer).addresses] : [])))
}

/** Some port that is not named: of those that rules tell apart, and of all others. */
function portAnswer(rule: NetworkRule, { port, named = [] }: Outside): Ternary {
  if (port !== 'other') return isFor(rule, port, undefined)
  if (!rule.ports) return 'yes'
  const wide = rule.ports.some(entry => {
    if (entry.protocol !== 'TCP' || typeof entry.port === 'string') return false
    if (entry.port === undefined || entry.endPort !== undefined) return true
    return !named.includes(entry.port)
  })
  return wide ? 'unknown' : 'no'
}

/** Not routed on the internet (RFC 6890). */
const special = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]

let known: Language | undefined

function publicAddresses(): Language {
  const blocks = (texts: readonly string[]): Language => Language.union(texts.flatMap(text => addressesOf(text) ?? []))
  known ??= blocks(['0.0.0.0/0']).minus(blocks(special))
  return known
}

/** Whether the network lets a workload's calls get to a gateway that calls leave through. */
export function getsTo(from: Workload, called: Omit<Called, 'plane'>): Ternary {
  const { layer } = called
  const way = networkView(layer)?.into({ ...called, plane: 'gateway' })
  const key = censusOf(layer).byWorkload.get(from)?.key
  if (!way || key === undefined) return 'yes'
  const { must, may } = way.straight
  if (
    must
      .given('pod', key)
      .given('caller', 'x')
      .contains(() => '')
  )
    return 'yes'
  return may.given('pod', key).isEmpty ? 'no' : 'unknown'
}
