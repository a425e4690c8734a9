/**
 * What every Envoy does with a request once it knows whose it is, be it a sidecar or a waypoint: they differ in which port they see, and in
 * which policies are theirs.
 */
import type { Identity } from '../../model/identity'
import type { AuthorizationPolicy, Layer, Mesh, PathNormalization, RequestAuthentication, Workload } from '../layer'
import type { HttpRequest, Request } from '../request'
import type { Attached } from './attachment'
import { judgePolicies } from './judge-policies'
import { judgeToken } from './judge-token'
import type { Ternary } from './kleene'
import type { AskedHttp, Asking } from './match-attribute'
import { normalise } from './match-path'
import { matchRule, missedBy } from './match-rule'
import type { Chain } from './protocol'
import { factsOf } from '../explain/facts'
import { note } from '../explain/trace'
import { deny, nameOf, unlessRefused, type Verdict } from './verdict'

/** One port of one Envoy. */
export interface Listening {
  readonly layer: Layer
  /** The port as its policies see it. */
  readonly port: number
  /** The address its policies see a connection go to; absent where it is not known. */
  readonly ip?: string
  readonly policies: readonly Attached<AuthorizationPolicy>[]
  readonly tokens: readonly Attached<RequestAuthentication>[]
  /** Whose Envoy it is, for messages. */
  readonly name: string
}

/**
 * A port of a Pod's own Envoy. The Pod's address was what the caller's connection went to before it was redirected (istio
 * `pilot/pkg/security/authz/model/generator.go` destIPGenerator).
 */
export function podListening(
  { layer, workload, request }: { readonly layer: Layer; readonly workload: Workload; readonly request: Request },
  its: Pick<Listening, 'policies' | 'tokens'>,
): Listening {
  const [ip, ...others] = workload.ips
  return {
    layer,
    port: request.to.port,
    ...(ip === undefined || others.length > 0 ? {} : { ip }),
    ...its,
    name: nameOf(workload),
  }
}

/** What the TLS handshake told of the caller. */
export type Handshake = Pick<Asking, 'caller' | 'serverNames'>

/**
 * The verdict of what comes after the handshake: whoever comes with a certificate of a trust domain the mesh does not accept is refused in it.
 * Sources: istio `pilot/pkg/security/authn/utils/utils.go` BuildInboundTLS, `pilot/pkg/networking/plugin/authn/util.go`.
 */
export function pastHandshake(mesh: Mesh, { trustDomain }: Identity, inside: () => Verdict): Verdict {
  switch (acceptsDomain(mesh, trustDomain)) {
    case 'yes':
      return inside()
    case 'no':
      note(() => `the handshake refuses certificates of trust domain ${trustDomain}`, 'deny')
      return deny(`trust domain ${trustDomain} is not accepted`)
    case 'unknown':
      note(() => `whether the handshake takes certificates of trust domain ${trustDomain} is not known`, 'unknown')
      return unlessRefused(inside(), `whether trust domain ${trustDomain} is accepted is unknown`)
  }
}

function acceptsDomain({ trustDomain, trustDomainAliases, foreignTrustDomains }: Mesh, domain: string): Ternary {
  const known = [trustDomain, ...(trustDomainAliases ?? []), ...(foreignTrustDomains ?? [])]
  if (known.includes(domain)) return 'yes'
  const complete = trustDomain !== undefined && trustDomainAliases !== undefined && foreignTrustDomains !== undefined
  return complete ? 'no' : 'unknown'
}

/** A request as it comes out of the handshake. */
export interface Shaken {
  readonly request: Request
  readonly chain: Chain
  readonly handshake: Handshake
}

/**
 * A port declared as HTTP speaks nothing else; one declared as TCP does not look into what it carries; a sniffed one judges
 * each connection by what it is sent. Source: istio `pilot/pkg/networking/core/filterchain_options.go`.
 */
export function intoChain(listening: Listening, { request, chain, handshake }: Shaken): Verdict {
  const { layer, port, name } = listening
  const ip = sourceAddress(layer, request)
  const asking: Asking = {
    mesh: layer.mesh,
    chain: 'tcp',
    port,
    ...(ip === undefined ? {} : { ip }),
    ...(listening.ip === undefined ? {} : { destinationIp: listening.ip }),
    ...handshake,
  }
  if (chain !== 'tcp' && request.http) return intoHttp(listening, { ...request, http: request.http }, asking)
  note(() => (request.http ? `port ${port} is declared as bytes: no method and no path is read there` : undefined))
  if (chain === 'http')
    note(() => `port ${port} is declared as HTTP, and this is no request: give a method and a path`, 'deny')
  return chain === 'http' ? deny(`port ${port} of ${name} speaks HTTP only`) : judged(listening, asking)
}

/** Where a request comes from; those without an address, when the verdicts were recorded, came from one. */
export function sourceAddress({ assume }: Layer, { from }: Request): string | undefined {
  return from.ip ?? (assume === 'recorded' ? '10.99.0.9' : undefined)
}

/** HTTP filters in order: token, then policies, both over the normalised path. */
function intoHttp(
  listening: Listening,
  { http, jwt }: Request & { readonly http: HttpRequest },
  asking: Asking,
): Verdict {
  const paths = normalisedPaths(asking.mesh, http.path)
  const possible = paths.filter(path => path !== undefined)
  if (possible.length === 0) note(() => `the proxy answers 400 to the path ${http.path}`, 'deny')
  if (possible.length === 0) return deny(`the proxy answers 400 to the path ${http.path}`)
  const token = judgeToken(jwt, http, listening.tokens)
  if (token.kind === 'refused') note(() => `its token is refused by ${token.by.map(nameOf).join(', ')}`, 'deny')
  if (token.kind === 'unknown')
    note(() => `whether ${token.by.map(nameOf).join(', ')} takes its token is not known`, 'unknown')
  if (token.kind === 'read') note(() => 'its token is taken, and policies see its claims')
  if (token.kind === 'refused') return deny(...token.by.map(nameOf))
  const asked: AskedHttp = {
    method: http.method,
    headers: http.headers,
    paths: possible,
    ...(http.host === undefined ? {} : { host: http.host }),
    ...(token.kind === 'read' ? { payload: token.payload } : {}),
    payloadUnknown: token.kind === 'unknown',
  }
  const verdict = judged(listening, { ...asking, chain: 'http', http: asked })
  const doubts = possible.length < paths.length ? ['the path may be answered with 400'] : []
  const doubtful = token.kind === 'unknown' ? token.by : token.kind === 'read' ? token.unless : []
  return unlessRefused(verdict, ...doubts, ...doubtful.map(nameOf))
}

function judged({ policies, name }: Listening, asking: Asking): Verdict {
  return judgePolicies({
    policies,
    matches: (rule, policy) => matchRule(rule, policy, asking),
    missed: (rule, policy) => missedBy(rule, policy, asking),
    facts: factsOf(asking),
    to: name,
  })
}

const normalizations: readonly PathNormalization[] = ['NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES']

/**
 * What the path may be once normalised; `undefined` for an answer of 400. Istio's proxies cut a fragment off first
 * (istio `pkg/bootstrap/config.go` extractRuntimeFlags, `http_reject_path_with_fragment`).
 */
export function normalisedPaths({ pathNormalization }: Mesh, path: string): readonly (string | undefined)[] {
  const [whole = ''] = path.split('#')
  const modes = pathNormalization === undefined ? normalizations : [pathNormalization]
  return [...new Set(modes.map(mode => normalise(whole, mode)))]
}
