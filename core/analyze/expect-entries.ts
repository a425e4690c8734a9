import type { Bounds } from '../model/flow-set'
import { groupBy } from '../model/group'
import type { IntendedEntry } from '../model/intent'
import type { Expression } from '../model/language'
import { Language } from '../model/language'
import { Region } from '../model/region'
import { headersFor, moreSpecific } from './regions/hosts'

/**
 * The requests that entries mean. At least: what clients send who name the host as it is written, with a port or, of a wildcard, without. At most: whatever
 * names the host, and anything behind its port.
 *
 * `all` are the entries of the same gateway. A host under a declared wildcard that is declared itself has at least its own entries. And what ends like a wildcard says is
 * not meant by it where another declared host stands before a colon, for that is the one a proxy takes it for: `shop.example.com:x.example.net`.
 */
export function declaredEntries(entries: readonly IntendedEntry[], all: readonly IntendedEntry[]): Bounds<Region> {
  const hosts = new Set(all.map(({ host }) => host))
  const regions = [...groupBy(entries, ({ host }) => host)].map(([host, own]) => {
    const requests = Region.union(own.map(requestsOf))
    const others = [...hosts].filter(other => moreSpecific(other, host))
    const named = namedBy(host).minus(Language.union(others.map(namedBy)))
    const elsewhere = host.startsWith('*') ? [...hosts].filter(other => !other.endsWith(host.slice(1))) : []
    const meant = hostsOf(host).minus(hostIn(Language.union(elsewhere.map(headersFor))))
    return { must: hostIn(named).intersect(requests), may: meant.intersect(requests) }
  })
  return { must: Region.union(regions.map(({ must }) => must)), may: Region.union(regions.map(({ may }) => may)) }
}

/** All requests that may be meant for a host, on whatever route. */
function hostsOf(host: string): Region {
  const name: Expression = host.startsWith('*') ? { sequence: [{ any: true }, host.slice(1)] } : host
  return hostIn(Language.of({ sequence: [name, { choice: ['', { sequence: [':', { any: true }] }] }] }))
}

/** All requests that a proxy takes for a host, whatever route they ask for. */
export function takenFor(host: string): Region {
  return hostIn(headersFor(host))
}

/** The `Host` headers that every proxy reads alike: a name, and a port of digits or none. What else stands behind a colon, policies read as a part of the name. */
export function canonicalHosts(): Region {
  return hostIn(Language.of({ sequence: [{ star: { except: ':' } }, { choice: ['', { sequence: [':', digits] }] }] }))
}

function hostIn(hosts: Language): Region {
  return Region.where('host', hosts)
}

const label: Expression = { plus: { chars: 'abcdefghijklmnopqrstuvwxyz0123456789-' } }
const digits: Expression = { plus: { chars: '0123456789' } }

/** The `Host` headers of ordinary clients. */
function namedBy(host: string): Language {
  if (!host.startsWith('*')) return Language.of({ sequence: [host, { choice: ['', { sequence: [':', digits] }] }] })
  return Language.of({ sequence: [label, { star: { sequence: ['.', label] } }, host.slice(1)] })
}

function requestsOf({ http }: IntendedEntry): Region {
  return Region.intersection([
    Region.where('protocol', Language.literals(['http'])),
    Region.where('method', Language.literals(http.methods)),
    Region.where('path', Language.of(http.path)),
  ])
}
