import { at, gather, given, items, required, text, texts, type Field, type Gathered } from '../field'
import { ofKind, type Context } from '../rule'
import { gatherGateways, type GatewayFact } from './gateways'
import { namespaceOf } from './policies'

/** A Service that a gateway calls, as `namespace/name`, and by what. */
export interface IngressCall {
  readonly service: string
  /** What routes to it; absent where the intent says so. */
  readonly by: Field | undefined
  /** Whether it is a Service for sure; a host of two names may as well be one outside. */
  readonly certain: boolean
}

/** What gateways call, by the routes of the stack and by the intent, with a finding for each object that cannot be read. */
export function ingressCalls(context: Context): Gathered<IngressCall> {
  const gateways = gatherGateways(context)
  const routes = gather(ofKind(context, 'gateway.networking.k8s.io', ...routeKinds), field =>
    routed(field, gateways.facts),
  )
  const virtual = gather(ofKind(context, 'networking.istio.io', 'VirtualService'), throughGateways)
  return {
    facts: [...routes.facts.flat(), ...virtual.facts.flat(), ...intended(context, gateways.facts)],
    findings: [...gateways.findings, ...routes.findings, ...virtual.findings],
  }
}

const routeKinds = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute']

/** The Services of a route that hangs on a gateway; on a waypoint or a Service it is none of a gateway's. */
function routed(route: Field, gateways: readonly GatewayFact[]): readonly IngressCall[] {
  const namespace = namespaceOf(route)
  const parents = items(at(route, 'spec', 'parentRefs')).filter(parent => isGateway(parent, namespace, gateways))
  if (parents.length === 0) return []
  const rules = items(at(route, 'spec', 'rules'))
  const filters = rules.flatMap(one => items(at(one, 'filters')))
  const mirrors = filters.map(filter => at(filter, 'requestMirror', 'backendRef')).filter(given)
  return [...rules.flatMap(one => items(at(one, 'backendRefs'))), ...mirrors]
    .filter(ref => (text(at(ref, 'kind')) ?? 'Service') === 'Service' && (text(at(ref, 'group')) ?? '') === '')
    .map(ref => ({
      service: `${text(at(ref, 'namespace')) ?? namespace}/${required(at(ref, 'name'))}`,
      by: route,
      certain: true,
    }))
}

/** One that the stack does not have is taken for a gateway. */
function isGateway(parent: Field, own: string, gateways: readonly GatewayFact[]): boolean {
  if ((text(at(parent, 'kind')) ?? 'Gateway') !== 'Gateway') return false
  const namespace = text(at(parent, 'namespace')) ?? own
  const name = required(at(parent, 'name'))
  return !gateways.some(one => one.waypoint && one.namespace === namespace && one.name === name)
}

/** The Services of a VirtualService for gateways; without hosts it is a part of another one, which may be for some. */
function throughGateways(field: Field): readonly IngressCall[] {
  const spec = at(field, 'spec')
  const isPart = items(at(spec, 'hosts')).length === 0
  if (!isPart && texts(at(spec, 'gateways')).every(name => name === 'mesh')) return []
  const own = namespaceOf(field)
  const http = items(at(spec, 'http'))
  const mirrors = http.flatMap(one => [
    at(one, 'mirror'),
    ...items(at(one, 'mirrors')).map(each => at(each, 'destination')),
  ])
  const routes = [...http, ...items(at(spec, 'tcp')), ...items(at(spec, 'tls'))].flatMap(one => items(at(one, 'route')))
  return [...routes.map(each => at(each, 'destination')), ...mirrors.filter(given)].flatMap(destination => {
    const host = required(at(destination, 'host'))
    const service = serviceOf(host, own)
    return service === undefined ? [] : [{ service, by: field, certain: host.split('.').length !== 2 }]
  })
}

/** `cart`, `cart.shop`, `cart.shop.svc.cluster.local`; nothing for a host that is no Service's (istio pkg/config/host/name.go). */
function serviceOf(host: string, own: string): string | undefined {
  const [name = '', namespace = own, svc = 'svc'] = host.toLowerCase().split('.')
  return svc === 'svc' && !name.includes('*') ? `${namespace}/${name}` : undefined
}

/** Calls that the intent has by an account of a gateway of the stack. */
function intended({ intent }: Context, gateways: readonly GatewayFact[]): readonly IngressCall[] {
  if (intent.kind === 'missing') return []
  const accounts = new Set(
    gateways.filter(({ waypoint }) => !waypoint).map(({ namespace, account = '' }) => `${namespace}/${account}`),
  )
  return intent.intent.flows.flatMap(({ from, to }) =>
    from.kind === 'workload' && to.kind === 'workload' && accounts.has(`${from.namespace}/${from.serviceAccount}`)
      ? [{ service: `${to.namespace}/${to.service}`, by: undefined, certain: true }]
      : [],
  )
}
