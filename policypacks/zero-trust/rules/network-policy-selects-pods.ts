import type { LabelSelector } from '../../../core/analyze/linkerd/layer-linkerd'
import { matchLabels } from '../../../core/analyze/linkerd/match-labels'
import { nearest } from '../../../core/model/problem'
import { deployment, namespace, object } from '../example-objects'
import { namespaceLookup, type NamespaceLookup } from '../facts/namespace-labels'
import {
  asksLabels,
  networkPolicies,
  readNetworkPolicy,
  type NetworkPolicyFact,
  type PeerFact,
} from '../facts/network-policies'
import type { Labels } from '../facts/policies'
import { networkSelectables, type Selectable } from '../facts/selectable'
import { knownNamespaces, type KnownNamespaces } from '../facts/whole-cluster'
import { at, finding, gather, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const policy = (spec: Readonly<Record<string, unknown>>) =>
  object(['networking.k8s.io/v1', 'NetworkPolicy'], ['shop', 'cart'], { spec })
const cart = { matchLabels: { app: 'cart' } }
const from = (...peers: readonly unknown[]) => policy({ podSelector: cart, ingress: [{ from: peers }] })
const shop = [deployment('cart'), deployment('frontend')]

/**
 * Every selector of a NetworkPolicy selects something: its own a Pod of its namespace, those of its rules Pods of the namespaces they name. One that misses by a label
 * isolates nobody, or admits nobody (kubernetes staging/src/k8s.io/api/networking/v1/types.go NetworkPolicySpec, NetworkPolicyPeer).
 */
export const networkPolicySelectsPods = rule({
  id: 'network-policy-selects-pods',
  severity: 'medium',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-4',
    'nist-800-53/SC-7',
    'nist-800-53/CM-6',
    'kubescape/C-0299',
    'iso-27001/A.8.22',
    'iso-27001/A.8.9',
  ],
  why: 'a NetworkPolicy that selects no Pod isolates nobody, and a peer that selects none admits nobody until somebody makes a Pod with these labels; of a namespace in which nothing is known to run, or that is not among the objects, nothing is said, unless the objects are a whole cluster',
  fix: 'write the labels of the Pods into the selector; if another stack has them, name the namespace in `elsewhere` or declare the service in the graph',
  limits:
    'workloads that a chart brings are not seen, but for gateways, nor are the policies of a network plugin’s own kinds; peers by the label of a Gateway’s Pods are left out, since a namespace lets its waypoint in before it stands; the objects count as a whole cluster where the Namespace `kube-system` is among them',
  config: ['exempt', 'elsewhere', 'lock'],
  examples: {
    pass: [
      {
        title: 'Pods of the stack, and one of them as peer',
        objects: [...shop, from({ podSelector: { matchLabels: { app: 'frontend' } } })],
      },
      {
        title: 'every Pod of the namespace',
        objects: [...shop, policy({ podSelector: {}, policyTypes: ['Ingress'] })],
      },
      {
        title: 'the waypoint of a namespace, which may not be there yet',
        objects: [
          ...shop,
          from({ podSelector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'waypoint' } } }),
        ],
      },
      {
        title: 'a namespace that is not among the objects, of which nothing is known',
        objects: [
          ...shop,
          from({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }),
        ],
      },
    ],
    fail: [
      {
        title: 'its own selector misses the Pods by a letter',
        objects: [deployment('carts'), deployment('frontend'), policy({ podSelector: cart })],
      },
      {
        title: 'a peer that no Pod is',
        objects: [...shop, from({ podSelector: { matchLabels: { app: 'fronted' } } })],
      },
      {
        title: 'a slip of the pen in the name of a namespace that is among the objects',
        objects: [
          ...shop,
          namespace('monitoring', {}),
          from({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitorin' } } }),
        ],
      },
      {
        title: 'a namespace that a whole cluster does not have',
        objects: [
          ...shop,
          namespace('shop'),
          namespace('kube-system', {}),
          from({ namespaceSelector: { matchLabels: { team: 'observability' } } }),
        ],
      },
    ],
  },
  check,
})

interface Around {
  readonly context: Context
  readonly pods: readonly Selectable[]
  readonly known: KnownNamespaces
  readonly lookUp: NamespaceLookup
}

function check(context: Context): readonly Finding[] {
  const { facts, findings } = gather(networkPolicies(context), readNetworkPolicy)
  if (facts.length === 0) return findings
  const pods = networkSelectables(context)
  const known = knownNamespaces(context)
  const around: Around = { context, pods: pods.facts, known, lookUp: namespaceLookup(context) }
  return [...findings, ...pods.findings, ...known.findings, ...facts.flatMap(one => judge(one, around))]
}

