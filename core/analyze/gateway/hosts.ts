import { isSubset } from '../istio/client'

/** The hosts that both lists cover, as Istio spells them out (istio `pkg/config/host/names.go` Intersection). */
export function intersection(ours: readonly string[], theirs: readonly string[]): readonly string[] {
  const covered = ours.flatMap(our =>
    theirs.flatMap(their => (isSubset(our, their) ? [our] : isSubset(their, our) ? [their] : [])),
  )
  return [...new Set(covered)]
}

/** A server's hosts as routes of a namespace may have them (`names.go` NamesForNamespace). */
export function hostsForNamespace(hosts: readonly string[], namespace: string): readonly string[] {
  return hosts.flatMap(entry => {
    const [owner = '', host] = entry.split('/')
    if (host === undefined) return [entry]
    return owner === namespace || owner === '*' ? [host] : []
  })
}

/** A server's hosts, whosever they are. */
export function bareHosts(hosts: readonly string[]): readonly string[] {
  return [...new Set(hosts.map(entry => entry.slice(entry.indexOf('/') + 1).toLowerCase()))]
}

/**
 * A server's hosts with `.` spelt out, and without the namespace where that is any; `*` of any namespace is all there is then.
 * Source: istio `pilot/pkg/model/gateway.go` sanitizeServerHostNamespace.
 */
export function ownHosts(hosts: readonly string[], own: string): readonly string[] {
  if (hosts.includes('*/*')) return ['*']
  return hosts.map(entry => {
    if (entry.startsWith('./')) return `${own}/${entry.slice(2)}`
    return entry.startsWith('*/') ? entry.slice(2) : entry
  })
}

/**
 * The most specific of several hosts that covers a name: itself, else the longest wildcard. `*` covers every name, and any other wildcard those that have
 * something in its place. Source: envoy `source/common/router/config_impl.cc` findVirtualHost.
 */
export function mostSpecific(hosts: readonly string[], name: string): string | undefined {
  if (hosts.includes(name)) return name
  return hosts
    .filter(
      host => host.startsWith('*') && name.endsWith(host.slice(1)) && (host === '*' || name.length >= host.length),
    )
    .sort((a, b) => b.length - a.length)[0]
}
