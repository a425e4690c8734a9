import type { Cursor } from '../istio/cursor'
import type { GrpcMatch, HttpMatch, PathMatch, ValueMatch } from './layer-linkerd'
import { isHeaderName, isHeaderValue, type Flaw } from './route-flaws'
import { rustRegex } from './rust-regex'

interface With<Match> {
  readonly match: Match
  readonly flaws: readonly Flaw[]
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'] as const
const kinds = { Exact: 'exact', PathPrefix: 'prefix', RegularExpression: 'regex' } as const

/** Source: `policy-controller/k8s/index/src/routes/http.rs` try_match. */
export function readHttpMatch(match: Cursor): With<HttpMatch> {
  match.only(['path', 'headers', 'queryParams', 'method'])
  const path = match.get('path').absent ? undefined : readPath(match.get('path'))
  const headers = readValues(match.get('headers'), 'header')
  const query = readValues(match.get('queryParams'), 'parameter')
  const method = match.get('method').oneOf(...methods)
  return {
    match: {
      headers: headers.match,
      query: query.match,
      ...(path ? { path: path.match } : {}),
      ...(method === undefined ? {} : { method }),
    },
    flaws: [...(path?.flaws ?? []), ...headers.flaws, ...query.flaws],
  }
}

/** Without a value it is `/`, without a type a prefix; both must start with a slash, and an expression must be one (`routes/http.rs` path_match). */
function readPath(path: Cursor): With<PathMatch> {
  path.only(['type', 'value'])
  const type = path.get('type').oneOf('Exact', 'PathPrefix', 'RegularExpression') ?? 'PathPrefix'
  const value = path.get('value').string() ?? '/'
  const match: PathMatch = { kind: kinds[type], value }
  if (match.kind === 'regex') return { match, flaws: regexFlaws(value) }
  return { match, flaws: value.startsWith('/') ? [] : [`its path ${value} does not start with a slash`] }
}

function regexFlaws(pattern: string): readonly Flaw[] {
  const regex = rustRegex(pattern)
  if (regex === 'invalid') return [`its regular expression ${pattern} is none`]
  return regex === 'unknown' ? ['unknown'] : []
}

/** Source: `policy-controller/k8s/index/src/routes/http.rs` header_match, query_param_match. Names of headers are compared without case. */
function readValues(list: Cursor, what: 'header' | 'parameter'): With<readonly ValueMatch[]> {
  const values = list.items().map(item => readValue(item, what))
  return { match: values.map(({ match }) => match), flaws: values.flatMap(({ flaws }) => flaws) }
}

function readValue(item: Cursor, what: 'header' | 'parameter'): With<ValueMatch> {
  item.required()?.only(['type', 'name', 'value'])
  const kind = item.get('type').oneOf('Exact', 'RegularExpression') === 'RegularExpression' ? 'regex' : 'exact'
  const name = item.get('name').required()?.string() ?? ''
  const value = item.get('value').required()?.string() ?? ''
  const flaws = kind === 'regex' ? regexFlaws(value) : []
  if (what === 'parameter') return { match: { kind, name, value }, flaws }
  const possible = isHeaderName(name) && (kind === 'regex' || isHeaderValue(value))
  return {
    match: { kind, name: name.toLowerCase(), value },
    flaws: possible ? flaws : [`its header ${name} cannot be`],
  }
}

/** Methods by expressions are not supported (`policy-controller/k8s/index/src/routes/grpc.rs` try_match). An empty name asks nothing. */
export function readGrpcMatch(match: Cursor): With<GrpcMatch> {
  match.only(['method', 'headers'])
  const headers = readValues(match.get('headers'), 'header')
  const method = match.get('method')
  if (method.absent) return { match: { headers: headers.match }, flaws: headers.flaws }
  method.only(['type', 'service', 'method'])
  const regex = method.get('type').oneOf('Exact', 'RegularExpression') === 'RegularExpression'
  const service = method.get('service').string() ?? ''
  const name = method.get('method').string() ?? ''
  const rpc = { ...(service === '' ? {} : { service }), ...(name === '' ? {} : { method: name }) }
  const flaws = regex ? ['it asks for a method by an expression'] : []
  return { match: { headers: headers.match, rpc }, flaws: [...headers.flaws, ...flaws] }
}
