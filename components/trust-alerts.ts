import { CustomResource } from '@pulumi/kubernetes/apiextensions'
import type * as pulumi from '@pulumi/pulumi'
import { trustAlerts } from '../core/trust/alerts'
import type { Authority } from '../core/trust/rotation/rotation'
import { rootOfCertManager } from './anchor-source'
import { signingSecret, systemNamespace } from './istio-names'
import { identityIssuer } from './linkerd-certificates'
import { controlPlaneNamespace } from './linkerd-values'
import type { MeshSettings, TrustSettings } from './settings'

type Watched = Pick<MeshSettings, 'istio' | 'linkerd' | 'trust'>

/** The alerts on anchors and issuers that end, where they are asked for: one PrometheusRule for all meshes of the stack. */
export function registerTrustAlerts(name: string, settings: Watched, options: pulumi.CustomResourceOptions): void {
  const { istio, linkerd, trust } = settings
  if (!trust.alerts) return
  const authorities = [...(istio ? authoritiesOfIstio(trust) : []), ...(linkerd ? ['linkerd' as const] : [])]
  const { apiVersion, kind, metadata, spec } = trustAlerts({
    ...trust.alerts,
    authorities,
    certificates: certificatesOf(settings),
  })
  new CustomResource(name, { apiVersion, kind, metadata, spec }, options)
}

/** Istiod tells of an authority of its own alone; of a signer of Kubernetes nobody here does. */
function authoritiesOfIstio({ istioCsr, signer }: TrustSettings): readonly Authority[] {
  if (istioCsr) return ['istio-csr']
  return signer === undefined ? ['cacerts'] : []
}

/** What cert-manager makes for the meshes: Linkerd's issuer in any case, where Linkerd is installed here. */
function certificatesOf({ istio, linkerd, trust: { pca, certManager, istioCsr } }: Watched): readonly string[] {
  const isMade = pca !== undefined || certManager !== undefined || istioCsr !== undefined
  // The chart of istio-csr has istiod's own certificate made under this name.
  const ofIstio = istioCsr ? 'istiod' : signingSecret
  return [
    ...(certManager ? [rootOfCertManager(certManager)] : []),
    ...(istio && isMade ? [`${systemNamespace(istio)}/${ofIstio}`] : []),
    ...(linkerd && linkerd.install !== false ? [`${controlPlaneNamespace(linkerd)}/${identityIssuer}`] : []),
  ]
}
