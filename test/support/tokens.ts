import type { Callees, Graph } from '../../core/graph/graph'

/** A graph whose calls ask for no tokens: what a callee makes of tokens that nobody asks for changes with the first that is. */
export function withoutTokens(whole: Graph): Graph {
  const plain = (callees: Callees): Callees =>
    mapped(callees, ports => mapped(ports, routes => (typeof routes === 'string' ? routes : routes.map(routeOf))))
  const { jwt: _jwt, ...rest } = whole
  return {
    ...rest,
    calls: mapped(whole.calls, plain),
    ingress: mapped(whole.ingress, entry => ({ ...entry, routes: plain(entry.routes) })),
    outside: mapped(whole.outside, entry => ({ ...entry, routes: plain(entry.routes) })),
  }
}

const routeOf = (route: string | { readonly route: string }): string =>
  typeof route === 'string' ? route : route.route

export function mapped<T>(record: Readonly<Record<string, T>>, map: (value: T) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}
