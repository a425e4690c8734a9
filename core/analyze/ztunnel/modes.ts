import type { Layer, MtlsMode, PeerAuthentication, Workload } from '../layer'
import { selects } from '../istio/attachment'
import { rootsOf } from '../istio/mtls'
import { oldest } from '../istio/order'
import { refuses, type Levels } from './convert-peer-authentication'

/** What a port accepts from callers without identity: STRICT refuses them. Who shows one passes either way, so that DISABLE is PERMISSIVE here. */
export interface ZtunnelMode {
  readonly mode: 'STRICT' | 'PERMISSIVE'
  /** Of the objects, the one that set it; none for Istio's own default. */
  readonly because: readonly PeerAuthentication[]
}

/**
 * The modes a port may have for the ztunnel before it; one, where everything that decides it is known.
 *
 * Which objects count is nearly as for sidecars: from the root namespace the mesh-wide one, which has no selector at all (an empty one will not do); of
 * the workload's namespace one without labels, and unless it is the root one with labels that take the workload; of each the oldest. What they
 * then mean differs: see `refuses`. Source: istio `pilot/pkg/serviceregistry/ambient/workloads.go` fetchPeerAuthentications,
 * `authorization.go` convertedSelectorPeerAuthentications, as it decides once all objects are there.
 */
export function ztunnelModesOf(layer: Layer, workload: Workload, port: number): readonly ZtunnelMode[] {
  const near = layer.peerAuthentications.filter(policy => mayConcern(layer, policy, workload))
  const lost = near.filter(isLost)
  if (lost.length > 0) return [strict(lost), permissive(lost)]
  return distinct(
    rootsOf(layer, near).flatMap(root =>
      levelsUnder(root, { layer, near, namespace: workload.namespace }).map(levels => modeAt(levels, port)),
    ),
  )
}

function mayConcern({ mesh }: Layer, { namespace, selector }: PeerAuthentication, workload: Workload): boolean {
  const places = [undefined, workload.namespace, mesh.rootNamespace]
  const inReach = mesh.rootNamespace === undefined || places.includes(namespace)
  return inReach && selects(selector, workload.labels) !== 'no'
}

/** Where it lies, whom it selects, or what it says of ports could not be read. */
function isLost({ namespace, selector, ports, portsUnknown }: PeerAuthentication): boolean {
  return (
    namespace === undefined || selector.kind === 'unknown' || portsUnknown || [...ports.values()].includes('unknown')
  )
}

interface Candidates {
  readonly layer: Layer
  readonly near: readonly PeerAuthentication[]
  /** The workload's. */
  readonly namespace: string
}

type PerLevel = { readonly [K in keyof Levels]-?: readonly PeerAuthentication[] }

/** Every way in which the objects may fill the levels: several where it is not known which is the oldest, or what one says. */
function levelsUnder(root: string | undefined, { layer, near, namespace }: Candidates): readonly Levels[] {
  const own = near.filter(policy => policy.namespace === namespace)
  const unlabelled = own.filter(({ selector }) => selector.kind === 'all')
  const none: readonly PeerAuthentication[] = []
  const levels: PerLevel =
    namespace === root
      ? { mesh: unlabelled, namespace: none, parent: none, workload: none }
      : {
          mesh: near.filter(policy => policy.namespace === root && hasNoSelector(policy)),
          namespace: unlabelled,
          parent: unlabelled.filter(hasNoSelector),
          workload: own.filter(({ selector }) => selector.kind === 'labels'),
        }
  const first = (policies: readonly PeerAuthentication[]) => eldest(layer, policies).flatMap(readings)
  return combinations({
    mesh: first(levels.mesh),
    namespace: first(levels.namespace),
    parent: first(levels.parent),
    workload: first(levels.workload),
  })
}

function hasNoSelector({ selector }: PeerAuthentication): boolean {
  return selector.kind === 'all' && selector.empty === undefined
}

/** Unlike for sidecars no name breaks a tie: of two as old as each other either may win, but where the recordings are assumed. */
function eldest(layer: Layer, policies: readonly PeerAuthentication[]): readonly PeerAuthentication[] {
  const [first, ...others] = oldest(policies)
  if (!first || layer.assume === 'recorded') return first ? [first] : []
  return policies.filter(policy => policy === first || others.includes(policy) || policy.created === first.created)
}

/** What an object may say, where its mode could not be read. */
function readings(policy: PeerAuthentication): readonly PeerAuthentication[] {
  const modes: readonly MtlsMode[] = ['UNSET', 'PERMISSIVE', 'STRICT']
  return policy.mode === 'unknown' ? modes.map(mode => ({ ...policy, mode })) : [policy]
}

function combinations(levels: PerLevel): readonly Levels[] {
  const choices = (policies: readonly PeerAuthentication[]) => (policies.length === 0 ? [undefined] : policies)
  return choices(levels.mesh).flatMap(mesh =>
    choices(levels.namespace).flatMap(namespace =>
      choices(levels.parent).flatMap(parent =>
        choices(levels.workload).map(workload => ({
          ...(mesh && { mesh }),
          ...(namespace && { namespace }),
          ...(parent && { parent }),
          ...(workload && { workload }),
        })),
      ),
    ),
  )
}

function modeAt(levels: Levels, port: number): ZtunnelMode {
  const { mesh, namespace, workload } = levels
  const said = (policy: PeerAuthentication | undefined) => (policy && policy.mode !== 'UNSET' ? policy : undefined)
  const concerns = workload && workload.ports.size > 0 ? workload : said(workload)
  const because = concerns ?? said(namespace) ?? said(mesh)
  return (refuses(levels, port) ? strict : permissive)(because ? [because] : [])
}

const strict = (because: readonly PeerAuthentication[]): ZtunnelMode => ({ mode: 'STRICT', because })
const permissive = (because: readonly PeerAuthentication[]): ZtunnelMode => ({ mode: 'PERMISSIVE', because })

function distinct(modes: readonly ZtunnelMode[]): readonly ZtunnelMode[] {
  return modes.filter((mode, index) => modes.findIndex(other => other.mode === mode.mode) === index)
}
