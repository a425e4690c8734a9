import type { External, Graph, Ingress, Method, Outside, Port, Protocol, Service } from './graph'
import { frozen, unite } from './plain'

/** What the kubelet may be declared to ask; with several http ports, `'GET:8080 /healthz'` says which. */
export type Probe = `GET /${string}` | `GET:${number} /${string}` | `tcp:${number}` | `grpc:${number}`

/** A service, its probes checked by the compiler. */
export interface DeclaredService extends Service {
  readonly probes?: { readonly liveness?: Probe; readonly readiness?: Probe; readonly startup?: Probe }
}

/** What may be asked of a port, per protocol: the compiler refuses `'FETCH /x'`, and an HTTP route on a TCP port. */
interface RouteOf {
  readonly http: readonly `${Method} /${string}`[]
  readonly grpc: readonly `${string}/${string}`[]
  readonly tcp: 'tcp'
  readonly tls: 'tls'
}

type Callable = { readonly ports: Readonly<Record<string, Port>> }
type RoutesTo<T extends Callable> = { readonly [P in keyof T['ports']]?: RouteOf[T['ports'][P]['protocol']] }
type CalleesIn<S extends Record<string, Callable>> = { readonly [To in keyof S]?: RoutesTo<S[To]> }

/** Caller → callee → port → routes, every name one that was declared. */
export type Calls<S extends Record<string, Callable>, X extends Record<string, Callable>> = {
  readonly [From in keyof S]?: CalleesIn<S & X>
}

type Entering<T, S extends Record<string, Callable>> = Omit<T, 'routes'> & { readonly routes: CalleesIn<S> }

/** Everything but who calls whom. */
export interface Declaration<S extends Record<string, DeclaredService>, X extends Record<string, External>> {
  readonly services: S
  readonly external?: X
  readonly ingress?: Readonly<Record<string, Entering<Ingress, NoInfer<S>>>>
  readonly outside?: Readonly<Record<string, Entering<Outside, NoInfer<S>>>>
  readonly scraper?: NonNullable<Graph['scraper']>
}

/** The services, their names known to the compiler, waiting for their calls. */
export interface World<S extends Record<string, Callable>, X extends Record<string, Callable>> {
  /**
   * Declares who calls whom, and returns the graph so far. A large mesh splits its calls over files: each further
   * `calls` adds to what was declared before (routes to the same port are united), and the last graph holds them all.
   */
  calls(calls: Calls<S, X>): Graph
}

/**
 * Declares a graph, in two steps: services, then calls. Two, because the compiler checks names across the steps in
 * time linear in the graph; within one literal it takes twenty times as long.
 *
 * Nothing is thrown and nothing checked here at run time: the program runs without type checks, and `validate` finds
 * everything that the compiler would have found, all at once.
 */
export function defineGraph<
  S extends Record<string, DeclaredService>,
  X extends Record<string, External> = Record<never, never>,
>(declaration: Declaration<S, X>): World<S, X> {
  const { services, external = {}, ingress = {}, outside = {}, scraper } = declaration
  let known: Graph['calls'] = {}
  return {
    calls: more => {
      known = unite(known, more)
      const graph = { services, external, ingress, outside, ...(scraper && { scraper }), calls: known }
      return frozen(graph as Graph) // where a name was checked, an absent one reads as `undefined` to the compiler
    },
  }
}

/** What a port may say beside its number. */
export interface PortOptions {
  /** The Service's port. @default the container port */
  readonly servicePort?: number
}

/** A container port that speaks HTTP; its routes are `'GET /cart'`, `'GET /product/*'`, `'GET /static/**'`. */
export function http(port: number, options: PortOptions = {}): Port<'http'> {
  return makePort('http', port, options)
}

/** A container port that speaks gRPC; its routes are `'package.Service/Method'`. */
export function grpc(port: number, options: PortOptions = {}): Port<'grpc'> {
  return makePort('grpc', port, options)
}

/** A container port that speaks something the mesh cannot read; its only route is `'tcp'`. */
export function tcp(port: number, options: PortOptions = {}): Port<'tcp'> {
  return makePort('tcp', port, options)
}

/** A container port whose clients bring TLS of their own, which the mesh cannot look into; its only route is `'tls'`. */
export function tls(port: number, options: PortOptions = {}): Port<'tls'> {
  return makePort('tls', port, options)
}

function makePort<P extends Protocol>(protocol: P, port: number, options: PortOptions): Port<P> {
  return frozen({ protocol, port, ...options })
}
