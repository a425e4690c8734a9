import { closedShop, linkerdRelease } from '../example-linkerd-install'
import { labelled, namespace } from '../example-objects'
import { chartName, charts } from '../facts/charts'
import { controlPlaneChart } from '../facts/linkerd-install/settings'
import { namespaces, systemNamespaces } from '../facts/namespaces'
import { at, finding, gather, given, judgeEach, required, text, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

/** The label of a Namespace that keeps Linkerd's webhooks away (linkerd2 charts/linkerd-control-plane/values.yaml namespaceSelector). */
const webhooks = 'config.linkerd.io/admission-webhooks'

/** What the chart's values say of the webhooks that inject and that look policies over. */
const selectors = [
  ['proxyInjector', 'namespaceSelector'],
  ['proxyInjector', 'objectSelector'],
  ['profileValidator', 'namespaceSelector'],
  ['policyValidator', 'namespaceSelector'],
] as const

/**
 * No namespace but the system's own keeps Linkerd's webhooks away: there nothing is injected, whatever the annotations say, and policies are stored as they come
 * (linkerd2 charts/linkerd-control-plane/templates/proxy-injector-rbac.yaml, destination-rbac.yaml). Nor does the chart decide anew where they look.
 */
export const admissionNotDisabled = rule({
  id: 'admission-not-disabled',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/CM-6',
    'nist-800-53/CM-7',
    'nist-800-204/SM-DR1',
    'nist-800-207/tenet-5',
    'cis-kubernetes/5.1.12',
    'iso-27001/A.8.27',
  ],
  why: 'where the webhooks do not look, Pods start without a proxy, and policies that mean nothing are taken for policies',
  fix: 'take the label from the Namespace, and the selectors out of the values of the chart; list a namespace of the system under `exempt`',
  limits: "the mesh's own namespaces (those of its charts and of the control plane) are not judged",
  config: ['exempt', 'mesh', 'lock'],
  examples: {
    pass: [
      { title: 'the webhooks look', objects: [closedShop] },
      { title: 'the system’s own namespace', objects: [namespace('kube-system', { [webhooks]: 'disabled' })] },
      {
        title: 'the namespace of the control plane',
        objects: [namespace('linkerd', { [webhooks]: 'disabled' }), linkerdRelease({})],
      },
    ],
    fail: [
      { title: 'they are kept away', objects: [labelled(closedShop, { [webhooks]: 'disabled' })] },
      {
        title: 'the chart has them look only where a label asks for it',
        objects: [linkerdRelease({ proxyInjector: { namespaceSelector: { matchLabels: { mesh: 'yes' } } } })],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const closed = gather(namespaces(context), field => {
    const label = at(field, 'metadata', 'labels', webhooks)
    return text(label) === 'disabled' ? [{ name: required(at(field, 'metadata', 'name')), label }] : []
  })
  const mine = closed.facts.flat().filter(({ name }) => !context.config.exempt.includes(name))
  const system = mine.length > 0 ? systemNamespaces(context) : { facts: [], findings: [] }
  return [
    ...closed.findings,
    ...system.findings,
    ...mine
      .filter(({ name }) => !system.facts.includes(name))
      .map(({ label }) =>
        finding(label, 'keeps the webhooks away, so that nothing is injected and no policy is looked over'),
      ),
    ...judgeEach(charts(context), ofChart),
  ]
}

function ofChart(chart: Field): readonly Finding[] {
  if (chartName(chart) !== controlPlaneChart) return []
  return selectors.flatMap(path => {
    const field = at(chart, 'values', ...path)
    return given(field)
      ? [finding(field, 'decides anew where a webhook looks, so that what it leaves out is not known')]
      : []
  })
}
