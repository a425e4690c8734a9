import type { Layer, Workload } from '../layer'
import type { Request } from '../request'
import { authorizationFor, requestAuthenticationFor } from './attachment'
import { alternative, note } from '../explain/trace'
import { intoChain, pastHandshake, podListening, type Handshake, type Listening } from './envoy-hop'
import { modesOf, type EffectiveMode } from './mtls'
import { chainsOf, type Chain } from './protocol'
import { serverNames } from './server-name'
import { agreement, deny, nameOf, type Verdict } from './verdict'

/** What one request meets at the workload it goes to. */
export interface Arrival {
  readonly layer: Layer
  readonly workload: Workload
  readonly request: Request
}

/** Whether a workload's sidecar lets a request in, on a port whose traffic passes through it. */
export function intoSidecar(arrival: Arrival): Verdict {
  const { layer, workload, request } = arrival
  const { port } = request.to
  const chains = chainsOf(layer, workload, port)
  return agreement(
    modesOf(layer, workload, port).flatMap(mode =>
      chains.map(chain =>
        alternative(
          () => `mTLS mode ${mode.mode}, the port read as ${chain}`,
          () => intoPort(arrival, mode, chain),
        ),
      ),
    ),
  )
}

/** STRICT refuses who comes without mTLS. On a DISABLE port a caller has no identity, since its proxy is told to speak plaintext. */
function intoPort(arrival: Arrival, { mode, because }: EffectiveMode, chain: Chain): Verdict {
  const { layer, request } = arrival
  const { from } = request
  const by = because.length === 0 ? "Istio's default" : because.map(nameOf).join(', ')
  const refused = from.kind === 'plaintext' && mode === 'STRICT'
  note(() => `mTLS mode ${mode}, by ${by}${meaning[refused ? 'REFUSED' : mode]}`, refused ? 'deny' : undefined)
  const inside = (handshake: Handshake) => intoChain(listening(arrival), { request, chain, handshake })
  if (from.kind === 'plaintext' || mode === 'DISABLE') {
    return mode === 'STRICT' ? deny(...because.map(nameOf)) : inside({ serverNames: [''] })
  }
  const handshake: Handshake = { caller: from.identity, serverNames: sentNames(arrival) }
  return pastHandshake(layer.mesh, from.identity, () => inside(handshake))
}

const meaning = {
  REFUSED: ': it refuses callers without identity',
  STRICT: '',
  PERMISSIVE: ': callers without identity are taken too',
  DISABLE: ": callers are told to speak plaintext, so that nobody's identity is seen",
} as const

/** The request's own server name, in lower case as Envoy compares it, or what the caller's proxy would send. */
function sentNames({ layer, workload, request }: Arrival): readonly string[] {
  return request.sni === undefined ? serverNames(layer, workload, request.to) : [request.sni.toLowerCase()]
}

function listening(arrival: Arrival): Listening {
  const { layer, workload } = arrival
  return podListening(arrival, {
    policies: authorizationFor(layer, workload),
    tokens: requestAuthenticationFor(layer, workload),
  })
}
