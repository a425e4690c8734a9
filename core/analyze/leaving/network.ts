import { Region } from '../../model/region'
import type { Ternary } from '../istio/kleene'
import { nameOf } from '../istio/verdict'
import type { Layer, Workload } from '../layer'
import { limitsOf } from '../network/isolation'
import type { NetworkPolicy, NetworkRule } from '../network/layer-network'
import { censusOf, isLimited, isUnmodelled } from '../network/pods'
import type { Match } from '../regions/bounds'
import { always, any, both, choose, exactly, never, unknowable } from '../regions/bounds'
import { blockOf } from '../regions/network/blocks'
import { isFor } from '../regions/network/ports'
import type { Ports } from './ports'

/** Where the network lets a workload's calls out to on one port, by the `address` that is called. */
export interface NetworkOut {
  readonly out: Match
  readonly because: readonly string[]
}

const freely: NetworkOut = { out: always, because: [] }

/** The same question as `leavesTo`, for all addresses at once: a block lets out to its addresses, a rule without peers to all, and no peer of Pods to anything outside. */
export function networkOut(layer: Layer, workload: Workload, port: number): NetworkOut {
  const pod = isLimited(layer) ? censusOf(layer).byWorkload.get(workload) : undefined
  if (!pod) return freely
  if (isUnmodelled(layer, pod)) return { out: unknowable, because: [`the network plugin's policies of ${pod.key}`] }
  const limits = limitsOf(layer, pod, 'egress')
  if (limits.length === 0) return freely
  const answers = limits.map(({ policy, applies }) => ({ applies, out: outBy(policy, port) }))
  const out = together(answers)
  // Some plugins do not hold Pods on their node's network.
  return {
    out: pod.hostNetwork ? { ...out, may: Region.all } : out,
    because: limits.map(({ policy }) => nameOf(policy)),
  }
}

/** By any policy that surely limits the Pod; where none does, by all of those that perhaps do, if they do. */
function together(answers: readonly { readonly applies: Ternary; readonly out: Match }[]): Match {
  const of = (wanted: Ternary): readonly Match[] =>
    answers.flatMap(({ applies, out }) => (applies === wanted ? [out] : []))
  const [sure, perhaps] = [of('yes'), of('unknown')]
  if (sure.length === 0) return { must: Region.intersection(perhaps.map(({ must }) => must)), may: Region.all }
  return any([...sure, ...perhaps.map(out => both(out, unknowable))])
}

function outBy({ unreadable, egress }: NetworkPolicy, port: number): Match {
  return unreadable ? unknowable : any(egress.map(rule => choose(isFor(rule, port, undefined), peersOf(rule), never)))
}

function peersOf({ peers }: NetworkRule): Match {
  if (!peers) return always
  const blocks = peers.flatMap(peer => (peer.kind === 'block' ? [blockOf(peer).addresses] : []))
  return exactly(Region.union(blocks.map(addresses => Region.where('address', addresses))))
}

/** The ports that the policies limiting a workload tell apart. */
export function portsTold(layer: Layer, workload: Workload): readonly Ports[] {
  const pod = isLimited(layer) ? censusOf(layer).byWorkload.get(workload) : undefined
  const rules = pod ? limitsOf(layer, pod, 'egress').flatMap(({ policy }) => policy.egress) : []
  return rules.flatMap(({ ports = [] }) =>
    ports.flatMap(({ port, endPort }) => (typeof port === 'number' ? [{ from: port, to: endPort ?? port }] : [])),
  )
}
