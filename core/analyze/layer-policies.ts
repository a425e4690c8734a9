import type { TokenPlace } from '../model/token'
import type { Ternary } from './istio/kleene'
import type { Labels, Named } from './layer'

/*
 * The policies of a layer: who may call, how callers prove who they are, whose tokens are believed.
 */

/** Which workloads of its namespace an object is for. */
export type Selector =
  /** `empty`: what was written, where that asks for no label: ztunnel takes `{}` and `{matchLabels: {}}` otherwise than nothing at all. */
  | { readonly kind: 'all'; readonly empty?: 'selector' | 'matchLabels' }
  | { readonly kind: 'labels'; readonly labels: Labels }
  /** It could not be read. */
  | { readonly kind: 'unknown' }

/** What a policy names in `targetRefs`, in the policy's own namespace unless it is a GatewayClass. */
export interface TargetRef {
  /** `other`: a kind, or a group, that Istio does not know here. */
  readonly kind: 'Gateway' | 'Service' | 'ServiceEntry' | 'GatewayClass' | 'other'
  readonly name: string
}

export type Action = 'ALLOW' | 'DENY' | 'CUSTOM' | 'AUDIT'

export interface AuthorizationPolicy extends Named {
  readonly selector: Selector
  /** Whether it names `targetRef(s)`; sidecars and ztunnel ignore such a policy, only gateways and waypoints follow it. */
  readonly targeted: Ternary
  /** What it names; not complete where `targeted` is unknown. */
  readonly targets: readonly TargetRef[]
  readonly action: Action | 'unknown'
  /** The external authorizer that CUSTOM asks, by its name among the mesh's `extensionProviders`; absent where it is not known. */
  readonly provider?: string
  /** The annotation `istio.io/dry-run`. */
  readonly dryRun: Ternary
  /** Empty: it matches nothing. */
  readonly rules: readonly Rule[]
}

/** One entry of `rules`. */
export type Rule =
  | {
      readonly kind: 'rule'
      readonly from: readonly Source[]
      readonly to: readonly Operation[]
      readonly when: readonly Condition[]
    }
  /** It could not be read, or Istio would refuse it: whether it matches a request is unknown. */
  | { readonly kind: 'unreadable' }

export const sourceFields = [
  'principals',
  'notPrincipals',
  'requestPrincipals',
  'notRequestPrincipals',
  'namespaces',
  'notNamespaces',
  'serviceAccounts',
  'notServiceAccounts',
  'trustDomains',
  'notTrustDomains',
  'ipBlocks',
  'notIpBlocks',
  'remoteIpBlocks',
  'notRemoteIpBlocks',
] as const
export const operationFields = [
  'hosts',
  'notHosts',
  'ports',
  'notPorts',
  'methods',
  'notMethods',
  'paths',
  'notPaths',
] as const

/** Fields are ANDed, values within a field ORed, a `not` field is the negation of its OR. */
export type Source = Readonly<Record<(typeof sourceFields)[number], readonly string[]>>
export type Operation = Readonly<Record<(typeof operationFields)[number], readonly string[]>>

export interface Condition {
  readonly key: string
  readonly values: readonly string[]
  readonly notValues: readonly string[]
}

export type MtlsMode = 'UNSET' | 'DISABLE' | 'PERMISSIVE' | 'STRICT'

export interface PeerAuthentication extends Named {
  readonly selector: Selector
  readonly mode: MtlsMode | 'unknown'
  /** Container port → mode. */
  readonly ports: ReadonlyMap<number, MtlsMode | 'unknown'>
  /** `ports` could not be read in full: any port may have any mode. */
  readonly portsUnknown: boolean
}

export interface RequestAuthentication extends Named {
  readonly selector: Selector
  readonly targeted: Ternary
  readonly targets: readonly TargetRef[]
  readonly issuers: readonly JwtRule[]
  /** Some rule could not be read: which tokens are refused is unknown. */
  readonly unreadable: boolean
}

export interface JwtRule {
  readonly issuer: string
  /** Empty: any audience. */
  readonly audiences: readonly string[]
  /** Claims that are split on spaces, besides `scope` and `permission`. */
  readonly spaceDelimited: readonly string[]
  /** Where it reads tokens: `usualPlace`, or headers; `unknown` where it reads parameters or cookies too, which requests do not show. */
  readonly places: readonly TokenPlace[] | 'unknown'
}
