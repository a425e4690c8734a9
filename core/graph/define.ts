import type {
  Crossing,
  External,
  Graph,
  Ingress,
  Method,
  Outside,
  Port,
  Protocol,
  Service,
  TokenIssuer,
  TokenRequirement,
} from './graph'
import { frozen, unite } from './plain'

/** What the kubelet may be declared to ask; with several http ports, `'GET:8080 /healthz'` says which. */
export type Probe = `GET /${string}` | `GET:${number} /${string}` | `tcp:${number}` | `grpc:${number}`

/** A service, its probes checked by the compiler. */
export interface DeclaredService extends Service {
  readonly probes?: { readonly liveness?: Probe; readonly readiness?: Probe; readonly startup?: Probe }
}

/** A route that needs a token of a declared issuer. */
interface Guarded<Route extends string, Issuer extends string> {
  readonly route: Route
  readonly jwt: TokenRequirement & { readonly issuer: Issuer }
}

type HttpRoute = `${Method} /${string}`
type GrpcRoute = `${string}/${string}`

/** What may be asked of a port, per protocol: the compiler refuses `'FETCH /x'`, and an HTTP route on a TCP port. */
interface RouteOf<Issuer extends string> {
  readonly http: readonly (HttpRoute | Guarded<HttpRoute, Issuer>)[]
  readonly grpc: readonly (GrpcRoute | Guarded<GrpcRoute, Issuer>)[]
  readonly tcp: 'tcp'
  readonly tls: 'tls'
}

/** What can be called: a service, a host outside, or a service that somebody else declares. */
export type Callable = { readonly ports: Readonly<Record<string, Port>> }
type RoutesTo<T extends Callable, Issuer extends string> = {
  readonly [P in keyof T['ports']]?: RouteOf<Issuer>[T['ports'][P]['protocol']]
}
type CalleesIn<S extends Record<string, Callable>, Issuer extends string> = {
  readonly [To in keyof S]?: RoutesTo<S[To], Issuer>
}

/** Caller → callee → port → routes, every name one that was declared. */
export type Calls<
  S extends Record<string, Callable>,
  X extends Record<string, Callable>,
  Issuer extends string = never,
> = {
  readonly [From in keyof S]?: CalleesIn<S & X, Issuer>
}

type Entering<T, S extends Record<string, Callable>, Issuer extends string> = Omit<T, 'routes'> & {
  readonly routes: CalleesIn<S, Issuer>
}

/** Callee → caller of another fragment → what it may ask, the callees and their ports ones that were declared. */
export type Accepting<S extends Record<string, Callable>, Issuer extends string> = {
  readonly [To in keyof S]?: Readonly<Record<string, 'any' | RoutesTo<S[To], Issuer>>>
}

/** Everything but who calls whom. */
export interface Declaration<
  S extends Record<string, DeclaredService>,
  X extends Record<string, External>,
  Issuer extends string,
  E extends Record<string, Callable> = Record<never, never>,
> {
  readonly services: S
  readonly external?: X
  /** Services that fragments declare and that calls here may name. */
  readonly elsewhere?: E
  /** Which services of fragments may call the ones here. */
  readonly accepts?: Accepting<NoInfer<S> & NoInfer<X>, NoInfer<Issuer>>
  readonly ingress?: Readonly<Record<string, Entering<Ingress, NoInfer<S> & NoInfer<E>, NoInfer<Issuer>>>>
  readonly outside?: Readonly<Record<string, Entering<Outside, NoInfer<S> & NoInfer<E>, NoInfer<Issuer>>>>
  readonly scraper?: NonNullable<Graph['scraper']>
  readonly jwt?: Readonly<Record<Issuer, TokenIssuer>>
  readonly border?: Readonly<Record<string, { readonly [To in keyof NoInfer<S>]?: Crossing }>>
}

/** The services, their names known to the compiler, waiting for their calls. */
export interface World<
  S extends Record<string, Callable>,
  X extends Record<string, Callable>,
  Issuer extends string = never,
> {
  /**
   * Declares who calls whom, and returns the graph so far. A large mesh splits its calls over files: each further
   * `calls` adds to what was declared before (routes to the same port are united), and the last graph holds them all.
   */
  calls(calls: Calls<S, X, Issuer>): Graph
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
  Issuer extends string = never,
  E extends Record<string, Callable> = Record<never, never>,
>(declaration: Declaration<S, X, Issuer, E>): World<S, X & E, Issuer> {
  const { services, external = {}, ingress = {}, outside = {}, scraper, jwt, border, elsewhere, accepts } = declaration
  let known: Graph['calls'] = {}
  return {
    calls: more => {
      known = unite(known, more)
      const others = { ...(elsewhere && { elsewhere }), ...(accepts && { accepts }) }
      const beside = { ...(scraper && { scraper }), ...(jwt && { jwt }), ...(border && { border }), ...others }
      const graph = { services, external, ingress, outside, ...beside, calls: known }
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
