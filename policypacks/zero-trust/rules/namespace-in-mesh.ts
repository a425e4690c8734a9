import { deployment, namespace } from '../example-objects'
import { aboutNamespace, inhabited, namespaces, readNamespace, systemNamespaces } from '../facts/namespaces'
import { finding, gather } from '../field'
import { rule, type Context, type Finding } from '../rule'

/**
 * Every Namespace the stack registers joins exactly one mesh, and so does every namespace it puts something into.
 * Namespaces of Istio's own charts are left out.
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
  fix: 'label the Namespace with `istio.io/rev: <revision>` or `istio-injection: enabled`, never both; name it in `exempt` or `elsewhere` if that is meant',
  config: ['exempt', 'elsewhere', 'lock'],
  examples: {
    pass: [
      { title: 'it follows a revision', objects: [namespace('shop', { 'istio.io/rev': '1-30-3' })] },
      {
        title: 'another stack has put it into the mesh, and guards it',
        objects: [deployment('cart')],
        config: { elsewhere: ['shop'] },
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
  const { config } = context
  const system = systemNamespaces(context)
  const known = gather(namespaces(context), readNamespace)
  const { needed, findings } = inhabited(context)
  const spared = (name: string) => config.exempt.includes(name) || config.elsewhere.includes(name) || system.has(name)
  const outside = known.facts.flatMap(({ field, name, membership }) =>
    membership.kind === 'out' && !spared(name) ? [finding(field, `is not in the mesh: ${membership.why}`)] : [],
  )
  const unseen = needed.filter(({ namespace }) => !known.facts.some(({ name }) => name === namespace))
  return [
    ...known.findings,
    ...findings,
    ...outside,
    ...unseen.map(one => aboutNamespace(one, 'is not shown to be in the mesh: the stack does not register it')),
  ]
}
