import type { GatewaySettings, IstioSettings } from './settings'

/** Values of a Helm chart. */
export type Values = Readonly<Record<string, unknown>>

/** The Secret that istiod reads its signing certificate from; the chart knows no other name. */
export const signingSecret = 'cacerts'

/** What `istioValues` depends on beside the settings. */
export interface Signing {
  /** Istiod makes a root of its own. */
  readonly selfSigned: boolean
}

/** Values of the chart `base`: the CRDs and the webhook that validates what is written in them. */
export function baseValues(settings: IstioSettings): Values {
  return {
    // The webhook must lead to the control plane there is; `default` is the one without a revision.
    defaultRevision: settings.revision ?? 'default',
    base: { validationFailurePolicy: failurePolicy },
    global: { istioNamespace: systemNamespace(settings) },
  }
}

// The chart starts with `Ignore` and istiod makes it `Fail`, which Helm would undo with every update: until istiod
// notices, any malformed policy would be let in.
const failurePolicy = 'Fail'

/** Values of the chart `istiod`. */
export function istiodValues(settings: IstioSettings, signing: Signing): Values {
  return {
    ...(settings.revision !== undefined && { revision: settings.revision }),
    ...(settings.tag !== undefined && { revisionTags: [settings.tag] }),
    global: {
      istioNamespace: systemNamespace(settings),
      ...images(settings),
      proxy: { clusterDomain: settings.clusterDomain ?? 'cluster.local' },
    },
    meshConfig: meshConfig(settings),
    // Redirection is set up by the node's CNI plugin: without it each Pod would need NET_ADMIN, with which it could undo it.
    cni: { enabled: true },
    base: { validationFailurePolicy: failurePolicy },
    env: {
      // Port 8080 serves every proxy's whole configuration, in plaintext. This also ends `istioctl proxy-status`.
      ENABLE_DEBUG_ON_HTTP: 'false',
      // A sidecar that starts before and stops after the workload, so that neither init containers nor Jobs go without it.
      ENABLE_NATIVE_SIDECARS: 'true',
    },
    // Closes port 15010, where configuration is served in plaintext to whoever asks. Proxies use 15012, with mTLS.
    extraContainerArgs: ['--grpcAddr='],
    ...(signing.selfSigned ? {} : requiredSecret),
  }
}

function meshConfig(settings: IstioSettings): Values {
  return {
    // Always said: the chart's `cluster.local` is what every other mesh is called too.
    trustDomain: settings.trustDomain,
    rootNamespace: settings.rootNamespace ?? systemNamespace(settings),
    // The callee's sidecar is what is strict; this is how callers come to speak mTLS without a DestinationRule.
    enableAutoMtls: true,
    // No TLS 1.2: both ends are proxies of this mesh.
    meshMTLS: { minProtocolVersion: 'TLSV1_3' },
    // What nobody declared is not resolved. No boundary, as a workload can go round its sidecar, but what is forgotten shows.
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
    // `/a/..%2Fb` and `/a//b` become what a backend may take them for before a policy that allows `/a/**` looks at them.
    pathNormalization: { normalization: settings.pathNormalization ?? 'DECODE_AND_MERGE_SLASHES' },
    defaultConfig: {
      // For Pods whose sidecar is not native: the workload waits until its proxy has its policies.
      holdApplicationUntilProxyStarts: true,
    },
  }
}

/**
 * The chart mounts `cacerts` only if it is there. An istiod that starts first makes a root of its own, and the Secret
 * that comes later is then a change of root, which cuts off all that runs. A second mount that is not optional makes the
 * Pod wait; nothing of the Secret passes through Pulumi, whose state would otherwise hold the key.
 */
const requiredSecret: Values = {
  volumes: [{ name: 'cacerts-required', secret: { secretName: signingSecret } }],
  volumeMounts: [{ name: 'cacerts-required', mountPath: '/etc/cacerts-required', readOnly: true }],
}

/** Values of the chart `cni`: the node's agent, one for all revisions. */
export function cniValues(settings: IstioSettings): Values {
  return { global: images(settings) }
}

/** Values of the chart `gateway`. Its ServiceAccount is named, as that is the identity the graph's ingress calls under. */
export function gatewayValues(name: string, gateway: GatewaySettings, settings: IstioSettings): Values {
  const follows = settings.tag ?? settings.revision
  return {
    ...(follows !== undefined && { revision: follows }),
    serviceAccount: { create: true, name },
    service: { type: gateway.service ?? 'LoadBalancer' },
  }
}

function images({ hub, platform }: IstioSettings): Values {
  return { ...(hub !== undefined && { hub }), ...(platform !== undefined && { platform }) }
}

/** Where istiod runs. */
export function systemNamespace(settings: IstioSettings): string {
  return settings.systemNamespace ?? 'istio-system'
}
