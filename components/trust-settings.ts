import type * as pulumi from '@pulumi/pulumi'

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
  /**
   * Whether ztunnel, too, refuses certificates on the revocation list `ca-crl.pem` of the Secret. Sidecars do so by
   * themselves, gateways and waypoints never (istio `files/waypoint.yaml` mounts no list). @default false
   */
  readonly revocation?: boolean
  /** @default none */
  readonly alerts?: TrustAlertSettings
}
