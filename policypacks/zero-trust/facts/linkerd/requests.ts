import { findRoute } from '../../../../core/analyze/linkerd/find-route'
import type { HttpMatch, HttpRoute, PathMatch, ValueMatch } from '../../../../core/analyze/linkerd/layer-linkerd'
import { fitHttp, httpDefault } from '../../../../core/analyze/linkerd/match-request'
import { at, given, items, required, text, texts, word, type Field } from '../../field'
import type { RouteFact } from './routes'

/** An HTTPRoute and which requests it is for. */
export interface Routed {
  readonly route: RouteFact
  readonly http: HttpRoute
}

/** Reads the matches of an HTTPRoute. */
export function readRequests(route: RouteFact): Routed {
  const { field, group, kind, namespace, name } = route
  const rules = at(field, 'spec', 'rules')
  const http: HttpRoute = {
    ...{ group, kind, namespace, name, at: field.of.at, parents: [], ignored: 'no', unreadable: false },
    hostnames: texts(at(field, 'spec', 'hostnames')),
    // Without rules an API server writes one that matches everything (linkerd2 `charts/linkerd-crds/templates/policy/httproute.yaml`).
    rules: given(rules) ? items(rules).map(one => ({ matches: matchesOf(one), redirects: false })) : [everything],
  }
  return { route, http }
}

const everything = { matches: [], redirects: false }

function matchesOf(one: Field): readonly HttpMatch[] {
  return items(at(one, 'matches')).map(readMatch)
}

/** Without a value a path is `/`, without a type a prefix (linkerd2 `policy-controller/k8s/index/src/routes/http.rs` path_match). */
function readMatch(match: Field): HttpMatch {
  const path = at(match, 'path')
  const method = text(at(match, 'method'))
  return {
    headers: items(at(match, 'headers')).map(readValue),
    query: items(at(match, 'queryParams')).map(readValue),
    ...(given(path) ? { path: readPath(path) } : {}),
    ...(method === undefined ? {} : { method }),
  }
}

const kinds = { Exact: 'exact', PathPrefix: 'prefix', RegularExpression: 'regex' } as const

function readPath(path: Field): PathMatch {
  const type = word(at(path, 'type'), ['Exact', 'PathPrefix', 'RegularExpression']) ?? 'PathPrefix'
  return { kind: kinds[type], value: text(at(path, 'value')) ?? '/' }
}

function readValue(item: Field): ValueMatch {
  const type = word(at(item, 'type'), ['Exact', 'RegularExpression'])
  return {
    kind: type === 'RegularExpression' ? 'regex' : 'exact',
    name: required(at(item, 'name')).toLowerCase(),
    value: text(at(item, 'value')) ?? '',
  }
}

/** The routes that may take GET of a path without further headers, and whether there may be none; a probe names the Pod's address as its host, which no route does. */
export function routesForGet(
  routed: readonly Routed[],
  path: string,
): { readonly taken: readonly RouteFact[]; readonly missed: boolean } {
  const request = { method: 'GET', path, host: '192.0.2.1', headers: {} }
  const all = routed.map(({ http }) => http)
  const chosen = findRoute(all, request, { fit: fitHttp, otherwise: httpDefault })
  return {
    taken: routed.filter(({ http }) => chosen.some(one => one?.route === http)).map(({ route }) => route),
    missed: chosen.includes(undefined),
  }
}

/** The paths of a route that is for GET of whole paths and nothing else; nothing of any other. */
export function pathsGot({ http: { rules } }: Routed): readonly string[] | undefined {
  const paths = rules.flatMap(({ matches }) =>
    matches.length === 0 ? [undefined] : matches.map(({ method, path }) => got(method, path)),
  )
  const known = paths.flatMap(path => path ?? [])
  return known.length === paths.length ? known : undefined
}

function got(method: string | undefined, path: PathMatch | undefined): string | undefined {
  return method === 'GET' && path?.kind === 'exact' ? path.value : undefined
}
