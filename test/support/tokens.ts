import type { Callees, Graph } from '../../core/graph/graph'
import { mapValues } from '../../core/graph/plain'

/** A graph whose calls ask for no tokens: what a callee makes of tokens that nobody asks for changes with the first that is. */
export function withoutTokens(whole: Graph): Graph {
  const plain = (callees: Callees): Callees =>
    mapValues(callees, ports => mapValues(ports, routes => (typeof routes === 'string' ? routes : routes.map(routeOf))))
  const { jwt: _jwt, ...rest } = whole
  return {
    ...rest,
    calls: mapValues(whole.calls, plain),
    ingress: mapValues(whole.ingress, entry => ({ ...entry, routes: plain(entry.routes) })),
    outside: mapValues(whole.outside, entry => ({ ...entry, routes: plain(entry.routes) })),
  }
}

const routeOf = (route: string | { readonly route: string }): string =>
  typeof route === 'string' ? route : route.route
