import { own } from '../../../graph/plain'
import { printCaller } from '../../../model/flow'
import type { Manifest } from '../../../model/manifest'
import type { Problem } from '../../../model/problem'
import { fitName } from '../../names'
import { sorted } from '../../order'
import type { GatewayRouting } from '../../target'
import type { Context, Workload } from '../context'
import type { FlowLine } from '../../../graph/flows'
import type { Outcome } from '../../objects'
import { identityKey } from '../context'
import { manifest } from '../../objects'
import { planeOf } from '../plane'
import { versionsOf } from '../../versions'
import { destinationsOf, fullName } from './destinations'
import { destinationRule, patienceOf, reasons, shownTo } from './rules'
import { bytesUnread, carriesRequests, unread } from '../../unread'

/**
 * The traffic of a service on sidecars: a VirtualService that its callers' own sidecars follow, and a DestinationRule with what it names. Both
 * lie beside the service and are shown to the namespaces that call it, and to no other.
 *
 * Gateways write their routes themselves ({@link destinationsOf}), by the same DestinationRule. ztunnel follows neither (it reads no requests), nor
 * does who has no proxy.
 *
 * Sources: istio `pilot/pkg/model/push_context.go` initVirtualServices, destinationRule; `pilot/pkg/networking/core/route/route.go`
 * BuildSidecarVirtualHostWrapper.
 */
export function sidecarTraffic(callee: Workload, context: Context): Outcome {
  const { traffic } = callee.service
  const calls = (context.into.get(callee.name) ?? []).filter(({ flow }) => flow.purpose === 'call')
  if (traffic === undefined) return { manifests: [], problems: [] }
  const gateways = calls.filter(line => gatewayRouting(line, context) !== undefined)
  const proxied = calls.filter(line => !gateways.includes(line) && isProxied(line, context))
  const others = calls.filter(line => !gateways.includes(line) && !proxied.includes(line))
  return {
    manifests: [
      ...routes(callee, proxied.filter(carriesRequests), context),
      ...rule(callee, [...proxied, ...gateways], context),
    ],
    problems: [
      ...unread({
        callee,
        lines: traffic.outlierDetection ? others : others.filter(carriesRequests),
        why: 'no proxy of theirs reads it',
        hint: 'move their namespace to sidecars',
      }),
      ...bytesUnread(callee, [...proxied, ...gateways]),
      ...gatewayProblems(callee, gateways.filter(carriesRequests), context),
    ],
  }
}

/** Who tells the gateway that makes a call where to send it; nothing for every other caller. */
export function gatewayRouting(
  { flow: { from } }: FlowLine,
  { gateways, settings }: Context,
): GatewayRouting | undefined {
  if (from.kind !== 'workload' || !gateways.has(identityKey(from))) return undefined
  return own(settings.gateways, identityKey(from))?.routing ?? 'istio'
}

function isProxied({ flow: { from } }: FlowLine, { settings }: Context): boolean {
  return from.kind === 'workload' && planeOf(from.namespace, settings) === 'sidecar'
}

/** One rule for every request on every port: a destination without a port is the port that was called (route.go GetDestinationCluster). */
function routes(callee: Workload, lines: readonly FlowLine[], { settings }: Context): Manifest[] {
  const { name, namespace, service } = callee
  const { versions, timeout, retries } = service.traffic ?? {}
  if (lines.length === 0 || (versions ?? timeout ?? retries) === undefined) return []
  const destinations = destinationsOf(callee, settings, 'istio')
  const route = destinations.map(({ host, subset, weight }) => ({
    destination: { host, ...(subset !== undefined && { subset }) },
    ...(destinations.length > 1 && { weight }),
  }))
  const spec = {
    hosts: [fullName(name, namespace, settings)],
    exportTo: shownTo(callersOf(lines), namespace),
    http: [{ route, ...patienceOf(callee) }],
  }
  return [manifest({ kind: 'VirtualService', namespace, name: fitName(name), spec, because: reasons(lines) })]
}

function rule(callee: Workload, lines: readonly FlowLine[], { settings }: Context): Manifest[] {
  const { name, namespace, service } = callee
  const { outlierDetection } = service.traffic ?? {}
  const versions = versionsOf(callee)
  const reading = outlierDetection ? lines : lines.filter(carriesRequests)
  if (reading.length === 0 || (versions.length === 0 && !outlierDetection)) return []
  return [
    destinationRule({
      name: fitName(name),
      namespace,
      host: fullName(name, namespace, settings),
      exportTo: shownTo(callersOf(reading), namespace),
      versions,
      outlierDetection,
      because: reasons(reading),
    }),
  ]
}

function callersOf(lines: readonly FlowLine[]): string[] {
  return lines.flatMap(({ flow: { from } }) => (from.kind === 'workload' ? [from.namespace] : []))
}

function gatewayProblems(callee: Workload, lines: readonly FlowLine[], context: Context): Problem[] {
  const { name, namespace, service } = callee
  const by = (routing: GatewayRouting): FlowLine[] => lines.filter(line => gatewayRouting(line, context) === routing)
  const elsewhere = sorted(by('elsewhere').map(({ flow }) => printCaller(flow.from)))
  return [
    ...unread({
      callee,
      lines: service.traffic?.retries ? by('gateway-api') : [],
      why: 'a Route of the Gateway API has no word for `retries`',
      hint: 'leave `retries` out, or give the gateway the routing `istio`',
    }),
    ...elsewhere.map((gateway): Problem => {
      const message = `how calls from \`${gateway}\` to \`${namespace}/${name}\` are spread is decided by who routes at the gateway`
      return { code: 'unread-traffic', severity: 'delegated', at: `services.${name}.traffic`, message }
    }),
  ]
}
