import { covers } from '../../../graph/entries'
import type { Manifest } from '../../../model/manifest'
import { runs } from '../../limits'
import { fitName } from '../../names'
import { sorted, sortedGroups } from '../../order'
import type { Context } from '../context'
import { manifest } from '../../objects'
import { gatewayName } from './gateway-pods'
import { matchesOf, rulesOf } from './http-rules'
import type { Door, IngressGateway } from './gateways'
import type { HostGroup } from './hosts'
import { followed } from '../labels'
import { destinationsOf } from '../traffic/destinations'

/** What one object of the Gateway API holds at most (its CRDs, `maxItems`). */
const most = { hostnames: 16, rules: 16, matches: 128, references: 16 } as const

/** Listeners of a Gateway (its CRD, `maxItems`); a host with TLS takes two. */
export const mostListeners = 64

/**
 * What a gateway listens on and where it sends what it lets in, in the Gateway API, for Pods that istiod makes. A listener for each host, so that a
 * route meets no host but its own; only routes beside the Gateway attach to it.
 */
export function gatewayApiRouting(gateway: IngressGateway, groups: readonly HostGroup[], context: Context): Manifest[] {
  if (groups.length === 0) return []
  return [
    listening(gateway, groups, context),
    ...groups.flatMap(group => routes(gateway, group, context)),
    ...groups.flatMap(group => (group.secure ? redirects(gateway, group) : [])),
    ...grants(gateway, groups, context),
  ]
}

/** Without a Service of type LoadBalancer its type is said in an annotation, for which the Gateway API has no field (istio `pilot/pkg/config/kube/gatewaycommon/deploymentcontroller.go`). */
function listening(gateway: IngressGateway, groups: readonly HostGroup[], { settings }: Context): Manifest {
  const { namespace, account, target } = gateway
  const revision = followed(settings, namespace)
  const { service } = target
  return manifest({
    kind: 'Gateway',
    namespace,
    name: gatewayName(account),
    ...(revision !== undefined && { labels: { 'istio.io/rev': revision } }),
    ...(service !== undefined && { annotations: { 'networking.istio.io/service-type': service } }),
    spec: { gatewayClassName: 'istio', listeners: groups.flatMap(group => listenersOf(gateway, group)) },
    because: sorted(groups.flatMap(({ because }) => because)),
  })
}

function listenersOf({ doors }: IngressGateway, { hosts, secure }: HostGroup): object[] {
  const allowedRoutes = { namespaces: { from: 'Same' } }
  const plain = hosts.map(hostname => ({
    name: section('http', hostname),
    hostname,
    port: 80,
    protocol: 'HTTP',
    allowedRoutes,
  }))
  if (!secure) return plain
  const certified = hosts.map(hostname => {
    const name = doors.find(({ entry }) => entry.host === hostname)?.entry.secret
    const tls = { mode: 'Terminate', certificateRefs: [{ name }] }
    return { name: section('https', hostname), hostname, port: 443, protocol: 'HTTPS', tls, allowedRoutes }
  })
  return [...certified, ...plain]
}

/** The name of the listener for a host: `https.shop.example.com`, `https-under.example.com`. */
function section(protocol: 'http' | 'https', host: string): string {
  return fitName(host.startsWith('*.') ? `${protocol}-under.${host.slice(2)}` : `${protocol}.${host}`)
}

/** The rules of a group, in as many objects as they need: whichever they stand in, the most specific match decides (istio `pilot/pkg/config/kube/gateway/conversion.go` sortHTTPRoutes). */
function routes(
  gateway: IngressGateway,
  { name, hosts, secure, doors, because }: HostGroup,
  context: Context,
): Manifest[] {
  const { namespace } = gateway
  const parts = packed(rulesOf({ namespace, doors, strangers: strangersTo(hosts, gateway) }, context))
  const pieces = chunks(hosts, most.hostnames).flatMap(some => parts.map(rules => ({ some, rules })))
  return pieces.map(({ some, rules }, index) =>
    manifest({
      kind: 'HTTPRoute',
      namespace,
      name: fitName(name, index === 0 ? '' : `.${index + 1}`),
      spec: {
        parentRefs: parentsOf(gateway, some, secure ? 'https' : 'http'),
        hostnames: some,
        rules: rules.map(rule => ({
          matches: matchesOf(rule),
          ...(rule.backends.length > 0 && { backendRefs: rule.backends.map(each => ({ ...each })) }),
          ...(rule.timeouts && { timeouts: { ...rule.timeouts } }),
        })),
      },
      because,
    }),
  )
}

/**
 * What enters for hosts that a wildcard of ours takes in, and that are not ours: in TLS the handshake chooses the host, and the request may then name another
 * one (RFC 9110, 7.4); and one for which no listener was left comes here in any case.
 */
function strangersTo(hosts: readonly string[], { doors }: IngressGateway): readonly Door[] {
  return doors.filter(({ entry }) => !hosts.includes(entry.host) && hosts.some(host => covers(host, entry.host)))
}

function parentsOf({ account }: IngressGateway, hosts: readonly string[], protocol: 'http' | 'https'): object[] {
  return hosts.map(host => ({ name: gatewayName(account), sectionName: section(protocol, host) }))
}

/** Rules in runs that one object holds. */
function packed<T extends { readonly matches: readonly unknown[] }>(rules: readonly T[]): T[][] {
  const all: T[][] = []
  let held = 0
  for (const rule of rules) {
    const last = all.at(-1)
    const size = rule.matches.length
    if (last && last.length < most.rules && held + size <= most.matches) {
      last.push(rule)
      held += size
    } else {
      all.push([rule])
      held = size
    }
  }
  return all
}

/** Whoever comes in plaintext is told to come back in TLS, whatever he asks for. */
function redirects(gateway: IngressGateway, { name, hosts, because }: HostGroup): Manifest[] {
  const requestRedirect = { scheme: 'https', statusCode: 301 }
  return chunks(hosts, most.hostnames).map((some, index) =>
    manifest({
      kind: 'HTTPRoute',
      namespace: gateway.namespace,
      name: fitName(name, index === 0 ? '.to-https' : `.to-https.${index + 1}`),
      spec: {
        parentRefs: parentsOf(gateway, some, 'http'),
        hostnames: some,
        rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect }] }],
      },
      because,
    }),
  )
}

/** In each namespace of callees but the gateway's own, what lets its routes lead there. */
function grants(
  { namespace, account }: IngressGateway,
  groups: readonly HostGroup[],
  { settings }: Context,
): Manifest[] {
  const named = groups.flatMap(({ doors }) =>
    doors.flatMap(({ to, entry }) =>
      destinationsOf(to, settings, 'gateway-api').map(each => ({ ...each, because: entry.text })),
    ),
  )
  const foreign = named.filter(each => each.namespace !== namespace)
  return [...sortedGroups(foreign, each => each.namespace)].flatMap(([callees, own]) =>
    chunks(sorted(own.map(({ service }) => service)), most.references).map((services, index) =>
      manifest({
        kind: 'ReferenceGrant',
        namespace: callees,
        name: fitName(`from-${gatewayName(account)}.${namespace}`, index === 0 ? '' : `.${index + 1}`),
        spec: {
          from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace }],
          to: services.map(service => ({ group: '', kind: 'Service', name: service })),
        },
        because: sorted(own.filter(({ service }) => services.includes(service)).map(each => each.because)),
      }),
    ),
  )
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return runs(items, size, () => 1)
}
