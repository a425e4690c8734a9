import type { Duration, Instant } from './certificate'
import { day, hour } from './certificate'

/** A mesh whose proxies are to take the certificates. */
export type Mesh = 'istio' | 'linkerd'

/** What certificates are held against. No date is taken from a clock. */
export interface Expected {
  readonly mesh: Mesh
  /** The moment at which they are judged. */
  readonly at: Instant
  /** How long they have to last from then on. @default {@link usualHorizon} */
  readonly horizon?: Duration
  /** How long a workload's certificate lasts. @default {@link usualLeaf} */
  readonly leaf?: Duration
  /** By how much clocks may differ. @default {@link usualSkew} */
  readonly skew?: Duration
  /** Whose identities are issued, for certificates that constrain names. @default unknown: where names are constrained, nothing can be said */
  readonly trustDomain?: string
}

/** 60 days: from then on `linkerd check` warns of each of them (linkerd2 `pkg/issuercerts/issuercerts.go` expirationWarningThresholdInDays). */
export const usualHorizon: Duration = 60 * day

/**
 * A day: in Linkerd `pkg/identity/service.go` DefaultIssuanceLifetime, in Istio `pilot/cmd/pilot-agent/options/options.go` SECRET_TTL.
 */
export const usualLeaf: Duration = 24 * hour

/** 10 seconds in Linkerd (`pkg/tls/ca.go` DefaultClockSkewAllowance), 2 minutes in Istio (`security/pkg/pki/util/generate_cert.go` ClockSkewGracePeriod). */
export const usualSkew: Readonly<Record<Mesh, Duration>> = { linkerd: 10_000, istio: 120_000 }

/** What a certificate is for. */
export type Role = 'anchor' | 'issuer' | 'intermediate' | 'leaf'
