import { ambientShop } from '../example-ambient'
import { configMap, deployment, namespace } from '../example-objects'
import { aboutNamespace, inhabited, namespaces, readNamespace, systemNamespaces } from '../facts/namespaces'
import { finding, gather } from '../field'
import { rule, type Context, type Finding } from '../rule'

/**
 * Every Namespace the stack registers joins exactly one mesh, and so does every namespace it puts something into.
 * The mesh's own are left out: those of Istio's charts and of istiod, and the root namespace.
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
  fix: 'label the Namespace with one of `istio.io/rev: <revision>`, `istio-injection: enabled` and `istio.io/dataplane-mode: ambient`; name it in `exempt` or `elsewhere` if that is meant',
  limits: "the mesh's own namespaces (those of Istio's charts, of istiod and the root namespace) are not judged",
  config: ['exempt', 'elsewhere', 'lock', 'mesh'],
  examples: {
    pass: [
      { title: 'it follows a revision', objects: [namespace('shop', { 'istio.io/rev': '1-30-3' })] },
      { title: 'it is ambient', objects: [ambientShop] },
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
      { title: 'a workload goes where nothing shows a mesh', objects: [deployment('cart')] },
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
  const suspects = [...outside, ...unseen]
  // Where nobody is suspected, nothing hangs on what the system's namespaces are.
  const system = suspects.length > 0 ? systemNamespaces(context) : { facts: [], findings: [] }
  return [
    ...known.findings,
    ...findings,
    ...system.findings,
    ...suspects.flatMap(({ name, found }) => (system.facts.includes(name) ? [] : [found])),
  ]
}
