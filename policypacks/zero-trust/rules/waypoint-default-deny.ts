import { shopBehindWaypoint, waypoint, waypointsDenyAll } from '../example-ambient'
import { annotated, authorizationPolicy, denyAll } from '../example-objects'
import { readGateway, gateways, type GatewayFact } from '../facts/gateways'
import { authorizationPolicies, readAuthorization, type AuthorizationFact } from '../facts/policies'
import { targetRefs, waypointClass } from '../facts/target-refs'
import { finding, gather, type Field } from '../field'
import { unknownSetting } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

/**
 * Where there are waypoints, all of them deny what no policy allows: by an ALLOW policy without rules in the root namespace
 * that names their GatewayClass. A waypoint heeds neither the policies of its namespace nor those of the mesh (istio
 * pilot/pkg/model/policyattachment.go ShouldAttachPolicy). Where all namespaces of waypoints are at stage `strict`, one in
 * shadow mode is as good.
 */
export const waypointDefaultDeny = rule({
  id: 'waypoint-default-deny',
  severity: 'critical',
  scope: 'stack',
  controls: [
    'nist-800-53/SC-7(5)',
    'nist-800-53/AC-3',
    'nist-800-204/SM-DR1',
    'nist-800-204/APE-SR-3',
    'nist-800-207/tenet-6',
    'pci-dss/7.3.3',
    'soc-2/CC6.1',
    'iso-27001/A.8.3',
  ],
  why: 'the default deny of a namespace or of the mesh does not hold at a waypoint, so that a Service without a policy of its own is open through it to everybody',
  fix: 'add an AuthorizationPolicy without rules to the root namespace, with a `targetRefs` to the GatewayClass `istio-waypoint`; name the root namespace in `elsewhere` if another stack has it',
  limits: 'waypoints are Gateways of the class `istio-waypoint`; no other class is known to be one of waypoints',
  config: ['exempt', 'elsewhere', 'mesh', 'stages'],
  examples: {
    pass: [
      {
        title: 'the root namespace has one for the class of waypoints',
        objects: [shopBehindWaypoint, waypoint, waypointsDenyAll],
        config: { mesh: { rootNamespace: 'istio-system' } },
      },
      { title: 'there is no waypoint', objects: [denyAll] },
      {
        title: 'another stack has the root namespace',
        objects: [waypoint],
        config: { mesh: { rootNamespace: 'istio-system' }, elsewhere: ['istio-system'] },
      },
    ],
    fail: [
      {
        title: 'the default deny of the namespace is all there is',
        objects: [shopBehindWaypoint, waypoint, denyAll],
        config: { mesh: { rootNamespace: 'istio-system' } },
      },
      {
        title: 'it is not in the root namespace, where alone it holds',
        objects: [waypoint, waypointsDenyAll],
        config: { mesh: { rootNamespace: 'istio-config' } },
      },
      {
        title: 'it is only shadowed',
        objects: [waypoint, annotated(waypointsDenyAll, { 'istio.io/dry-run': 'true' })],
        config: { mesh: { rootNamespace: 'istio-system' } },
      },
      {
        title: 'it names one waypoint, and there are two',
        objects: [
          waypoint,
          authorizationPolicy('deny', {
            targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'waypoint' }],
          }),
        ],
        config: { mesh: { rootNamespace: 'istio-system' } },
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const all = gather(gateways(context), readGateway)
  const found = all.facts.filter(one => one.waypoint && !context.config.exempt.includes(one.namespace))
  return [...all.findings, ...(found.length === 0 ? [] : lacking(found, context))]
}

function lacking(found: readonly GatewayFact[], context: Context): readonly Finding[] {
  const { config, mesh } = context
  const root = mesh('rootNamespace')
  if (root.kind === 'unknown') return unknownSetting(root, found[0]?.field)
  if (config.elsewhere.includes(root.value)) return []
  const shadowed = found.every(({ namespace }) => config.stages[namespace] === 'strict')
  const policies = gather(authorizationPolicies(context), readDefaultDeny)
  const closed = policies.facts.some(one => one?.namespace === root.value && (!one.dryRun || shadowed))
  return [...policies.findings, ...(closed ? [] : found.map(({ field }) => finding(field, open)))]
}

const open =
  'admits everybody to what no policy allows: no AuthorizationPolicy of the root namespace without rules names the GatewayClass `istio-waypoint`'

/** An ALLOW policy for all waypoints that admits nobody. */
function readDefaultDeny(field: Field): AuthorizationFact | undefined {
  const policy = readAuthorization(field)
  if (policy.action !== 'ALLOW' || !policy.targeted || policy.rules.length > 0) return undefined
  return targetRefs(field).some(isWaypointClass) ? policy : undefined
}

function isWaypointClass({ group, kind, name }: ReturnType<typeof targetRefs>[number]): boolean {
  return group === 'gateway.networking.k8s.io' && kind === 'GatewayClass' && name === waypointClass
}
