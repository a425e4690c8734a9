import { groupBy } from '../../../core/model/group'
import { at, gather, required, type Field, type Gathered } from '../field'
import { unknownSetting } from '../mesh'
import type { Context, Finding } from '../rule'
import { dataplaneMode, dataPlanes, planeOfMesh, type Plane, type Planes } from './data-plane'
import { chartLabels, gatewaysIn } from './intent-gateways'
import { namespaces } from './namespaces'
import { selects, type AuthorizationFact } from './policies'
import { readWorkload, workloads, type WorkloadFact } from './workloads'

/** What is found of a policy where ztunnel is to enforce it: all of it, nothing where it is not, and where nobody knows, that. */
export type OnZtunnel = (policy: AuthorizationFact, found: readonly Finding[]) => readonly Finding[]

/**
 * Tells policies that ztunnel is to enforce from others. Those are the ones without `targetRefs` that are for a Pod of an
 * ambient namespace, or for one that joins by its own label; those of the root namespace are for the Pods of all
 * namespaces. Nothing is read before a policy asks for it.
 */
export function onZtunnel(context: Context): OnZtunnel {
  const planes = dataPlanes(context)
  const pods = once(() => podsOf(context))
  const known: Known = { context, planes, pods, everywhere: once(() => everywhere({ context, planes, pods })) }
  return (policy, found) => {
    const [first] = found
    if (first === undefined || policy.targeted || isForGateway(policy, context)) return []
    const reached = reachOf(policy, known)
    // A Pod that cannot be read may have left the ambient mesh; that does not make what is found certain, nor silent.
    if (reached.kind === 'ambient') return [...found, ...known.pods().findings]
    if (reached.kind !== 'unknown') return []
    return reached.findings.length > 0
      ? reached.findings
      : [{ ...first, message: `cannot be proven: ${reached.why}; ztunnel would not enforce this` }]
  }
}

/**
 * The Pods of a Gateway are Envoys, which istiod keeps out of ztunnel (istio pilot/pkg/config/kube/gatewaycommon/deploymentcontroller.go), and so are those of
 * Istio's chart (istio manifests/charts/gateway/values.yaml), by whose labels the gateways of the intent are told.
 */
function isForGateway({ namespace, selector }: AuthorizationFact, { intent }: Context): boolean {
  if (selector === undefined) return false
  if (selector['gateway.networking.k8s.io/gateway-name'] !== undefined) return true
  const gateways = intent.kind === 'found' ? [...gatewaysIn(intent.intent).values()] : []
  return gateways.some(gateway => {
    const { app, istio } = chartLabels(gateway)
    return gateway.namespace === namespace && selector.app === app && selector.istio === istio
  })
}

interface Pods extends Gathered<WorkloadFact> {
  readonly of: ReadonlyMap<string, readonly WorkloadFact[]>
}

function podsOf(context: Context): Pods {
  const read = gather(workloads(context), readWorkload)
  return { ...read, of: groupBy(read.facts, ({ namespace }) => namespace) }
}

interface Stack {
  readonly context: Context
  readonly planes: Planes
  readonly pods: () => Pods
}

interface Known extends Stack {
  /** The data plane of all namespaces together. */
  readonly everywhere: () => Plane
}

function once<Value>(compute: () => Value): () => Value {
  let computed: { readonly value: Value } | undefined
  return () => (computed ??= { value: compute() }).value
}

/** The data plane of the Pods a policy is for: ambient where any of them may be on it. */
function reachOf(policy: AuthorizationFact, known: Known): Plane {
  const pods = known.pods()
  const root = known.context.mesh('rootNamespace')
  const own = known.planes(policy.namespace)
  const here = (pods.of.get(policy.namespace) ?? []).filter(({ labels }) => selects(policy.selector, labels))
  const joins = ({ labels }: WorkloadFact) => labels[dataplaneMode] === 'ambient'
  const leaves = ({ labels }: WorkloadFact) => labels[dataplaneMode] === 'none'
  if (here.some(joins)) return { kind: 'ambient' }
  if (own.kind === 'ambient') {
    const isOut = policy.selector !== undefined && here.length > 0 && here.every(leaves)
    if (!isOut) return own
  }
  if (root.kind === 'known' && root.value === policy.namespace) return known.everywhere()
  if (own.kind === 'unknown') return own
  if (pods.findings.length > 0)
    return { kind: 'unknown', why: 'the Pods it is for are not known', findings: pods.findings }
  // Whether it is for all namespaces matters only where some of them are ambient.
  if (root.kind === 'unknown' && known.everywhere().kind === 'ambient')
    return { kind: 'unknown', why: root.why, findings: unknownSetting(root, policy.field) }
  return { kind: 'none' }
}

/** Ambient where any namespace is, or any Pod by its own label. */
function everywhere({ context, planes, pods: read }: Stack): Plane {
  const pods = read()
  const names = gather(namespaces(context), nameOf)
  const all = names.facts.map(planes)
  const ambient = all.find(({ kind }) => kind === 'ambient')
  if (ambient !== undefined || pods.facts.some(({ labels }) => labels[dataplaneMode] === 'ambient'))
    return { kind: 'ambient' }
  const findings = [...names.findings, ...pods.findings]
  if (findings.length > 0) return { kind: 'unknown', why: 'the namespaces of the mesh are not known', findings }
  const why = 'it is for all namespaces, of which the stack may not register all'
  return all.find(({ kind }) => kind === 'unknown') ?? planeOfMesh(context, why)
}

function nameOf(field: Field): string {
  return required(at(field, 'metadata', 'name'))
}
