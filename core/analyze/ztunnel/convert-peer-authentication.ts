import type { MtlsMode, PeerAuthentication } from '../layer'

/** The PeerAuthentications that count for one workload, one a level; absent where there is none. */
export interface Levels {
  readonly mesh?: PeerAuthentication
  /** Without labels, of the workload's namespace. */
  readonly namespace?: PeerAuthentication
  /** The same, but without a selector at all: what istiod looks at when it converts the workload's own. */
  readonly parent?: PeerAuthentication
  /** With labels that take the workload. */
  readonly workload?: PeerAuthentication
}

/**
 * Whether callers without identity are refused at a port.
 *
 * ztunnel knows no modes. Istiod makes DENY policies of them: one that refuses such callers at every port, or one made of the workload's own
 * PeerAuthentication, with its ports. What a workload refers to, and what those policies hold, istiod finds out apart from each other, and they do not
 * always agree: a policy that was referred to and never made leaves all ports open. Written here as there.
 * Source: istio `pilot/pkg/serviceregistry/ambient/authorization.go` convertedSelectorPeerAuthentications.
 */
export function refuses(levels: Levels, port: number): boolean {
  const { workload } = levels
  const own = modeOf(workload)
  const strict = own === 'UNSET' ? inheritsStrict(levels) : own === 'STRICT'
  if (!workload) return strict
  return refersToOwn(workload, strict) ? convertedRefuses(workload, levels, port) : strict
}

function modeOf(policy: PeerAuthentication | undefined): MtlsMode | 'unknown' {
  return policy?.mode ?? 'UNSET'
}

function inheritsStrict({ mesh, namespace }: Levels): boolean {
  return modeOf(namespace) === 'UNSET' ? modeOf(mesh) === 'STRICT' : modeOf(namespace) === 'STRICT'
}

type Strict = boolean

/**
 * Whether the workload's ports differ from it, so that it refers to the policy made of its own PeerAuthentication. It then refers to the STRICT one no
 * more, unless it refers for a STRICT port, when it never did. Where nothing is set for the workload itself, a DISABLE port is no difference.
 */
function refersToOwn({ mode, ports }: PeerAuthentication, strict: Strict): boolean {
  const modes = [...ports.values()]
  if (!strict) return modes.includes('STRICT')
  return modes.includes('PERMISSIVE') || (mode === 'STRICT' && modes.includes('DISABLE'))
}

/**
 * Whether the policy made of a workload's own PeerAuthentication refuses such callers at `port`: at each guarded port, and if there are any exempt
 * ones, at each port but those. Source: istio `pilot/pkg/serviceregistry/ambient/authorization.go` convertPeerAuthentication.
 */
function convertedRefuses(workload: PeerAuthentication, levels: Levels, port: number): boolean {
  const guarded = portsWith(workload, ['STRICT']).filter(() => !guardedByParent(workload, levels))
  const exempt = portsWith(workload, ['PERMISSIVE', 'DISABLE']).filter(() => exemptionCounts(workload, levels))
  return guarded.includes(port) || (exempt.length > 0 && !exempt.includes(port))
}

function portsWith({ ports }: PeerAuthentication, modes: readonly MtlsMode[]): readonly number[] {
  return [...ports].filter(([, mode]) => modes.some(wanted => wanted === mode)).map(([port]) => port)
}

/** A STRICT port is left to what is STRICT around it; to a STRICT mesh even where the workload says otherwise. */
function guardedByParent({ mode }: PeerAuthentication, { parent, mesh }: Levels): boolean {
  if (mode === 'STRICT' || (mode === 'UNSET' && modeOf(parent) === 'STRICT')) return true
  return modeOf(parent) === 'UNSET' && modeOf(mesh) === 'STRICT'
}

/** A port is exempt only from STRICT: the workload's own, or what it inherits, where a namespace that sets nothing inherits nothing. */
function exemptionCounts({ mode }: PeerAuthentication, { parent, mesh }: Levels): boolean {
  if (mode !== 'UNSET') return mode === 'STRICT'
  return modeOf(parent ?? mesh) === 'STRICT'
}
