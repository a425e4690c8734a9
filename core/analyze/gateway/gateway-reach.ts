import type { Region } from '../../model/region'
import type { Workload } from '../layer'
import type { Match } from '../regions/bounds'

/** What one port of a gateway lets in, and where it sends that. */
export interface GatewayReach {
  readonly workload: Workload
  /** The Pod's own port; `other` for all those on which nobody is known to listen. */
  readonly port: number | 'other'
  /** What the gateway's policies and its virtual hosts let in, also where no route takes it further. */
  readonly entered: Match
  /** What gets further, by destination. Requests that may go to several are in each. */
  readonly routed: readonly Routed[]
  /** What may get further, and nobody can tell where to. */
  readonly astray: Region
  /** What may get further though it came in plaintext. */
  readonly plaintext: Region
  /** The objects that decide about the requests of a region. */
  because(region: Region): readonly string[]
}

/** The requests that a gateway lets in and sends to one destination, under its own identity. */
export interface Routed {
  /** The name proxies know it by: of a Service `frontend.boutique.svc.cluster.local`. */
  readonly host: string
  /** Of the Service; absent where it is not known. */
  readonly port?: number
  /** Of requests as they come in at the gateway. Certain: sent to this destination or to another one of the same rule. */
  readonly bounds: Match
  /** Where that leads: the Pods' ports behind the Service. Absent where no such Service and port were read. */
  readonly callees?: readonly RoutedCallee[]
}

/** A workload and its port that a gateway's requests arrive at. */
export interface RoutedCallee {
  readonly workload: Workload
  readonly port: number
}
