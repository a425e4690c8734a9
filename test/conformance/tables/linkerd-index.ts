import { linkerd, meshed, pod } from './linkerd'

/*
 * What the policy controller's own tests of its index take for granted: linkerd2 `policy-controller/k8s/index/src/inbound/tests.rs` TestConfig. They look at
 * what the proxy is told; here it is what the proxy then lets in. Where upstream says `foo.bar` for an identity, it is a ServiceAccount's here.
 */

export const domain = 'cluster.example.com'

/** The network that upstream takes for the cluster's; its Pods are within. */
export const within = '192.0.2.7'
export const elsewhere = '198.51.100.7'

/** The installation, with a default: upstream's own is `cluster-unauthenticated`, and without probes. */
export function cluster(
  defaultInboundPolicy = 'cluster-unauthenticated',
  probeNetworks: readonly string[] = [],
): string {
  return linkerd({
    identityTrustDomain: domain,
    clusterNetworks: '192.0.2.0/24',
    policyController: { probeNetworks },
    proxy: { defaultInboundPolicy },
  })
}

/** A Pod `app-0`, one of whose ports nobody declares. */
export const subject = pod('ns-0/pod-0', {}, { labels: { app: 'app-0' } })

export const namespaces = [meshed('ns-0'), meshed('ns-1')]
