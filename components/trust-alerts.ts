import { CustomResource } from '@pulumi/kubernetes/apiextensions'
import type * as pulumi from '@pulumi/pulumi'
import { trustAlerts } from '../core/trust/alerts'
import { rootOfCertManager } from './anchor-source'
import { signingSecret, systemNamespace } from './istio-values'
import { identityIssuer } from './linkerd-certificates'
import { controlPlaneNamespace } from './linkerd-values'
import type { MeshSettings } from './settings'

type Watched = Pick<MeshSettings, 'istio' | 'linkerd' | 'trust'>

/** The alerts on anchors and issuers that end, where they are asked for: one PrometheusRule for all meshes of the stack. */
export function registerTrustAlerts(name: string, settings: Watched, options: pulumi.CustomResourceOptions): void {
  const { istio, linkerd, trust } = settings
  if (!trust.alerts) return
  const authorities = [...(istio ? ['cacerts' as const] : []), ...(linkerd ? ['linkerd' as const] : [])]
  const { apiVersion, kind, metadata, spec } = trustAlerts({
    ...trust.alerts,
    authorities,
    certificates: certificatesOf(settings),
  })
  new CustomResource(name, { apiVersion, kind, metadata, spec }, options)
}

/** What cert-manager makes for the meshes: Linkerd's issuer in any case, where Linkerd is installed here. */
function certificatesOf({ istio, linkerd, trust: { pca, certManager } }: Watched): readonly string[] {
  const isMade = pca !== undefined || certManager !== undefined
  return [
    ...(certManager ? [rootOfCertManager(certManager)] : []),
    ...(istio && isMade ? [`${systemNamespace(istio)}/${signingSecret}`] : []),
    ...(linkerd && linkerd.install !== false ? [`${controlPlaneNamespace(linkerd)}/${identityIssuer}`] : []),
  ]
}
