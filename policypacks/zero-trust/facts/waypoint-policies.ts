import { gather, type Field } from '../field'
import type { Context, Finding } from '../rule'
import { gatherGateways } from './gateways'
import { authorizationPolicies, readAuthorization, type AuthorizationFact } from './policies'
import { targetRefs, type TargetRef } from './target-refs'
import { fronts, waypoints, type Behind, type Front } from './waypoints'

/** A Service for which a policy is enforced by a waypoint, or would be if there were one. */
export interface WaypointPolicy {
  readonly policy: AuthorizationFact
  /** What of the policy names the Service or its waypoint. */
  readonly ref: Field
  readonly namespace: string
  readonly service: string
  /** Absent where neither the stack nor the intent has the Service. */
  readonly front: Front | undefined
  readonly behind: Behind
}

/** What waypoints enforce, one entry for each policy and Service, with a finding for each object that cannot be read. */
export interface WaypointPolicies {
  readonly all: readonly WaypointPolicy[]
  /** The ALLOW and DENY policies that Pods enforce. */
  readonly onPods: readonly AuthorizationFact[]
  readonly findings: readonly Finding[]
}

/** Reads the policies that are attached to Services and to waypoints (istio pilot/pkg/model/policyattachment.go ShouldAttachPolicy). */
export function waypointPolicies(context: Context): WaypointPolicies {
  const policies = gather(authorizationPolicies(context), readAuthorization)
  const enforced = policies.facts.filter(({ dryRun }) => !dryRun)
  const onPods = policies.facts.filter(({ targeted, action }) => !targeted && (action === 'ALLOW' || action === 'DENY'))
  const refs = gather(
    enforced.filter(({ targeted }) => targeted).map(({ field }) => field),
    field => targetRefs(field).map(ref => ({ policy: readAuthorization(field), ref })),
  )
  const attached = refs.facts.flat().filter(({ ref }) => isTo(ref, '', 'Service') || isToGateway(ref))
  const found = attached.length === 0 ? { all: [], findings: [] } : resolved(attached, context)
  return { all: found.all, onPods, findings: [...policies.findings, ...refs.findings, ...found.findings] }
}

interface Attached {
  readonly policy: AuthorizationFact
  readonly ref: TargetRef
}

function isTo({ group, kind }: TargetRef, wantedGroup: string, wantedKind: string): boolean {
  return group === wantedGroup && kind === wantedKind
}

function isToGateway(ref: TargetRef): boolean {
  return isTo(ref, 'gateway.networking.k8s.io', 'Gateway')
}

function resolved(attached: readonly Attached[], context: Context): Pick<WaypointPolicies, 'all' | 'findings'> {
  const known = fronts(context)
  const gateways = gatherGateways(context)
  const behindOf = waypoints(context)
  const placed = known.facts.map(front => ({ front, behind: behindOf(front) }))
  const byName = new Map(placed.map(one => [`${one.front.namespace}/${one.front.name}`, one]))
  const ingress = new Set(
    gateways.facts.filter(({ waypoint }) => !waypoint).map(({ namespace, name }) => `${namespace}/${name}`),
  )
  const toService = ({ policy, ref }: Attached): WaypointPolicy => {
    const { namespace } = policy
    const { front, behind = behindOf({ namespace, labels: {}, field: undefined }) } =
      byName.get(`${namespace}/${ref.name}`) ?? {}
    return { policy, ref: ref.field, namespace, service: ref.name, front, behind }
  }
  const toGateway = ({ policy, ref }: Attached): readonly WaypointPolicy[] =>
    placed
      .filter(({ behind }) => behind.kind === 'waypoint' && isCalled(behind.waypoint, policy.namespace, ref.name))
      .map(({ front, behind }) => ({
        policy,
        ref: ref.field,
        namespace: front.namespace,
        service: front.name,
        front,
        behind,
      }))
  return {
    all: attached.flatMap(one => {
      if (!isToGateway(one.ref)) return [toService(one)]
      return ingress.has(`${one.policy.namespace}/${one.ref.name}`) ? [] : toGateway(one)
    }),
    findings: [
      ...known.findings,
      ...gateways.findings,
      // One that cannot be read may put its Services behind the waypoint that a policy names.
      ...placed.flatMap(({ behind }) => (behind.kind === 'unknown' ? behind.findings : [])),
    ],
  }
}

function isCalled(
  waypoint: { readonly namespace: string; readonly name: string },
  namespace: string,
  name: string,
): boolean {
  return waypoint.namespace === namespace && waypoint.name === name
}
