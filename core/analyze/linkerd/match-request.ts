import { every, some, ternary, type Ternary } from '../istio/kleene'
import type { HttpRequest } from '../request'
import type { GrpcMatch, HttpMatch, PathMatch, ValueMatch } from './layer-linkerd'
import { matchesWhole } from './rust-regex'

/**
 * How well a match fits a request: what counts first stands first. `no` where it does not fit; `unknown` where that is not known.
 * The kind of a path's match does not count, only its length (proxy `linkerd/http/route/src/http/match.rs`, `grpc/match.rs`).
 */
export type Fit = readonly number[] | 'no' | 'unknown'

/** The better of two, as `Array.sort` wants it: negative where `a` goes first. */
export function compareFits(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, at) => value !== b[at])
  return index < 0 ? 0 : (b[index] ?? 0) - (a[index] ?? 0)
}

/** Length of the path, number of headers, number of query parameters, whether the method was asked for. A match without a path is as good as `/`. */
export function fitHttp({ path, method, headers, query }: HttpMatch, request: HttpRequest): Fit {
  const { pathname, parameters } = splitPath(request.path)
  const length = path ? pathLength(path, pathname) : 1
  const holds = every([
    ternary(method === undefined || method === request.method),
    length === 'unknown' ? 'unknown' : ternary(length !== 'no'),
    ...headers.map(header => matchHeader(header, request)),
    ...query.map(parameter => matchParameter(parameter, parameters)),
  ])
  if (holds !== 'yes' || typeof length !== 'number') return holds === 'no' ? 'no' : 'unknown'
  return [length, headers.length, query.length, method === undefined ? 0 : 1]
}

/** What a rule without matches is worth. */
export const httpDefault: Fit = [1, 0, 0, 0]
export const grpcDefault: Fit = [0, 0, 0]

/** A path as it was sent, neither decoded nor normalised, and its query. */
function splitPath(sent: string): { readonly pathname: string; readonly parameters: readonly Parameter[] } {
  const [whole = ''] = sent.split('#')
  const at = whole.indexOf('?')
  if (at < 0) return { pathname: whole, parameters: [] }
  return { pathname: whole.slice(0, at), parameters: [...new URLSearchParams(whole.slice(at))] }
}

/** Name and value, decoded as forms are. */
type Parameter = readonly [string, string]

/** How many characters of the path matched (proxy `linkerd/http/route/src/http/match/path.rs` match_length). */
function pathLength({ kind, value }: PathMatch, path: string): number | 'no' | 'unknown' {
  switch (kind) {
    case 'exact':
      return path === value ? value.length : 'no'
    case 'regex': {
      const whole = matchesWhole(value, path)
      return whole === 'yes' ? path.length : whole
    }
    case 'prefix':
      return prefixLength(value, path)
  }
}

/** Whole segments; slashes at the end of either count for nothing. */
function prefixLength(value: string, path: string): number | 'no' {
  if (value === '/') return 1
  const prefix = value.replace(/\/+$/, '')
  const trimmed = path.replace(/\/+$/, '')
  if (!trimmed.startsWith(prefix)) return 'no'
  const rest = trimmed.slice(prefix.length)
  return rest === '' || rest.startsWith('/') ? prefix.length : 'no'
}

/** Source: proxy `linkerd/http/route/src/http/match/header.rs`. Whether the proxy sees a `host` header hangs on the version of HTTP. */
function matchHeader(header: ValueMatch, { headers }: HttpRequest): Ternary {
  const value = headers[header.name]
  if (value === undefined) return header.name === 'host' ? 'unknown' : 'no'
  return matchValue(header, value)
}

/** Any parameter of the name will do (proxy `linkerd/http/route/src/http/match/query_param.rs`). */
function matchParameter(parameter: ValueMatch, parameters: readonly Parameter[]): Ternary {
  return some(parameters.filter(([name]) => name === parameter.name).map(([, value]) => matchValue(parameter, value)))
}

function matchValue({ kind, value: wanted }: ValueMatch, value: string): Ternary {
  return kind === 'exact' ? ternary(value === wanted) : matchesWhole(wanted, value)
}

/**
 * Length of the service, of the method, number of headers. Only POST, and only a path of two segments at least, is gRPC (proxy
 * `linkerd/http/route/src/grpc/match.rs`).
 */
export function fitGrpc({ rpc, headers }: GrpcMatch, request: HttpRequest): Fit {
  const [first, service, method] = splitPath(request.path).pathname.split('/')
  const { service: wantedService = service, method: wantedMethod = method } = rpc ?? {}
  const named = first === '' && method !== undefined && service === wantedService && method === wantedMethod
  const holds = every([
    ternary(request.method === 'POST' && named),
    ...headers.map(header => matchHeader(header, request)),
  ])
  if (holds !== 'yes') return holds
  return [rpc?.service?.length ?? 0, rpc?.method?.length ?? 0, headers.length]
}
