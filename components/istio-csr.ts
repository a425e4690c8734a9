import { Release } from '@pulumi/kubernetes/helm/v3'
import type * as pulumi from '@pulumi/pulumi'
import type { AnchorSource } from './anchor-source'
import { anchorsMap, bundle, issuerOf } from './certificates'
import { certManagerCharts, chartOf, istioCsrChart } from './charts'
import { controlPlanes } from './control-planes'
import type { Values } from './istio-values'
import { nodeNamespace, systemNamespace } from './istio-names'
import { planesOf } from './planes'
import type { IstioCsrSettings, IstioMeshSettings, IstioSettings } from './settings'
import { publishedIn } from './trust-anchor'

/*
 * istio-csr, which has identities signed by cert-manager (cert-manager/istio-csr `deploy/charts/istio-csr`).
 */

/** What istio-csr is made from. */
export interface IstioCsrArgs extends Pick<IstioMeshSettings, 'istio' | 'dataPlanes'> {
  readonly istioCsr: IstioCsrSettings
  /** @default none: who signs is said in `istioCsr.issuer`, and `anchors` are what it leads to */
  readonly source?: AnchorSource
  /** In PEM, where they pass through Pulumi; empty where they do not. */
  readonly anchors: pulumi.Output<readonly string[]>
}

/** Where it runs, and what its Service and the label `app` of its Pods are (its `templates/_helpers.tpl`). */
export function istioCsrPods({ namespace = 'cert-manager' }: IstioCsrSettings) {
  return { namespace, labels: { app: istioCsrChart }, ports: [6443] }
}

/** Where proxies ask it for their certificates. */
export function istioCsrAddress(settings: IstioCsrSettings): string {
  return `${hostOf(settings)}:443`
}

function hostOf(settings: IstioCsrSettings): string {
  return `${istioCsrChart}.${istioCsrPods(settings).namespace}.svc`
}

/**
 * Its release, with the anchors beside it: it hands out those, and not whatever its issuer returns. Waits until it has a certificate of its own, without which it is not ready.
 *
 * @returns what istiod has to wait for
 */
export function registerIstioCsr(
  prefix: string,
  args: IstioCsrArgs,
  { dependsOn, ...options }: { readonly parent: pulumi.Resource; readonly dependsOn: readonly pulumi.Resource[] },
): pulumi.Resource {
  const { istioCsr, source } = args
  const { namespace } = istioCsrPods(istioCsr)
  const after = [...dependsOn, ...(source?.ready ?? [])]
  const anchors = registerAnchors(`${prefix}-istio-csr-anchors`, args, { ...options, dependsOn: after })
  const release = {
    ...chartOf(istioCsrChart, istioCsr.version, istioCsr.charts ?? certManagerCharts),
    ...{ name: istioCsrChart, namespace, values: istioCsrValues(args), atomic: true, timeout: 600 },
  }
  return new Release(`${prefix}-istio-csr`, release, { ...options, dependsOn: [...after, anchors] })
}

/** Given ones as they are; those that cert-manager makes by trust-manager, as Pulumi does not know them. */
function registerAnchors(
  id: string,
  { istioCsr, source, anchors }: IstioCsrArgs,
  options: pulumi.CustomResourceOptions,
) {
  const place = publishedIn(istioCsrPods(istioCsr).namespace)
  if (!source?.trustManager) return anchorsMap(id, anchors, { place, options })
  return bundle(id, { place, from: { secrets: source.trustManager.secrets, key: 'tls.crt' } }, options)
}

const anchorsPath = '/var/run/secrets/istio-csr'

/** Values of its chart. Everything that istiod and it must agree on is said from the same settings. */
export function istioCsrValues(args: Pick<IstioCsrArgs, 'istio' | 'dataPlanes' | 'istioCsr' | 'source'>): Values {
  const { istio, istioCsr, source } = args
  const { replicas = 2 } = istioCsr
  const { name, key } = publishedIn(istioCsrPods(istioCsr).namespace)
  const issuer = source?.issuer ?? istioCsr.issuer ?? { name: '' }
  return {
    replicaCount: replicas,
    ...(replicas > 1 && { podDisruptionBudget: { enabled: true, maxUnavailable: 1 } }),
    app: {
      certmanager: { namespace: systemNamespace(istio), issuer: { enabled: true, ...issuerOf(issuer) } },
      tls: {
        trustDomain: istio.trustDomain,
        // Without it the anchors would be whatever the issuer returns with the first certificate.
        rootCAFile: `${anchorsPath}/${key}`,
        certificateDNSNames: [hostOf(istioCsr)],
        ...{ istiodCertificateEnable: true, istiodPrivateKeyAlgorithm: 'ECDSA', istiodPrivateKeySize: 256 },
      },
      server: {
        maxCertificateDuration: `${istioCsr.hours ?? 1}h`,
        serving: { signatureAlgorithm: 'ECDSA', certificateKeySize: 256 },
        ...(istio.multiCluster && { clusterID: istio.multiCluster.cluster }),
        // Whose nodes may ask in the name of the Pods on them; to nobody else does it give another's certificate.
        ...(planesOf(args).has('ambient') && { caTrustedNodeAccounts: `${nodeNamespace(istio)}/ztunnel` }),
      },
      istio: { namespace: systemNamespace(istio), revisions: revisionsOf(istio) },
      controller: { leaderElectionNamespace: systemNamespace(istio) },
    },
    volumes: [{ name: 'anchors', configMap: { name } }],
    volumeMounts: [{ name: 'anchors', mountPath: anchorsPath, readOnly: true }],
  }
}

/** Istiod serves all proxies by one certificate, which is called after each of its revisions; the chart calls the one without `default`. */
function revisionsOf(istio: IstioSettings): readonly string[] {
  return controlPlanes(istio).map(({ revision = 'default' }) => revision)
}
