import type { Destination, Parent, RouteAction, RouteMatch, RouteRule, Routes, TextMatch } from '../layer'
import { watched, type Cursor } from './cursor'
import { readNamed, requireNamespace, type RawObject } from './read-object'

/** The kinds of the Gateway API that route requests. */
export type RouteKind = 'HTTPRoute' | 'GRPCRoute'

/**
 * Backends in other namespaces are left undecided, since that hangs on ReferenceGrants; what host names end in hangs on the mesh.
 * Sources: gateway-api `apis/v1/httproute_types.go`, `grpcroute_types.go`, istio `pilot/pkg/config/kube/gateway/conversion.go`.
 */
export function readRoute(object: RawObject, source: RouteKind): Routes {
  const spec = object.body.get('spec')
  const own = object.namespace ?? ''
  const { value, damaged } = watched(object.body.log, () => {
    requireNamespace(object)
    return {
      hosts: spec
        .get('hostnames')
        .strings()
        .map(host => host.toLowerCase()),
      parents: spec
        .get('parentRefs')
        .items()
        .map(ref => readParent(ref, own)),
      rules: spec.get('rules').items(),
    }
  })
  const rules = value.rules.map(rule => readRule(rule, { source, own }))
  return { ...readNamed(object), ...value, rules, source, exportTo: [], bytes: false, unreadable: damaged }
}

function readParent(ref: Cursor, own: string): Parent {
  const group = ref.get('group').string() ?? 'gateway.networking.k8s.io'
  const kind = ref.get('kind').string() ?? 'Gateway'
  const section = ref.get('sectionName').string()
  const port = ref.get('port').port()
  const at = {
    namespace: ref.get('namespace').string() ?? own,
    name: ref.get('name').required()?.string() ?? '',
    ...(port === undefined ? {} : { port }),
  }
  if (group === 'gateway.networking.k8s.io' && kind === 'Gateway') {
    return { kind: 'gateway', ...at, ...(section === undefined ? {} : { section }) }
  }
  return (group === '' || group === 'core') && kind === 'Service' ? { kind: 'service', ...at } : { kind: 'unknown' }
}

/** What rules are read for. */
interface Reading {
  readonly source: RouteKind
  readonly own: string
}

/** An HTTPRoute's rule without matches is for every path, as the API server writes it out; a GRPCRoute's comes after all others. */
function readRule(rule: Cursor, reading: Reading): RouteRule {
  const { value, damaged } = watched(rule.log, () =>
    rule
      .get('matches')
      .items()
      .map(reading.source === 'HTTPRoute' ? readMatch : readMethod),
  )
  const action = watched(rule.log, () => readAction(rule, reading))
  const everything = reading.source === 'HTTPRoute' ? [{ path: anyPath, headers: {}, gateways: [], more: false }] : []
  const matches = value.length > 0 ? value : everything
  return {
    matches: damaged ? [{ headers: {}, gateways: [], more: true }] : matches,
    action: action.damaged ? { kind: 'unknown' } : action.value,
  }
}

/** No request's path is without it. */
const anyPath: TextMatch = { kind: 'prefix', value: '/' }

function readMatch(match: Cursor): RouteMatch {
  const method = match.get('method').string()
  const queries = match.get('queryParams').items().length
  return {
    path: readPath(match.get('path')),
    ...(method === undefined ? {} : { method: { kind: 'exact', value: method } }),
    ...(queries === 0 ? {} : { queries }),
    headers: readHeaders(match.get('headers')),
    gateways: [],
    more: queries > 0,
  }
}

/** Source: `conversion.go` createURIMatch, and `pilot/pkg/networking/core/route/route.go` TranslateRouteMatch. */
function readPath(path: Cursor): TextMatch {
  const value = path.get('value').string() ?? '/'
  switch (path.get('type').absent ? 'PathPrefix' : path.get('type').oneOf('PathPrefix', 'Exact', 'RegularExpression')) {
    case 'Exact':
      return { kind: 'exact', value }
    case 'RegularExpression':
      return { kind: 'regex', value }
    case 'PathPrefix':
    case undefined:
      return value === '/' ? anyPath : { kind: 'segments', value: value.replace(/\/$/, '') }
  }
}

