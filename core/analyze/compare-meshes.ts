import type { WorkloadCallee, WorkloadCaller } from '../model/flow'
import type { IntendedFlow, Intent } from '../model/intent'
import type { Comparison } from './compare'
import { compareWithIntent } from './compare'
import type { Expected } from './expect'
import type { Reach } from './reach'

/** Two meshes in one cluster, and what an intent is judged on in each. */
export interface ExpectedByMesh {
  readonly istio: Expected
  readonly linkerd: Expected
  /** The namespaces on Linkerd; all others are on Istio. */
  readonly onLinkerd: readonly string[]
  /** CIDR blocks of the cluster's Pods, from which calls across the border come. @default from anywhere */
  readonly podNetworks?: readonly string[]
}

/** {@link compareWithIntent} on one mesh, or on each of two for what it governs. */
export function compareOn(reach: Reach, intent: Intent, expected: Expected | ExpectedByMesh): Comparison {
  if (!('onLinkerd' in expected)) return compareWithIntent(reach, intent, expected)
  const parts = (['istio', 'linkerd'] as const).map(mesh =>
    compareWithIntent(reach, intentOn(mesh, intent, expected), expected[mesh]),
  )
  const [first, second] = parts.map(({ ungoverned }) => new Set(ungoverned))
  return {
    differences: parts.flatMap(({ differences }) => differences),
    nonCanonical: [...new Set(parts.flatMap(({ nonCanonical }) => nonCanonical))],
    ungoverned: [...(first ?? [])].filter(workload => second?.has(workload)),
  }
}

type Place = { readonly namespace: string }

/** The part of an intent that one mesh enforces: its own services, who calls them, what leaves from them, and the gateways that stand on it. */
function intentOn(mesh: 'istio' | 'linkerd', intent: Intent, expected: ExpectedByMesh): Intent {
  const isOn = ({ namespace }: Place) => expected.onLinkerd.includes(namespace) === (mesh === 'linkerd')
  const { entries } = intent
  const across = new Set(
    intent.flows.flatMap(({ from, to, border }) =>
      border === 'plaintext' && from.kind === 'workload' && to.kind === 'workload' ? [wayOf(from, to)] : [],
    ),
  )
  return {
    version: intent.version,
    governed: intent.governed.filter(isOn),
    flows: intent.flows.flatMap(flow => flowOn(isOn, flow, expected)),
    ...(entries && {
      entries: entries.filter(({ gateway, to }) => isOn(gateway) && (isOn(to) || across.has(wayOf(gateway, to)))),
    }),
  }
}

function wayOf(from: Pick<WorkloadCaller, 'namespace' | 'serviceAccount'>, to: WorkloadCallee): string {
  return `${from.namespace}/${from.serviceAccount} ${to.namespace}/${to.service}`
}

/** Who calls from the other mesh shows no identity here, if he is to get in at all. */
function flowOn(
  isOn: (place: Place) => boolean,
  flow: IntendedFlow,
  { podNetworks = [] }: ExpectedByMesh,
): IntendedFlow[] {
  const { from, to, border } = flow
  if (to.kind === 'external') return from.kind === 'workload' && isOn(from) ? [flow] : []
  if (!isOn(to)) return []
  if (from.kind !== 'workload' || isOn(from)) return [flow]
  if (border !== 'plaintext') return []
  const { purpose: _, ...rest } = flow
  return [{ ...rest, from: { kind: 'outside', name: from.service, cidrs: podNetworks } }]
}
