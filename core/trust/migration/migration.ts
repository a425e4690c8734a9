import type { Observation } from '../../model/observation'
import type { Problem } from '../../model/problem'
import type { Duration } from '../certificate'

/** What carries calls, and so how a mesh takes to another trust domain. */
export const carriers = ['sidecar', 'ambient', 'linkerd'] as const
export type Carrier = (typeof carriers)[number]

/** What a mesh calls its identities, and what else it takes for its own. */
export interface DomainState {
  readonly trustDomain: string
  /** Of Istio alone: `meshConfig.trustDomainAliases`. */
  readonly aliases: readonly string[]
}

/** What a migration has to know beside the trust domains. */
export interface MigrationSettings {
  readonly carrier: Carrier
  /** Whether istio-csr signs, which believes what a proxy says of its trust domain only where it is its own. @default false */
  readonly istioCsr?: boolean
  /** How long a workload's certificate lasts. @default a day; an hour by istio-csr, which grants no more by default */
  readonly leaf?: Duration
  /** Namespaces whose workloads are restarted. @default named `NAMESPACE` in commands */
  readonly namespaces?: readonly string[]
}

/** What is done: of `wait` nothing but that. */
export type MigrationStepKind = 'prepare' | 'accept' | 'switch' | 'wait' | 'drop'

/** What has to be so before the next step: of the control plane, or of all proxies. */
export type MigrationGate =
  /** The control plane has it. */
  | 'told'
  /** Each takes identities of the state for its mesh's own, aliases included. */
  | 'accepted'
  /** Nobody shows an identity of another trust domain than the state's own. */
  | 'renewed'

/** One step of a migration: what is done, what must be seen before the next, how to go back. */
export interface MigrationStep {
  readonly step: MigrationStepKind
  readonly state: DomainState
  /** What to do, in words, with commands in backticks. */
  readonly apply: readonly string[]
  readonly until: MigrationGate
  readonly observe: readonly Observation[]
  readonly back: string
  /** How long until that is so by itself, at most, in milliseconds. @default nothing is waited for */
  readonly within?: Duration
}

/** A migration from first to last. */
export interface MigrationPlan {
  readonly from: DomainState
  readonly to: DomainState
  /** None where something blocks, or where nothing is to be done. */
  readonly steps: readonly MigrationStep[]
  /** Why calls are refused meanwhile, whatever one does; empty where none are. */
  readonly outage: readonly string[]
  /** What else has to be known. */
  readonly notes: readonly string[]
  readonly problems: readonly Problem[]
}
