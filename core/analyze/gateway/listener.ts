import type { RouteRule } from '../layer'
import type { Ternary } from '../istio/kleene'

/**
 * One port that the Pods of a gateway listen on, or may listen on: what Gateways and routes of either API come to. Several of one port are alternatives:
 * told apart by server name, or (`certain: unknown`) by what nobody could read. What one that is certain serves is
 * served, whatever stands beside it, to who names the host in the handshake that he asks for.
 */
export interface GatewayListener {
  /** The Pod's own port, which is what its policies see. */
  readonly port: number
  /** Whether the port is listened on in this way for certain. */
  readonly certain: Ternary
  /** `http`: requests are read, whether they come in TLS or not. `bytes`: TCP, or TLS that is passed on unopened. */
  readonly speaks: 'http' | 'bytes'
  /**
   * Who is on the other side: `anybody`, whose identity is not asked for (plaintext, or TLS of the server's alone); `mesh`, peers with a certificate of the
   * mesh; `certificate`, peers with one of another authority, which may name any identity.
   */
  readonly peers: 'anybody' | 'mesh' | 'certificate'
  /** Whether what comes is plaintext, not TLS. @default 'unknown' */
  readonly plaintext?: Ternary
  /**
   * Of TLS: the server names it is for, in lower case; `*.example.com`, `*`. Several listeners of one port are told apart by them, the most specific first.
   * Absent: whatever comes.
   */
  readonly serverNames?: readonly string[]
  /** Whether whatever comes is only told to come back in TLS. */
  readonly redirects: boolean
  /** The virtual hosts, none of which shares a host with another; a request for another host is answered 404. Empty for `bytes`. */
  readonly hosts: readonly VirtualHost[]
  /** The objects that say so, for messages. */
  readonly because: readonly string[]
}

/** Hosts that one listener serves, and what becomes of requests for them. */
export interface VirtualHost {
  /** In lower case: `shop.example.com`, `*.example.com`, `*`. A more specific one of the same listener takes its requests first. */
  readonly host: string
  /** In the order in which they are tried: the first that matches decides. What none matches is answered 404. */
  readonly rules: readonly OrderedRule[]
  /** Whether other rules, which could not be read or ordered, may come before any of these. */
  readonly doubtful: boolean
}

/** A rule, and the object it stands in. */
export interface OrderedRule extends RouteRule {
  readonly from: string
}