function judge({ field, namespace: own, selector, peers }: NetworkPolicyFact, around: Around): readonly Finding[] {
  if (isSpared(own, around)) return []
  const here = around.pods.filter(pod => pod.namespace === own)
  const isIdle = here.length > 0 && !here.some(({ labels }) => matchLabels(selector, labels))
  return [
    ...(isIdle ? [missed(at(field, 'spec', 'podSelector'), 'isolates nobody', near(selector, here))] : []),
    ...peers.flatMap(peer => judgePeer(peer, own, around)),
  ]
}

function missed(field: Field, effect: string, hint: string): Finding {
  return finding(field, `selects no Pod that the stack or the intent has, and ${effect}${hint}`)
}

function judgePeer({ field, pods, namespaces }: PeerFact, own: string, around: Around): readonly Finding[] {
  const spaces = namespaces === undefined ? { names: [own], findings: [] } : selectedBy(namespaces, around)
  if (spaces === undefined) return []
  if (spaces.findings.length > 0) return spaces.findings
  if (spaces.names.length === 0) return noNamespace(at(field, 'namespaceSelector'), namespaces, around)
  if (pods === undefined || isWaypointToCome(pods) || spaces.names.some(space => isSpared(space, around))) return []
  const there = around.pods.filter(pod => spaces.names.includes(pod.namespace))
  if (there.length === 0 || there.some(({ labels }) => matchLabels(pods, labels))) return []
  return [missed(at(field, 'podSelector'), 'admits nobody', near(pods, there))]
}

/**
 * Pods of a waypoint that may not be there yet: a namespace lets its own in before the first of its services is put behind it, or calls would fail for as
 * long as it takes the policies to follow. istiod gives its Pods this label, by the Gateway's name (istio `manifests/charts/istio-control/istio-discovery/files/waypoint.yaml`).
 */
function isWaypointToCome({ labels, expressions }: LabelSelector): boolean {
  return Object.keys(labels).join() === 'gateway.networking.k8s.io/gateway-name' && expressions.length === 0
}

interface Spaces {
  readonly names: readonly string[]
  /** Name the Namespaces that could not be read. */
  readonly findings: readonly Finding[]
}

/** The known namespaces that a selector takes; nothing where it hangs on the labels of one whose Namespace is not among the objects. */
function selectedBy(selector: LabelSelector, { known, lookUp }: Around): Spaces | undefined {
  const spaces = [...known.names].map(name => ({ name, own: lookUp(name) }))
  const [lost] = spaces.flatMap(({ own }) => (own.kind === 'unknown' ? [own.findings] : []))
  const names = spaces.filter(({ name, own }) => matchLabels(selector, labelsOf(name, own))).map(({ name }) => name)
  if (!asksMoreThanName(selector)) return { names, findings: [] }
  if (lost !== undefined) return { names, findings: lost }
  return spaces.some(({ own }) => own.kind === 'absent') ? undefined : { names, findings: [] }
}

/** Kubernetes labels each Namespace with its name (kubernetes pkg/apis/core/v1/defaults.go SetDefaults_Namespace). */
const nameLabel = 'kubernetes.io/metadata.name'

function labelsOf(name: string, own: ReturnType<NamespaceLookup>): Labels {
  return { ...(own.kind === 'known' ? own.labels : {}), [nameLabel]: name }
}

function asksMoreThanName({ labels, expressions }: LabelSelector): boolean {
  return [...Object.keys(labels), ...expressions.map(({ key }) => key)].some(key => key !== nameLabel)
}

/** A part of a cluster may well speak of namespaces that it does not have; not by the name of one that it has, misspelt. */
function noNamespace(
  field: Field,
  selector: LabelSelector | undefined,
  { known, context }: Around,
): readonly Finding[] {
  const name = selector?.labels[nameLabel]
  if (name !== undefined && [...context.config.exempt, ...context.config.elsewhere].includes(name)) return []
  const close = name === undefined ? undefined : nearest(name, known.names)
  if (!known.whole && close === undefined) return []
  const hint = close === undefined ? '' : `; did you mean \`${close}\`?`
  return [finding(field, `selects no namespace that is known, and admits nobody${hint}`)]
}

function isSpared(space: string, { context: { config } }: Around): boolean {
  return config.exempt.includes(space) || config.elsewhere.includes(space)
}

/** Pods that one label keeps apart from the selector, and that only by a letter or two. */
function near(selector: LabelSelector, pods: readonly Selectable[]): string {
  if (!asksLabels(selector)) return ''
  const close = pods.find(({ labels }) => {
    const [[key, value] = ['', ''], ...more] = Object.entries(selector.labels).filter(
      ([name, wanted]) => labels[name] !== wanted,
    )
    const own = labels[key]
    return more.length === 0 && own !== undefined && nearest(value, [own]) !== undefined
  })
  return close === undefined ? '' : `; did you mean ${close.name}?`
}
