import { followed } from '../core/compile/compile'
import type { DataPlane } from '../core/compile/target'
import { eastWestValues, isEastWest } from './east-west'
import type { AuthorityValues } from './istio-authority'
import { authorityValues } from './istio-authority'
import { nodeNamespace, rootNamespace, systemNamespace } from './istio-names'
import type { GatewaySettings, IstioSettings, TrustSettings } from './settings'

/** Values of a Helm chart. */
export type Values = Readonly<Record<string, unknown>>

/** What the values depend on beside the mesh's own settings. */
export interface Circumstances {
  /** Who signs identities, and whom proxies believe. */
  readonly trust: TrustSettings
  /** What carries the calls of the mesh's namespaces. */
  readonly planes: ReadonlySet<DataPlane>
}

/** Values of the chart `base`: the CRDs and the webhook that validates what is written in them. */
export function baseValues(settings: IstioSettings): Values {
  return {
    // The webhook must lead to the control plane there is; `default` is the one without a revision.
    defaultRevision: settings.revision ?? 'default',
    base: { validationFailurePolicy: failurePolicy },
    global: { istioNamespace: systemNamespace(settings), ...readers(settings) },
  }
}

/**
 * The ServiceAccount `istio-reader-service-account` reads every Secret of the cluster, for the istiod of another one.
 * Charts of 1.29 know no such value and make it always.
 */
function readers({ multiCluster }: IstioSettings): Values {
  return { enableReaderRBAC: multiCluster !== undefined }
}

// The chart starts with `Ignore` and istiod makes it `Fail`, which Helm would undo with every update: until istiod
// notices, any malformed policy would be let in.
const failurePolicy = 'Fail'

/** Values of the chart `istiod`. */
export function istiodValues(settings: IstioSettings, { trust, planes }: Circumstances): Values {
  const ambient = planes.has('ambient')
  const authority = authorityValues(trust)
  return {
    ...(settings.revision !== undefined && { revision: settings.revision }),
    global: {
      istioNamespace: systemNamespace(settings),
      ...shared(settings),
      ...readers(settings),
      ...multiCluster(settings),
      ...authority.global,
      proxy: { clusterDomain: settings.clusterDomain ?? 'cluster.local', seccompProfile },
    },
    seccompProfile,
    gateways: { seccompProfile },
    meshConfig: meshConfig(settings, planes, authority),
    // Redirection is set up by the node's CNI plugin: without it each Pod would need NET_ADMIN, with which it could undo it.
    cni: { enabled: true },
    base: { validationFailurePolicy: failurePolicy },
    env: {
      // Port 8080 serves every proxy's whole configuration, in plaintext. This also ends `istioctl proxy-status`.
      ENABLE_DEBUG_ON_HTTP: 'false',
      // A sidecar that starts before and stops after the workload, so that neither init containers nor Jobs go without it.
      ENABLE_NATIVE_SIDECARS: 'true',
      // Without it istiod takes no second anchor beside the first, and so no rotation (istio `pilot/pkg/bootstrap/istio_ca.go` handleEvent).
      ISTIO_MULTIROOT_MESH: 'true',
      ...authority.env,
      ...(ambient && { PILOT_ENABLE_AMBIENT: 'true' }),
      // Without it istiod knows no class `istio-east-west`, nor other networks (istio `pilot/pkg/features/ambient.go`).
      ...(ambient && settings.multiCluster?.network !== undefined && { AMBIENT_ENABLE_MULTI_NETWORK: 'true' }),
    },
    // Who may ask for other workloads' certificates. Said always, as platforms bring another default (istio
    // `files/profile-platform-openshift.yaml`).
    ...(ambient && { trustedZtunnelNamespace: nodeNamespace(settings) }),
    // Closes port 15010, where configuration is served in plaintext to whoever asks. Proxies use 15012, with mTLS.
    extraContainerArgs: ['--grpcAddr='],
    ...authority.top,
  }
}

/** The runtime's own list of system calls: a namespace at Pod Security `restricted` refuses sidecars and waypoints without one. */
const seccompProfile = { type: 'RuntimeDefault' }

function multiCluster({ multiCluster: place }: IstioSettings): Values {
  if (place === undefined) return {}
  const { cluster, network, meshId } = place
  return {
    multiCluster: { clusterName: cluster },
    ...(network !== undefined && { network }),
    ...(meshId !== undefined && { meshID: meshId }),
  }
}

function meshConfig(settings: IstioSettings, planes: ReadonlySet<DataPlane>, authority: AuthorityValues): Values {
  // Sidecars and gateways speak ztunnel's protocol: otherwise they would reach ambient Pods in plaintext.
  const speaks = planes.has('ambient') ? { ISTIO_META_ENABLE_HBONE: 'true' } : {}
  const proxyMetadata = { ...speaks, ...authority.proxyMetadata }
  return {
    // Always said: the chart's `cluster.local` is what every other mesh is called too.
    trustDomain: settings.trustDomain,
    ...(settings.trustDomainAliases && { trustDomainAliases: settings.trustDomainAliases }),
    rootNamespace: rootNamespace(settings),
    // The callee's sidecar is what is strict; this is how callers come to speak mTLS without a DestinationRule.
    enableAutoMtls: true,
    // No TLS 1.2: both ends are proxies of this mesh.
    meshMTLS: { minProtocolVersion: 'TLSV1_3' },
    // What nobody declared is not resolved. No boundary, as a workload can go round its sidecar, but what is forgotten shows.
    // Ztunnel does not heed it: it passes on what it does not know (ztunnel `src/proxy/outbound.rs`).
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
    // `/a/..%2Fb` and `/a//b` become what a backend may take them for before a policy that allows `/a/**` looks at them.
    pathNormalization: { normalization: settings.pathNormalization ?? 'DECODE_AND_MERGE_SLASHES' },
    defaultConfig: {
      // For Pods whose sidecar is not native: the workload waits until its proxy has its policies.
      holdApplicationUntilProxyStarts: true,
      ...(Object.keys(proxyMetadata).length > 0 && { proxyMetadata }),
    },
    ...authority.meshConfig,
  }
}

/** Values of the chart `gateway`. Its ServiceAccount is named, as that is the identity the graph's ingress calls under. */
export function gatewayValues(name: string, gateway: GatewaySettings, settings: IstioSettings): Values {
  const follows = followed(settings, gateway.namespace ?? name)
  return {
    ...(follows !== undefined && { revision: follows }),
    ...(settings.networkPolicies === true && { global: networkPolicy }),
    // This chart takes them as a Pod does; its image and variant come by injection.
    ...(settings.pullSecrets && { imagePullSecrets: settings.pullSecrets.map(secret => ({ name: secret })) }),
    serviceAccount: { create: true, name },
    ...(isEastWest(gateway)
      ? eastWestValues(settings, gateway)
      : { service: { type: gateway.service ?? 'LoadBalancer' } }),
  }
}

const networkPolicy = { networkPolicy: { enabled: true } }

/** Values under `global` that every chart of the control plane and of the nodes takes. */
export function shared(settings: IstioSettings): Values {
  const { hub, platform, pullSecrets, networkPolicies, nativeNftables } = settings
  return {
    ...(hub !== undefined && { hub }),
    ...(platform !== undefined && { platform }),
    // Images without a shell, of istiod and of the proxies.
    variant: 'distroless',
    ...(pullSecrets !== undefined && { imagePullSecrets: pullSecrets }),
    ...(networkPolicies === true && networkPolicy),
    ...(nativeNftables !== undefined && { nativeNftables }),
  }
}
