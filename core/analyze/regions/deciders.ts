import type { Region } from '../../model/region'
import { addressesTo } from '../istio/addresses'
import type { Attached } from '../istio/attachment'
import { ztunnelPoliciesFor } from '../istio/attachment'
import { captured } from '../istio/capture'
import type { PlaneChoice } from '../istio/data-plane'
import { planesOf } from '../istio/data-plane'
import { modesOf } from '../istio/mtls'
import { nameOf } from '../istio/verdict'
import { waypointsOf } from '../istio/waypoints'
import type { AuthorizationPolicy, PeerAuthentication } from '../layer'
import { ztunnelModesOf } from '../ztunnel/modes'
import type { Match } from './bounds'
import { linkerdDeciders } from './linkerd/deciders'
import type { PortFacts } from './port'
import { policyRegion } from './port'
import { tokenSets } from './tokens'
import type { Asked } from './workload'
import { facts } from './workload'
import { ztunnelPolicyRegion } from './ztunnel'

/** What decides about the requests of a region, in words: the policies that match some of them, or why no policy has a say. */
export function deciders(asked: Asked, region: Region): readonly string[] {
  const [first, ...others] = planesOf(asked.layer, asked.workload)
  if (!first) return []
  return others.length > 0 ? [first.because] : onPlane(first, asked, region)
}

function onPlane({ plane, because }: PlaneChoice, asked: Asked, region: Region): readonly string[] {
  const { layer, workload, port } = asked
  switch (plane) {
    case 'none':
      return [because]
    case 'linkerd':
      return linkerdDeciders(asked, region)
    case 'gateway':
      return asked.gateways.deciders(workload, port, region)
    case 'sidecar': {
      if (captured(layer.mesh, workload, port) !== 'yes') return [`port ${port} is not captured by the proxy`]
      const known = facts(asked)
      const modes = modesOf(layer, workload, port).flatMap(mode => mode.because)
      const matching = [...matchingAt(known, region), ...matchingAtWaypoints(asked, region)]
      return told(asked, { policies: known.policies, matching, modes })
    }
    case 'ztunnel': {
      const policies = ztunnelPoliciesFor(layer, workload)
      const modes = ztunnelModesOf(layer, workload, port).flatMap(mode => mode.because)
      const matching = [...matchingAtZtunnel(policies, asked, region), ...matchingAtWaypoints(asked, region)]
      return told(asked, { policies, matching, modes })
    }
  }
}

interface Found {
  readonly policies: readonly Attached<AuthorizationPolicy>[]
  readonly matching: readonly AuthorizationPolicy[]
  readonly modes: readonly PeerAuthentication[]
}

function told({ workload }: Asked, { policies, matching, modes }: Found): readonly string[] {
  const allow = policies.some(({ policy }) => policy.action === 'ALLOW' && policy.dryRun !== 'yes')
  const open = `no AuthorizationPolicy applies to ${workload.kind} ${workload.namespace}/${workload.name}`
  return [...(allow ? [] : [open]), ...new Set((matching.length === 0 ? modes : matching).map(nameOf))]
}

function overlaps({ may }: Match, region: Region): boolean {
  return !may.intersect(region).isEmpty
}

/** The policies of an Envoy's port that match some of the requests. */
export function matchingAt(known: Omit<PortFacts, 'chains' | 'modes'>, region: Region): readonly AuthorizationPolicy[] {
  const tokens = tokenSets(known.requestAuthentications, known.questions)
  return known.policies
    .map(({ policy }) => policy)
    .filter(policy =>
      (['http', 'tcp'] as const).some(chain => overlaps(policyRegion(policy, { chain, facts: known, tokens }), region)),
    )
}

function matchingAtZtunnel(
  policies: readonly Attached<AuthorizationPolicy>[],
  { workload, port }: Asked,
  region: Region,
): readonly AuthorizationPolicy[] {
  return policies
    .map(({ policy }) => policy)
    .filter(policy => {
      const { action, namespace = '' } = policy
      const context = { port, ips: workload.ips, action, policyNamespace: namespace }
      return overlaps(ztunnelPolicyRegion(policy, context), region)
    })
}

function matchingAtWaypoints(
  { layer, workload, port, waypointFacts }: Asked,
  region: Region,
): readonly AuthorizationPolicy[] {
  return addressesTo(layer, workload, port).flatMap(address => {
    const { namespace = '', labels } = address.service
    return waypointsOf(layer, { namespace, labels, as: 'service' }).flatMap(bound =>
      bound.kind === 'waypoint' ? matchingAt(waypointFacts(bound.gateway, { kind: 'service', address }), region) : [],
    )
  })
}
