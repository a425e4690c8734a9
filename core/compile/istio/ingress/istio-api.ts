import type { Manifest } from '../../../model/manifest'
import { groupBy } from '../../../model/group'
import { sortedGroups } from '../../order'
import type { Context } from '../context'
import { manifest } from '../../objects'
import { gatewayLabels } from './gateway-pods'
import type { Door, IngressGateway } from './gateways'
import type { HostGroup } from './hosts'
import { uriMatch } from './paths'
import { destinationsOf } from '../traffic/destinations'
import { patienceAtGateway } from '../traffic/rules'

/**
 * What a gateway of Istio's chart listens on and where it sends what it lets in, in Istio's own API: a Gateway and a VirtualService for each group of
 * hosts. In one Gateway for all, the routes of `*.example.com` would be those of `shop.example.com` too, before or after its own as the objects' age has it
 * (istio `pilot/pkg/networking/core/gateway.go` buildGatewayHTTPRouteConfig). Only VirtualServices beside the Gateway attach to it, and these are known in
 * its namespace alone.
 */
export function istioRouting(gateway: IngressGateway, groups: readonly HostGroup[], context: Context): Manifest[] {
  const { namespace } = gateway
  const selector = gatewayLabels(gateway, 'istio')
  return groups.flatMap(group => {
    const { name, hosts, doors, because } = group
    const servers = group.secure ? [...secure(group), told(hosts)] : [server({ port: port(80, 'http', 'HTTP'), hosts })]
    const http = routesOf(doors, context)
    return [
      manifest({ kind: 'IstioGateway', namespace, name, spec: { selector, servers }, because }),
      manifest({
        kind: 'VirtualService',
        namespace,
        name,
        // A name with a dot in it would be read as one of another namespace (istio `pilot/pkg/model/config.go` resolveGatewayName).
        spec: { hosts, gateways: [`${namespace}/${name}`], exportTo: ['.'], http },
        because,
      }),
    ]
  })
}

/** A server for each certificate, which is that of the ingress that declares the host. */
function secure({ hosts, certificates }: HostGroup): object[] {
  const byIngress = sortedGroups(hosts, host => certificates.get(host)?.ingress ?? '')
  return [...byIngress].map(([ingress, own]) => {
    const credentialName = certificates.get(own[0] ?? '')?.secret
    const tls = { mode: 'SIMPLE', credentialName, minProtocolVersion: 'TLSV1_2' }
    return server({ port: port(443, `https-${ingress}`, 'HTTPS'), tls, hosts: own })
  })
}

/** On port 80 whoever should come in TLS is told so. */
function told(hosts: readonly string[]): object {
  return server({ port: port(80, 'http-to-https', 'HTTP'), tls: { httpsRedirect: true }, hosts })
}

function port(number: number, name: string, protocol: string): object {
  return { number, name, protocol }
}

interface Server {
  readonly port: object
  readonly tls?: object
  readonly hosts: readonly string[]
}

function server({ port: listening, tls, hosts }: Server): object {
  return { port: listening, ...(tls && { tls }), hosts: hosts.map(host => `./${host}`) }
}

/** Those that follow each other and lead to the same port of a Service are one. */
function routesOf(doors: readonly Door[], context: Context): object[] {
  let last = ''
  let turn = 0
  const numbered = doors.map(door => {
    const to = `${door.to.name}:${door.port}`
    if (to !== last) turn += 1
    last = to
    return { door, turn }
  })
  return [...groupBy(numbered, each => each.turn).values()].flatMap(same => {
    const [first] = same
    if (!first) return []
    const { door } = first
    const patience = patienceAtGateway(door.to, context.settings)
    return [{ match: same.map(each => matchOf(each.door)), route: destinations(door, context), ...patience }]
  })
}

function matchOf({ entry: { method, path } }: Door): object {
  return { method: { exact: method }, uri: uriMatch(path) }
}

function destinations({ to, port: number }: Door, { settings }: Context): object[] {
  return destinationsOf(to, settings, 'istio').map(({ host, subset, weight }) => ({
    destination: { host, port: { number }, ...(subset !== undefined && { subset }) },
    ...(subset !== undefined && { weight }),
  }))
}
