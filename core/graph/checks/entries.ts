import { groupBy } from '../../model/group'
import type { Problem } from '../../model/problem'
import type { Entry } from '../entries'
import { covers, entryLines } from '../entries'
import { defect, listing, place } from '../place'
import { byText } from '../resolve'
import type { Context } from './context'

/** Requests that a gateway could not decide about: one route with two ways to go, one host with TLS and without. */
export function entryProblems({ graph, damaged }: Context): readonly Problem[] {
  const whole = entryLines(graph).filter(({ ingress }) => !damaged('ingress', ingress, 'tls'))
  const gateways = groupBy(whole, ({ gateway }) => `${gateway.namespace}/${gateway.serviceAccount}`)
  return [...gateways.values()].flatMap(entries => [...forks(entries), ...certificates(entries)])
}

const code = 'ambiguous-entry'

/** Two callees for one request, told at the later of the two and once for all its hosts. */
function forks(entries: readonly Entry[]): Problem[] {
  const byRequest = groupBy(entries, ({ host, method, path }) => `${host} ${method} ${path}`)
  const later = [...byRequest.values()].flatMap(([first, ...others]) =>
    others.flatMap(entry => (first && target(first) !== target(entry) ? [{ first, entry }] : [])),
  )
  const told = groupBy(later, ({ first, entry }) => `${placeOf(entry)} ${entry.method} ${entry.path} ${placeOf(first)}`)
  return [...told.values()].flatMap(same => {
    const [pair] = same
    if (!pair) return []
    const { first, entry } = pair
    const hosts = listing(same.map(({ entry: { host } }) => host))
    const message = `\`${entry.method} ${entry.path}\` of ${hosts} also leads to \`${first.to.service}\`, by \`${placeOf(first)}\``
    const hint = 'send it to one of them; of two routes that overlap, the more specific one takes the request'
    return [defect({ code, at: placeOf(entry), message, hint })]
  })
}

function target({ to: { service, port } }: Entry): string {
  return `${service}:${port}`
}

function placeOf({ ingress, to: { service }, port }: Entry): string {
  return place('ingress', ingress, 'routes', service, port)
}

/** One host under two regimes. Hosts under a wildcard count: a client asks for one host, not for the entry that was meant. */
function certificates(entries: readonly Entry[]): Problem[] {
  const served = [...new Map(entries.map(entry => [`${entry.ingress} ${entry.host}`, entry])).values()]
  const byIngress = served.sort((a, b) => byText(a.ingress, b.ingress))
  return byIngress.flatMap((entry, index) => {
    const other = byIngress.slice(0, index).find(earlier => contradicts(earlier, entry))
    if (!other) return []
    const how = other.secret === undefined ? 'in plaintext' : `with the certificate in \`${other.secret}\``
    const message = `\`${entry.host}\` is also served ${how}, as \`${other.host}\` at \`${place('ingress', other.ingress)}\``
    const hint = 'serve a host in one way at a gateway'
    return [defect({ code, at: place('ingress', entry.ingress, 'tls'), message, hint })]
  })
}

function contradicts(one: Entry, other: Entry): boolean {
  if (one.ingress === other.ingress || one.secret === other.secret) return false
  if (one.host === other.host) return true
  const plain = one.secret === undefined || other.secret === undefined
  return plain && (covers(one.host, other.host) || covers(other.host, one.host))
}
