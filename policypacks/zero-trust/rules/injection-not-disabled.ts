import { deployment } from '../example-objects'
import { escapes } from '../facts/injection'
import { namespaceOf } from '../facts/policies'
import { workloads } from '../facts/workloads'
import { judgeEach } from '../field'
import { rule } from '../rule'

/** No workload opts out of its sidecar, or of the capture of its inbound traffic. */
export const injectionNotDisabled = rule({
  id: 'injection-not-disabled',
  severity: 'critical',
  scope: 'object',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-4(4)',
    'nist-800-53/SC-7',
    'nist-800-204/SM-DR6',
    'nist-800-207/tenet-6',
    'iso-27001/A.8.27',
  ],
  why: 'a Pod without its proxy, or a port the proxy does not see, is open to everybody, whatever the policies say',
  fix: 'take the label, annotation or setting away; list the namespace under `exempt` if it is no part of the mesh',
  limits:
    'a process that may change the network of its Pod, or that runs as the user of the proxy inside a container that does not say so, gets past the proxy unseen',
  config: ['exempt'],
  examples: {
    pass: [
      { title: 'a workload that leaves injection to its namespace', objects: [deployment('cart')] },
      {
        title: 'a workload that asks for it',
        objects: [deployment('cart', { labels: { app: 'cart', 'sidecar.istio.io/inject': 'true' } })],
      },
    ],
    fail: [
      {
        title: 'injection is off, by a word that is not even `false`',
        objects: [deployment('cart', { labels: { 'sidecar.istio.io/inject': 'disabled' } })],
      },
      {
        title: 'the proxy does not see a port',
        objects: [deployment('cart', { annotations: { 'traffic.sidecar.istio.io/excludeInboundPorts': '7070' } })],
      },
      {
        title: "the Pod is on the node's network, where nothing is injected",
        objects: [deployment('cart', { pod: { hostNetwork: true } })],
      },
    ],
  },
  check: context =>
    judgeEach(workloads(context), workload =>
      context.config.exempt.includes(namespaceOf(workload)) ? [] : escapes(workload),
    ),
})
