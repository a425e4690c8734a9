import { deployment, namespace } from '../example-objects'
import { dataplaneMode, isAmbient, isInjected } from '../facts/data-plane'
import { namespaceLookup, type NamespaceLookup } from '../facts/namespace-labels'
import { namespaces } from '../facts/namespaces'
import { namespaceOf, type Labels } from '../facts/policies'
import { podOf, workloads } from '../facts/workloads'
import { at, finding, judgeEach, labels, required, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const ambient = { [dataplaneMode]: 'ambient' }
const inject = 'sidecar.istio.io/inject'

/**
 * A namespace names one data plane, and one revision of it, and its Pods name no other. Of two labels one silently wins:
 * `istio-injection` over `istio.io/rev` (istio
 * manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml), and a sidecar over ztunnel, which leaves
 * alone what has one (istio cni/pkg/util/enablement_selector.go Matches).
 */
export const oneInjectionLabel = rule({
  id: 'one-injection-label',
  severity: 'medium',
  scope: 'stack',
  controls: ['nist-800-53/CM-6', 'nist-800-204/SM-DR1', 'nist-800-207/tenet-5', 'iso-27001/A.8.9'],
  why: 'of two labels one silently wins, so that Pods follow another revision, or are on another data plane, than their policies were written for',
  fix: 'keep one of `istio.io/rev`, `istio-injection` and `istio.io/dataplane-mode`, and leave the Pods to their namespace',
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
  ]
}

function ofPod(workload: Field, { config }: Context, lookUp: NamespaceLookup): readonly Finding[] {
  const place = at(podOf(workload), 'metadata', 'labels')
  const own = labels(place)
  const wish = wishOf(own)
  if (wish === undefined || config.exempt.includes(namespaceOf(workload))) return []
  const around = lookUp(namespaceOf(workload))
  if (around.kind === 'unknown') return around.findings
  if (around.kind === 'absent' || !wish.clashes(around.labels)) return []
  return [finding(at(place, wish.label), wish.message)]
}

interface Wish {
  readonly label: string
  readonly clashes: (namespace: Labels) => boolean
  readonly message: string
}

/** What a Pod asks for by itself. A revision injects, too, where its namespace asks for no injection. */
function wishOf(own: Labels): Wish | undefined {
  const refuses = own[inject] === 'false'
  if (own[dataplaneMode] === 'ambient' && !refuses)
    return {
      label: dataplaneMode,
      clashes: isInjected,
      message: 'asks for ztunnel in a namespace that injects sidecars, which win',
    }
  const asks = own[inject] === 'true' ? inject : 'istio.io/rev'
  if (own[asks] === undefined || refuses || own[dataplaneMode] === 'none') return undefined
  const message = 'gives the Pod a sidecar in an ambient namespace, so that ztunnel and its policies leave it alone'
  return { label: asks, clashes: isOpenToInjection, message }
}

/** With any `istio-injection`, the labels of its Pods make no webhook act. */
function isOpenToInjection(around: Labels): boolean {
  return isAmbient(around) && around['istio-injection'] === undefined
}
