import type * as pulumi from '@pulumi/pulumi'
import { certificate, issuerOf, key, lifetime, signer } from './certificates'
import { PrivateCa } from './private-ca'
import { regionOf } from './regions'
import type {
  CertManagerSettings,
  IssuerReference,
  MeshSettings,
  PrivateCaSettings,
  TrustManagerSettings,
} from './settings'

/** Where both meshes of a stack have their trust from: one anchor, and who signs what each of them issues with. */
export interface AnchorSource {
  readonly issuer: IssuerReference
  /** In PEM, where they pass through Pulumi. @default none: `trustManager` has them */
  readonly anchors?: pulumi.Input<string>
  /** Whom Linkerd has them from otherwise. @default none: `anchors` are there */
  readonly trustManager?: TrustManagerSettings
  /** What must be there before anything is signed. */
  readonly ready: readonly pulumi.Resource[]
}

/** Whose source it is. */
interface Own {
  /** What the resources' names start with. */
  readonly prefix: string
  readonly trustDomain: string
  readonly parent: pulumi.Resource
}

/** What the signer, and the root that cert-manager makes, are called in the cluster. */
const signerName = 'zero-trust-mesh'
const rootName = 'zero-trust-mesh-anchor'

/** The Certificate of the root that cert-manager makes, `namespace/name`. */
export function rootOfCertManager({ namespace = 'cert-manager' }: CertManagerSettings): string {
  return `${namespace}/${rootName}`
}

/** The source that a stack’s settings ask for; nothing where anchors and signers are somebody else’s. */
export function anchorSource(
  prefix: string,
  { istio, linkerd, trust }: Pick<MeshSettings, 'istio' | 'linkerd' | 'trust'>,
  parent: pulumi.Resource,
): AnchorSource | undefined {
  const own = { prefix, trustDomain: (istio ?? linkerd)?.trustDomain ?? '', parent }
  if (trust.pca) return fromAws(trust.pca, trust.bundle, own)
  return trust.certManager && fromCertManager(trust.certManager, own)
}

/**
 * An authority of AWS, made here or there already, and the signer by which cert-manager asks it (cert-manager/aws-privateca-issuer
 * `pkg/api/v1beta1/awspcaissuer_types.go`). Its credentials are its own; none passes through here.
 */
function fromAws(
  { arn, region = regionOf(arn ?? ''), ...asked }: PrivateCaSettings,
  bundle: pulumi.Input<string> | undefined,
  { prefix, trustDomain, parent }: Own,
): AnchorSource {
  const authority =
    arn === undefined ? new PrivateCa(`${prefix}-pca`, { ...asked, region, trustDomain }, { parent }) : undefined
  const group = 'awspca.cert-manager.io'
  const kind = 'AWSPCAClusterIssuer'
  const spec = { arn: authority?.arn ?? arn, region }
  const signs = signer(
    `${prefix}-signer`,
    { apiVersion: `${group}/v1beta1`, kind, name: signerName, spec },
    { parent, dependsOn: [...(authority?.ready ?? [])] },
  )
  const anchors = authority?.anchor ?? bundle
  return { issuer: { name: signerName, kind, group }, ...(anchors !== undefined && { anchors }), ready: [signs] }
}

const year = 8760

/**
 * A root that signs itself, and a signer with it, of cert-manager’s own; the Secret lies where ClusterIssuers look for theirs.
 *
 * Its renewal comes three months before its end: `renewBefore` counts from there, and Linkerd’s page on rotation, which takes it to count from the
 * beginning, has anchors replaced every other month.
 */
function fromCertManager(
  { namespace = 'cert-manager', years = 10, beside = [] }: CertManagerSettings,
  { prefix, trustDomain, parent }: Own,
): AnchorSource {
  const of = { kind: 'Issuer', name: rootName, namespace, spec: { selfSigned: {} } }
  const itself = signer(`${prefix}-root`, of, { parent })
  const spec = {
    ...lifetime(years * year, year / 4),
    secretName: rootName,
    issuerRef: issuerOf({ name: rootName, kind: 'Issuer' }),
    commonName: `root.${trustDomain}`,
    isCA: true,
    privateKey: key,
    usages: ['cert sign', 'crl sign'],
  }
  const wanted = { place: { name: rootName, namespace }, spec }
  const root = certificate(`${prefix}-root-certificate`, wanted, { parent, dependsOn: [itself] })
  const ca = { kind: 'ClusterIssuer', name: signerName, spec: { ca: { secretName: rootName } } }
  const signs = signer(`${prefix}-signer`, ca, { parent, dependsOn: [root] })
  return { issuer: { name: signerName }, trustManager: { secrets: [rootName, ...beside] }, ready: [signs] }
}
