import { Region } from '../../../model/region'
import type { Ternary } from '../../istio/kleene'
import { ternary } from '../../istio/kleene'
import type { Layer, Workload } from '../../layer'
import { outboundSkipped } from '../settings'
import type { Door, NamedRoute, OutsidePort } from './doors'
import { doorsTo, portsNamed } from './doors'

/** What a caller speaks with a host outside: requests in the open, TLS, or other bytes. */
export type Speaks = 'requests' | 'tls' | 'bytes'

/** A host outside, and what is spoken with it. */
export interface Outside {
  /** In lower case. */
  readonly host: string
  readonly port: number
  readonly speaks: Speaks
}

/** Whether calls to a host get out, and which of them certainly do, as the caller sends them. */
export interface Outlet {
  readonly open: Ternary
  readonly certain: Region
  readonly because: readonly string[]
}

/** What the caller's own Linkerd proxy is certain to let out to a host. */
export function letsOut(layer: Layer, caller: Workload, to: Outside): Outlet {
  if (outboundSkipped(layer, caller, to.port) === 'yes') return { open: 'yes', certain: Region.all, because: [] }
  const doors = doorsTo(layer, caller, to.port)
  const certain = Region.intersection(doors.map(door => certainBy(door, to)))
  const because = [...new Set(doors.flatMap(door => door.because))]
  const unknown = certain.isEmpty && doors.some(({ kind }) => kind === 'unknown')
  return { open: unknown ? 'unknown' : ternary(!certain.isEmpty), certain, because }
}

function certainBy(door: Door, { host, speaks }: Outside): Region {
  switch (door.kind) {
    case 'open':
      return Region.all
    case 'closed':
    case 'unknown':
      return Region.none
    case 'bytes':
      return Region.all
    case 'requests':
      return speaks === 'requests'
        ? door.passed.must.given('authority', host)
        : door.others === 'open'
          ? Region.all
          : Region.none
    case 'tls':
      return speaks === 'tls' && sendsName(door, host) ? Region.all : Region.none
  }
}

/** A name that several routes are for has to get out by each, and one that none is for by default. */
function sendsName({ routes, others }: Extract<Door, { kind: 'tls' }>, host: string): boolean {
  const found = routes.filter(route => routeFor(route, host))
  return found.length > 0 ? found.every(({ sends }) => sends === 'yes') : others === 'open'
}

/** Whether a route of server names is for a host. */
export function routeFor({ names }: NamedRoute, host: string): boolean {
  return (
    names.length === 0 || names.some(name => name === host || (name.startsWith('*.') && host.endsWith(name.slice(1))))
  )
}

/** Calls that may get out, to a host or all of them, on a port. */
export interface Opening {
  readonly port: OutsidePort
  /** As a route names it, `*.example.com` among them; absent: any. */
  readonly host?: string
  readonly speaks: Speaks | 'anything'
  /** Which requests, where these are what is let out. */
  readonly requests: Region
  readonly because: readonly string[]
}

/** All that the caller's own proxy may let out; nothing can be said of it where the answer is `unknown`. */
export function openings(layer: Layer, caller: Workload): readonly Opening[] | 'unknown' {
  const ports: readonly OutsidePort[] = [...portsNamed(layer, caller), 'other']
  const found = ports.map(port => doorsTo(layer, caller, port).map(door => openingsBy(door, port)))
  const flat = found.flat()
  return flat.some(one => one === 'unknown') ? 'unknown' : flat.flatMap(one => (one === 'unknown' ? [] : one))
}

function openingsBy(door: Door, port: OutsidePort): readonly Opening[] | 'unknown' {
  const { because } = door
  const plain = { port, requests: Region.all, because }
  const rest: readonly Opening[] = 'others' in door && door.others === 'open' ? [{ ...plain, speaks: 'anything' }] : []
  switch (door.kind) {
    case 'unknown':
      return 'unknown'
    case 'closed':
      return []
    case 'open':
      return [{ ...plain, speaks: 'anything' }]
    case 'bytes':
      return [{ ...plain, speaks: 'bytes' }]
    case 'tls':
      return [...rest, ...door.routes.filter(({ sends }) => sends !== 'no').flatMap(route => named(route, plain))]
    case 'requests':
      return [...rest, ...asked(door, port)]
  }
}

function named({ names }: NamedRoute, plain: Omit<Opening, 'speaks'>): readonly Opening[] {
  if (names.length === 0) return [{ ...plain, speaks: 'tls' }]
  return names.map(host => ({ ...plain, host, speaks: 'tls' }))
}

/** By host, as far as routes name any: what is let out to one that none names is let out to all. */
function asked({ passed, hosts, because }: Extract<Door, { kind: 'requests' }>, port: OutsidePort): readonly Opening[] {
  return [undefined, ...hosts].flatMap((host): readonly Opening[] => {
    const out = passed.may.given('authority', host?.replace(/^\*/, unnamed) ?? unnamed)
    if (out.isEmpty) return []
    return [{ port, ...(host !== undefined && { host }), speaks: 'requests', requests: out, because }]
  })
}

/** A host that no route names. */
const unnamed = 'x-1'
