import { isDate } from '../../model/date'
import type { Expression } from '../../model/expression'
import { Language } from '../../model/language'
import type { Problem } from '../../model/problem'
import { Region } from '../../model/region'
import { Cursor } from '../istio/cursor'
import type { Ports } from '../leaving/ports'
import { trustedCallers } from '../regions/callers'
import { headersIn, hostsIn, hostsNamed, narrowing } from './narrowed'

/** Growth that somebody answers for, until a day. */
export interface Waiver {
  readonly owner: string
  readonly reason: string
  /** The last day on which it holds, `2026-12-31`. */
  readonly expires: string
  /** What it admits, a flow each: `shop/frontend → shop/cart:7070 GET /x`. */
  readonly admits: readonly string[]
  /** The hosts that are asked for, `*.example.com` among them. @default any */
  readonly hosts?: readonly string[]
  /** Headers that requests carry, and their values; `*` for any value. @default any */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Where it stands. */
  readonly at: string
}

/** A flow of a waiver as sets. */
export interface WaivedFlow {
  /** Whether it is about a port, `shop/cart:7070`; of what enters through a gateway the gateway's port counts. */
  readonly isAt: (callee: string) => boolean
  readonly requests: Region
  /** What it lets a workload out for on a port; absent where it is about calls within the mesh. */
  readonly leaves?: (workload: string, port: number) => Region
  /** The ports outside that it tells apart. */
  readonly ports: readonly Ports[]
}

const example = '`shop/frontend → shop/cart:7070 GET /x` or `shop/cart → external api.example.com:443`'

