import { Language } from '../../../model/language'
import { Region } from '../../../model/region'
import type { Layer, Workload } from '../../layer'
import { grpcRoutesOf, httpRoutesOf } from '../../linkerd/attach-routes'
import type { Grant } from '../../linkerd/grants'
import { defaultGrants, routeGrants, serverGrants } from '../../linkerd/grants'
import type { Route, Server, ServerProtocol } from '../../linkerd/layer-linkerd'
import { adminPort } from '../../linkerd/own-ports'
import type { Serving } from '../../linkerd/serving'
import { hintedOpaque } from '../../linkerd/settings'
import type { Match } from '../bounds'
import { any, both, exactly, never, oneOf, unknowable } from '../bounds'
import { admitted } from './admitted'
import { calls, grpcDefault, grpcFits, isBroken } from './grpc-fits'
import { httpDefault, httpFits } from './http-fits'
import { shown } from './identities'
import { fromLocalhost } from './networks'
import { probed } from './probes'
import { alongRoutes } from './routes'

/** One port of one workload behind a Linkerd proxy. */
export interface LinkerdPort {
  readonly layer: Layer
  readonly workload: Workload
  readonly port: number
}

/** What gets into a port by what rules it, and what an adversary may beside that. */
export interface Ruled {
  readonly served: Match
  /** Requests that come as bytes, because they are sent too slowly to be told from any: no route is asked about those (proxy `linkerd/app/inbound/src/detect.rs`). */
  readonly smuggled: Region
  /** What the proxy lets in whatever policies say: localhost, and where there are no routes, probes. */
  readonly floor: Region
}

interface Facts extends LinkerdPort {
  readonly protocol: ServerProtocol
  readonly grants: readonly Grant[]
  readonly server?: Server
}

/** What gets in by one of the things that may rule a port. */
export function ruledBy(at: LinkerdPort, serving: Serving): Ruled {
  const facts = factsOf(at, serving)
  if (!facts) return { served: unknowable, smuggled: Region.none, floor: fromLocalhost }
  const detects = facts.protocol === 'unknown' && facts.server !== undefined
  return {
    served: overProtocol(facts),
    smuggled: detects ? http.intersect(judged(facts).may) : Region.none,
    floor: answersProbes(facts) ? fromLocalhost.union(http.intersect(probed(facts).may)) : fromLocalhost,
  }
}

function answersProbes({ layer, workload, server, protocol }: Facts): boolean {
  if (!['unknown', 'HTTP/1', 'HTTP/2'].includes(protocol)) return false
  return server === undefined || httpRoutesOf(layer, server, workload.namespace).sure.length === 0
}

/** Nothing where what rules the port cannot be known. */
function factsOf(at: LinkerdPort, serving: Serving): Facts | undefined {
  if (serving.kind === 'server') {
    const { server } = serving
    if (server.unreadable) return undefined
    return { ...at, server, protocol: server.protocol, grants: serverGrants(at.layer, server, at.workload.namespace) }
  }
  if (serving.policy === undefined) return undefined
  return { ...at, protocol: serving.protocol, grants: defaultGrants(serving.policy, '') }
}

const http = Region.where('protocol', Language.literals(['http']))
const bytes = exactly(http.complement())

/**
 * A proxy that calls sends bytes to ports that are opaque by annotation, whatever the Server hints, and nobody else does
 * (`controller/api/destination/endpoint_translator.go` createWeightedAddr).
 */
function overProtocol(facts: Facts): Match {
  const { layer, workload, port, server } = facts
  const unread = overBytes(facts)
  const read = overRequests(facts)
  const opaque = server ? hintedOpaque(layer, workload, port) : 'no'
  const together = (requests: Match): Match => any([both(bytes, unread), both(exactly(http), requests)])
  // Nearly always; who shows an identity is then no question, which would cost.
  if (opaque === 'no') return together(read)
  const byProxies = oneOf([read, unread])
  return together(any([both(byProxies, exactly(shown())), both(read, exactly(shown().complement()))]))
}

function judged({ grants, layer }: Facts): Match {
  return admitted(grants, layer.linkerd.mesh)
}

/** A Server that hints HTTP refuses what is none (proxy `linkerd/app/inbound/src/policy/tcp.rs` check_authorized). */
function overBytes(facts: Facts): Match {
  switch (facts.protocol) {
    case 'unknown':
    case 'opaque':
    case 'TLS':
      return judged(facts)
    case 'HTTP/1':
    case 'HTTP/2':
    case 'gRPC':
      return never
  }
}

/** One that hints bytes or TLS reads no requests, so that no route counts there (proxy `linkerd/proxy/server-policy/src/lib.rs`, `linkerd/app/inbound/src/detect.rs`). */
function overRequests(facts: Facts): Match {
  switch (facts.protocol) {
    case 'unknown':
    case 'HTTP/1':
    case 'HTTP/2':
      return overHttp(facts)
    case 'gRPC':
      return overGrpc(facts)
    case 'opaque':
    case 'TLS':
      return facts.port === adminPort ? never : judged(facts)
  }
}

/** Without routes, all requests, and what the kubelet asks beside; with some, only what they name, and no probe of its own accord. */
function overHttp(facts: Facts): Match {
  const { layer, workload, server } = facts
  const otherwise = any([judged(facts), probed(facts)])
  if (!server) return otherwise
  const routes = httpRoutesOf(layer, server, workload.namespace)
  return alongRoutes({ routes, fitsOf: httpFits, byDefault: httpDefault, admits: admitting(facts), otherwise })
}

/** A route whose match cannot be read lets nobody in, not even localhost. */
function overGrpc(facts: Facts): Match {
  const { layer, workload, server } = facts
  if (!server) return judged(facts)
  const routes = grpcRoutesOf(layer, server, workload.namespace)
  if (routes.sure.some(isBroken)) return never
  const otherwise = both(exactly(calls()), judged(facts))
  const fitsOf = () => grpcFits
  const known = alongRoutes({ routes, fitsOf, byDefault: grpcDefault, admits: admitting(facts), otherwise })
  return routes.perhaps.some(route => route.unreadable || isBroken(route)) ? oneOf([known, never]) : known
}

/** Who may ask for a route: whoever it admits, or its Server. */
function admitting({ layer, workload, grants }: Facts): (route: Route<unknown>) => () => Match {
  return route => {
    const own = admitted([...routeGrants(layer, route, workload.namespace), ...grants], layer.linkerd.mesh)
    return () => own
  }
}
