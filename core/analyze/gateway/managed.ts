import type { Gateway, Workload } from '../layer'

const nameLabel = 'gateway.networking.k8s.io/gateway-name'
const classLabel = 'gateway.networking.k8s.io/gateway-class-name'

/**
 * The Pods that istiod makes for Gateways of its class, where none of them was read: before deployment, the Gateway is all there is.
 * Source: istio `manifests/charts/istio-control/istio-discovery/files/kube-gateway.yaml`.
 */
export function managedWorkloads(gateways: readonly Gateway[], read: readonly Workload[]): readonly Workload[] {
  return gateways.flatMap(gateway => {
    const { deployment, namespace, className } = gateway
    if (deployment === undefined || namespace === undefined || className !== 'istio') return []
    const seen = read.some(one => one.namespace === namespace && one.labels[nameLabel] === gateway.name)
    return seen ? [] : [podsOf(gateway, { name: deployment, namespace })]
  })
}

function podsOf(
  gateway: Gateway,
  { name, namespace }: { readonly name: string; readonly namespace: string },
): Workload {
  return {
    kind: 'Deployment',
    name,
    namespace,
    names: [name],
    at: gateway.at,
    labels: {
      'sidecar.istio.io/inject': 'false',
      'service.istio.io/canonical-name': name,
      'service.istio.io/canonical-revision': 'latest',
      ...gateway.podLabels,
      [nameLabel]: gateway.name,
      [classLabel]: gateway.className,
      'gateway.istio.io/managed': 'istio.io-gateway-controller',
    },
    annotations: { 'inject.istio.io/templates': 'gateway' },
    serviceAccount: gateway.serviceAccount,
    hostNetwork: false,
    ports: [],
    probes: [],
    proxyContainer: true,
    live: false,
    ips: [],
    // Another mesh's proxy keeps Linkerd's injector away.
    linkerd: { proxyContainer: false, foreignSidecar: true, namedPorts: [], probes: [] },
    unreadable: gateway.unreadable,
  }
}
