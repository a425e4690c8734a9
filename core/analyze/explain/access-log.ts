import type { Identity } from '../../model/identity'

/** What one line of a proxy's access log tells; what it does not, or gives as `-`, is absent. */
export interface LoggedRequest {
  readonly proxy: 'envoy' | 'linkerd'
  readonly method?: string
  readonly path?: string
  readonly host?: string
  readonly status?: number
  /** Why Envoy answered so: `rbac_access_denied_matched_policy[none]`. */
  readonly details?: string
  readonly flags?: string
  readonly userAgent?: string
  /** Where the connection came from. */
  readonly ip?: string
  /** From the caller's certificate, where the line has it. */
  readonly identity?: Identity
  /** Whether the line says that the caller showed none. @default it does not say */
  readonly anonymous?: true
  /** The address and port that was called on the callee's side. */
  readonly local?: string
  readonly upstreamHost?: string
  /** `inbound|8080||`, `outbound|80||cart.shop.svc.cluster.local` */
  readonly cluster?: string
  readonly serverName?: string
}

type Fields = Readonly<Record<string, unknown>>

/** Reads one line in the formats that Istio, Envoy and Linkerd write by default, as text or JSON; nothing where it is in none of them. */
export function parseAccessLog(line: string): LoggedRequest | undefined {
  const text = line.trim()
  const json = text.startsWith('{') ? parseObject(text) : undefined
  if (json)
    return 'client.addr' in json ? linkerd(json) : 'method' in json || 'response_code' in json ? envoy(json) : undefined
  return fromEnvoyText(text) ?? fromApache(text)
}

function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** Istio's names of fields (istio `pilot/pkg/model/telemetry_logging.go` EnvoyJSONLogFormatIstio), and what people add to name the caller. */
function envoy(fields: Fields): LoggedRequest {
  const text = (name: string): string | undefined => textOf(fields[name])
  const peer = identityOf(text('downstream_peer_uri_san') ?? text('source_principal') ?? '')
  return withoutAbsent({
    proxy: 'envoy',
    method: text('method'),
    path: text('path'),
    host: text('authority'),
    status: statusOf(text('response_code')),
    details: text('response_code_details'),
    flags: text('response_flags'),
    userAgent: text('user_agent'),
    ip: addressOf(text('downstream_remote_address')),
    identity: peer,
    local: text('downstream_local_address'),
    upstreamHost: text('upstream_host'),
    cluster: text('upstream_cluster'),
    serverName: text('requested_server_name'),
  })
}

/** The words of a line after its time: quoted, or bare, with whatever brackets they hold. */
const token = /"((?:[^"\\]|\\.)*)"|(\S+)/g

/** Istio's text (`telemetry_logging.go` EnvoyTextLogFormat) and Envoy's own default, which lacks four fields in the middle and all after the upstream host. */
function fromEnvoyText(line: string): LoggedRequest | undefined {
  const [, rest] = /^\[[^\]]*\] (.*)$/.exec(line) ?? []
  if (rest === undefined) return undefined
  const words = [...rest.matchAll(token)].map(([, quoted, bare]) => quoted ?? bare ?? '')
  const [request = '', status = '', flags = ''] = words
  const [, method = '', path = ''] = /^(\S+) (.*?)(?: HTTP\/[\d.]+| -)?$/.exec(request) ?? []
  if (statusOf(status) === undefined || words.length < 12) return undefined
  const isIstio = words.length >= 19
  const names = isIstio ? istioNames : envoyNames
  const fields = Object.fromEntries(names.map((name, i) => [name, words[i]]))
  return envoy({ ...fields, method, path, response_code: status, response_flags: flags })
}

const common = ['request', 'response_code', 'response_flags'] as const
const counts = ['bytes_received', 'bytes_sent', 'duration', 'upstream_service_time'] as const
const asked = ['x_forwarded_for', 'user_agent', 'request_id', 'authority', 'upstream_host'] as const
const envoyNames: readonly string[] = [...common, ...counts, ...asked]
const istioNames: readonly string[] = [
  ...common,
  'response_code_details',
  'connection_termination_details',
  'upstream_transport_failure_reason',
  ...counts,
  ...asked,
  'upstream_cluster',
  'upstream_local_address',
  'downstream_local_address',
  'downstream_remote_address',
  'requested_server_name',
  'route_name',
]

/** Linkerd's JSON (proxy `linkerd/http/access-log/src/lib.rs`). */
function linkerd(fields: Fields): LoggedRequest {
  const uri = textOf(fields.uri) ?? ''
  const [, authority, path = uri] = /^https?:\/\/([^/]+)(\/.*)?$/.exec(uri) ?? []
  return withoutAbsent({
    proxy: 'linkerd',
    method: textOf(fields.method),
    path: path === '' ? undefined : path,
    host: textOf(fields.host) ?? authority,
    status: statusOf(textOf(fields.status)),
    userAgent: textOf(fields.user_agent),
    ip: addressOf(textOf(fields['client.addr'])),
    identity: peerIdentity(textOf(fields['client.id']) ?? ''),
    anonymous: fields['client.id'] === '-' ? true : undefined,
  })
}

/**
 * Linkerd's `apache` form: address and port, identity or `-`, `-`, time, request, status; nothing follows, and of a request that no response came of not even a status (proxy
 * `linkerd/tracing/src/access_log.rs` ApacheCommonVisitor, of the fields of `linkerd/http/access-log/src/lib.rs`).
 */
function fromApache(line: string): LoggedRequest | undefined {
  const [, address, id, method, uri, status] =
    /^(\S+:\d+) (\S+) - \[[^\]]*\] "(\S+) (\S+) HTTP\/[\d.]+"(?: (\d{3})\b.*)?$/.exec(line) ?? []
  if (address === undefined) return undefined
  return linkerd({ 'client.addr': address, 'client.id': id, method, uri, status })
}

/** A name in DNS, or of workloads outside the cluster a URI (proxy `linkerd/identity/src/lib.rs` Id). */
function peerIdentity(name: string): Identity | undefined {
  return dnsIdentity(name) ?? identityOf(name)
}

/** `frontend.shop.serviceaccount.identity.linkerd.cluster.local` (linkerd2 `controller/identity/domain.go`). */
function dnsIdentity(name: string): Identity | undefined {
  const [, serviceAccount, namespace, trustDomain] =
    /^([^.]+)\.([^.]+)\.serviceaccount\.identity\.[^.]+\.(.+)$/.exec(name) ?? []
  if (serviceAccount === undefined || namespace === undefined || trustDomain === undefined) return undefined
  return { trustDomain, namespace, serviceAccount }
}

/** `spiffe://cluster.local/ns/shop/sa/frontend` */
export function identityOf(uri: string): Identity | undefined {
  const [, trustDomain, namespace, serviceAccount] = /^spiffe:\/\/([^/]+)\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(uri) ?? []
  if (trustDomain === undefined || namespace === undefined || serviceAccount === undefined) return undefined
  return { trustDomain, namespace, serviceAccount }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' && value !== '-' ? value : undefined
}

function statusOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,3}$/.test(text) ? Number(text) : undefined
}

/** An address without its port. */
export function addressOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : (/^\[(.+)\]:\d+$/.exec(text)?.[1] ?? text.replace(/:\d+$/, ''))
}

type Absentable<T> = { readonly [K in keyof T]: T[K] | undefined }

function withoutAbsent(fields: Absentable<Required<LoggedRequest>> | Absentable<LoggedRequest>): LoggedRequest {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined)
  return { proxy: 'envoy', ...Object.fromEntries(known) }
}
