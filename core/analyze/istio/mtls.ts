import type { Layer, MtlsMode, Named, PeerAuthentication, Workload } from '../layer'
import { remembering } from '../remember'
import { selects } from './attachment'
import { oldest } from './order'

/** What a port accepts: both (PERMISSIVE), mTLS only, or plaintext only. */
export type Mode = Exclude<MtlsMode, 'UNSET'>

/** A mode a port may have, and the objects that set it: none for Istio's own default. */
export interface EffectiveMode {
  readonly mode: Mode
  readonly because: readonly PeerAuthentication[]
}

const anyMode: readonly Mode[] = ['STRICT', 'PERMISSIVE', 'DISABLE']

/**
 * The mTLS modes a workload's port may have; one, where everything that decides it is known.
 *
 * The default is PERMISSIVE. A mesh-wide PeerAuthentication (root namespace, no selector) goes before it, one of the
 * namespace before that, one with a selector before that, and its port level, by container port, before that. At each
 * level the oldest wins whole, and `UNSET` inherits. A selector in the root namespace is ignored, even for Pods there.
 * Source: istio `pilot/pkg/security/authn/policy_applier.go` ComposePeerAuthentication, `pilot/pkg/model/authentication.go`.
 */
export function modesOf(layer: Layer, workload: Workload, port: number): readonly EffectiveMode[] {
  return knownModes(layer, workload, port)
}

const knownModes = remembering(modesThere, port => port)

function modesThere(layer: Layer, workload: Workload, port: number): readonly EffectiveMode[] {
  const near = layer.peerAuthentications.filter(policy => selects(policy.selector, workload.labels) !== 'no')
  const lost = near.filter(policy => policy.namespace === undefined || policy.selector.kind === 'unknown')
  if (lost.length > 0) return anyMode.map(mode => ({ mode, because: lost }))
  const asked = { policies: near, namespace: workload.namespace, port }
  return distinct(rootsOf(layer, near).flatMap(root => modesUnder(root, asked)))
}

/** The root namespaces there may be: the known one, or each whose objects would make a difference, or none of these. */
export function rootsOf({ mesh }: Layer, policies: readonly Named[]): readonly (string | undefined)[] {
  if (mesh.rootNamespace !== undefined) return [mesh.rootNamespace]
  return [...new Set([...policies.map(policy => policy.namespace), undefined])]
}

/** The port asked about, and the policies that could concern it. */
interface Asked {
  readonly policies: readonly PeerAuthentication[]
  readonly namespace: string
  readonly port: number
}

function modesUnder(root: string | undefined, { policies, namespace, port }: Asked): readonly EffectiveMode[] {
  const wide = policies.filter(policy => policy.selector.kind === 'all')
  const levels = [
    oldest(wide.filter(policy => policy.namespace === root)),
    oldest(wide.filter(policy => policy.namespace === namespace && namespace !== root)),
  ]
  const own = policies.filter(p => p.selector.kind === 'labels' && p.namespace === namespace && namespace !== root)
  const inherited = levels.reduce<readonly EffectiveMode[]>(narrow, [{ mode: 'PERMISSIVE', because: [] }])
  const winners = oldest(own)
  if (winners.length === 0) return inherited
  return winners.flatMap(winner => atPort(winner, port, narrow(inherited, [winner])))
}

/** The modes once one of `winners`, it is not known which, has spoken. */
function narrow(inherited: readonly EffectiveMode[], winners: readonly PeerAuthentication[]): readonly EffectiveMode[] {
  if (winners.length === 0) return inherited
  return winners.flatMap(winner => set(winner, winner.mode, inherited))
}

function atPort(
  policy: PeerAuthentication,
  port: number,
  inherited: readonly EffectiveMode[],
): readonly EffectiveMode[] {
  const level = policy.ports.get(port)
  if (level === undefined) return policy.portsUnknown ? set(policy, 'unknown', inherited) : inherited
  return set(policy, level, inherited)
}

function set(
  policy: PeerAuthentication,
  mode: MtlsMode | 'unknown',
  inherited: readonly EffectiveMode[],
): readonly EffectiveMode[] {
  if (mode === 'UNSET') return inherited
  return (mode === 'unknown' ? anyMode : [mode]).map(one => ({ mode: one, because: [policy] }))
}

function distinct(modes: readonly EffectiveMode[]): readonly EffectiveMode[] {
  return modes.filter((mode, index) => modes.findIndex(other => other.mode === mode.mode) === index)
}
