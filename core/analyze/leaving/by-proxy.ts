import type { Identity } from '../../model/identity'
import { printIdentity } from '../../model/identity'
import { Language } from '../../model/language'
import { Region } from '../../model/region'
import { turnsOf } from '../egress-legs'
import type { Leaving } from '../egress-view'
import { asConfigured } from '../egress-view'
import { interceptionMode } from '../istio/capture'
import { pathsTo } from '../istio/client'
import type { Plane } from '../istio/data-plane'
import { planesOf } from '../istio/data-plane'
import type { Layer, Workload } from '../layer'
import { doorsTo } from '../linkerd/outbound/doors'
import type { Door } from '../linkerd/outbound/doors'
import { letsOut, routeFor } from '../linkerd/outbound/leaving'
import { outboundSkipped } from '../linkerd/settings'
import type { Match } from '../regions/bounds'
import type { GatewayView } from '../regions/gateway-view'
import type { Hosts } from './hosts'
import { networkOut } from './network'

/** Whose calls, to which hosts, on which port. */
export interface Call {
  readonly from: Leaving
  /** What the caller shows to gateways; empty where no trust domain is known. */
  readonly identities: readonly Identity[]
  readonly hosts: Hosts
  readonly port: number
  readonly gateways: GatewayView
}

/** What a caller's own proxy, as it is configured, makes of its calls to hosts outside. */
export interface Proxied {
  /** What leaves from its own Pods. */
  readonly own: Match
  /** What may leave from a gateway's, to these hosts or to others. */
  readonly onward: readonly Onward[]
  /** What is certain to get to the hosts by a gateway, past all networks. */
  readonly assured: Region
  readonly because: readonly string[]
}

/** What goes to a host by a gateway, or by another name. */
interface Onward {
  /** Absent: those that are asked for. */
  readonly host?: string
  readonly requests: Region
}

/** What the proxies that a caller may be behind let out; certain is what all do. */
export function byProxy(call: Call): Proxied {
  const planes = planesOf(call.from.layer, call.from.workload).map(({ plane }) => plane)
  const each = planes.map(plane => possibleBy(plane, call))
  const may = Region.union(each.map(({ own }) => own))
  const certain = certainOf(call)
  return {
    own: { must: certain.intersect(may), may },
    assured: certain.minus(may),
    onward: each.flatMap(({ onward }) => onward),
    because: [...new Set(each.flatMap(({ because }) => because))],
  }
}

interface Possible extends Pick<Proxied, 'onward' | 'because'> {
  readonly own: Region
}

function possibleBy(plane: Plane, call: Call): Possible {
  switch (plane) {
    case 'none':
    case 'ztunnel':
      return { own: Region.all, onward: [], because: [] }
    case 'linkerd':
      return { ...byLinkerd(call), onward: [] }
    case 'gateway':
      // What a gateway knows of nothing, it drops.
      return bySidecar(call, ['registry'])
    case 'sidecar':
      return goesRound(call.from.layer, call.from.workload)
        ? { own: Region.all, onward: [], because: [] }
        : bySidecar(call, ['registry', 'passthrough'])
  }
}

/**
 * Whether outgoing calls may be taken off a sidecar: which these are, hangs on addresses and on interfaces, and for a port on its number. Sources: istio
 * `manifests/charts/istio-control/istio-discovery/files/injection-template.yaml`, `tools/istio-iptables/pkg/capture/run.go`.
 */
export function goesRound({ mesh }: Layer, { annotations }: Workload): boolean {
  const taken = /^traffic\.sidecar\.istio\.io\/(?:(?:in|ex)cludeOutbound|excludeInterfaces)/
  const isCaptured = ['REDIRECT', 'TPROXY'].includes(interceptionMode(mesh, annotations))
  return !isCaptured || mesh.capture?.outbound === 'some' || Object.keys(annotations).some(key => taken.test(key))
}

function bySidecar({ from, hosts, port, identities, gateways }: Call, kinds: readonly string[]): Possible {
  const { layer, workload } = from
  const paths = pathsTo(layer, workload, { kind: 'host', host: hosts.one, port })
  const because = paths.flatMap(path => path.because)
  if (!paths.some(({ kind }) => kinds.includes(kind))) return { own: Region.none, onward: [], because }
  const turns = turnsOf(from, { host: hosts.one, port })
  const sent = turns.legs.flatMap(({ to, ...leg }) => to.map(destination => ({ ...leg, ...destination })))
  const straight = sent.filter(({ host }) => host === hosts.one)
  const asCaller = { identities, header: port === 80 ? hosts.one : `${hosts.one}:${port}` }
  return {
    own: Region.union(straight.map(({ requests }) => seenFrom(requests, asCaller))),
    onward: [
      ...(turns.anywhere ? [{ requests: Region.all }] : []),
      ...sent
        .filter(({ host }) => host !== hosts.one)
        .flatMap(to => throughGateway(to, { from, gateways, asCaller }))
        .map(({ host, requests }) =>
          host === hosts.one ? { requests } : { ...(host !== undefined && { host }), requests },
        ),
    ],
    because: [...because, ...turns.because],
  }
}

