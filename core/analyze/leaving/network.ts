import { Region } from '../../model/region'
import type { Ternary } from '../istio/kleene'
import type { Layer, Workload } from '../layer'
import type { NetworkPolicy, NetworkRule } from '../network/layer-network'
import type { Match } from '../regions/bounds'
import { always, any, both, choose, exactly, never, unknowable } from '../regions/bounds'
import { addressesIn, exitLimits } from '../regions/network/leaving'
import { isFor } from '../regions/network/ports'
import type { Ports } from './ports'

/** Where the network lets a workload's calls out to on one port, by the `address` that is called. */
export interface NetworkOut {
  readonly out: Match
  readonly because: readonly string[]
}

/** The same question as `leavesTo`, for all addresses at once: a block lets out to its addresses, a rule without peers to all, and no peer of Pods to anything outside. */
export function networkOut(layer: Layer, workload: Workload, port: number): NetworkOut {
  const found = exitLimits(layer, workload)
  if (!found) return { out: always, because: [] }
  const { because } = found
  if (found.kind === 'unknown') return { out: unknowable, because }
  const out = together(found.limits.map(({ policy, applies }) => ({ applies, out: outBy(policy, port) })))
  return { out: found.onNode ? { ...out, may: Region.all } : out, because }
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

function peersOf(rule: NetworkRule): Match {
  return rule.peers ? exactly(Region.where('address', addressesIn(rule))) : always
}

/** The ports that the policies limiting a workload tell apart. */
export function portsTold(layer: Layer, workload: Workload): readonly Ports[] {
  const found = exitLimits(layer, workload)
  const limits = found?.kind === 'known' ? found.limits : []
  const rules = limits.flatMap(({ policy }) => policy.egress)
  return rules.flatMap(({ ports = [] }) =>
    ports.flatMap(({ port, endPort }) => (typeof port === 'number' ? [{ from: port, to: endPort ?? port }] : [])),
  )
}
