import { closedShop, linkerdRelease, onLinkerd } from '../example-linkerd-install'
import { annotated, deployment, namespace } from '../example-objects'
import { dataPlanes, isLinkerd, type Planes } from '../facts/data-plane'
import { defaultInboundPolicy } from '../facts/linkerd-install/annotations'
import { speaksOfLinkerd } from '../facts/linkerd-install/presence'
import { namespaceLookup, type NamespaceLookup } from '../facts/namespace-labels'
import { aboutNamespace, meshNamespaces, type Needed } from '../facts/namespaces'
import { isPartOfControlPlane, hasProxy } from '../facts/own-proxies'
import { namespaceOf } from '../facts/policies'
import { podOf, workloads } from '../facts/workloads'
import { at, finding, gather, given, judgeEach, text, type Field } from '../field'
import { unreadable } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

/**
 * Every namespace on Linkerd admits nobody to a port without a Server: its annotation says `deny`, or that of the control plane does where it has none. The
 * annotation is copied to Pods as they are injected, one of a Pod's own beats it, and a word that is no policy counts as none (linkerd2 pkg/inject/inject.go,
 * policy-controller/k8s/index/src/inbound/workload.rs). At stage `strict` it is enough that callers need an identity.
 */
export const linkerdDefaultDeny = rule({
  id: 'linkerd-default-deny',
  severity: 'critical',
  scope: 'stack',
  controls: [
    'nist-800-53/SC-7(5)',
    'nist-800-53/AC-3',
    'nist-800-53/SC-8',
    'nist-800-204/SM-DR1',
    'nist-800-204/SM-DR6',
    'nist-800-204/APE-SR-3',
    'nist-800-207/tenet-2',
    'nist-800-207/tenet-6',
    'pci-dss/7.3.3',
    'soc-2/CC6.1',
    'iso-27001/A.8.3',
    'nsa-hardening/network-separation',
  ],
  why: 'a port that no Server is for follows the default, which unless somebody sets it admits everybody, in plaintext too',
  fix: 'annotate the Namespace with `config.linkerd.io/default-inbound-policy: deny`, take the annotation from Pods, and restart what runs already',
  limits:
    'what ran before the annotation was set keeps the default that it was injected with, and is not seen; nor is what a Namespace has been annotated with beside the patches of it in the stack; of a namespace whose mesh is not known it is asked only where something in the stack is Linkerd’s',
  config: ['exempt', 'elsewhere', 'mesh', 'stages', 'lock'],
  examples: {
    pass: [
      { title: 'the namespace says so', objects: [closedShop, deployment('cart')] },
      {
        title: 'the control plane says so for all that say nothing',
        objects: [onLinkerd({}), linkerdRelease({ proxy: { defaultInboundPolicy: 'deny' } })],
      },
      {
        title: 'at stage `strict` callers need an identity, and no more',
        objects: [onLinkerd({ [defaultInboundPolicy]: 'all-authenticated' })],
        config: { stages: { shop: 'strict' } },
      },
      {
        title: 'the control plane’s own Pods, which everybody has to reach',
        objects: [
          annotated(namespace('linkerd', {}), { 'linkerd.io/inject': 'disabled' }),
          {
            ...deployment('identity', {
              container: 'linkerd-proxy',
              labels: { 'linkerd.io/control-plane-component': 'identity' },
              annotations: { [defaultInboundPolicy]: 'all-unauthenticated' },
            }),
            metadata: { name: 'identity', namespace: 'linkerd' },
          },
        ],
        config: { mesh: { controlPlaneNamespace: 'linkerd' } },
      },
      { title: 'a namespace on Istio', objects: [namespace('shop'), deployment('cart')] },
    ],
    fail: [
      { title: 'nobody says it', objects: [onLinkerd({}), linkerdRelease({})] },
      {
        title: 'everybody with an identity is let in',
        objects: [onLinkerd({ [defaultInboundPolicy]: 'all-authenticated' })],
      },
      {
        title: 'a capital letter, so that the default of the control plane holds',
        objects: [onLinkerd({ [defaultInboundPolicy]: 'Deny' })],
      },
      {
        title: 'denials are only written down',
        objects: [onLinkerd({ [defaultInboundPolicy]: 'audit' })],
      },
      {
        title: 'one workload takes it back',
        objects: [closedShop, deployment('cart', { annotations: { [defaultInboundPolicy]: 'all-unauthenticated' } })],
      },
      {
        title: 'a Pod that asks for Linkerd by itself, where nobody says it',
        objects: [namespace('shop', {}), deployment('cart', { annotations: { 'linkerd.io/inject': 'enabled' } })],
      },
      {
        title: 'a Pod that comes with its proxy, where nobody says it',
        objects: [namespace('shop', {}), deployment('cart', { container: 'linkerd-proxy' })],
      },
      {
        title: 'a namespace that the stack does not register, on a mesh that is Linkerd',
        objects: [deployment('cart')],
        config: { mesh: { kind: 'linkerd' } },
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const { needed, findings } = meshNamespaces(context)
  const lookUp = namespaceLookup(context)
  const planes = dataPlanes(context, lookUp)
  const pods = gather(workloads(context), field => ({
    field,
    namespace: namespaceOf(field),
    asks: isLinkerd(podOf(field)) || (hasProxy(podOf(field)) && !isPartOfControlPlane(field, context)),
  }))
  const asking = new Set(pods.facts.filter(({ asks }) => asks).map(({ namespace: name }) => name))
  const around = { context, planes, lookUp, asking }
  const judged = new Set(needed.filter(one => isJudged(one, around)).map(({ namespace: name }) => name))
  return [
    ...findings,
    ...pods.findings,
    ...needed.flatMap(one => (judged.has(one.namespace) ? ofNamespace(one, around) : unknownPlane(one, around))),
    ...judgeEach(
      pods.facts.filter(({ namespace: name }) => judged.has(name)).map(({ field }) => field),
      field => ofPod(field, context),
    ),
  ]
}

interface Around {
  readonly context: Context
  readonly planes: Planes
  readonly lookUp: NamespaceLookup
  /** Namespaces with Pods that ask for Linkerd by themselves. */
  readonly asking: ReadonlySet<string>
}

function isJudged({ namespace: name }: Needed, { planes, asking }: Around): boolean {
  return planes(name).kind === 'linkerd' || asking.has(name)
}

function unknownPlane(one: Needed, { context, planes }: Around): readonly Finding[] {
  const plane = planes(one.namespace)
  if (plane.kind !== 'unknown') return []
  if (plane.findings.length > 0) return plane.findings
  return speaksOfLinkerd(context) ? [aboutNamespace(one, `cannot be proven to be closed by default: ${plane.why}`)] : []
}

/** Of a Namespace and its patches the later one stands. */
function ofNamespace(one: Needed, { context, lookUp }: Around): readonly Finding[] {
  const own = lookUp(one.namespace)
  if (own.kind === 'unknown') return own.findings
  if (own.kind === 'absent')
    return [aboutNamespace(one, 'is not shown to be closed by default: the stack does not register it')]
  const { facts, findings } = gather(own.all, field => at(field, 'metadata', 'annotations', defaultInboundPolicy))
  const said = gather(facts, field => ({ field, given: given(field) }))
  const last = said.facts.filter(fact => fact.given).at(-1)?.field
  const unread = [...findings, ...said.findings]
  if (last !== undefined) return [...unread, ...open(last, one.namespace, context)]
  return [...unread, ...byControlPlane(one, context)]
}

function byControlPlane(one: Needed, context: Context): readonly Finding[] {
  const setting = context.mesh('defaultInboundPolicy')
  if (setting.kind === 'unknown')
    return [
      ...unreadable(setting),
      aboutNamespace(one, 'has no annotation that closes it, and whether the control plane does is not known'),
    ]
  return isClosed(setting.value, one.namespace, context)
    ? []
    : [aboutNamespace(one, 'has no annotation that closes it, and the control plane does not do so either')]
}

/** A Pod's own annotation, which beats its namespace's. */
function ofPod(workload: Field, context: Context): readonly Finding[] {
  const own = at(podOf(workload), 'metadata', 'annotations', defaultInboundPolicy)
  return given(own) ? open(own, namespaceOf(workload), context) : []
}

function open(field: Field, namespaceName: string, context: Context): readonly Finding[] {
  return isClosed(text(field) ?? '', namespaceName, context)
    ? []
    : [finding(field, 'does not close ports without a Server: only `deny` does, so spelt')]
}

function isClosed(policy: string, namespaceName: string, { config }: Context): boolean {
  const asksIdentity = policy === 'all-authenticated' || policy === 'cluster-authenticated'
  return policy === 'deny' || (asksIdentity && config.stages[namespaceName] === 'strict')
}
