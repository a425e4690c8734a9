import type { Destination, Parent, RouteAction, RouteMatch, RouteRule, Routes, TextMatch } from '../layer'
import { watched, type Cursor } from './cursor'
import { readNamed, requireNamespace, type RawObject } from './read-object'

/**
 * Hosts are left as they are written, since what short ones stand for hangs on the mesh's domain.
 * Source: istio/api `networking/v1alpha3/virtual_service.proto`.
 */
export function readVirtualService(object: RawObject): Routes {
  const spec = object.body.get('spec')
  const own = object.namespace ?? ''
  const { value, damaged } = watched(object.body.log, () => {
    requireNamespace(object)
    const hosts = spec.get('hosts').strings()
    const gateways = spec.get('gateways').strings()
    return {
      hosts,
      // Without hosts it is a part of another one, and hangs on nothing of its own.
      parents: (!isEmpty(spec.get('hosts')) && gateways.length === 0 ? ['mesh'] : gateways).map(name =>
        parentOf(name, own),
      ),
      exportTo: spec.get('exportTo').strings(),
      rules: spec.get('http').items(),
      bytes: spec.get('tcp').items().length + spec.get('tls').items().length > 0,
    }
  })
  const rules = value.rules.map(rule => readRule(rule, own))
  return { ...readNamed(object), ...value, rules, source: 'VirtualService', unreadable: damaged }
}

function parentOf(written: string, own: string): Parent {
  if (written === 'mesh') return { kind: 'mesh' }
  const [namespace = '', name = ''] = gatewayName(written, own).split('/')
  return { kind: 'istio-gateway', namespace, name }
}

/**
 * A Gateway beside it, one of another namespace, or the host name that older versions asked for.
 * Source: istio `pilot/pkg/model/config.go` resolveGatewayName.
 */
function gatewayName(written: string, own: string): string {
  if (written === 'mesh') return written
  if (written.includes('/')) return written.startsWith('./') ? `${own}/${written.slice(2)}` : written
  const [name = '', namespace = own] = written.split('.')
  return `${namespace}/${name}`
}

function readRule(rule: Cursor, own: string): RouteRule {
  const { value: matches, damaged } = watched(rule.log, () =>
    rule
      .get('match')
      .items()
      .map(match => readMatch(match, own)),
  )
  const action = watched(rule.log, () => readAction(rule))
  // A match that could not be read might be any.
  return {
    matches: damaged ? [{ headers: {}, gateways: [], more: true }] : matches,
    action: action.damaged ? { kind: 'unknown' } : action.value,
  }
}

const unfollowed = ['scheme', 'withoutHeaders', 'queryParams', 'sourceLabels', 'sourceNamespace'] as const

function readMatch(match: Cursor, own: string): RouteMatch {
  match.required()
  const path = readText(match.get('uri'), match.get('ignoreUriCase').boolean() ?? false)
  const method = readText(match.get('method'))
  const authority = readText(match.get('authority'))
  const port = match.get('port').value === 0 ? undefined : match.get('port').port()
  const headers = match.get('headers').fields()
  const queries = match.get('queryParams').fields().length
  return {
    ...(path === undefined ? {} : { path }),
    ...(method === undefined ? {} : { method }),
    ...(authority === undefined ? {} : { authority }),
    ...(port === undefined ? {} : { port }),
    ...(queries === 0 ? {} : { queries }),
    headers: Object.fromEntries(
      headers.flatMap(([name, text]) => (isPlain(name) ? [[name.toLowerCase(), readPresence(text)]] : [])),
    ),
    gateways: match
      .get('gateways')
      .strings()
      .map(name => gatewayName(name, own)),
    more: unfollowed.some(field => !isEmpty(match.get(field))) || headers.some(([name]) => !isPlain(name)),
  }
}

function isEmpty(field: Cursor): boolean {
  const { value } = field
  return field.absent || value === '' || (typeof value === 'object' && Object.keys(value ?? {}).length === 0)
}

/**
 * Whether it is a header, and not a claim of the token, or a part of the request that no header holds
 * (istio `pilot/pkg/networking/core/route/route.go` translateMetadataMatch).
 */
function isPlain(name: string): boolean {
  return (
    !name.startsWith(':') && name.toLowerCase() !== 'host' && !name.toLowerCase().startsWith('@request.auth.claims')
  )
}

/** Nothing, and the regex `*`, ask only whether the header is there (`route.go` canBeConvertedToPresentMatch). */
function readPresence(text: Cursor): TextMatch {
  const found = readText(text)
  return !found || (found.kind === 'regex' && found.value === '*') ? { kind: 'prefix', value: '' } : found
}

function readText(text: Cursor, ignoreCase = false): TextMatch | undefined {
  const kinds = ['exact', 'prefix', 'regex'] as const
  const kind = kinds.find(one => !text.get(one).absent)
  const value = kind && text.get(kind).string()
  if (kind === undefined || value === undefined) return undefined
  return { kind, value, ...(ignoreCase && kind !== 'regex' ? { ignoreCase } : {}) }
}

/** Source: istio `pilot/pkg/networking/core/route/route.go` TranslateRoute. */
function readAction(rule: Cursor): RouteAction {
  rule.required()
  if (!rule.get('delegate').absent) return { kind: 'unknown' }
  if (!rule.get('redirect').absent || !rule.get('directResponse').absent) return { kind: 'answer' }
  return {
    kind: 'forward',
    to: shared(rule.get('route').items()).map(route => readDestination(route.get('destination'))),
    ...readMirrors(rule),
    rewrites: !rule.get('rewrite').absent || setsHost(rule),
    aborts: !rule.get('fault').get('abort').absent,
  }
}

/** A destination without a share gets nothing, unless it is the only one. */
function shared(routes: readonly Cursor[]): readonly Cursor[] {
  return routes.length <= 1 ? routes : routes.filter(route => (route.get('weight').value ?? 0) !== 0)
}

/** Headers may name another host for the destination, too (`route.go` applyHTTPRouteDestination). */
function setsHost(rule: Cursor): boolean {
  const operations = [rule, ...rule.get('route').items()].map(part => part.get('headers').get('request').get('set'))
  return operations.some(set => set.fields().some(([name]) => ['host', ':authority'].includes(name.toLowerCase())))
}

/** Source: istio `pilot/pkg/networking/core/route/route.go` TranslateRequestMirrorPolicy. */
function readMirrors(rule: Cursor): { readonly mirrors?: readonly Destination[] } {
  const one = rule.get('mirror')
  const all = [
    ...(one.absent ? [] : [one]),
    ...rule
      .get('mirrors')
      .items()
      .map(each => each.get('destination')),
  ]
  return all.length > 0 ? { mirrors: all.map(readDestination) } : {}
}

function readDestination(destination: Cursor): Destination {
  const port = destination.get('port').get('number').port()
  const subset = destination.get('subset').string() ?? ''
  return {
    host: destination.get('host').required()?.string() ?? '',
    ...(port === undefined ? {} : { port }),
    ...(subset === '' ? {} : { subset }),
    allowed: 'yes',
  }
}
