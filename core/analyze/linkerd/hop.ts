import { parseAddress } from '../istio/match-ip'
import { some } from '../istio/kleene'
import { tellGrants, tellRoute } from '../explain/linkerd'
import { alternative, note } from '../explain/trace'
import { agreement, allow, deny, nameOf, unknown, unlessRefused, type Verdict } from '../istio/verdict'
import type { Layer, Workload } from '../layer'
import type { HttpRequest, Request } from '../request'
import { grpcRoutesOf, httpRoutesOf, type Attached } from './attach-routes'
import { findRoute, type Chosen, type Matcher } from './find-route'
import { defaultGrants, routeGrants, serverGrants, type Grant } from './grants'
import type { GrpcRoute, Route, Server, ServerProtocol } from './layer-linkerd'
import { admits, type Client } from './match-client'
import { fitGrpc, fitHttp, grpcDefault, httpDefault } from './match-request'
import { probeGrants } from './probe-route'
import { servingOf, type Serving } from './serving'
import { hintedOpaque, skipped } from './settings'

/** What one request meets at the workload it goes to. */
export interface Arrival {
  readonly layer: Layer
  readonly workload: Workload
  readonly request: Request
}

/** The proxy's own ports (`charts/linkerd-control-plane/values.yaml` proxy.ports). */
const proxyPorts = { inbound: 4143, control: 4190, admin: 4191 } as const

/** Whether a workload's Linkerd proxy lets a request in. */
export function intoLinkerd(arrival: Arrival): Verdict {
  const { layer, workload, request } = arrival
  const { port } = request.to
  const inside = () =>
    pastHandshake(
      arrival,
      agreement(
        servingOf(layer, workload, port).map(serving =>
          alternative(
            () => (serving.kind === 'server' ? nameOf(serving.server) : 'no Server is for the port'),
            () => intoPort(arrival, serving),
          ),
        ),
      ),
    )
  if (skipped(layer, workload, port) !== 'no')
    note(() => `port ${port} is, or may be, left out of what the proxy captures`)
  const open = allow(`port ${port} of ${nameOf(workload)} is left out of what its proxy captures`)
  if (port === proxyPorts.control || port === proxyPorts.inbound) return intoProxy(arrival)
  if (port === proxyPorts.admin) return intoAdmin(arrival, inside)
  return { yes: () => open, no: inside, unknown: () => agreement([open, inside()]) }[skipped(layer, workload, port)]()
}

/**
 * Whoever shows an identity has to be verified by the mesh's trust anchors. Those of its own trust domain are; of others the anchors alone know, which may be shared by
 * meshes (proxy `linkerd/meshtls/src/creds/store.rs`, `linkerd/meshtls/src/server.rs`).
 */
function pastHandshake({ layer, request: { from } }: Arrival, verdict: Verdict): Verdict {
  if (from.kind === 'plaintext' || layer.assume === 'recorded') return verdict
  const { trustDomain } = from.identity
  if (trustDomain === layer.linkerd.mesh.trustDomain) return verdict
  note(() => `whether the trust anchors verify identities of ${trustDomain} is not known`, 'unknown')
  return unlessRefused(verdict, `whether the trust anchors verify identities of ${trustDomain} is not known`)
}

/**
 * Port 4190 is open to the tap service's identity alone, where it is open at all (proxy `linkerd/app/src/tap.rs`). Port 4143 takes calls to all other ports from
 * proxies, which say inside mTLS which one they mean (proxy `linkerd/app/inbound/src/direct.rs`).
 */
function intoProxy({ request: { from, to } }: Arrival): Verdict {
  const tap = from.kind === 'identity' && from.identity.serviceAccount === 'tap'
  if (to.port === proxyPorts.control && !tap) return deny('port 4190 is for the tap service alone')
  if (from.kind === 'plaintext') return deny('port 4143 refuses callers without identity')
  return unknown(`what a call to the proxy's own port ${to.port} is for is not known`)
}

