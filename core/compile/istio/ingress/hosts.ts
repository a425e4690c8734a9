import { covers } from '../../../graph/entries'
import { fitName } from '../../names'
import { sorted, sortedBy, sortedGroups } from '../../order'
import type { Door } from './gateways'

/**
 * Hosts of a gateway that have the same routes. A proxy that knows a host by name looks no further: what is declared for `*.example.com` has to be
 * said of `shop.example.com` again where that is served too.
 */
export interface HostGroup {
  /** Made of the names of the ingresses that declare the routes. */
  readonly name: string
  readonly hosts: readonly string[]
  /** Whether it is served in TLS alone. */
  readonly secure: boolean
  /** By host: the ingress that declares it, and its Secret; empty where it is served in plaintext. */
  readonly certificates: ReadonlyMap<string, { readonly ingress: string; readonly secret: string }>
  /** Most specific first; none has the method and path of another. */
  readonly doors: readonly Door[]
  readonly because: readonly string[]
}

/** The hosts of a gateway in groups. */
export function hostGroups(doors: readonly Door[]): HostGroup[] {
  const hosts = sorted(doors.map(({ entry }) => entry.host)).map(host => {
    const own = doors.filter(({ entry }) => covers(entry.host, host))
    return { host, own, ingresses: sorted(own.map(({ entry }) => entry.ingress)) }
  })
  return [...sortedGroups(hosts, ({ ingresses }) => ingresses.join('.'))].map(([name, same]) => {
    const own = same.flatMap(each => each.own)
    return {
      name: fitName(name),
      hosts: same.map(({ host }) => host),
      secure: own.some(({ entry }) => entry.secret !== undefined),
      certificates: new Map(
        own.flatMap(({ entry: { host, ingress, secret } }) =>
          secret === undefined ? [] : [[host, { ingress, secret }]],
        ),
      ),
      doors: sortedBy(distinct(own), specificity),
      because: sorted(own.map(({ entry }) => entry.text)),
    }
  })
}

/** Of two for the same request, that of the more specific host, which is written out, or has more to it. */
function distinct(doors: readonly Door[]): Door[] {
  const byHost = [...doors].sort((a, b) => rank(b) - rank(a))
  const byRequest = sortedGroups(byHost, ({ entry: { method, path } }) => `${method} ${path}`)
  return [...byRequest.values()].flatMap(([first]) => (first ? [first] : []))
}

function rank({ entry: { host } }: Door): number {
  return host.length + (host.startsWith('*') ? 0 : 1000)
}

/**
 * A text by which more specific routes come first. Paths written out are disjoint and need no order, so those of one callee stay together; then
 * segment by segment a name comes before `*`, and `*` before `**`.
 */
function specificity({ entry: { path, method, to } }: Door): string {
  if (!path.includes('*')) return `0 ${to.namespace}/${to.service}:${to.port} ${path} ${method}`
  const segments = path.split('/').map(segment => (segment === '**' ? '\uffff' : segment === '*' ? '\ufffe' : segment))
  return `1 ${segments.join('\u0000')} ${method}`
}
