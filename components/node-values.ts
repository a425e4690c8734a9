import type { Circumstances, Values } from './istio-values'
import { systemNamespace } from './istio-names'
import { shared } from './istio-values'
import { istioCsrAddress } from './istio-csr'
import type { IstioSettings, TrustSettings } from './settings'

/** Values of the chart `cni`: the agent on each node, one for all revisions. */
export function cniValues(settings: IstioSettings, { planes }: Pick<Circumstances, 'planes'>): Values {
  const { binDir, confDir, netnsDir } = settings.cni ?? {}
  return {
    global: shared(settings),
    // Under `cni`, where platforms have theirs: the chart copies that over what stands at the top (istio
    // `manifests/charts/istio-cni/templates/zzy_descope_legacy.yaml`).
    ...(settings.cni && {
      cni: {
        ...(binDir !== undefined && { cniBinDir: binDir }),
        ...(confDir !== undefined && { cniConfDir: confDir }),
        ...(netnsDir !== undefined && { cniNetnsDir: netnsDir }),
      },
    }),
    ...(planes.has('ambient') && { ambient }),
  }
}

const ambient = {
  enabled: true,
  // Names resolve to what ztunnel knows, so that calls to hosts outside are seen as such.
  dnsCapture: true,
  // Otherwise Pods that run keep the rules of the agent that captured them, whatever its version.
  reconcileIptablesOnStartup: true,
}

/** Values of the chart `ztunnel`, the proxy on each node; it follows the control plane itself, never a tag. */
export function ztunnelValues(
  settings: IstioSettings,
  { revocation = false, istioCsr }: Pick<TrustSettings, 'revocation' | 'istioCsr'>,
): Values {
  const { clusterDomain, multiCluster, next } = settings
  const revision = next?.nodes === true ? next.revision : settings.revision
  return {
    // The chart lifts what stands there to the top (istio `manifests/charts/ztunnel/templates/zzz_profile.yaml`).
    global: shared(settings),
    istioNamespace: systemNamespace(settings),
    // By it ztunnel finds istiod, whose Service is named after the revision; there is none for a tag of this name.
    ...(revision !== undefined && { revision }),
    ...(multiCluster && { multiCluster: { clusterName: multiCluster.cluster } }),
    ...(multiCluster?.network !== undefined && { network: multiCluster.network }),
    // The chart has no value for it (ztunnel `src/config.rs` CLUSTER_DOMAIN); short names would resolve to nothing.
    ...(clusterDomain !== undefined && { env: { CLUSTER_DOMAIN: clusterDomain } }),
    ...(istioCsr && { caAddress: istioCsrAddress(istioCsr) }),
    ...(revocation && { peerCaCrl: { enabled: true } }),
  }
}
