/**
 * What the Pods of a gateway listen on.
 */
import { ternary } from '../istio/kleene'
import { nameOf } from '../istio/verdict'
import type { Layer, Named, ServerTls, Workload } from '../layer'
import { unreadableRoutes } from './attached-routes'
import { serverNamesOf } from './chains'
import { trustedBy } from './forwarded'
import type { GatewayListener, VirtualHost } from './listener'
import { doubted, isHttps, isPlainHttp, isTls, portsOf, type PortServers } from './ports'
import { boundTo, type BoundServer } from './servers'
import { hasUncertainRoutes, virtualHosts, type HostAsking } from './virtual-hosts'

/** All that a gateway's Pods listen on, or may listen on, as far as any Gateway that was read says. */
export function listenersOf(layer: Layer, workload: Workload): readonly GatewayListener[] {
  const known = answered.get(layer) ?? new WeakMap<Workload, readonly GatewayListener[]>()
  answered.set(layer, known)
  const found = known.get(workload) ?? listen(layer, workload)
  known.set(workload, found)
  return found
}

/** Asked for every request. */
const answered = new WeakMap<Layer, WeakMap<Workload, readonly GatewayListener[]>>()

/** One port, and what is around it. */
interface Around {
  readonly layer: Layer
  readonly near: string
  readonly trusted: number | undefined
  /** Objects that could not be read, and might say anything of the port. */
  readonly unread: readonly Named[]
}

function listen(layer: Layer, workload: Workload): readonly GatewayListener[] {
  const { servers, unreadable } = boundTo(layer, workload)
  const unread = [...unreadable, ...unreadableRoutes(layer)]
  const around: Around = { layer, near: workload.namespace, trusted: trustedBy(layer, workload), unread }
  // A Gateway that could not be read may have a server that clashes with any of them.
  const standing = unreadable.length > 0 ? servers.map(doubted) : servers
  return portsOf(layer, standing).flatMap(port => listenersAt(port, around))
}

function listenersAt({ port, servers }: PortServers, around: Around): readonly GatewayListener[] {
  const plain = servers.filter(isPlainHttp)
  const bytes = servers.filter(bound => !isPlainHttp(bound) && !isHttps(bound))
  const secure = servers.filter(isHttps)
  return [
    ...(plain.length === 0 ? [] : sharing({ port, servers: plain }, around)),
    ...settled(
      secure.flatMap(bound => sharing({ port, servers: [bound] }, around)),
      servers.filter(isTls),
    ),
    ...bytes.map(bound => ofBytes(port, bound)),
  ]
}

/** Servers with the same virtual hosts: what is certain of them, and what may be beside that. */
function sharing({ port, servers }: PortServers, around: Around): readonly GatewayListener[] {
  const { layer, near, trusted, unread } = around
  const certain = servers.filter(bound => bound.certain === 'yes')
  const doubtful = certain.length < servers.length || unread.length > 0 || hasUncertainRoutes({ layer, near, servers })
  const whole = (asked: Pick<HostAsking, 'servers' | 'routes'>) => virtualHosts({ layer, near, trusted, ...asked })
  if (!doubtful) return [ofHttp(port, servers, whole({ servers, routes: 'certain' }))]
  const sure =
    certain.length === 0 ? [] : [ofHttp(port, certain, whole({ servers: certain, routes: 'certain' }).map(doubt))]
  const possible = whole({ servers, routes: 'possible' }).map(doubt)
  const hosts = unread.length > 0 ? [...possible.filter(({ host }) => host !== '*'), anyHost(unread)] : possible
  return [...sure, { ...ofHttp(port, servers, hosts), certain: 'unknown' }]
}

function doubt(host: VirtualHost): VirtualHost {
  return { ...host, doubtful: true }
}

/** What objects that could not be read may serve. */
function anyHost(unread: readonly Named[]): VirtualHost {
  const rules = unread.map(object => ({ matches: [], action: { kind: 'unknown' as const }, from: nameOf(object) }))
  return { host: '*', rules, doubtful: true }
}

function ofHttp(port: number, servers: readonly BoundServer[], hosts: readonly VirtualHost[]): GatewayListener {
  const [{ server } = { server: undefined }] = servers
  const secure = servers.some(isHttps)
  const answers = hosts.every(({ rules }) => rules.length > 0 && rules.every(({ action }) => action.kind === 'answer'))
  return {
    port,
    certain: 'yes',
    speaks: 'http',
    peers: secure ? peersOf(server?.tls) : 'anybody',
    plaintext: ternary(!secure),
    ...(secure ? { serverNames: [...new Set(servers.flatMap(serverNamesOf))] } : {}),
    redirects: answers && servers.every(bound => bound.server.tls?.httpsRedirect === true),
    hosts,
    because: gatewaysOf(servers),
  }
}

/** What is routed by bytes is not followed: such a port may have nothing to stand for. */
function ofBytes(port: number, bound: BoundServer): GatewayListener {
  return {
    port,
    certain: 'unknown',
    speaks: 'bytes',
    peers: peersOf(bound.server.tls),
    plaintext: ternary(!isTls(bound)),
    ...(isTls(bound) ? { serverNames: serverNamesOf(bound) } : {}),
    redirects: false,
    hosts: [],
    because: gatewaysOf([bound]),
  }
}

function gatewaysOf(servers: readonly BoundServer[]): readonly string[] {
  return [...new Set(servers.map(({ door }) => nameOf(door.gateway)))]
}

/** Source: istio `pilot/pkg/networking/core/gateway.go` BuildListenerTLSContext. */
function peersOf(tls: ServerTls | undefined): GatewayListener['peers'] {
  switch (tls?.mode) {
    case 'ISTIO_MUTUAL':
      return 'mesh'
    case 'MUTUAL':
    case 'OPTIONAL_MUTUAL':
    case 'unknown':
      return 'certificate'
    case 'SIMPLE':
    case 'PASSTHROUGH':
    case 'AUTO_PASSTHROUGH':
    case undefined:
      return 'anybody'
  }
}

/** Listeners of TLS are told apart by server name. Where some may not be there, nobody can tell what the others get. */
function settled(listeners: readonly GatewayListener[], all: readonly BoundServer[]): readonly GatewayListener[] {
  if (all.some(({ certain }) => certain !== 'yes'))
    return listeners.map(one => ({ ...one, certain: 'unknown' as const }))
  return listeners
}
