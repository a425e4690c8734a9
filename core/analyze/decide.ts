import { authorizationFor, requestAuthenticationFor } from './istio/attachment'
import { assumeRecorded } from './istio/assume'
import { captured } from './istio/capture'
import { injectionOf } from './istio/injection'
import { judgePolicies } from './istio/judge-policies'
import { judgeToken } from './istio/judge-token'
import type { Ternary } from './istio/kleene'
import type { AskedHttp, Asking } from './istio/match-attribute'
import { normalise } from './istio/match-path'
import { modesOf, type EffectiveMode } from './istio/mtls'
import { chainsOf, type Chain } from './istio/protocol'
import { serverNames } from './istio/server-name'
import { agreement, allow, deny, nameOf, unknown, unlessRefused, type Verdict } from './istio/verdict'
import type { Layer, Mesh, PathNormalization, Workload } from './layer'
import type { HttpRequest, Request } from './request'

export type { Verdict } from './istio/verdict'

export interface DecideOptions {
  /** `recorded`: judge as the recorded verdicts were made: the target is proxied, and what the mesh or a timestamp does not say is Istio's default. */
  readonly assume?: 'recorded'
}

/** What one request meets on its way in. */
interface Arrival {
  readonly layer: Layer
  readonly workload: Workload
  readonly request: Request
}

/**
 * Whether one request gets through to one workload: THE definition of what policies mean, which `reach` must agree with for all
 * requests at once. It judges the hop into the workload; whether the caller's own proxy would let the call out is another question.
 */
export function decide(layer: Layer, request: Request, { assume }: DecideOptions = {}): Verdict {
  const world = assume === 'recorded' ? assumeRecorded(layer) : layer
  const { namespace, workload: name } = request.to
  const targets = world.workloads.filter(w => w.namespace === namespace && w.names.includes(name))
  if (targets.length === 0) return unknown(`no workload ${namespace}/${name} is among the objects`)
  return agreement(targets.map(workload => intoWorkload({ layer: world, workload, request })))
}

/** A workload without a proxy enforces nothing; neither does one with, on a port whose traffic goes round it. */
function intoWorkload(arrival: Arrival): Verdict {
  const { layer, workload, request } = arrival
  if (workload.unreadable) return unknown(`${nameOf(workload)} could not be read`)
  const { proxied, because } = injectionOf(layer, workload)
  const open = allow(because)
  const passing = `port ${request.to.port} of ${nameOf(workload)} is not captured by its proxy`
  const inside = () => either(captured(layer.mesh, workload, request.to.port), () => intoProxy(arrival), allow(passing))
  return either(proxied, inside, open)
}

/** One of two verdicts, or what both agree on where it is not known which. */
function either(answer: Ternary, yes: () => Verdict, no: Verdict): Verdict {
  if (answer === 'yes') return yes()
  return answer === 'no' ? no : agreement([no, yes()])
}

function intoProxy(arrival: Arrival): Verdict {
  const { layer, workload, request } = arrival
  const { port } = request.to
  const chains = chainsOf(layer, workload, port)
  return agreement(modesOf(layer, workload, port).flatMap(mode => chains.map(chain => intoPort(arrival, mode, chain))))
}

/**
 * STRICT refuses who comes without mTLS. On a DISABLE port a caller has no identity, since its proxy is told to speak plaintext. Whoever comes
 * with a certificate of a trust domain the mesh does not accept is refused in the handshake.
 * Sources: istio `pilot/pkg/security/authn/utils/utils.go` BuildInboundTLS, `pilot/pkg/networking/plugin/authn/util.go`.
 */
function intoPort(arrival: Arrival, { mode, because }: EffectiveMode, chain: Chain): Verdict {
  const { from } = arrival.request
  if (from.kind === 'plaintext' || mode === 'DISABLE') {
    return mode === 'STRICT' ? deny(...because.map(nameOf)) : intoChain(arrival, chain, { serverNames: [''] })
  }
  const { trustDomain } = from.identity
  const accepted = acceptsDomain(arrival.layer.mesh, trustDomain)
  const refusal = `trust domain ${trustDomain} is not accepted`
  if (accepted === 'no') return deny(refusal)
  const inside = intoChain(arrival, chain, { caller: from.identity, serverNames: sentNames(arrival) })
  return accepted === 'yes'
    ? inside
    : unlessRefused(inside, `whether trust domain ${trustDomain} is accepted is unknown`)
}

