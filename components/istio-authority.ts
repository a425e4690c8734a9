import { istioCsrAddress } from './istio-csr'
import type { Values } from './istio-values'
import { signingSecret } from './istio-names'
import { readAnchors } from './pem'
import type { TrustSettings } from './settings'

/** What istiod and its proxies are told of who signs identities and whom to believe, by where it stands in the values of the chart `istiod`. */
export interface AuthorityValues {
  /** Beside all the others. */
  readonly top: Values
  readonly env: Values
  readonly global: Values
  readonly meshConfig: Values
  /** Under `meshConfig.defaultConfig.proxyMetadata`. */
  readonly proxyMetadata: Values
}

/** The values that follow from where a mesh has its trust from. */
export function authorityValues(trust: TrustSettings): AuthorityValues {
  const { top = {}, env = {}, global = {}, anchors = [], proxyMetadata = {} } = signerValues(trust)
  const all = [...anchors, ...foreignAnchors(trust)]
  return {
    ...{ top, env, global },
    meshConfig: all.length > 0 ? { caCertificates: all } : {},
    // Agents ask istiod for further anchors only then (istio `pkg/istio-agent/xds_proxy.go`).
    proxyMetadata: { ...proxyMetadata, ...(all.length > 0 && { PROXY_CONFIG_XDS_AGENT: 'true' }) },
  }
}

/** What follows from who signs; of the mesh's settings it is anchors alone. */
interface SignerValues extends Partial<Omit<AuthorityValues, 'meshConfig'>> {
  readonly anchors?: readonly object[]
}

function signerValues(trust: TrustSettings): SignerValues {
  if (trust.istioCsr) return byIstioCsr(trust.istioCsr)
  if (trust.signer !== undefined) return bySigner(trust.signer, trust.bundle)
  return trust.selfSigned === true
    ? {}
    : { top: required({ [signingSecret]: { secret: { secretName: signingSecret } } }) }
}

/**
 * istio-csr signs, and istiod has no authority at all. What it serves with is a Secret that istio-csr has made, and the anchors a ConfigMap; without both it would start, serve
 * nothing that proxies speak, and not look again (istio `pilot/pkg/bootstrap/server.go` initIstiodCerts).
 */
function byIstioCsr(settings: NonNullable<TrustSettings['istioCsr']>): SignerValues {
  return {
    top: required({
      [istiodCertificate]: { secret: { secretName: istiodCertificate } },
      [distributedAnchors]: { configMap: { name: distributedAnchors } },
    }),
    env: { ENABLE_CA_SERVER: 'false' },
    global: { caAddress: istioCsrAddress(settings) },
  }
}

/**
 * A signer of Kubernetes signs what istiod asks for, its own certificate included, so that istiod makes no authority (istio `pilot/pkg/bootstrap/server.go` isK8SSigning). Proxies
 * name the signer by its last part, and istiod puts the rest before it (`security/pkg/pki/ra/k8s_ra.go` kubernetesSign).
 */
function bySigner(signer: string, pem: TrustSettings['bundle']): SignerValues {
  const [domain = '', name = ''] = signer.split('/')
  return {
    env: { EXTERNAL_CA: 'ISTIOD_RA_KUBERNETES_API', CERT_SIGNER_DOMAIN: domain },
    global: { pilotCertProvider: `k8s.io/${signer}`, certSigners: [signer] },
    anchors: [{ pem, certSigners: [signer] }],
    proxyMetadata: { ISTIO_META_CERT_SIGNER: name },
  }
}

/** Of other meshes; of PEM one certificate each, as istiod looks at the first alone (istio `pilot/pkg/trustbundle/trustbundle.go` verifyTrustAnchor). */
function foreignAnchors({ federation = {} }: TrustSettings): readonly object[] {
  return Object.entries(federation).flatMap(([trustDomain, { bundle = '', spiffeBundleUrl }]): readonly object[] => {
    const trustDomains = [trustDomain]
    if (spiffeBundleUrl !== undefined) return [{ spiffeBundleUrl, trustDomains }]
    return readAnchors(bundle, `trust.federation.${trustDomain}`).anchors.map(pem => ({ pem, trustDomains }))
  })
}

/** The Secret with the certificate that istiod serves by, where istio-csr signs, and the ConfigMap with the anchors in each namespace; the chart knows no other names. */
const istiodCertificate = 'istiod-tls'
const distributedAnchors = 'istio-ca-root-cert'

/**
 * The chart mounts what an authority brings only if it is there. An istiod that starts before its `cacerts` makes a root of its own, and the Secret that comes later is then a
 * change of root, which cuts off all that runs. A second mount that is not optional makes the Pod wait; nothing of the Secret passes through Pulumi, whose state would
 * otherwise hold the key.
 */
function required(sources: Readonly<Record<string, object>>): Values {
  const named = Object.entries(sources).map(([of, source]) => ({ of: `${of}-required`, source }))
  return {
    volumes: named.map(({ of, source }) => ({ name: of, ...source })),
    volumeMounts: named.map(({ of }) => ({ name: of, mountPath: `/etc/${of}`, readOnly: true })),
  }
}