interface AsCaller {
  readonly identities: readonly Identity[]
  readonly header: string
}

/** What a caller may send that is among some requests, as these come to a proxy on the way. */
function seenFrom(requests: Region, { identities, header }: AsCaller): Region {
  const asked = requests.given('host', header)
  const shown =
    identities.length === 0
      ? asked.without('caller')
      : Region.union(identities.map(identity => asked.given('caller', printIdentity(identity))))
  return ['address', 'remote-address', 'pod', 'sni', 'authority'].reduce((rest, name) => rest.without(name), shown)
}

interface Leg {
  readonly host: string
  readonly port?: number
  readonly requests: Region
  readonly rewritten?: boolean
}

interface Way {
  readonly from: Leaving
  readonly gateways: GatewayView
  readonly asCaller: AsCaller
}

/** What the Pods behind a Service send on out of the mesh; a route to another host outside goes there itself. */
function throughGateway(
  { host, port, requests, rewritten }: Leg,
  { from, gateways, asCaller }: Way,
): readonly Onward[] {
  const { layer } = from
  const isService = layer.services.some(({ name, namespace = '' }) => host.startsWith(`${name}.${namespace}.svc.`))
  const lead = isService ? gateways.leads({ host, port }) : undefined
  const asked = seenFrom(requests, asCaller)
  if (!lead) return isService ? [] : [{ host, requests: asked }]
  const seen = (region: Region): Region =>
    seenFrom(rewritten === true ? region.without('host').without('path') : region, asCaller)
  return lead.callees.flatMap(({ workload, port: at }) => {
    const { sent, astray } = gateways.passage(workload, at)
    const left = sent.map(({ to, requests: { may } }): Onward => {
      const out = networkOut(layer, workload, to.port ?? at).out.may
      return { host: to.host, requests: seen(may).intersect(asked).intersect(out) }
    })
    const lost: Onward = { requests: seen(astray).intersect(asked) }
    return [...left, lost].filter(one => !one.requests.isEmpty && !isInMesh(one.host))
  })
}

function isInMesh(host: string | undefined): boolean {
  return host?.includes('.svc.') === true
}

const http = Region.where('protocol', Language.literals(['http']))

function byLinkerd({ from: { layer, workload }, hosts, port }: Call): Omit<Possible, 'onward'> {
  if (outboundSkipped(layer, workload, port) !== 'no') return { own: Region.all, because: [] }
  const doors = doorsTo(layer, workload, port)
  return {
    own: Region.union(doors.map(door => possibleAt(door, hosts.one))),
    because: [...new Set(doors.flatMap(({ because }) => because))],
  }
}

function possibleAt(door: Door, host: string): Region {
  switch (door.kind) {
    case 'open':
    case 'unknown':
    case 'bytes':
      return Region.all
    case 'closed':
      return Region.none
    case 'requests': {
      const asked = door.passed.may.given('authority', host).given('host', host).intersect(http)
      return door.others === 'open' ? asked.union(http.complement()) : asked
    }
    case 'tls':
      if (door.others === 'open') return Region.all
      return door.routes.some(route => route.sends !== 'no' && routeFor(route, host)) ? http.complement() : Region.none
  }
}

/** What is certain to get to the hosts; nothing by a gateway where no identity is known that it could be shown. */
function certainOf(call: Call): Region {
  const { from, identities, hosts, port, gateways } = call
  const planes = planesOf(from.layer, from.workload).map(({ plane }) => plane)
  if (planes.every(plane => plane === 'linkerd')) return certainByLinkerd(call)
  const to = { host: hosts.one, port }
  const isStraight = turnsOf(from, to).legs.every(leg => leg.to.every(({ host }) => host === to.host))
  const unknown = { ...from.workload, trustDomain: '' }
  const callers = identities.length === 0 && isStraight ? [unknown] : identities
  const answers = callers.map(caller => asConfigured(from, { ...to, caller, gateways }).certain)
  return callers.length === 0 ? Region.none : Region.intersection(answers)
}

function certainByLinkerd({ from: { layer, workload }, hosts, port }: Call): Region {
  const by = (speaks: 'requests' | 'bytes'): Region =>
    letsOut(layer, workload, { host: hosts.one, port, speaks }).certain.given('host', hosts.one)
  return by('requests').intersect(http).union(by('bytes').minus(http))
}
