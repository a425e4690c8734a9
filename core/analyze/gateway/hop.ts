import { gatewayPoliciesFor, gatewayTokensFor } from '../istio/attachment'
import { intoChain, podListening, type Handshake, type Listening } from '../istio/envoy-hop'
import type { Chain } from '../istio/protocol'
import type { Arrival } from '../istio/sidecar-hop'
import { alternative, note } from '../explain/trace'
import { agreement, deny, nameOf, unknown, unlessRefused, type Verdict } from '../istio/verdict'
import type { Request } from '../request'
import type { GatewayListener } from './listener'
import { listenersOf } from './listeners'
import { asSeen } from './forwarded'
import { hostOf, takenBy, virtualHostFor } from './match-host'

/**
 * Whether a gateway lets a request in: some virtual host serves it, and policies allow it. Where it goes from there, if anywhere, is `routeOf`'s to say.
 */
export function intoGateway(arrival: Arrival): Verdict {
  const { layer, workload, request } = arrival
  const all = listenersOf(layer, workload).filter(({ port }) => port === request.to.port)
  if (all.length === 0) return unheardOf(arrival)
  const taking = takenBy(all, request)
  const serving = taking.filter(listener => serves(listener, request))
  if (serving.length === 0) note(() => unserved(request), 'deny')
  if (serving.length === 0) return deny(unserved(request))
  const seen = asSeen(layer, workload, request)
  const verdict = agreement(
    serving.flatMap(listener =>
      seen.map(one =>
        alternative(
          () => `a listener for ${listener.speaks}, open to ${listener.peers}`,
          () => intoListener({ ...arrival, request: one }, listener),
        ),
      ),
    ),
  )
  const certain = serving.some(listener => listener.certain === 'yes')
  return certain ? verdict : unlessRefused(verdict, ...serving.flatMap(({ because }) => because))
}

function unserved({ http, to }: Request): string {
  return `no Gateway serves host ${http?.host ?? '(none)'} on port ${to.port}`
}

/** Bytes are let in wherever something listens; what cannot be read as HTTP, where it has to be, the listener itself refuses. */
function serves(listener: GatewayListener, { http }: Request): boolean {
  return listener.speaks === 'bytes' || !http || virtualHostFor(listener.hosts, http) !== undefined
}

function intoListener(arrival: Arrival, { speaks, peers, plaintext }: GatewayListener): Verdict {
  const { layer, request } = arrival
  const { from } = request
  const chain: Chain = speaks === 'http' ? 'http' : 'tcp'
  const nobody: Handshake = { serverNames: plaintext === 'yes' ? [''] : [serverName(request)] }
  const inside = (handshake: Handshake) => intoChain(listening(arrival), { request, chain, handshake })
  const known: Handshake = from.kind === 'identity' ? { ...nobody, caller: from.identity } : nobody
  switch (peers) {
    case 'anybody':
      return inside(nobody)
    case 'mesh':
      if (from.kind === 'plaintext') return deny('it asks for a certificate of the mesh')
      // No trust domain is asked for, only a root that the mesh knows (istio `pilot/pkg/networking/core/listener.go` BuildListenerTLSContext).
      return from.identity.trustDomain === layer.mesh.trustDomain
        ? inside(known)
        : unlessRefused(
            inside(known),
            `who signed certificates of trust domain ${from.identity.trustDomain} is unknown`,
          )
    case 'certificate':
      return unlessRefused(
        agreement([inside(known), inside(nobody)]),
        'it may ask for a certificate of its own authority',
      )
  }
}

/** What the handshake names, which is the host that is asked for unless the request says otherwise. */
function serverName(request: Request): string {
  return (request.sni ?? hostOf(request.http)).toLowerCase()
}

/** Where no Gateway that was read says anything, another one may: nothing is certain but what policies refuse, whatever the listener is. */
function unheardOf(arrival: Arrival): Verdict {
  const { request } = arrival
  const { from } = request
  const handshakes: readonly Handshake[] = [
    { serverNames: [] },
    ...(from.kind === 'identity' ? [{ serverNames: [], caller: from.identity }] : []),
  ]
  const chains: readonly Chain[] = request.http ? ['http', 'tcp'] : ['tcp']
  const verdicts = chains.flatMap(chain =>
    handshakes.map(handshake => intoChain(listening(arrival), { request, chain, handshake })),
  )
  const refused = verdicts.every(({ verdict }) => verdict === 'deny')
  if (refused) return deny(...new Set(verdicts.flatMap(({ because }) => because)))
  return unknown(
    `no Gateway among the objects says what listens on port ${request.to.port} of ${nameOf(arrival.workload)}`,
  )
}

function listening(arrival: Arrival): Listening {
  const { layer, workload } = arrival
  return podListening(arrival, {
    policies: gatewayPoliciesFor(layer, workload),
    tokens: gatewayTokensFor(layer, workload),
  })
}
