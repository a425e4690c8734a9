import { closedShop, linkerdRelease, onLinkerd } from '../example-linkerd-install'
import { deployment, release } from '../example-objects'
import { chartName, charts } from '../facts/charts'
import { controlPlaneChart } from '../facts/linkerd-install/settings'
import { valueOf } from '../facts/linkerd-install/values'
import { namespaces } from '../facts/namespaces'
import { podOf, workloads } from '../facts/workloads'
import { at, finding, given, judgeEach, portOf, text, type Field } from '../field'
import { rule, type Finding } from '../rule'

/** Annotations of Pods, and of Namespaces for all their Pods (linkerd2 pkg/k8s/labels.go). */
const annotations = [
  'config.linkerd.io/skip-inbound-ports',
  'config.linkerd.io/skip-outbound-ports',
  'config.linkerd.io/skip-subnets',
]

/**
 * Nothing goes past the proxies of Linkerd: neither ports nor subnets that an annotation of a Pod or its Namespace names, nor those of the chart's values, which are
 * for all Pods whose annotations do not say otherwise. Unless it is told otherwise the chart leaves out 4567 and 4568, inbound and outbound (linkerd2
 * charts/linkerd-control-plane/values.yaml proxyInit).
 */
export const noSkipPorts = rule({
  id: 'no-skip-ports',
  severity: 'high',
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
  why: 'what goes past the proxy is in plaintext and has no identity, and no policy holds for it',
  fix: 'take the annotations away, set `proxyInit.ignoreInboundPorts` and `proxyInit.ignoreOutboundPorts` to an empty string, and declare ports that carry bytes as `linkerd.io/opaque`',
  limits:
    'ports 4190 and 4191, the proxy’s own, are never captured; annotations that another webhook adds are not seen',
  config: [],
  examples: {
    pass: [
      { title: 'nothing is said of ports', objects: [closedShop, deployment('cart')] },
      {
        title: 'the chart is told to leave out none',
        objects: [linkerdRelease({ proxyInit: { ignoreInboundPorts: '', ignoreOutboundPorts: '' } })],
      },
      {
        title: 'the CNI plugin, whose chart leaves out none',
        objects: [release('linkerd2-cni', { chart: 'linkerd2-cni', version: '2026.6.3', namespace: 'linkerd-cni' })],
      },
    ],
    fail: [
      {
        title: 'a port of a Pod is left out',
        objects: [deployment('cart', { annotations: { 'config.linkerd.io/skip-inbound-ports': '7070' } })],
      },
      {
        title: 'what a Pod calls on a port is left out',
        objects: [deployment('cart', { annotations: { 'config.linkerd.io/skip-outbound-ports': '6379' } })],
      },
      {
        title: 'a subnet, for all Pods of a namespace',
        objects: [onLinkerd({ 'config.linkerd.io/skip-subnets': '10.0.0.0/8' })],
      },
      { title: 'the chart is left to its default', objects: [linkerdRelease({})] },
      {
        title: 'a subnet of every Pod of the mesh',
        objects: [
          linkerdRelease({
            proxyInit: { ignoreInboundPorts: '', ignoreOutboundPorts: '', skipSubnets: '10.0.0.0/8' },
          }),
        ],
      },
      {
        title: 'a port of every Pod, by the CNI plugin',
        objects: [
          release('linkerd2-cni', {
            chart: 'linkerd2-cni',
            namespace: 'linkerd-cni',
            values: { ignoreInboundPorts: '9100' },
          }),
        ],
      },
    ],
  },
  check: context => [
    ...judgeEach(namespaces(context), named),
    ...judgeEach(workloads(context), workload => named(podOf(workload))),
    ...judgeEach(charts(context), ofChart),
  ],
})

function named(object: Field): readonly Finding[] {
  return annotations.flatMap(name => {
    const field = at(object, 'metadata', 'annotations', name)
    return (text(field) ?? '') === '' ? [] : [finding(field, 'takes traffic away from the proxy')]
  })
}

const everywhere = 'takes traffic of every Pod away from its proxy'

function ofChart(chart: Field): readonly Finding[] {
  switch (chartName(chart)) {
    case controlPlaneChart:
      return [
        ...ports(valueOf(chart, 'proxyInit', 'ignoreInboundPorts'), 'required'),
        ...ports(valueOf(chart, 'proxyInit', 'ignoreOutboundPorts'), 'required'),
        ...ports(valueOf(chart, 'proxyInit', 'skipSubnets'), 'optional'),
      ]
    case 'linkerd2-cni':
      return [
        ...ports(valueOf(chart, 'ignoreInboundPorts'), 'optional'),
        ...ports(valueOf(chart, 'ignoreOutboundPorts'), 'optional'),
      ]
    default:
      return []
  }
}

/** A single port may be a number. */
function ports(value: Field, presence: 'required' | 'optional'): readonly Finding[] {
  if (!given(value))
    return presence === 'required'
      ? [finding(value, 'is left to the chart, which takes 4567 and 4568 away from every proxy')]
      : []
  return portOf(value) === '' ? [] : [finding(value, everywhere)]
}
