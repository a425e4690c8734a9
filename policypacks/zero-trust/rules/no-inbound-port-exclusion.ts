import { deployment, release } from '../example-objects'
import { chartName, releases } from '../facts/charts'
import { uncaptured } from '../facts/injection'
import { namespaceOf } from '../facts/policies'
import { workloads } from '../facts/workloads'
import { at, finding, judgeEach, text, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

/**
 * No inbound port of a workload goes past its proxy, by an annotation of its Pods or by the values of istiod's chart, which
 * are for all Pods whose annotations do not say otherwise (istio
 * manifests/charts/istio-control/istio-discovery/files/injection-template.yaml, cni/pkg/nodeagent/net.go). What else takes ports away from
 * proxies of Linkerd, inbound and outbound, is `no-skip-ports`'s.
 */
export const noInboundPortExclusion = rule({
  id: 'no-inbound-port-exclusion',
  severity: 'critical',
  scope: 'object',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-4(4)',
    'nist-800-53/SC-7',
    'nist-800-53/SC-8',
    'nist-800-204/SM-DR6',
    'nist-800-207/tenet-2',
    'pci-dss/1.2.5',
    'iso-27001/A.8.27',
  ],
  why: 'a port that the proxy does not see takes plaintext from everybody, and no policy holds for it',
  fix: 'take the annotation or value away; declare callers without identity under `outside` in the graph, and the port stays behind the proxy',
  limits:
    'annotations that a mutating webhook adds are not seen, nor are the values of a chart that is not called `istiod`; ports 15020, 15021 and 15090 of a sidecar are never captured; of Linkerd it sees annotations of Pods, the rest is left to `no-skip-ports`',
  config: ['exempt'],
  examples: {
    pass: [
      { title: 'nothing is said of ports', objects: [deployment('cart')] },
      {
        title: 'all ports, said aloud',
        objects: [
          deployment('cart', {
            annotations: {
              'traffic.sidecar.istio.io/includeInboundPorts': '*',
              'traffic.sidecar.istio.io/excludeOutboundPorts': '5432',
            },
          }),
          release('istiod', {
            chart: 'istiod',
            namespace: 'istio-system',
            values: { global: { proxy: { includeInboundPorts: '*', excludeInboundPorts: '' } } },
          }),
        ],
      },
    ],
    fail: [
      {
        title: 'a port is left out',
        objects: [deployment('cart', { annotations: { 'traffic.sidecar.istio.io/excludeInboundPorts': '7070' } })],
      },
      {
        title: 'ports are listed, so that all others are left out',
        objects: [deployment('cart', { annotations: { 'traffic.sidecar.istio.io/includeInboundPorts': '7070' } })],
      },
      {
        title: 'ztunnel is kept from what comes in',
        objects: [deployment('cart', { annotations: { 'ambient.istio.io/bypass-inbound-capture': 'true' } })],
      },
      {
        title: 'a proxy of Linkerd does not see a port',
        objects: [deployment('cart', { annotations: { 'config.linkerd.io/skip-inbound-ports': '7070' } })],
      },
      {
        title: 'a port of every Pod of the mesh is left out',
        objects: [
          release('istiod', {
            chart: 'istiod',
            namespace: 'istio-system',
            values: { global: { proxy: { excludeInboundPorts: '9100' } } },
          }),
        ],
      },
    ],
  },
  check: context => [
    ...judgeEach(workloads(context), workload => ofWorkload(workload, context)),
    ...judgeEach(releases(context), ofMesh),
  ],
})

function ofWorkload(workload: Field, { config }: Context): readonly Finding[] {
  return config.exempt.includes(namespaceOf(workload)) ? [] : uncaptured(workload)
}

function ofMesh(chart: Field): readonly Finding[] {
  if (chartName(chart) !== 'istiod') return []
  const proxy = at(chart, 'values', 'global', 'proxy')
  const excluded = at(proxy, 'excludeInboundPorts')
  const included = at(proxy, 'includeInboundPorts')
  return [
    ...((text(excluded) ?? '') === '' ? [] : [finding(excluded, 'takes ports of every Pod away from its proxy')]),
    ...((text(included) ?? '*') === '*' ? [] : [finding(included, 'leaves ports of every Pod out of its proxy')]),
  ]
}
