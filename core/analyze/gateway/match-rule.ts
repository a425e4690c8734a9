import { every, some, type Ternary } from '../istio/kleene'
import type { RouteMatch } from '../layer'
import type { HttpRequest } from '../request'
import type { OrderedRule } from './listener'
import { matchText } from './match-text'

/** A request as routes see it. */
export interface RoutedRequest {
  readonly http: HttpRequest
  /** Normalised, without its query. */
  readonly path: string
}

/** Whether any of a rule's matches holds (istio `pilot/pkg/networking/core/route/route.go` TranslateRouteMatch). */
export function ruleMatches({ matches }: OrderedRule, request: RoutedRequest): Ternary {
  return matches.length === 0 ? 'yes' : some(matches.map(match => matchHolds(match, request)))
}

/** Methods, headers and the `Host` header count as they were sent. */
function matchHolds({ path, method, authority, headers, more }: RouteMatch, request: RoutedRequest): Ternary {
  const { http } = request
  return every([
    path ? matchText(path, request.path) : 'yes',
    method ? matchText(method, http.method) : 'yes',
    authority ? matchText(authority, http.host ?? '') : 'yes',
    ...Object.entries(headers).map(([name, wanted]): Ternary => {
      const sent = http.headers[name]
      return sent === undefined ? 'no' : matchText(wanted, sent)
    }),
    more ? 'unknown' : 'yes',
  ])
}
