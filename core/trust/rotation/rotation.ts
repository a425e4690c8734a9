import type { Observation } from '../../model/observation'
import type { Problem } from '../../model/problem'
import type { Duration, Instant } from '../certificate'
import { hour } from '../certificate'
import type { Mesh } from '../expected'
import { usualLeaf, usualSkew } from '../expected'
import type { TrustState } from './state'

/**
 * Who hands anchors to proxies and signs for them: istiod with its Secret `cacerts`, istio-csr in its place, or Linkerd.
 */
export const authorities = ['cacerts', 'istio-csr', 'linkerd'] as const
export type Authority = (typeof authorities)[number]

/** What has to be so before the next step: each says of all proxies, and of the control plane's own. */
export type Gate =
  /** What was applied is there, and the control plane has read of it what it reads while it runs. */
  | 'loaded'
  /** Everybody who verifies has every anchor of the state. */
  | 'distributed'
  /** Nobody shows a certificate that another issuer than the state's signed. */
  | 'renewed'
  /** Nobody has an anchor that is not of the state. */
  | 'dropped'

/** What is done: of `restart` it is said to what, and of `wait` nothing is done but to wait. */
export type StepKind = 'prepare' | 'distribute' | 'restart' | 'switch' | 'wait' | 'retire' | 'replace'

export type Restarted = 'control plane' | 'workloads'

/** One step of a rotation: what is done, what must be seen before the next, how to go back. */
export interface RotationStep {
  readonly step: StepKind
  /** What is restarted. */
  readonly of?: Restarted
  /** What is trusted and signed with from this step on. */
  readonly state: TrustState
  /** What to do, in words, with commands in backticks. */
  readonly apply: readonly string[]
  readonly until: Gate
  readonly observe: readonly Observation[]
  readonly back: string
  /** How long until that is so by itself, at most, in milliseconds. @default nothing is waited for */
  readonly within?: Duration
}

/** What a rotation has to know beside the certificates. */
export interface RotationSettings {
  readonly authority: Authority
  /** Who is to sign for workloads in its place, from the switch on. @default the same */
  readonly toAuthority?: Authority
  /** The moment at which it begins. */
  readonly at: Instant
  /** How long a workload's certificate lasts. @default a day; an hour for istio-csr, which grants no more by default */
  readonly leaf?: Duration
  /** By how much clocks may differ. @default {@link usualSkew} */
  readonly skew?: Duration
  /** Namespaces whose workloads are restarted. @default named `NAMESPACE` in commands */
  readonly namespaces?: readonly string[]
  /** Whether the key of the issuer, and so any identity, may be in other hands. @default false */
  readonly leaked?: boolean
}

/** A rotation from first to last. */
export interface RotationPlan {
  readonly from: TrustState
  readonly to: TrustState
  /** None where something blocks, or where nothing is to be done. */
  readonly steps: readonly RotationStep[]
  /** Why calls are refused meanwhile, whatever one does; empty where none are. */
  readonly outage: readonly string[]
  /** What else has to be known. */
  readonly notes: readonly string[]
  readonly problems: readonly Problem[]
}

/** Whether another authority takes over, and not only another issuer. */
export function takesOver({ authority, toAuthority = authority }: RotationSettings): boolean {
  return toAuthority !== authority
}

/** The settings from the switch on. */
export function afterwards({ toAuthority, ...settings }: RotationSettings): RotationSettings {
  return toAuthority === undefined ? settings : { ...settings, authority: toAuthority }
}

/** Whose proxies an authority serves. */
export function meshOf(authority: Authority): Mesh {
  return authority === 'linkerd' ? 'linkerd' : 'istio'
}

/** How long a workload's certificate lasts: what istio-csr grants at most is an hour (istio-csr `app.server.maxCertificateDuration`). */
export function leafOf({ leaf, authority }: Pick<RotationSettings, 'leaf' | 'authority'>): Duration {
  return leaf ?? (authority === 'istio-csr' ? hour : usualLeaf)
}

/** By how much clocks may differ. */
export function skewOf({ skew, authority }: RotationSettings): Duration {
  return skew ?? usualSkew[meshOf(authority)]
}
