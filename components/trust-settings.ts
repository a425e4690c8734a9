import type * as pulumi from '@pulumi/pulumi'
import type { IssuerReference } from './linkerd-settings'
import type { Charts } from './settings'

/**
 * AWS Private CA as the anchor: a root whose key AWS keeps and gives to nobody. With it come cert-manager and aws-privateca-issuer, which have each
 * mesh's own issuer signed by it.
 */
export interface PrivateCaSettings {
  /** Where it is: `eu-central-1`. Needed, but with `arn`, which says it. */
  readonly region?: string
  /** An authority that is there already and is to sign; what it leads to is then said in `trust.bundle`. @default a root is made */
  readonly arn?: string
  /** What the root is called; no other authority of the mesh may be called the same. @default `root.` and the trust domain */
  readonly commonName?: string
  /** Whole years that the root lasts; one below it lasts half as long. @default 10 */
  readonly years?: number
  /** Whether an authority below the root signs, so that the root is used once and never again. @default false */
  readonly subordinate?: boolean
  /** Whether the authority below the root signs nothing but what ends within seven days, which AWS asks less for; with `istioCsr` alone. @default false */
  readonly shortLived?: boolean
  /** Days, 7 to 30, in which an authority that was deleted can be had back. @default 30 */
  readonly permanentDeletionTimeInDays?: number
  /** Whether Pulumi refuses to delete or replace the authorities. @default true */
  readonly protect?: boolean
  /** @default {} */
  readonly tags?: Readonly<Record<string, string>>
}

/** A root that cert-manager makes and keeps, in the cluster: whoever may read Secrets of its namespace can be anybody in the mesh. */
export interface CertManagerSettings {
  /** Where cert-manager, and trust-manager for Linkerd, look for Secrets of ClusterIssuers and Bundles. @default 'cert-manager' */
  readonly namespace?: string
  /** Whole years that the root lasts. @default 10 */
  readonly years?: number
  /** Secrets of that namespace with anchors that Linkerd trusts beside it, while one takes the place of another. @default [] */
  readonly beside?: readonly string[]
}

/**
 * istio-csr in the place of istiod as the one who signs: it has each identity signed by an issuer of cert-manager's, so that no key of an authority is in the mesh.
 */
export interface IstioCsrSettings {
  /** Of its chart, exact: `v0.17.0`. */
  readonly version: string
  /** @default { repository: 'https://charts.jetstack.io' } */
  readonly charts?: Charts
  /** Where it runs; the namespace is there already. @default 'cert-manager' */
  readonly namespace?: string
  /** Who signs, and `bundle` is then what it leads to. An `Issuer` lies in istiod's namespace. @default the issuer of `pca` or `certManager` */
  readonly issuer?: IssuerReference
  /** Whole hours that an identity lasts, a week at most. @default 1 */
  readonly hours?: number
  /** @default 2 */
  readonly replicas?: number
}

/** Anchors of another mesh, of which exactly one is said. */
export interface FederationSettings {
  /** In PEM, public. */
  readonly bundle?: string
  /** Where its SPIFFE bundle is served, `https://`, by a certificate of a public authority; istiod asks for it every half hour. */
  readonly spiffeBundleUrl?: string
}

/** Where alerts on anchors and issuers that end are put, for the Prometheus of prometheus-operator. */
export interface TrustAlertSettings {
  /** Where it looks for rules. */
  readonly namespace: string
  /** By which it chooses them. @default {} */
  readonly labels?: Readonly<Record<string, string>>
}

/**
 * Whom the mesh trusts: exactly one source for each mesh. `pca` and `certManager` are for all meshes there are. Otherwise, for Istio, `secret`, which
 * `bundle` may stand beside, or `selfSigned`; for Linkerd the anchors, in `bundle`, unless `linkerd.trustManager` has them, and what it signs with is
 * `linkerd.issuer`’s.
 */
export interface TrustSettings {
  /** The anchors in PEM, public. Without them, and without `pca`, `anchors` is empty, and nobody outside can verify the mesh. @default none */
  readonly bundle?: pulumi.Input<string>
  /** The Secret with istiod's signing certificate and key, made outside of Pulumi. Istio knows no name but `cacerts`. @default 'cacerts' */
  readonly secret?: string
  /** Istiod makes a root of its own, which nobody can know beforehand: for trying out. @default false */
  readonly selfSigned?: boolean
  /** @default none */
  readonly pca?: PrivateCaSettings
  /** @default none */
  readonly certManager?: CertManagerSettings
  /** @default none: istiod signs */
  readonly istioCsr?: IstioCsrSettings
  /**
   * A signer of Kubernetes' own CertificateSigningRequests, `clusterissuers.cert-manager.io/mesh`, that signs what istiod asks for; `bundle` is what it leads to. For sidecars
   * and gateways: ztunnel names no signer. @default none
   */
  readonly signer?: string
  /**
   * Other meshes whose identities Istio's sidecars believe, by trust domain. Istio does not hold an anchor to a trust domain: each of these can also sign an identity of this
   * mesh. @default {}
   */
  readonly federation?: Readonly<Record<string, FederationSettings>>
  /**
   * Whether ztunnel, too, refuses certificates on the revocation list `ca-crl.pem` of the Secret. Sidecars do so by
   * themselves, gateways and waypoints never (istio `files/waypoint.yaml` mounts no list). @default false
   */
  readonly revocation?: boolean
  /** @default none */
  readonly alerts?: TrustAlertSettings
}
