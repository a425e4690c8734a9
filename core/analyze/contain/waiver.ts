import type { Expression } from '../../model/expression'
import { Language } from '../../model/language'
import type { Problem } from '../../model/problem'
import { Region } from '../../model/region'
import { Cursor } from '../istio/cursor'
import { trustedCallers } from '../regions/callers'

/** Growth that somebody answers for, until a day. */
export interface Waiver {
  readonly owner: string
  readonly reason: string
  /** The last day on which it holds, `2026-12-31`. */
  readonly expires: string
  /** What it admits, a flow each: `shop/frontend → shop/cart:7070 GET /x`. */
  readonly admits: readonly string[]
  /** Where it stands. */
  readonly at: string
}

/** A flow of a waiver as sets. */
export interface WaivedFlow {
  /** Whether it is about a port, `shop/cart:7070`; of what enters through a gateway the gateway's port counts. */
  readonly isAt: (callee: string) => boolean
  readonly requests: Region
}

const example = '`shop/frontend → shop/cart:7070 GET /x`'

/** Reads a file of waivers; Problems, with their place, where it is none. */
export function parseWaivers(
  value: unknown,
  at: string,
): { readonly waivers: readonly Waiver[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const file = new Cursor(value, '', { problems, subject: 'waivers', at, isUnknown: () => false })
  if (!file.required()?.object()) return { waivers: [], problems }
  file.only(['waivers'])
  const waivers = (file.get('waivers').required()?.items() ?? []).flatMap(item => readWaiver(item, at))
  return { waivers, problems }
}

function readWaiver(item: Cursor, file: string): readonly Waiver[] {
  if (!item.required()?.object()) return []
  item.only(['owner', 'reason', 'expires', 'admits'])
  const text = (name: string): string | undefined => {
    const field = item.get(name)
    const value = field.required()?.string()
    return value?.trim() === '' ? field.wrong('a text') : value
  }
  const [owner, reason, expires] = [text('owner'), text('reason'), text('expires')]
  if (expires !== undefined && !isDate(expires)) item.get('expires').wrong('a date such as `2026-12-31`')
  const field = item.get('admits')
  const admits = typeof field.value === 'string' ? [field.value] : (field.required()?.strings() ?? [])
  for (const flow of admits)
    if (!parseFlow(flow, undefined)) field.wrong(`flows such as ${example}, and not \`${flow}\``)
  if (owner === undefined || reason === undefined || expires === undefined) return []
  return [{ owner, reason, expires, admits, at: `${file} ${item.path}` }]
}

/** Whether a text is a day of the calendar, `2026-12-31`. */
export function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []
  if (year === undefined || month === undefined || day === undefined) return false
  const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0)
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Number(month) - 1]
  return days !== undefined && Number(day) >= 1 && Number(day) <= days
}

/**
 * A flow of a waiver. The caller is an account `shop/frontend`, all of a namespace `shop/*`, every identity of the mesh `*`, or `anybody`; the callee `shop/cart:7070`,
 * `shop/cart:*` or `shop/*`; the request is left out for any, or a method (`*` for any) and a path as routes have it, `/a`, `/a/*` or `/a/**`, or `grpc Service/Method`.
 */
export function parseFlow(text: string, domains: readonly string[] | undefined): WaivedFlow | undefined {
  const [, who = '', callee = '', asked = ''] = /^\s*(\S+)\s+(?:→|->)\s+(\S+)(?:\s+(\S.*?))?\s*$/.exec(text) ?? []
  const [callers, isAt, requests] = [callersOf(who, domains), placesOf(callee), requestsOf(asked)]
  return callers && isAt && requests ? { isAt, requests: callers.intersect(requests) } : undefined
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
