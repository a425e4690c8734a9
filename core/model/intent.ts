import type { Callee, Caller } from './flow'
import type { Expression } from './language'

/** What a graph means, as predicates: what the lock file stores and what effective reach is compared with. */
export interface Intent {
  readonly version: 1
  /** Every callee the graph governs, also those that nobody may call. Sorted by namespace, then service. */
  readonly governed: readonly GovernedService[]
  /** Sorted by `text`. */
  readonly flows: readonly IntendedFlow[]
}

/** A service whose ports the graph claims to know all callers of. */
export interface GovernedService {
  readonly service: string
  readonly namespace: string
  readonly serviceAccount: string
  /** What selects its Pods; what workloads are held against. */
  readonly labels: Readonly<Record<string, string>>
  readonly ports: readonly GovernedPort[]
}

export interface GovernedPort {
  readonly name: string
  /** The container port. */
  readonly port: number
  readonly protocol: 'http' | 'grpc' | 'tcp' | 'tls'
}

/** One flow with its request spelt out as sets, so that nobody who reads it needs to know the graph's route syntax. */
export interface IntendedFlow {
  /** The flow in its one-line text form. */
  readonly text: string
  readonly from: Caller
  readonly to: Callee
  /** Which requests; absent for a TCP or TLS port, where any bytes may pass. */
  readonly http?: { readonly methods: readonly string[]; readonly path: Expression }
}
