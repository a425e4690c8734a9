import type { Expression } from '../../model/language'
import { Language } from '../../model/language'

/*
 * Which values of the `Host` header a virtual host takes. Like all hosts of regions they are in lower case.
 */

/** What follows the last colon, unless a bracket does too: an IPv6 address has colons of its own. */
const port: Expression = { sequence: [':', { star: { except: ':]' } }] }
const portless: Expression = {
  choice: [{ star: { except: ':' } }, { sequence: [{ any: true }, ']', { star: { except: ':' } }] }],
}

/**
 * The `Host` headers that each of these virtual hosts takes, in the same order: a name to the letter before `*.` of the longer suffix, and that before `*`.
 * What stands behind the last colon is no part of the name, be it a number or not, and a star stands for at least one character. An empty header has only the
 * virtual host that is for all, where there is no other. Sources: istio `pilot/pkg/networking/core/gateway.go` (IgnorePortInHostMatching), envoy
 * `source/common/router/config_impl.cc` findVirtualHost, `source/common/http/header_utility.cc` getPortStart.
 */
export function virtualHostSets(hosts: readonly string[]): readonly Language[] {
  const sorted = [...new Set(hosts)].sort(bySpecificity)
  const sets = new Map(sorted.map((host, i) => [host, takenBy(host, sorted.slice(0, i))]))
  const [only, ...others] = sorted
  if (only === '*' && others.length === 0) sets.set(only, Language.all)
  return hosts.map(host => sets.get(host) ?? Language.none)
}

/** Whether the first of two hosts takes a request before the second, where it could have both. */
export function moreSpecific(host: string, other: string): boolean {
  return host !== other && bySpecificity(host, other) < 0 && covers(other, host)
}

function covers(host: string, other: string): boolean {
  return host.startsWith('*') && other.endsWith(host.slice(1))
}

function bySpecificity(a: string, b: string): number {
  return Number(a.startsWith('*')) - Number(b.startsWith('*')) || b.length - a.length || (a < b ? -1 : 1)
}

/** Of those that go first only a name or a suffix that a wildcard covers takes anything from it. */
function takenBy(host: string, first: readonly string[]): Language {
  const covered = first.filter(other => covers(host, other))
  return headersFor(host).minus(Language.union(covered.map(headersFor)))
}

/** The headers whose name, without port, a host pattern stands for. */
export function headersFor(host: string): Language {
  if (host === '*') return Language.literals(['']).complement()
  if (!host.startsWith('*')) return withPort(host)
  return withPort({ sequence: [{ except: '' }, { any: true }, host.slice(1)] })
}

function withPort(name: Expression): Language {
  return Language.of(name)
    .intersect(Language.of(portless))
    .union(Language.of({ sequence: [name, port] }))
}
