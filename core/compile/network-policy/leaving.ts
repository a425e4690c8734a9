import type { FlowLine } from '../../graph/flows'
import { own } from '../../graph/plain'
import { gatewayLabels } from '../istio/ingress/gateway-pods'
import type { Exit, Use } from '../outside'
import { usesOf, wireOf } from '../outside'
import type { Context, Side } from './context'
import type { Leg, Way } from './legs'
import { inexpressible } from './inexpressible'
import type { Peer, PodsPeer } from './peers'
import { addressesIn, podsIn } from './peers'
import { tcp } from './ports'
import { podsOf } from './strangers'

/** The port that gateways take requests on that leave through them (istio `manifests/charts/gateway/values.yaml` service.ports). */
const exitPort = 80

/**
 * A call to a host outside the cluster: to its port on every public address, since a packet has no host, or to the addresses that are given; or to the Pods of the
 * gateway that it leaves through.
 */
export function leavingLegs(lines: readonly FlowLine[], side: Side, context: Context): Way {
  const { from, to } = lines[0]?.flow ?? {}
  if (from?.kind !== 'workload' || to?.kind !== 'external' || !side.isHere(from.namespace))
    return { legs: [], problems: [] }
  const caller = podsOf(from, context)
  const ways = lines
    .flatMap(line => usesOf(line, context.graph))
    .map(use => wayOut(use, { caller, external: to.name, context }))
  return { legs: ways.flatMap(({ legs }) => legs), problems: ways.flatMap(({ problems }) => problems) }
}

interface Leaving {
  readonly caller: Peer
  readonly external: string
  readonly context: Context
}

function wayOut(use: Use, { caller, external, context }: Leaving): Way {
  const { via, line, namespace } = use
  const plane = context.planeOf(namespace)
  const because = [line.text]
  if (via) {
    if (plane === 'sidecar')
      return { legs: [{ from: caller, to: exitPods(via), ports: tcp(exitPort), because }], problems: [] }
    const why = `nothing leads calls from \`${namespace}\` to a gateway`
    return { legs: [], problems: [inexpressible(line, why, 'leave `gateway` out')] }
  }
  const ports = tcp(portOf(use, plane === 'sidecar' ? 'originated' : 'as sent'))
  const legs = addressesOf(external, context).map((to): Leg => ({ from: caller, to, ports, because }))
  return { legs, problems: [] }
}

/** The Pods of a gateway that calls leave through, which Istio's chart deploys. */
function exitPods({ namespace, serviceAccount }: Exit): PodsPeer {
  return podsIn(namespace, { ...gatewayLabels({ namespace, account: serviceAccount }, 'istio') })
}

/** The port of the host that is called, which is another where the caller's own proxy speaks TLS for it. */
function portOf(use: Use, how: 'originated' | 'as sent'): number {
  const { port, tls } = use
  return tls && how === 'originated' && wireOf(use) === 'http' ? (tls.port ?? 443) : port
}

/** Where the hosts of an external are, as far as anybody said. */
function addressesOf(external: string, { settings, publicAddresses }: Context): readonly Peer[] {
  return own(settings.externals, external)?.map(cidr => addressesIn(cidr)) ?? publicAddresses
}
