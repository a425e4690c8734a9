import { nearest } from '../../../core/model/problem'
import { linkerdShop } from '../example-linkerd'
import {
  authorizationPolicy,
  cartLock,
  cartPolicy,
  denyAll,
  deployment,
  peerAuthentication,
  release,
} from '../example-objects'
import { dataPlanes } from '../facts/data-plane'
import {
  authorizationPolicies,
  namespaceOf,
  peerAuthentications,
  requestAuthentications,
  selectorOf,
  selects,
  type Labels,
} from '../facts/policies'
import { selectables, type Selectable } from '../facts/selectable'
import { at, finding, gather, judgeEach, type Field } from '../field'
import { unreadable } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

/**
 * Every selector selects something: Pods of a workload or a gateway of the stack, or of a service of the intent, in the
 * policy's own namespace. In the root namespace it selects in all of them, but for a PeerAuthentication's (istio
 * pilot/pkg/model/policyattachment.go, pilot/pkg/security/authn/policy_applier.go). In a namespace on Linkerd no policy of Istio selects anything.
 */
export const policySelectsWorkload = rule({
  id: 'policy-selects-workload',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/CM-6',
    'nist-800-207/tenet-5',
    'kubescape/C-0299',
    'soc-2/CC6.1',
    'iso-27001/A.8.9',
  ],
  why: 'a policy whose selector misses its workload by a label guards nobody, and the workload is left to what else there is',
  fix: 'write the labels of the Pods into `matchLabels`; if another stack has the workload, name its namespace in `elsewhere` or declare the service in the graph',
  limits:
    'workloads that a chart brings are not seen, but for gateways, nor are those of WorkloadEntries or of kinds that Kubernetes does not have itself',
  config: ['exempt', 'elsewhere', 'mesh', 'lock'],
  examples: {
    pass: [
      {
        title: 'a workload of the stack',
        objects: [deployment('cart', { labels: { app: 'cart', version: 'v1' } }), cartPolicy],
      },
      { title: 'a service of the intent', objects: [cartPolicy], intent: cartLock },
      { title: 'no selector, so that it is for the whole namespace', objects: [denyAll] },
      {
        title: 'the gateway that a chart brings',
        objects: [
          release('istio-ingress', {
            chart: 'gateway',
            name: 'istio-ingress',
            namespace: 'ingress',
            repositoryOpts: { repo: 'https://istio-release.storage.googleapis.com/charts' },
          }),
          authorizationPolicy('web', { selector: { matchLabels: { istio: 'ingress' } } }, 'ingress'),
        ],
      },
    ],
    fail: [
      {
        title: 'a policy of Istio in a namespace on Linkerd, whose proxies heed none',
        objects: [linkerdShop, deployment('cart'), cartPolicy],
      },
      {
        title: 'a label that no workload has',
        objects: [deployment('cart', { labels: { app: 'carts' } }), cartPolicy],
      },
      {
        title: 'a workload of another namespace',
        objects: [
          deployment('cart'),
          peerAuthentication('cart', { selector: { matchLabels: { app: 'cart' } }, mtls: { mode: 'STRICT' } }, 'data'),
        ],
      },
      { title: 'nothing is known of its namespace', objects: [cartPolicy] },
    ],
  },
  check,
})

interface Selecting {
  readonly field: Field
  readonly namespace: string
  readonly selector: Labels
  /** Whether in the root namespace it selects in all namespaces. */
  readonly reaches: boolean
}

function check(context: Context): readonly Finding[] {
  const peers = gather(peerAuthentications(context), field => selecting(field, context))
  const others = gather([...authorizationPolicies(context), ...requestAuthentications(context)], field =>
    selecting(field, context),
  )
  const findings = [...peers.findings, ...others.findings, ...inVain(context)]
  const all: readonly Selecting[] = [
    ...peers.facts.flat().map(one => ({ ...one, reaches: false })),
    ...others.facts.flat().map(one => ({ ...one, reaches: true })),
  ]
  if (all.length === 0) return findings
  const pods = selectables(context)
  const idle = all.filter(one => !pods.facts.some(pod => isSelected(pod, one, context)))
  return [
    ...findings,
    ...pods.findings,
    ...(idle.length > 0 ? unreadable(context.mesh('rootNamespace')) : []),
    ...idle.map(one =>
      finding(
        at(one.field, 'spec', 'selector'),
        `selects no workload that the stack or the intent has${near(one, pods.facts)}`,
      ),
    ),
  ]
}

/** Policies, with a selector or without, that lie where no proxy heeds them. */
function inVain(context: Context): readonly Finding[] {
  const planes = dataPlanes(context)
  const all = [...peerAuthentications(context), ...authorizationPolicies(context), ...requestAuthentications(context)]
  return judgeEach(all, field => {
    const plane = planes(namespaceOf(field))
    if (plane.kind === 'unknown') return plane.findings
    return plane.kind === 'linkerd'
      ? [finding(field, 'lies in a namespace on Linkerd, where nothing heeds policies of Istio')]
      : []
  })
}

/** Nothing for a policy without a selector, or with an empty one, and for one that is none of ours. */
function selecting(field: Field, { config }: Context): readonly Omit<Selecting, 'reaches'>[] {
  const selector = selectorOf(field)
  if (selector === undefined || Object.keys(selector).length === 0) return []
  const namespace = namespaceOf(field)
  const spared = config.exempt.includes(namespace) || config.elsewhere.includes(namespace)
  return spared ? [] : [{ field, namespace, selector }]
}

function isSelected(pod: Selectable, { namespace, selector, reaches }: Selecting, { mesh }: Context): boolean {
  if (!selects(selector, pod.labels)) return false
  if (namespace === pod.namespace) return true
  const root = mesh('rootNamespace')
  return reaches && root.kind === 'known' && namespace === root.value
}

/** Pods of the namespace that one label keeps apart from the selector, and that only by a letter or two. */
function near({ namespace, selector }: Selecting, pods: readonly Selectable[]): string {
  const close = pods.find(pod => pod.namespace === namespace && isNear(selector, pod.labels))
  return close === undefined ? '' : `; did you mean ${close.name}?`
}

function isNear(selector: Labels, labels: Labels): boolean {
  const [[key, value] = ['', ''], ...more] = Object.entries(selector).filter(
    ([name, wanted]) => labels[name] !== wanted,
  )
  const own = labels[key]
  return more.length === 0 && own !== undefined && nearest(value, [own]) !== undefined
}
