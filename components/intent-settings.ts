import type { IstioTarget, LinkerdTarget, MeshTarget } from '../core/compile/target'
import type { HybridTarget } from '../core/compile/target-hybrid'
import type { PathNormalization } from './settings'

/** What the target does not say of the mesh, for those who judge the policies; what is not known is not there. */
export interface Told {
  /** How Istio rewrites paths. */
  readonly pathNormalization?: PathNormalization
  /** CIDR blocks that Linkerd takes for the cluster. */
  readonly clusterNetworks?: readonly string[]
  /** CIDR blocks from which Linkerd lets probes in. */
  readonly probeNetworks?: readonly string[]
}

/** Where the ConfigMap lies that says what policies were compiled for: beside the control plane, Istio's where there are two. */
export function intentNamespace(target: MeshTarget): string {
  switch (target.kind) {
    case 'linkerd':
      return target.controlPlaneNamespace ?? 'linkerd'
    case 'hybrid':
      return intentNamespace(target.istio)
    case 'istio-sidecar':
    case 'istio-ambient':
      return target.systemNamespace ?? 'istio-system'
  }
}

/** What is known of the mesh, as a ConfigMap holds it; what is not known is not there. `revision` is what namespaces follow. */
export function intentSettings(target: MeshTarget, told: Told): Record<string, string> {
  switch (target.kind) {
    case 'linkerd':
      return { ...ofLinkerd(target, told), kind: target.kind, version: target.version, trustDomain: target.trustDomain }
    case 'hybrid':
      return ofBoth(target, told)
    case 'istio-sidecar':
    case 'istio-ambient':
      return ofIstio(target, told)
  }
}

/** `version` and `trustDomain` are Istio's, as in every mesh that has Istio. */
function ofBoth({ istio, linkerd, namespaces, podNetworks }: HybridTarget, told: Told): Record<string, string> {
  const onLinkerd = Object.keys(namespaces).filter(name => namespaces[name] === 'linkerd')
  return {
    ...ofIstio(istio, told),
    ...ofLinkerd(linkerd, told),
    kind: 'hybrid',
    linkerdVersion: linkerd.version,
    linkerdTrustDomain: linkerd.trustDomain,
    linkerdNamespaces: onLinkerd.sort().join(','),
    ...(podNetworks && { podNetworks: podNetworks.join(',') }),
  }
}

function ofIstio(target: IstioTarget, { pathNormalization }: Told): Record<string, string> {
  const { kind, version, trustDomain } = target
  const revision = target.tag ?? target.revision
  return {
    kind,
    version,
    trustDomain,
    rootNamespace: target.rootNamespace ?? target.systemNamespace ?? 'istio-system',
    ...(revision !== undefined && { revision }),
    ...(pathNormalization !== undefined && { pathNormalization }),
  }
}

function ofLinkerd(
  { controlPlaneNamespace = 'linkerd' }: LinkerdTarget,
  { clusterNetworks, probeNetworks }: Told,
): Record<string, string> {
  return {
    controlPlaneNamespace,
    ...(clusterNetworks && { clusterNetworks: clusterNetworks.join(',') }),
    ...(probeNetworks && { probeNetworks: probeNetworks.join(',') }),
  }
}
