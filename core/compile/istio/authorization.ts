import type { Manifest } from '../../model/manifest'
import { fitName } from '../names'
import { sorted } from '../order'
import type { Context, Workload } from './context'
import { manifest } from '../objects'
import type { Grant } from './grant'
import type { Permit } from './rules'
import { ruleParts } from './rules'
import { stageOf } from '../settings'

/**
 * The AuthorizationPolicy that admits exactly `grants`, which name container ports, to the Pods of `callee`, at their
 * sidecar or ztunnel; several where one would break a limit, none where nobody may call, which the namespace's default
 * deny takes care of.
 *
 * Several are as good as one: Istio admits what any of them admits.
 */
export function callersOf(callee: Workload, grants: readonly Grant[], context: Context): Manifest[] {
  const selector = { matchLabels: { ...callee.labels } }
  return admitting(`callers-of-${callee.name}`, {
    namespace: callee.namespace,
    attached: { selector },
    grants,
    context,
  })
}

/**
 * The same for the Service of `callee`, at its waypoint: there `grants` name ports of the Service (istio
 * `pilot/pkg/networking/core/listener_waypoint.go` buildWaypointInternal).
 */
export function routesTo(callee: Workload, grants: readonly Grant[], context: Context): Manifest[] {
  const targetRefs = [{ group: '', kind: 'Service', name: callee.name }]
  return admitting(`routes-to-${callee.name}`, {
    namespace: callee.namespace,
    attached: { targetRefs },
    grants,
    context,
  })
}

/** What is admitted, and where. */
export interface Admission {
  readonly namespace: string
  /** What the policy holds for. */
  readonly attached: Readonly<Record<string, unknown>>
  readonly grants: readonly Permit[]
  readonly context: Context
}

/** The AuthorizationPolicy called `name` that admits exactly `grants`; several where one would break a limit, none where there is nothing to admit. */
export function admitting(name: string, { namespace, attached, grants, context }: Admission): Manifest[] {
  return ruleParts(grants).map((part, index) =>
    manifest({
      kind: 'AuthorizationPolicy',
      namespace,
      name: fitName(name, index === 0 ? '' : `.${index + 1}`),
      ...shadow(namespace, context),
      spec: { ...attached, action: 'ALLOW', rules: part.map(({ rule }) => rule) },
      because: sorted(part.flatMap(({ because }) => because)),
    }),
  )
}

/**
 * The policy that admits nobody, for every Pod of the namespace, also those that the graph does not know.
 *
 * It is justified by what the others let in; where they let in nothing, by the services that are to stay closed.
 */
export function defaultDeny(namespace: string, because: readonly string[], context: Context): Manifest {
  const name = 'default-deny'
  return manifest({ kind: 'AuthorizationPolicy', namespace, name, ...shadow(namespace, context), spec: {}, because })
}

/**
 * The policy that admits nobody at any waypoint of the mesh. A namespace's own holds at none of them, so that a Service
 * without policy would be open there (istio `pilot/pkg/model/policyattachment.go` ShouldAttachPolicy).
 */
export function waypointDeny(because: readonly string[], { settings }: Context): Manifest {
  const targetRefs = [{ group: 'gateway.networking.k8s.io', kind: 'GatewayClass', name: 'istio-waypoint' }]
  const namespace = settings.rootNamespace
  return manifest({
    kind: 'AuthorizationPolicy',
    namespace,
    name: 'default-deny-waypoints',
    spec: { targetRefs },
    because,
  })
}

/** At stage `strict` a policy decides nothing: sidecars report what it would have done, ztunnel is not told of it. */
function shadow(namespace: string, { settings }: Context): { readonly annotations?: Readonly<Record<string, string>> } {
  return stageOf(namespace, settings) === 'strict' ? { annotations: { 'istio.io/dry-run': 'true' } } : {}
}
