import type { FlowLine } from '../../../graph/flows'
import type { GovernedPort } from '../../../model/intent'
import type { Manifest } from '../../../model/manifest'
import type { Problem } from '../../../model/problem'
import { printCaller } from '../../../model/flow'
import { fitName } from '../../names'
import type { Outcome } from '../../objects'
import { manifest } from '../../objects'
import { sorted } from '../../order'
import { bytesUnread, carriesRequests, unread } from '../../unread'
import { versionsOf } from '../../versions'
import type { Context, Workload } from '../context'
import { unbroken } from './accrual'
import { patience } from './patience'

/**
 * What becomes of the traffic that a service declares: for each of its ports that carries requests, a route of its Service beside it, which the proxies of all its callers
 * follow (linkerd2 `policy-controller/k8s/index/src/outbound/index.rs`, producer routes). It says nothing of who may call: every version runs under the one
 * identity and has the labels that the service's Servers select by.
 *
 * The route has one rule for every request: with a rule there is no default any more, and what none of them takes would be answered 404. Versions are Services of
 * their own, which is the smallest thing that a route can name.
 */
export function trafficOf(callee: Workload, context: Context): Outcome {
  const calls = callee.ports.flatMap(port => linesTo(callee, port, context))
  const ejecting = unbroken(callee, calls)
  if (!isRouted(callee)) return { manifests: [], problems: ejecting }
  const followed = calls.filter(follows)
  return {
    manifests: callee.service.headless ? [] : callee.ports.flatMap(port => routes(callee, port, context)),
    problems: [
      ...unread({
        callee,
        lines: calls.filter(line => !follows(line) && carriesRequests(line)),
        why: 'no proxy of theirs reads it',
        hint: 'move them into the mesh',
      }),
      ...bytesUnread(callee, followed),
      ...(callee.service.headless ? headless(callee, followed) : []),
      ...throughGateways(callee, followed),
      ...ejecting,
    ],
  }
}

/** Whether anything is said that a route can say. */
function isRouted({ service: { traffic = {} } }: Workload): boolean {
  const { versions, timeout, retries } = traffic
  return (versions ?? timeout ?? retries) !== undefined
}

function linesTo({ name }: Workload, { port }: GovernedPort, { into }: Context): readonly FlowLine[] {
  return (into.get(`${name}:${port}`) ?? []).filter(({ flow }) => flow.purpose === 'call')
}

/** Whether a proxy of Linkerd's makes the call. */
function follows({ flow: { from } }: FlowLine): boolean {
  return from.kind === 'workload'
}

function routes(callee: Workload, port: GovernedPort, context: Context): Manifest[] {
  const { name, namespace } = callee
  const lines = linesTo(callee, port, context).filter(line => follows(line) && carriesRequests(line))
  if (lines.length === 0) return []
  const kind = port.protocol === 'grpc' ? 'GRPCRoute' : 'HTTPRoute'
  const { servicePort = port.port } = port
  const annotations = patience(callee, kind)
  const spec = {
    parentRefs: [{ group: '', kind: 'Service', name, port: servicePort }],
    rules: [{ backendRefs: backends(callee, servicePort) }],
  }
  return [
    manifest({
      kind,
      namespace,
      // Beside it lie the routes of the port's Server, none of which ends so.
      name: fitName(`${name}.${port.name}`, '.traffic'),
      ...(annotations && { annotations }),
      spec,
      because: sorted(lines.map(({ text }) => text)),
    }),
  ]
}

function backends(callee: Workload, port: number): readonly object[] {
  const versions = versionsOf(callee)
  if (versions.length === 0) return [{ name: callee.name, port }]
  return versions.map(({ serviceName, weight }) => ({ name: serviceName, port, weight }))
}

/** A Service without an address is no parent of routes (linkerd2 `policy-controller/k8s/status/src/index.rs` parent_condition_service). */
function headless(callee: Workload, lines: readonly FlowLine[]): Problem[] {
  const { timeout, retries } = callee.service.traffic ?? {}
  if ((timeout ?? retries) === undefined) return []
  return unread({
    callee,
    lines: lines.filter(carriesRequests),
    why: 'a Service without an address can have no routes',
    hint: 'give the Service an address, or leave `timeout` and `retries` out',
  })
}

/** Gateways that choose a Pod themselves ask for no Service, and so follow no route of one (linkerd.io, using ingress). */
function throughGateways({ name, namespace }: Workload, lines: readonly FlowLine[]): Problem[] {
  const gateways = lines.flatMap(({ flow: { from } }) =>
    from.kind === 'workload' && from.gateway ? [printCaller(from)] : [],
  )
  return sorted(gateways).map((gateway): Problem => {
    const message = `how calls from \`${gateway}\` to \`${namespace}/${name}\` are spread hangs on its calling the Service, and not Pods that it chose itself`
    return { code: 'unread-traffic', severity: 'delegated', at: `services.${name}.traffic`, message }
  })
}
