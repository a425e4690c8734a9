import type { Accepting, Callable, Calls, DeclaredService } from '../define'
import type { Accepts, External, Graph, Service } from '../graph'
import { frozen, unite } from '../plain'

/**
 * One team's part of a graph: its services, whom they call, and who may call them. Plain data, for a stack's output or a file. A call to or from another
 * part of the graph stands when both say so.
 *
 * It holds nothing of what is everybody's: gateways, callers outside the mesh, the scraper and issuers of tokens are declared in the graph.
 */
export interface Fragment {
  /** Of this form. */
  readonly version: 1
  readonly services: Readonly<Record<string, Service>>
  /** Hosts outside; its callers' own proxies let them through, no gateway of the mesh. */
  readonly external: Readonly<Record<string, External>>
  /** Caller of these services → callee of anybody → port name → routes. */
  readonly calls: Graph['calls']
  /** Who else may call these services. */
  readonly accepts: Accepts
}

/** Whether a part of a graph declares a callee of that name, a service or a host outside. */
export function declares({ services, external }: Pick<Graph, 'services' | 'external'>, name: string): boolean {
  return Object.hasOwn(services, name) || Object.hasOwn(external, name)
}

/** Everything of a fragment but who calls whom. */
export interface FragmentDeclaration<
  S extends Record<string, DeclaredService>,
  X extends Record<string, External>,
  E extends Record<string, Callable>,
> {
  readonly services: S
  readonly external?: X
  /** The ports of others' services that calls name: for the compiler alone, so that it knows names and routes. */
  readonly elsewhere?: E
  readonly accepts?: Accepting<NoInfer<S> & NoInfer<X>, string>
}

/** A fragment's services, waiting for their calls. */
export interface FragmentWorld<S extends Record<string, Callable>, X extends Record<string, Callable>> {
  /** Declares whom the services call, in as many steps as one likes; the last fragment holds all of them. */
  calls(calls: Calls<S, X, string>): Fragment
}

/**
 * Declares a fragment, as `defineGraph` does a graph: services first, then calls.
 *
 * ```ts
 * export const fragment = defineFragment({
 *   services: { orders: { namespace: 'orders', ports: { http: http(8080) } } },
 *   elsewhere: { cart: { ports: { grpc: grpc(7070) } } },
 *   accepts: { orders: { 'shop/checkout': { http: ['POST /orders'] } } },
 * }).calls({ orders: { cart: { grpc: ['shop.Cart/Get'] } } })
 * ```
 */
export function defineFragment<
  S extends Record<string, DeclaredService>,
  X extends Record<string, External> = Record<never, never>,
  E extends Record<string, Callable> = Record<never, never>,
>(declaration: FragmentDeclaration<S, X, E>): FragmentWorld<S, X & E> {
  const { services, external = {}, accepts = {} } = declaration
  let known: Graph['calls'] = {}
  return {
    calls: more => {
      known = unite(known, more)
      return frozen({ version: 1, services, external, calls: known, accepts })
    },
  }
}