/** Not captured, but the proxy's own server asks the policy of its port, and speaks nothing but HTTP (proxy `linkerd/app/admin/src/stack.rs`). */
function intoAdmin({ request }: Arrival, inside: () => Verdict): Verdict {
  return request.http ? inside() : deny('port 4191 speaks HTTP alone')
}

/** A port, what rules it, and what admits to all of it. */
interface Port extends Arrival {
  readonly protocol: ServerProtocol
  readonly grants: readonly Grant[]
  readonly server?: Server
  /** In the style of a reason. */
  readonly name: string
}

function intoPort(arrival: Arrival, serving: Serving): Verdict {
  const { layer, workload } = arrival
  if (serving.kind === 'server') {
    const { server } = serving
    const name = nameOf(server)
    note(() => `${name} is for the port, protocol ${server.protocol}`)
    if (server.unreadable) return unknown(`${name} could not be read`)
    const grants = serverGrants(layer, server, workload.namespace)
    return overProtocol({ ...arrival, server, name, grants, protocol: server.protocol })
  }
  note(
    () => `no Server is for the port: the default inbound policy rules it, ${serving.policy ?? 'which is not known'}`,
  )
  if (serving.policy === undefined) return unknown(`the default inbound policy of ${nameOf(workload)} is not known`)
  const name = `default inbound policy ${serving.policy}`
  return overProtocol({ ...arrival, name, grants: defaultGrants(serving.policy, name), protocol: serving.protocol })
}

/**
 * Requests where HTTP is spoken, connections where it is not. Whatever a Server hints, a proxy that calls sends bytes to ports that are opaque by annotation, and nobody
 * else does (`controller/api/destination/endpoint_translator.go` createWeightedAddr).
 */
function overProtocol(port: Port): Verdict {
  const { layer, workload, request } = port
  const { http, from } = request
  if (!http) return overBytes(port)
  const read = () => overRequests(port, http)
  if (!port.server || from.kind === 'plaintext') return read()
  return hintedOpaque(layer, workload, request.to.port) === 'no' ? read() : agreement([read(), overBytes(port)])
}

/** A Server that hints HTTP refuses what is none (proxy `linkerd/app/inbound/src/policy/tcp.rs` check_authorized). */
function overBytes(port: Port): Verdict {
  switch (port.protocol) {
    case 'unknown':
    case 'opaque':
    case 'TLS':
      return judge(port, port.grants)
    case 'HTTP/1':
    case 'HTTP/2':
    case 'gRPC':
      note(() => `${port.name} speaks HTTP alone, and this is no request: give a method and a path`, 'deny')
      return deny(`${port.name} speaks HTTP alone`)
  }
}

/** One that hints bytes or TLS reads no requests, so that no route counts there (proxy `linkerd/proxy/server-policy/src/lib.rs`, `linkerd/app/inbound/src/detect.rs`). */
function overRequests(port: Port, http: HttpRequest): Verdict {
  switch (port.protocol) {
    case 'unknown':
    case 'HTTP/1':
    case 'HTTP/2':
      return overHttp(port, http)
    case 'gRPC':
      return overGrpc(port, http)
    case 'opaque':
    case 'TLS':
      return port.request.to.port === proxyPorts.admin ? noRoute(port) : judge(port, port.grants)
  }
}

/** Without routes, all requests, and what the kubelet asks beside; with some, only what they name, and no probe of its own accord. */
function overHttp(port: Port, http: HttpRequest): Verdict {
  const { layer, workload, server, request } = port
  const probes = probeGrants(layer, workload, { port: request.to.port, http })
  const otherwise = () => judge(port, [...port.grants, ...probes])
  if (!server) return otherwise()
  const routes = httpRoutesOf(layer, server, workload.namespace)
  return alongRoutes({ port, http, routes, otherwise, matcher: { fit: fitHttp, otherwise: httpDefault } })
}

