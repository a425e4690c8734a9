import { linkerdShop } from '../example-linkerd'
import { annotated, deployment, labelled, namespace } from '../example-objects'
import { injectValues, linkerdInject } from '../facts/linkerd-install/annotations'
import { namespaces } from '../facts/namespaces'
import { podOf, workloads } from '../facts/workloads'
import { at, finding, given, judgeEach, text, type Field } from '../field'
import { rule, type Finding } from '../rule'

/**
 * `linkerd.io/inject` is an annotation of a Namespace or a Pod, and one of `enabled`, `disabled` and `ingress`. Any other value, on either side, turns injection off
 * (linkerd2 pkg/inject/report.go disabledByAnnotation); a label of the name, or an annotation of what makes the Pod, is not looked at.
 */
export const injectValueValid = rule({
  id: 'inject-value-valid',
  severity: 'high',
  scope: 'object',
  controls: ['nist-800-53/CM-6', 'nist-800-53/AC-4', 'nist-800-204/SM-DR1', 'nist-800-207/tenet-5', 'iso-27001/A.8.9'],
  why: 'a value that looks like yes and is none leaves Pods without a proxy, open to everybody, and nothing says so',
  fix: 'write `linkerd.io/inject: enabled` among the annotations of the Namespace, or of the Pod template',
  config: [],
  examples: {
    pass: [
      { title: 'a namespace that asks for it', objects: [linkerdShop] },
      {
        title: 'a Pod that refuses it, which is for other rules to judge',
        objects: [deployment('cart', { annotations: { [linkerdInject]: 'disabled' } })],
      },
      {
        title: 'on the Deployment and on its Pods',
        objects: [
          annotated(deployment('cart', { annotations: { [linkerdInject]: 'enabled' } }), {
            [linkerdInject]: 'enabled',
          }),
        ],
      },
      { title: 'nothing is said', objects: [namespace('shop', {}), deployment('cart')] },
    ],
    fail: [
      { title: 'the word of another mesh', objects: [annotated(namespace('shop', {}), { [linkerdInject]: 'true' })] },
      {
        title: 'a capital letter',
        objects: [deployment('cart', { annotations: { [linkerdInject]: 'Enabled' } })],
      },
      { title: 'a label, which nobody reads', objects: [labelled(namespace('shop'), { [linkerdInject]: 'enabled' })] },
      {
        title: 'on the Deployment as it should be, and otherwise on its Pods',
        objects: [
          annotated(deployment('cart', { annotations: { [linkerdInject]: 'yes' } }), { [linkerdInject]: 'enabled' }),
        ],
      },
      {
        title: 'on the Deployment alone, where nobody reads it',
        objects: [annotated(deployment('cart'), { [linkerdInject]: 'enabled' })],
      },
    ],
  },
  check: context => [...judgeEach(namespaces(context), one => of(one)), ...judgeEach(workloads(context), ofWorkload)],
})

function ofWorkload(workload: Field): readonly Finding[] {
  const pod = podOf(workload)
  return pod === workload ? of(pod) : [...misplaced(workload), ...of(pod)]
}

/** Whether the webhook heeds what an object that it looks at says. An empty value is none. */
function of(object: Field): readonly Finding[] {
  const metadata = at(object, 'metadata')
  const own = at(metadata, 'annotations', linkerdInject)
  const label = at(metadata, 'labels', linkerdInject)
  const value = text(own) ?? ''
  return [
    ...(value === '' || injectValues.includes(value)
      ? []
      : [finding(own, 'is none of `enabled`, `disabled` and `ingress`, so that nothing is injected')]),
    ...(given(label) ? [finding(label, 'is a label; only the annotation of this name is read')] : []),
  ]
}

/** What the Pod template says too is said where it counts (linkerd2 viz/charts/linkerd-viz/templates/web.yaml). */
function misplaced(workload: Field): readonly Finding[] {
  const own = at(workload, 'metadata', 'annotations', linkerdInject)
  return given(own) && !given(at(podOf(workload), 'metadata', 'annotations', linkerdInject))
    ? [finding(own, 'is not on the Pods, so that nobody reads it; it belongs into the Pod template')]
    : []
}
