import { ambientShop } from '../example-ambient'
import { linkerdShop } from '../example-linkerd'
import { linkerdRelease, onLinkerd } from '../example-linkerd-install'
import { annotated, configMap, deployment, namespace, release } from '../example-objects'
import { followable } from '../facts/control-planes'
import {
  aboutNamespace,
  inhabited,
  namespaces,
  readNamespace,
  systemNamespaces,
  type NamespaceFact,
} from '../facts/namespaces'
import { finding, gather } from '../field'
import { rule, type Context, type Finding } from '../rule'

function istiod(revision: string) {
  return release(`istiod-${revision}`, { chart: 'istiod', namespace: 'istio-system', values: { revision } })
}

/**
 * Every Namespace the stack registers joins exactly one mesh, and so does every namespace it puts something into.
 * The mesh's own are left out: those of its charts and of its control plane, and the root namespace.
 */
export const namespaceInMesh = rule({
  id: 'namespace-in-mesh',
  severity: 'critical',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-4',
    'nist-800-53/SC-7(21)',
    'nist-800-204/SM-DR1',
    'nist-800-207/tenet-2',
    'cis-kubernetes/5.6.1',
    'soc-2/CC6.1',
    'iso-27001/A.8.22',
  ],
  why: 'a workload outside the mesh has no identity and no proxy, so that none of the policies hold for it',
  fix: 'label the Namespace with one of `istio.io/rev: <revision>`, `istio-injection: enabled` and `istio.io/dataplane-mode: ambient`, or annotate it with `linkerd.io/inject: enabled`; name it in `exempt` or `elsewhere` if that is meant',
  limits:
    "the mesh's own namespaces (those of Istio's and Linkerd's charts, of the control plane and the root namespace) are not judged",
  config: ['exempt', 'elsewhere', 'lock', 'mesh'],
  examples: {
    pass: [
      { title: 'it follows a revision', objects: [namespace('shop', { 'istio.io/rev': '1-30-3' })] },
      { title: 'it is ambient', objects: [ambientShop] },
      { title: 'it is on Linkerd', objects: [linkerdShop] },
      {
        title: 'it follows one of two revisions, while the control plane is upgraded',
        objects: [namespace('shop', { 'istio.io/rev': '1-31-0' }), istiod('1-30-3'), istiod('1-31-0')],
      },
      {
        title: 'another stack has put it into the mesh, and guards it',
        objects: [deployment('cart')],
        config: { elsewhere: ['shop'] },
      },
      {
        title: "it is the control plane's, which refuses injection",
        objects: [
          namespace('istio-system', {}),
          configMap('istio', { mesh: 'rootNamespace: istio-system' }, 'istio-system'),
        ],
      },
      {
        title: 'it is that of the control plane of Linkerd',
        objects: [annotated(namespace('linkerd', {}), { 'linkerd.io/inject': 'disabled' }), linkerdRelease({})],
      },
    ],
    fail: [
      { title: 'it has no label', objects: [namespace('shop', {})] },
      {
        title: 'it opts out',
        objects: [namespace('shop', { 'istio-injection': 'disabled', 'istio.io/rev': '1-30-3' })],
      },
      {
        title: 'two labels, of which one silently wins',
        objects: [namespace('shop', { 'istio-injection': 'enabled', 'istio.io/rev': '1-30-3' })],
      },
      { title: 'an annotation whose value is none', objects: [onLinkerd({ 'linkerd.io/inject': 'true' })] },
      {
        title: 'Istio and Linkerd at once',
        objects: [annotated(namespace('shop'), { 'linkerd.io/inject': 'enabled' })],
      },
      { title: 'a workload goes where nothing shows a mesh', objects: [deployment('cart')] },
      {
        title: 'it follows a revision that no control plane of the stack has',
        objects: [namespace('shop', { 'istio.io/rev': '1-29-6' }), istiod('1-30-3')],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const { exempt, elsewhere } = context.config
  const known = gather(namespaces(context), readNamespace)
  const { needed, findings } = inhabited(context)
  const outside = known.facts.flatMap(({ field, name, membership }) =>
    membership.kind === 'in' || exempt.includes(name) || elsewhere.includes(name)
      ? []
      : [{ name, found: finding(field, `is not in the mesh: ${membership.why}`) }],
  )
  const unseen = needed
    .filter(({ namespace }) => !known.facts.some(({ name }) => name === namespace))
    .map(one => ({
      name: one.namespace,
      found: aboutNamespace(one, 'is not shown to be in the mesh: the stack does not register it'),
    }))
  const left = lost(
    known.facts.filter(
      ({ name, membership }) => membership.kind === 'in' && !exempt.includes(name) && !elsewhere.includes(name),
    ),
    context,
  )
  const suspects = [...outside, ...unseen]
  // Where nobody is suspected, nothing hangs on what the system's namespaces are.
  const system = suspects.length > 0 ? systemNamespaces(context) : { facts: [], findings: [] }
  return [
    ...known.findings,
    ...findings,
    ...left,
    ...system.findings,
    ...suspects.flatMap(({ name, found }) => (system.facts.includes(name) ? [] : [found])),
  ]
}

/** Namespaces that follow what nobody has: no webhook matches, and their Pods start without a sidecar. */
function lost(members: readonly NamespaceFact[], context: Context): readonly Finding[] {
  const followers = members.flatMap(({ field, follows }) => (follows === undefined ? [] : [{ field, follows }]))
  const known = followers.length > 0 ? followable(context) : undefined
  if (known === undefined) return []
  const strays = followers.filter(({ follows }) => !known.facts.includes(follows))
  return [
    ...known.findings,
    ...strays.map(({ field, follows }) =>
      finding(
        field,
        `follows \`${follows}\`, which is no revision or tag of a control plane of the stack: nothing injects its Pods`,
      ),
    ),
  ]
}
