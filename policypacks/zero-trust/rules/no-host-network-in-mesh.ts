import { deployment } from '../example-objects'
import { onHostNetwork } from '../facts/injection'
import { namespaceOf } from '../facts/policies'
import { workloads } from '../facts/workloads'
import { judgeEach } from '../field'
import { rule } from '../rule'

/**
 * No workload of the mesh is on the network of its node: no sidecar is injected there (istio pkg/kube/inject/inject.go
 * injectRequired), and ztunnel does not capture it (istio cni/pkg/util/enablement_selector.go Matches), whatever the labels
 * of its namespace say.
 */
export const noHostNetworkInMesh = rule({
  id: 'no-host-network-in-mesh',
  severity: 'critical',
  scope: 'object',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/SC-7',
    'nist-800-53/SC-39',
    'nist-800-204/SM-DR1',
    'nist-800-207/tenet-2',
    'iso-27001/A.8.22',
    'iso-27001/A.8.27',
  ],
  why: 'a Pod on the network of its node has no proxy and no identity, so that none of the policies of its namespace hold for it',
  fix: 'take `hostNetwork` away; keep what needs it in a namespace that is no part of the mesh, and list that under `exempt`',
  limits: 'what a chart brings is not seen',
  config: ['exempt'],
  examples: {
    pass: [
      { title: 'a network of its own', objects: [deployment('cart')] },
      {
        title: 'an agent of the node, outside the mesh',
        objects: [deployment('agent', { pod: { hostNetwork: true } })],
        config: { exempt: ['shop'] },
      },
    ],
    fail: [{ title: "its node's network", objects: [deployment('cart', { pod: { hostNetwork: true } })] }],
  },
  check: context =>
    judgeEach(workloads(context), workload =>
      context.config.exempt.includes(namespaceOf(workload)) ? [] : onHostNetwork(workload),
    ),
})
