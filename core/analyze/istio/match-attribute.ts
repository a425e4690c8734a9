import type { Identity } from '../../model/identity'
import type { Mesh } from '../layer'
import { inBlock, parseAddress } from './match-ip'
import { agreed, ternary, type Ternary } from './kleene'
import { matchClaim, matchRequestPrincipal, type Payload } from './match-jwt'
import { matchPath } from './match-path'
import { isOfProxy } from './own-headers'
import {
  matchAnyPrincipal,
  matchNamespace,
  matchPrincipal,
  matchServiceAccount,
  matchTrustDomain,
} from './match-source'
import { matchHeader, matchHost, matchString } from './match-string'

/** A request as the filter chain that judges it sees it. */
export interface Asking {
  readonly mesh: Mesh
  readonly chain: 'http' | 'tcp'
  /** From the caller's certificate; absent for a plaintext caller. */
  readonly caller?: Identity
  /** The address the connection comes from; absent where it is not known. */
  readonly ip?: string
  /** The Pod's own address; absent where it is not known. */
  readonly destinationIp?: string
  /** The container port. */
  readonly port: number
  /** The TLS handshake's server name, in lower case, or what it may be; the empty one without TLS. Empty where nothing is known. */
  readonly serverNames: readonly string[]
  readonly http?: AskedHttp
}

export interface AskedHttp {
  readonly method: string
  /** What the path may be after normalisation; several where the mesh's setting is not known. Not empty. */
  readonly paths: readonly string[]
  /** Absent where it is not known. */
  readonly host?: string
  /** Lower-case name → value. */
  readonly headers: Readonly<Record<string, string>>
  /** What the JWT filter left of a token: nothing without one, or where no RequestAuthentication reads it. */
  readonly payload?: Payload
  /** Whether a token was read cannot be known. */
  readonly payloadUnknown: boolean
}

/** A request and the namespace of the policy that asks. */
export interface AskingFor extends Asking {
  readonly policyNamespace: string
}

/** Something a rule may ask of a request. */
export interface Attribute {
  /** Whether it exists on HTTP chains only. */
  readonly httpOnly: boolean
  readonly match: (pattern: string, asking: AskingFor) => Ternary
  /** Whether any of many matches, where there is a quicker way to tell than to ask one after the other; nothing where there is none after all. */
  readonly any?: (patterns: readonly string[], asking: AskingFor) => Ternary | undefined
}

const network = (match: Attribute['match']): Attribute => ({ httpOnly: false, match })

const http = (match: (pattern: string, http: AskedHttp) => Ternary): Attribute => ({
  httpOnly: true,
  match: (pattern, { http: asked }) => (asked ? match(pattern, asked) : 'unknown'),
})

const token = (match: (pattern: string, payload: Payload | undefined) => boolean): Attribute =>
  http((pattern, { payload, payloadUnknown }) => (payloadUnknown ? 'unknown' : ternary(match(pattern, payload))))

const claim = (path: readonly string[]): Attribute => token((pattern, payload) => matchClaim(path, [pattern], payload))

const principal: Attribute = {
  ...network((pattern, { caller, mesh }) => matchPrincipal(pattern, caller, mesh)),
  any: (patterns, { caller, mesh }) => matchAnyPrincipal(patterns, caller, mesh),
}

/**
 * Everything `from`, `to` and `when` can ask for.
 * Source: istio `pilot/pkg/security/authz/model/model.go` New and `generator.go`.
 */
export const attributes = {
  'source.principal': principal,
  'source.namespace': network((pattern, { caller }) => ternary(matchNamespace(pattern, caller))),
  'source.serviceAccount': network((pattern, { caller, policyNamespace }) =>
    ternary(matchServiceAccount(pattern, caller, policyNamespace)),
  ),
  'source.trustDomain': network((pattern, { caller, mesh }) => matchTrustDomain(pattern, caller, mesh)),
  'source.ip': network((block, { ip }) => (ip === undefined ? 'unknown' : ternary(inBlock(ip, block)))),
  'remote.ip': network((block, asking) => {
    const address = remoteAddress(asking)
    return address === undefined ? 'unknown' : ternary(inBlock(address, block))
  }),
  'destination.port': network((pattern, { port }) => ternary(Number(pattern) === port)),
  'destination.ip': network((block, { destinationIp }) =>
    destinationIp === undefined ? 'unknown' : ternary(inBlock(destinationIp, block)),
  ),
  'connection.sni': network((pattern, { serverNames }) =>
    agreed(serverNames.map(name => ternary(matchString(pattern, name)))),
  ),
  host: http((pattern, { host }) => (host === undefined ? 'unknown' : ternary(matchHost(pattern, host)))),
  method: http((pattern, { method }) => ternary(matchHeader(pattern, method))),
  path: http((pattern, { paths }) => agreed(paths.map(path => ternary(matchPath(pattern, path))))),
  'request.auth.principal': token((pattern, payload) => matchRequestPrincipal(pattern, payload)),
  'request.auth.audiences': claim(['aud']),
  'request.auth.presenter': claim(['azp']),
  claim,
  header: (name: string): Attribute => http((pattern, asked) => matchNamedHeader(pattern, name.toLowerCase(), asked)),
} as const

/** Header names ignore case; Envoy keeps the host as `:authority` and lets either name find it. */
function matchNamedHeader(pattern: string, name: string, { method, host, paths, headers }: AskedHttp): Ternary {
  if (name === ':method') return ternary(matchHeader(pattern, method))
  if (name === ':path') return agreed(paths.map(path => ternary(matchHeader(pattern, path))))
  if (name === ':authority' || name === 'host')
    return host === undefined ? 'unknown' : ternary(matchHeader(pattern, host))
  return isOfProxy(name) ? 'unknown' : ternary(matchHeader(pattern, headers[name]))
}

/**
 * The client's address as far as a sidecar can tell: the last entry of `X-Forwarded-For`, whoever wrote it, and where that
 * is no address, or on a TCP chain, the connection's. Sources: istio `pilot/pkg/networking/core/listener_inbound.go`
 * (no useRemoteAddress, no trusted hops), envoy `source/common/http/utility.cc` getLastAddressFromXFF.
 */
function remoteAddress({ ip, http: asked }: Asking): string | undefined {
  const last = asked?.headers['x-forwarded-for']?.split(',').at(-1)?.trim()
  return last !== undefined && parseAddress(last) ? last : ip
}
