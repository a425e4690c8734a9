import type { Destination, Gateway, Layer, ReferenceGrant, RouteRule, Routes } from '../layer'
import { some, type Ternary } from '../istio/kleene'

/** What settling needs of the layer that is being read. */
type Around = Pick<Layer, 'mesh' | 'referenceGrants'>

/** Routes with their hosts spelt out, and with what they may lead to decided: both hang on other objects. */
export function settleRoutes(routes: readonly Routes[], around: Around): readonly Routes[] {
  return routes.map(route => settle(route, around))
}

/** Gateways whose Services are named in full. */
export function settleGateways(gateways: readonly Gateway[], { mesh }: Around): readonly Gateway[] {
  const domain = mesh.clusterDomain ?? 'cluster.local'
  return gateways.map(gateway =>
    gateway.addresses === undefined
      ? gateway
      : { ...gateway, addresses: gateway.addresses.map(host => (host.endsWith('.svc.') ? host + domain : host)) },
  )
}

function settle(route: Routes, around: Around): Routes {
  const hosts = route.source === 'VirtualService' ? route.hosts.map(host => spellOut(host, route, around)) : route.hosts
  return { ...route, hosts, rules: route.rules.map(rule => settleRule(rule, route, around)) }
}

function settleRule(rule: RouteRule, route: Routes, around: Around): RouteRule {
  const { action } = rule
  if (action.kind !== 'forward') return rule
  const settled = (destination: Destination): Destination => ({
    ...destination,
    host: spellOut(destination.host, route, around),
    ...(destination.allowed === 'unknown' ? { allowed: isGranted(destination.host, route, around) } : {}),
  })
  const mirrors = action.mirrors && { mirrors: action.mirrors.map(settled) }
  return { ...rule, action: { ...action, to: action.to.map(settled), ...mirrors } }
}

/**
 * A host without a dot is a Service beside the object; a Route's Service lacks the mesh's domain alone.
 * Source: istio `pilot/pkg/model/config.go` ResolveShortnameToFQDN.
 */
function spellOut(written: string, { namespace = '' }: Routes, { mesh }: Around): string {
  const host = written.toLowerCase()
  const domain = mesh.clusterDomain ?? 'cluster.local'
  if (host.endsWith('.svc.')) return host + domain
  return host === '' || host === '*' || /[.:]/.test(host) ? host : `${host}.${namespace}.svc.${domain}`
}

/** Source: istio `pilot/pkg/config/kube/gatewaycommon/references.go` BackendAllowed. */
function isGranted(host: string, { source, namespace }: Routes, { referenceGrants }: Around): Ternary {
  if (namespace === undefined) return 'unknown'
  const [name = '', target = ''] = host.split('.')
  const beside = referenceGrants.filter(grant => grant.namespace === undefined || grant.namespace === target)
  return some(
    beside.map((grant): Ternary => {
      if (grant.unreadable) return 'unknown'
      return grants(grant, { source, namespace, name }) ? 'yes' : 'no'
    }),
  )
}

/** A reference of one kind of route, from one namespace, to a Service. */
interface Reference {
  readonly source: Routes['source']
  readonly namespace: string
  readonly name: string
}

function grants({ from, to }: ReferenceGrant, { source, namespace, name }: Reference): boolean {
  const group = 'gateway.networking.k8s.io'
  return (
    from.some(one => one.group === group && one.kind === source && one.namespace === namespace) &&
    to.some(one => ['', 'core'].includes(one.group) && one.kind === 'Service' && (one.name ?? name) === name)
  )
}
