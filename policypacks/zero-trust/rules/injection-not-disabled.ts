import { ambientShop } from '../example-ambient'
import { linkerdShop } from '../example-linkerd'
import { deployment, namespace } from '../example-objects'
import { dataPlanes } from '../facts/data-plane'
import { optOuts } from '../facts/injection'
import { namespaceOf } from '../facts/policies'
import { workloads } from '../facts/workloads'
import { judgeEach } from '../field'
import { rule, type Context, type Finding } from '../rule'

/**
 * No workload opts out of the data plane of its namespace: of its sidecar (istio pkg/kube/inject/inject.go
 * injectRequired), of ztunnel (istio manifests/charts/istio-cni/values.yaml enablementSelectors), or of its proxy of Linkerd (linkerd2
 * pkg/inject/report.go). A label that only another data plane heeds does no harm; of a namespace whose data plane is not known, any is
 * refused.
 */
export const injectionNotDisabled = rule({
  id: 'injection-not-disabled',
  severity: 'critical',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-4(4)',
    'nist-800-53/SC-7',
    'nist-800-204/SM-DR6',
    'nist-800-207/tenet-6',
    'iso-27001/A.8.27',
  ],
  why: 'a Pod without its proxy is open to everybody, whatever the policies say',
  fix: 'take the label, annotation or user away; list the namespace under `exempt` if it is no part of the mesh',
  limits:
    'a process that may change the network of its Pod, or that runs as the user of the proxy inside a container that does not say so, gets past the proxy unseen',
  config: ['exempt', 'mesh'],
  examples: {
    pass: [
      { title: 'a workload that leaves injection to its namespace', objects: [deployment('cart')] },
      {
        title: 'a workload that asks for it',
        objects: [deployment('cart', { labels: { app: 'cart', 'sidecar.istio.io/inject': 'true' } })],
      },
      {
        title: 'no sidecar, where ztunnel is',
        objects: [ambientShop, deployment('cart', { labels: { app: 'cart', 'sidecar.istio.io/inject': 'false' } })],
      },
      {
        title: 'no sidecar of Istio, where Linkerd is',
        objects: [linkerdShop, deployment('cart', { annotations: { 'sidecar.istio.io/inject': 'false' } })],
      },
    ],
    fail: [
      {
        title: 'injection is off, by a word that is not even `false`',
        objects: [deployment('cart', { labels: { 'sidecar.istio.io/inject': 'disabled' } })],
      },
      {
        title: 'ztunnel is kept away in an ambient namespace',
        objects: [ambientShop, deployment('cart', { labels: { app: 'cart', 'istio.io/dataplane-mode': 'none' } })],
      },
      {
        title: 'a container runs as the sidecar does, so that nothing it says or hears is captured',
        objects: [namespace('shop'), deployment('cart', { pod: { securityContext: { runAsUser: 1337 } } })],
      },
      {
        title: 'Linkerd is kept away in a namespace of its',
        objects: [linkerdShop, deployment('cart', { annotations: { 'linkerd.io/inject': 'disabled' } })],
      },
      {
        title: 'a label by which the webhook takes the Pod for a part of the control plane',
        objects: [linkerdShop, deployment('cart', { labels: { 'linkerd.io/control-plane-component': 'web' } })],
      },
      {
        title: 'a container called like the proxy of another mesh, which Linkerd takes for one',
        objects: [linkerdShop, deployment('cart', { container: 'istio-proxy' })],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const planes = dataPlanes(context)
  return judgeEach(workloads(context), workload => {
    const namespaceName = namespaceOf(workload)
    return context.config.exempt.includes(namespaceName) ? [] : optOuts(workload, () => planes(namespaceName))
  })
}
