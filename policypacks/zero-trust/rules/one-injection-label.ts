import { linkerdShop } from '../example-linkerd'
import { annotated, deployment, namespace } from '../example-objects'
import { dataplaneMode, isAmbient, isInjected, isLinkerd } from '../facts/data-plane'
import { linkerdInject } from '../facts/linkerd-install/annotations'
import { namespaceLookup, type NamespaceLookup } from '../facts/namespace-labels'
import { namespaces } from '../facts/namespaces'
import { namespaceOf, type Labels } from '../facts/policies'
import { podOf, workloads } from '../facts/workloads'
import { at, finding, gather, judgeEach, labels, required, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const ambient = { [dataplaneMode]: 'ambient' }
const inject = 'sidecar.istio.io/inject'

/**
 * A namespace names one data plane, and one revision of it, and its Pods name no other. Of two labels one silently wins:
 * `istio-injection` over `istio.io/rev` (istio
 * manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml), and a sidecar over ztunnel, which leaves
 * alone what has one (istio cni/pkg/util/enablement_selector.go Matches). Of two meshes the webhook that is asked first wins, and the other
 * leaves its Pods alone (linkerd2 pkg/healthcheck/sidecar.go HasExistingSidecars).
 */
export const oneInjectionLabel = rule({
  id: 'one-injection-label',
  severity: 'medium',
  scope: 'stack',
  controls: ['nist-800-53/CM-6', 'nist-800-204/SM-DR1', 'nist-800-207/tenet-5', 'iso-27001/A.8.9'],
  why: 'of two labels one silently wins, so that Pods follow another revision, or are on another data plane, than their policies were written for',
  fix: 'keep one of `istio.io/rev`, `istio-injection`, `istio.io/dataplane-mode` and the annotation `linkerd.io/inject`, and leave the Pods to their namespace',
  limits: 'a Pod is held against its Namespace where the stack registers that',
  config: ['exempt'],
  examples: {
    pass: [
      { title: 'a revision', objects: [namespace('shop', { 'istio.io/rev': '1-30-3' }), deployment('cart')] },
      { title: 'ambient', objects: [namespace('shop', ambient), deployment('cart')] },
      {
        title: 'ambient, and injection refused in so many words',
        objects: [namespace('shop', { ...ambient, 'istio-injection': 'disabled' })],
      },
      { title: 'Linkerd', objects: [linkerdShop, deployment('cart')] },
    ],
    fail: [
      {
        title: 'a revision that the older label overrides',
        objects: [namespace('shop', { 'istio-injection': 'enabled', 'istio.io/rev': '1-30-3' })],
      },
      {
        title: 'a revision that injects into an ambient namespace',
        objects: [namespace('shop', { ...ambient, 'istio.io/rev': '1-30-3' })],
      },
      {
        title: 'a Pod of an ambient namespace asks for a sidecar',
        objects: [namespace('shop', ambient), deployment('cart', { labels: { app: 'cart', [inject]: 'true' } })],
      },
      {
        title: 'a Pod of an injected namespace asks for ztunnel',
        objects: [namespace('shop'), deployment('cart', { labels: { app: 'cart', ...ambient } })],
      },
      {
        title: 'both meshes at once',
        objects: [annotated(namespace('shop'), { [linkerdInject]: 'enabled' })],
      },
      {
        title: 'a Pod of an injected namespace asks for Linkerd',
        objects: [namespace('shop'), deployment('cart', { annotations: { [linkerdInject]: 'enabled' } })],
      },
      {
        title: 'a Pod of a namespace on Linkerd asks for ztunnel',
        objects: [linkerdShop, deployment('cart', { labels: { app: 'cart', ...ambient } })],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const lookUp = namespaceLookup(context)
  return [
    ...judgeEach(namespaces(context), field => ofNamespace(field, context)),
    ...judgeEach(workloads(context), field => ofPod(field, context, lookUp)),
  ]
}

function ofNamespace(field: Field, { config }: Context): readonly Finding[] {
  if (config.exempt.includes(required(at(field, 'metadata', 'name')))) return []
  const place = at(field, 'metadata', 'labels')
  const own = labels(place)
  const revision = own['istio.io/rev']
  return [
    ...(own['istio-injection'] !== undefined && revision !== undefined
      ? [finding(at(place, 'istio.io/rev'), 'is overridden by `istio-injection`, which follows no revision')]
      : []),
    ...(isAmbient(own) && isInjected(own)
      ? [
          finding(
            at(place, dataplaneMode),
            'is overridden by the label that injects sidecars, which ztunnel leaves alone',
          ),
        ]
      : []),
    ...((isAmbient(own) || isInjected(own)) && isLinkerd(field)
      ? [finding(at(field, 'metadata', 'annotations', linkerdInject), 'asks for Linkerd in a namespace of Istio')]
      : []),
  ]
}

function ofPod(workload: Field, { config }: Context, lookUp: NamespaceLookup): readonly Finding[] {
  const metadata = at(podOf(workload), 'metadata')
  const own = labels(at(metadata, 'labels'))
  const wishes = [wishOf(own), forLinkerd(podOf(workload)), forIstio(own)].flatMap(wish => wish ?? [])
  if (wishes.length === 0 || config.exempt.includes(namespaceOf(workload))) return []
  const around = lookUp(namespaceOf(workload))
  if (around.kind === 'unknown') return around.findings
  if (around.kind === 'absent') return []
  const { facts, findings } = gather(around.all, isLinkerd)
  const mesh = facts.includes(true) ? 'linkerd' : 'istio'
  const clashing = wishes.filter(({ clashes }) => clashes(around.labels, mesh))
  return [...findings, ...clashing.map(({ path, message }) => finding(at(metadata, ...path), message))]
}

interface Wish {
  readonly path: readonly string[]
  /** Whether a namespace with these labels, and perhaps with Linkerd's annotation, says otherwise. */
  readonly clashes: (labels: Labels, mesh: 'istio' | 'linkerd') => boolean
  readonly message: string
}

function forLinkerd(pod: Field): Wish | undefined {
  if (!isLinkerd(pod)) return undefined
  const message = 'asks for Linkerd in a namespace of Istio'
  return { path: ['annotations', linkerdInject], clashes: own => isAmbient(own) || isInjected(own), message }
}

/** What asks for Istio where the namespace asks for Linkerd. */
function forIstio(own: Labels): Wish | undefined {
  const asks = own[dataplaneMode] === 'ambient' ? dataplaneMode : own[inject] === 'true' ? inject : 'istio.io/rev'
  if (own[asks] === undefined) return undefined
  return {
    path: ['labels', asks],
    clashes: (_, mesh) => mesh === 'linkerd',
    message: 'asks for Istio in a namespace on Linkerd',
  }
}

/** What a Pod asks for by itself. A revision injects, too, where its namespace asks for no injection. */
function wishOf(own: Labels): Wish | undefined {
  const refuses = own[inject] === 'false'
  if (own[dataplaneMode] === 'ambient' && !refuses)
    return {
      path: ['labels', dataplaneMode],
      clashes: isInjected,
      message: 'asks for ztunnel in a namespace that injects sidecars, which win',
    }
  const asks = own[inject] === 'true' ? inject : 'istio.io/rev'
  if (own[asks] === undefined || refuses || own[dataplaneMode] === 'none') return undefined
  const message = 'gives the Pod a sidecar in an ambient namespace, so that ztunnel and its policies leave it alone'
  return { path: ['labels', asks], clashes: isOpenToInjection, message }
}

/** With any `istio-injection`, the labels of its Pods make no webhook act. */
function isOpenToInjection(around: Labels): boolean {
  return isAmbient(around) && around['istio-injection'] === undefined
}
