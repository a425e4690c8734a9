import type { Callee, Caller, WorkloadCallee } from './flow'
import type { Expression } from './language'
import type { IntendedToken } from './token'

/** What a graph means, as predicates: what the lock file stores and what effective reach is compared with. */
export interface Intent {
  readonly version: 1
  /** Every callee the graph governs, also those that nobody may call. Sorted by namespace, then service. */
  readonly governed: readonly GovernedService[]
  /** Sorted by `text`. */
  readonly flows: readonly IntendedFlow[]
  /** What may enter through gateways, and where it goes. Sorted by `text`. @default nothing */
  readonly entries?: readonly IntendedEntry[]
}

/** One route of one host that a gateway serves, to anybody, and the callee that it leads to. */
export interface IntendedEntry {
  /** In one line: `shop.example.com GET /cart → istio-ingress/istio-ingress → boutique/frontend:8080`. */
  readonly text: string
  /** The gateway's identity. */
  readonly gateway: { readonly namespace: string; readonly serviceAccount: string }
  /** In lower case; `*.example.com` for every host under it. */
  readonly host: string
  /** Whether it is served in TLS alone: whoever asks in plaintext is told to come back in TLS. @default false */
  readonly tls?: true
  readonly to: WorkloadCallee
  readonly http: NonNullable<IntendedFlow['http']>
}

/** A service whose ports the graph claims to know all callers of. */
export interface GovernedService {
  readonly service: string
  readonly namespace: string
  readonly serviceAccount: string
  /** What selects its Pods; what workloads are held against. */
  readonly labels: Readonly<Record<string, string>>
  readonly ports: readonly GovernedPort[]
  /** Its Service has no address of its own, so that no waypoint can stand before it. @default false */
  readonly headless?: true
}

export interface GovernedPort {
  readonly name: string
  /** The container port. */
  readonly port: number
  /** The Service's port, which is what a waypoint sees; absent where it is the same. */
  readonly servicePort?: number
  readonly protocol: 'http' | 'grpc' | 'tcp' | 'tls'
}

/** One flow with its request spelt out as sets, so that nobody who reads it needs to know the graph's route syntax. */
export interface IntendedFlow {
  /** The flow in its one-line text form. */
  readonly text: string
  readonly from: Caller
  readonly to: Callee
  /** Of the platform's own reading of metrics, which goes to the Pods themselves; absent for every other flow. */
  readonly purpose?: 'scrape'
  /** Which requests; absent for a TCP or TLS port, where any bytes may pass. */
  readonly http?: { readonly methods: readonly string[]; readonly path: Expression }
  /** How it crosses where its callee is on another mesh than its caller; absent where it does not. */
  readonly border?: 'plaintext' | 'gateway'
  /** The token that the request has to carry, beside the caller's identity; absent where it needs none. */
  readonly jwt?: IntendedToken
}