/** Of several for one header the last is asked for, since they are kept by name (`conversion.go` createHeadersMatch). */
function readHeaders(headers: Cursor): Readonly<Record<string, TextMatch>> {
  return Object.fromEntries(
    headers.items().flatMap(header => {
      const name = header.get('name').required()?.string()?.toLowerCase()
      const value = header.get('value').string() ?? ''
      const regex = header.get('type').string() === 'RegularExpression'
      return name === undefined ? [] : [[name, { kind: regex ? 'regex' : 'exact', value } satisfies TextMatch]]
    }),
  )
}

/** A method of gRPC is a path, and nothing else: Istio does not ask for POST (`conversion.go` createGRPCURIMatch). */
function readMethod(match: Cursor): RouteMatch {
  const path = readMethodPath(match.get('method'))
  return {
    ...(path === undefined ? {} : { path }),
    headers: readHeaders(match.get('headers')),
    gateways: [],
    more: false,
  }
}

function readMethodPath(method: Cursor): TextMatch | undefined {
  if (method.absent) return undefined
  const name = method.get('method').string()
  const service = method.get('service').string()
  if (name === undefined && service === undefined) return method.wrong('a service or a method')
  if (method.get('type').string() === 'RegularExpression') {
    return { kind: 'regex', value: `/${service ?? '[^/]+'}/${name ?? '.+'}` }
  }
  if (service === undefined) return { kind: 'regex', value: `/[^/]+/${name ?? ''}` }
  return name === undefined
    ? { kind: 'segments', value: `/${service}` }
    : { kind: 'exact', value: `/${service}/${name}` }
}

const passing = [
  'RequestHeaderModifier',
  'ResponseHeaderModifier',
  'RequestMirror',
  'CORS',
  'URLRewrite',
  'RequestRedirect',
]

/** Without a backend that has a share it is answered 500 (`conversion.go` convertHTTPRoute). */
function readAction(rule: Cursor, reading: Reading): RouteAction {
  const filters = rule.get('filters').items()
  const types = filters.map(filter => filter.get('type').string() ?? '')
  if (types.some(type => !passing.includes(type))) return { kind: 'unknown' }
  if (types.includes('RequestRedirect')) return { kind: 'answer' }
  const backends = rule.get('backendRefs').items()
  const sharing = backends.filter(backend => backend.get('weight').value !== 0)
  if (sharing.length === 0) return { kind: 'answer' }
  const to = sharing.flatMap(backend => readBackend(backend, reading) ?? [])
  const copied = filters.filter(filter => filter.get('type').string() === 'RequestMirror')
  const mirrors = copied.flatMap(filter => readBackend(filter.get('requestMirror').get('backendRef'), reading) ?? [])
  if (to.length < sharing.length || mirrors.length < copied.length) return { kind: 'unknown' }
  return {
    kind: 'forward',
    to,
    ...(mirrors.length > 0 && { mirrors }),
    rewrites: types.includes('URLRewrite') || setsHost([rule, ...sharing]),
    aborts: false,
  }
}

function setsHost(parts: readonly Cursor[]): boolean {
  const modifiers = parts
    .flatMap(part => part.get('filters').items())
    .map(filter => filter.get('requestHeaderModifier'))
  const names = modifiers
    .flatMap(modifier => modifier.get('set').items())
    .map(header => header.get('name').string() ?? '')
  return names.some(name => ['host', ':authority'].includes(name.toLowerCase()))
}

/** A Service, or a host by name; nothing for another kind, whose Service istiod makes up (`conversion.go` buildDestination). */
function readBackend(backend: Cursor, { own }: Reading): Destination | undefined {
  const group = backend.get('group').string() ?? ''
  const kind = backend.get('kind').string() ?? 'Service'
  const name = backend.get('name').required()?.string() ?? ''
  const port = backend.get('port').required()?.port()
  const namespace = backend.get('namespace').string() ?? own
  const at = port === undefined ? {} : { port }
  if (group === 'networking.istio.io' && kind === 'Hostname') return { host: name.toLowerCase(), ...at, allowed: 'yes' }
  if (!['', 'core'].includes(group) || kind !== 'Service') return undefined
  return { host: `${name}.${namespace}.svc.`, ...at, allowed: namespace === own ? 'yes' : 'unknown' }
}
