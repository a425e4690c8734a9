import type { Identity } from '../model/identity'
import type { Problem } from '../model/problem'
import { Cursor, type ReadLog } from './istio/cursor'

/** One request, as `ztm decide` takes it a line. */
export interface Request {
  readonly id: string
  readonly from: RequestSource
  readonly to: RequestTarget
  /** Absent: a TCP connection, with whatever bytes. */
  readonly http?: HttpRequest
  /** The token it carries as `Authorization: Bearer`. */
  readonly jwt?: Token
  /** The TLS handshake's server name. @default what the caller's own proxy would send */
  readonly sni?: string
}

/** Who calls: an identity, or nobody who shows one; and from where. */
export type RequestSource = Origin &
  (
    | { readonly kind: 'identity'; readonly identity: Identity }
    | { readonly kind: 'plaintext'; readonly namespace?: string }
  )

export interface Origin {
  readonly ip?: string
  /** The Pod or workload it comes from, by its name in the caller's namespace; only NetworkPolicies care. @default any that runs under the identity */
  readonly workload?: string
}

export interface RequestTarget {
  readonly namespace: string
  /** The name of a Pod or of a workload object among the manifests. */
  readonly workload: string
  /** The container port. */
  readonly port: number
  /** The Service the call was addressed to; only a waypoint cares. */
  readonly viaService?: string
  readonly servicePort?: number
}

export interface HttpRequest {
  readonly method: string
  /** With its query; starts with `/`. */
  readonly path: string
  readonly host?: string
  /** Lower-case name → value. */
  readonly headers: Readonly<Record<string, string>>
}

/** A JSON Web Token: what it claims, or that its signature or its time is not in order. */
export type Token =
  | { readonly kind: 'sound'; readonly claims: Readonly<Record<string, unknown>> }
  | { readonly kind: 'invalid'; readonly reason?: string }

/** Reads a request in the form of `docs/verdicts.md`; Problems, with paths into it, where it has another. Never throws. */
export function parseRequest(
  value: unknown,
  at: string,
): { readonly request?: Request; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const log: ReadLog = { problems, subject: 'request', at, isUnknown: () => false }
  const request = readRequest(new Cursor(value, '', log))
  return request && problems.length === 0 ? { request, problems } : { problems }
}

function readRequest(body: Cursor): Request | undefined {
  if (!body.required()?.object()) return undefined
  body.only(['id', 'from', 'to', 'http', 'jwt', 'sni'])
  const id = body.get('id').required()?.string()
  const from = readFrom(body.get('from'))
  const to = readTo(body.get('to'))
  const http = readHttp(body.get('http'))
  const jwt = readToken(body.get('jwt'))
  const sni = body.get('sni').string()
  if (id === undefined || !from || !to) return undefined
  return {
    id,
    from,
    to,
    ...(http ? { http } : {}),
    ...(jwt ? { jwt } : {}),
    ...(sni === undefined ? {} : { sni }),
  }
}

function readFrom(from: Cursor): RequestSource | undefined {
  from.required()?.only(['trustDomain', 'namespace', 'serviceAccount', 'plaintext', 'ip', 'workload'])
  const ip = from.get('ip').string()
  const workload = from.get('workload').string()
  const origin: Origin = { ...(ip !== undefined && { ip }), ...(workload !== undefined && { workload }) }
  const namespace = from.get('namespace').string()
  if (from.get('plaintext').boolean() === true) {
    return { kind: 'plaintext', ...(namespace === undefined ? {} : { namespace }), ...origin }
  }
  const trustDomain = from.get('trustDomain').string()
  const serviceAccount = from.get('serviceAccount').string()
  if (trustDomain === undefined || namespace === undefined || serviceAccount === undefined) {
    return from.wrong('`trustDomain`, `namespace` and `serviceAccount`, or `plaintext: true`')
  }
  return { kind: 'identity', identity: { trustDomain, namespace, serviceAccount }, ...origin }
}

function readTo(to: Cursor): RequestTarget | undefined {
  to.required()?.only(['namespace', 'workload', 'port', 'viaService', 'servicePort'])
  const namespace = to.get('namespace').required()?.string()
  const workload = to.get('workload').required()?.string()
  const port = to.get('port').required()?.port()
  const viaService = to.get('viaService').string()
  const servicePort = to.get('servicePort').port()
  if (namespace === undefined || workload === undefined || port === undefined) return undefined
  return {
    namespace,
    workload,
    port,
    ...(viaService === undefined ? {} : { viaService }),
    ...(servicePort === undefined ? {} : { servicePort }),
  }
}

function readHttp(http: Cursor): HttpRequest | undefined {
  if (http.absent) return undefined
  http.only(['method', 'path', 'host', 'headers'])
  const method = http.get('method').required()?.string()
  const path = http.get('path').required()?.string()
  const host = http.get('host').string()
  const headers = Object.entries(http.get('headers').labels()).map(([name, value]) => [name.toLowerCase(), value])
  if (method === undefined || path === undefined) return undefined
  if (!path.startsWith('/')) return http.get('path').wrong('a path that starts with `/`')
  return {
    method,
    path,
    ...(host === undefined ? {} : { host }),
    headers: Object.fromEntries(headers) as Record<string, string>, // pairs of strings, as made above
  }
}

function readToken(jwt: Cursor): Token | undefined {
  if (jwt.absent) return undefined
  jwt.only(['iss', 'sub', 'aud', 'azp', 'claims', 'invalid', 'reason'])
  if (jwt.get('invalid').boolean() === true) {
    const reason = jwt.get('reason').string()
    return { kind: 'invalid', ...(reason === undefined ? {} : { reason }) }
  }
  const standard = { iss: jwt.get('iss').string(), sub: jwt.get('sub').string(), azp: jwt.get('azp').string() }
  const aud = jwt.get('aud')
  const audience = typeof aud.value === 'string' ? aud.value : aud.absent ? undefined : aud.strings()
  const named = Object.entries({ ...standard, aud: audience }).filter(([, claim]) => claim !== undefined)
  return { kind: 'sound', claims: { ...jwt.get('claims').object(), ...Object.fromEntries(named) } }
}