/** Reads a file of waivers; Problems, with their place, where it is none. */
export function parseWaivers(
  value: unknown,
  at: string,
): { readonly waivers: readonly Waiver[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const file = new Cursor(value, '', { problems, subject: 'waivers', at, isUnknown: () => false })
  if (!file.required()?.object()) return { waivers: [], problems }
  file.only(['$schema', 'waivers'])
  const waivers = (file.get('waivers').required()?.items() ?? []).flatMap(item => readWaiver(item, at))
  return { waivers, problems }
}

function readWaiver(item: Cursor, file: string): readonly Waiver[] {
  if (!item.required()?.object()) return []
  item.only(['owner', 'reason', 'expires', 'admits', 'hosts', 'headers'])
  const text = (name: string): string | undefined => {
    const field = item.get(name)
    const value = field.required()?.string()
    return value?.trim() === '' ? field.wrong('a text') : value
  }
  const [owner, reason, expires] = [text('owner'), text('reason'), text('expires')]
  if (expires !== undefined && !isDate(expires)) item.get('expires').wrong('a date such as `2026-12-31`')
  const field = item.get('admits')
  const admits = typeof field.value === 'string' ? [field.value] : (field.required()?.strings() ?? [])
  if (field.value !== undefined && admits.length === 0) field.wrong('at least one flow')
  for (const flow of admits)
    if (!parseFlow(flow, undefined, {})) field.wrong(`flows such as ${example}, and not \`${flow}\``)
  const narrowed = { ...hostsIn(item.get('hosts')), ...headersIn(item.get('headers')) }
  if (owner === undefined || reason === undefined || expires === undefined) return []
  return [{ owner, reason, expires, admits, ...narrowed, at: `${file} ${item.path}` }]
}

/**
 * A flow of a waiver. The caller is an account `shop/frontend`, all of a namespace `shop/*`, every identity of the mesh `*`, or `anybody`; the callee `shop/cart:7070`,
 * `shop/cart:*` or `shop/*`; the request is left out for any, or a method (`*` for any) and a path as routes have it, `/a`, `/a/*` or `/a/**`, or `grpc Service/Method`.
 * Of what leaves the mesh the caller is a workload, and the callee `external api.example.com:443`, where `*.example.com`, `*` and `:*` are any. A waiver's hosts and headers narrow each of its flows.
 */
export function parseFlow(
  text: string,
  domains: readonly string[] | undefined,
  narrowed: Pick<Waiver, 'hosts' | 'headers'>,
): WaivedFlow | undefined {
  const [, who = '', outside, callee = '', asked = ''] =
    /^\s*(\S+)\s+(?:→|->)\s+(external\s+)?(\S+)(?:\s+(\S.*?))?\s*$/.exec(text) ?? []
  const within = narrowing(narrowed)
  const requests = requestsOf(asked)?.intersect(within)
  if (!requests) return undefined
  if (outside !== undefined) return leavingFlow(who, callee, requests)
  const [callers, isAt] = [callersOf(who, domains), placesOf(callee)]
  return callers && isAt ? { isAt, requests: callers.intersect(requests), ports: [] } : undefined
}

/** A host has no part in how a call is told apart by workload and port, so that several flows may be for one. */
function leavingFlow(who: string, callee: string, requests: Region): WaivedFlow | undefined {
  const isFrom = workloadsOf(who)
  const [, host = '', port = '*'] = /^([^:\s]+)(?::(\d{1,5}|\*))?$/.exec(callee) ?? []
  const hosts = hostsNamed(host)
  if (!isFrom || !hosts) return undefined
  const region = requests.intersect(Region.where('host', hosts))
  const number = Number(port)
  const isFor = (asked: number): boolean => port === '*' || asked === number
  return {
    isAt: () => false,
    requests: Region.none,
    leaves: (workload, asked) => (isFrom(workload) && isFor(asked) ? region : Region.none),
    ports: port === '*' ? [] : [{ from: number, to: number }],
  }
}

function workloadsOf(who: string): ((workload: string) => boolean) | undefined {
  if (who === '*' || who === 'anybody') return () => true
  const [, namespace, name] = /^([a-z0-9-]+)\/([a-z0-9.-]+|\*)$/.exec(who) ?? []
  if (namespace === undefined || name === undefined) return undefined
  return workload => (name === '*' ? workload.startsWith(`${namespace}/`) : workload === who)
}

function callersOf(who: string, domains: readonly string[] | undefined): Region | undefined {
  if (who === 'anybody') return Region.all
  const trusted = trustedCallers(domains)
  if (who === '*') return Region.where('caller', trusted)
  const [, namespace, account] = /^([a-z0-9-]+)\/([a-z0-9.-]+|\*)$/.exec(who) ?? []
  if (namespace === undefined || account === undefined) return undefined
  const domain: Expression = domains ? { choice: domains } : { plus: { except: '/' } }
  const name: Expression = account === '*' ? { any: true } : account
  const named = Language.of({ sequence: [domain, `/ns/${namespace}/sa/`, name] })
  return Region.where('caller', named.intersect(trusted))
}

function placesOf(callee: string): ((name: string) => boolean) | undefined {
  const [, namespace = '', workload, port = '*'] =
    /^([a-z0-9-]+)\/([^/:*\s]+|\*)(?::(\d{1,5}|other|\*))?$/.exec(callee) ?? []
  if (workload === undefined) return undefined
  return name => {
    const [, own, named, at] = /^([^/]+)\/([^:]+):(\d+|other)/.exec(name) ?? []
    return own === namespace && (workload === '*' || workload === named) && (port === '*' || port === at)
  }
}

const http = Region.where('protocol', Language.literals(['http']))

function requestsOf(asked: string): Region | undefined {
  if (asked === '') return Region.all
  if (asked === 'tcp') return http.complement()
  const [, service, rpc] = /^grpc\s+([\w.]+)\/([\w*]+)$/.exec(asked) ?? []
  if (service !== undefined && rpc !== undefined) {
    const method: Expression = rpc === '*' ? { plus: { except: '/' } } : rpc
    // Linkerd's proxies let in what follows the method, too.
    const below: Expression = { choice: ['', { sequence: ['/', { any: true }] }] }
    return requesting('POST', { sequence: [`/${service}/`, method, below] })
  }
  const [, method, path] = /^([A-Z]+|\*)\s+(\/\S*)$/.exec(asked) ?? []
  return method === undefined || path === undefined ? undefined : requesting(method, pathsOf(path))
}

function requesting(method: string, path: Expression): Region {
  const methods = method === '*' ? Region.all : Region.where('method', Language.literals([method]))
  return Region.intersection([http, methods, Region.where('path', Language.of(path))])
}

function pathsOf(path: string): Expression {
  const segments = path.split('/').slice(1)
  const deep = segments.at(-1) === '**'
  const parts = (deep ? segments.slice(0, -1) : segments).flatMap((segment): readonly Expression[] => [
    '/',
    segment === '*' ? { plus: { except: '/' } } : segment,
  ])
  return { sequence: deep ? [...parts, '/', { any: true }] : parts }
}