/** A route whose match has no method cannot be read by the proxy, which then lets nobody in, not even localhost (proxy `linkerd/proxy/server-policy/src/grpc.rs`). */
function overGrpc(port: Port, http: HttpRequest): Verdict {
  const { layer, workload, server, name } = port
  if (!server) return judge(port, port.grants)
  const routes = grpcRoutesOf(layer, server, workload.namespace)
  const broken = (route: GrpcRoute) => route.rules.some(rule => rule.matches.some(match => match.rpc === undefined))
  const breaking = routes.sure.find(broken)
  if (breaking) return deny(`${nameOf(breaking)} has a match without a method, which voids ${name}`)
  const byDefault = fitGrpc({ headers: [], rpc: {} }, http) === 'no'
  const otherwise = () => (byDefault ? noRoute(port) : judge(port, port.grants))
  const known = alongRoutes({ port, http, routes, otherwise, matcher: { fit: fitGrpc, otherwise: grpcDefault } })
  return routes.perhaps.some(route => route.unreadable || broken(route)) ? agreement([known, deny(name)]) : known
}

interface Along<M> {
  readonly port: Port
  readonly http: HttpRequest
  readonly routes: Attached<Route<M>>
  readonly matcher: Matcher<M>
  /** What becomes of the request where there are no routes. */
  readonly otherwise: () => Verdict
}

/** The verdict with the routes that are certain, and with any that may be there beside them. */
function alongRoutes<M>({ port, http, routes: { sure, perhaps }, matcher, otherwise }: Along<M>): Verdict {
  const among = (routes: readonly Route<M>[]): readonly Verdict[] =>
    routes.length === 0 ? [otherwise()] : findRoute(routes, http, matcher).map(chosen => onRoute(port, chosen))
  return agreement([sure, ...perhaps.map(route => [...sure, route])].flatMap(among))
}

/** Who may ask for the route, or for all of its Server. No route for the request: 404 (proxy `linkerd/app/inbound/src/policy/http.rs`). */
function onRoute<M>(port: Port, chosen: Chosen<M> | undefined): Verdict {
  if (!chosen) return noRoute(port)
  const { route, rule } = chosen
  tellRoute(route, rule)
  const verdict = judge(port, [...routeGrants(port.layer, route, port.workload.namespace), ...port.grants], route)
  if (!rule.redirects || verdict.verdict !== 'allow') return verdict
  return unknown(`${nameOf(route)} redirects the request`)
}

function noRoute({ name }: Port): Verdict {
  note(() => `no route of ${name} is for the request: it is answered with 404`, 'deny')
  return { ...deny(`no route of ${name} matches`), why: 'no-route' }
}

/** Any grant lets in; localhost is let in by the proxy itself (proxy `linkerd/proxy/server-policy/src/lib.rs` TryFrom<api::Server>). */
function judge({ layer, request, name }: Port, grants: readonly Grant[], route?: Route<unknown>): Verdict {
  const client = clientOf(request)
  if (isLocal(client)) note(() => 'calls from localhost are always let in', 'allow')
  if (isLocal(client)) return allow('calls from localhost are always let in')
  const answers = grants.map(grant => ({ grant, answer: admits(grant, client, layer.linkerd.mesh) }))
  tellGrants(answers, { client, name: route ? nameOf(route) : name })
  const told = (wanted: string) => answers.filter(({ answer }) => answer === wanted).map(({ grant }) => grant.because)
  switch (some(answers.map(({ answer }) => answer))) {
    case 'yes':
      return allow(...told('yes'))
    case 'unknown':
      return unknown(...told('unknown').map(because => `whether ${because} admits the caller is not known`))
    case 'no':
      return deny(...(route ? [nameOf(route)] : []), name)
  }
}

function clientOf({ from }: Request): Client {
  return {
    ...(from.kind === 'identity' ? { identity: from.identity } : {}),
    ...(from.ip === undefined ? {} : { ip: from.ip }),
  }
}

/** A caller of whom no address is known is not taken for the Pod itself. */
function isLocal({ ip }: Client): boolean {
  const address = ip === undefined ? undefined : parseAddress(ip)?.toString()
  return address === '127.0.0.1' || address === '::1'
}