function acceptsDomain({ trustDomain, trustDomainAliases, foreignTrustDomains }: Mesh, domain: string): Ternary {
  const known = [trustDomain, ...(trustDomainAliases ?? []), ...(foreignTrustDomains ?? [])]
  if (known.includes(domain)) return 'yes'
  const complete = trustDomain !== undefined && trustDomainAliases !== undefined && foreignTrustDomains !== undefined
  return complete ? 'no' : 'unknown'
}

/** What the TLS handshake told of the caller. */
type Handshake = Pick<Asking, 'caller' | 'serverNames'>

/** The request's own server name, in lower case as Envoy compares it, or what the caller's proxy would send. */
function sentNames({ layer, workload, request }: Arrival): readonly string[] {
  return request.sni === undefined ? serverNames(layer, workload, request.to) : [request.sni.toLowerCase()]
}

/**
 * A port declared as HTTP speaks nothing else; one declared as TCP does not look into what it carries; a sniffed one judges
 * each connection by what it is sent. Source: istio `pilot/pkg/networking/core/filterchain_options.go`.
 */
function intoChain(arrival: Arrival, chain: Chain, handshake: Handshake): Verdict {
  const { layer, workload, request } = arrival
  const { port } = request.to
  const ip = request.from.ip ?? (layer.assume === 'recorded' ? recordedCaller : undefined)
  const asking: Asking = {
    mesh: layer.mesh,
    chain: 'tcp',
    port,
    ...(ip === undefined ? {} : { ip }),
    ...handshake,
  }
  if (chain !== 'tcp' && request.http) return intoHttp(arrival, asking, request.http)
  if (chain === 'http') return deny(`port ${port} of ${nameOf(workload)} speaks HTTP only`)
  return judgePolicies(authorizationFor(layer, workload), asking, nameOf(workload))
}

/** Where requests without an address came from when the verdicts were recorded. */
const recordedCaller = '10.99.0.9'

/** HTTP filters in order: token, then policies, both over the normalised path. */
function intoHttp({ layer, workload, request }: Arrival, asking: Asking, http: HttpRequest): Verdict {
  const paths = normalisedPaths(layer.mesh, http.path)
  const possible = paths.filter(path => path !== undefined)
  if (possible.length === 0) return deny(`the proxy answers 400 to the path ${http.path}`)
  const token = judgeToken(request.jwt, http, requestAuthenticationFor(layer, workload))
  if (token.kind === 'refused') return deny(...token.by.map(nameOf))
  const asked: AskedHttp = {
    method: http.method,
    headers: http.headers,
    paths: possible,
    ...(http.host === undefined ? {} : { host: http.host }),
    ...(token.kind === 'read' ? { payload: token.payload } : {}),
    payloadUnknown: token.kind === 'unknown',
  }
  const verdict = judgePolicies(
    authorizationFor(layer, workload),
    { ...asking, chain: 'http', http: asked },
    nameOf(workload),
  )
  const doubts = possible.length < paths.length ? ['the path may be answered with 400'] : []
  return unlessRefused(verdict, ...doubts, ...(token.kind === 'unknown' ? token.by.map(nameOf) : []))
}

const normalizations: readonly PathNormalization[] = ['NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES']

/** What the path may be once normalised; `undefined` for an answer of 400, which a fragment always gets. */
function normalisedPaths({ pathNormalization }: Mesh, path: string): readonly (string | undefined)[] {
  if (path.includes('#')) return [undefined]
  const modes = pathNormalization === undefined ? normalizations : [pathNormalization]
  return [...new Set(modes.map(mode => normalise(path, mode)))]
}
