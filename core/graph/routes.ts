import type { Route } from '../model/flow'
import type { FlowToken, TokenHeader } from '../model/token'
import { placeOf } from '../model/token'
import type { Graph, GuardedRoute, Method, Protocol, Routes, TokenRequirement } from './graph'
import { own } from './plain'
import { byText } from './resolve'

const methodSet: Readonly<Record<Method, true>> = {
  GET: true,
  HEAD: true,
  POST: true,
  PUT: true,
  PATCH: true,
  DELETE: true,
  OPTIONS: true,
  TRACE: true,
  CONNECT: true,
}

/** The methods a route may name. */
export const methods: readonly string[] = Object.keys(methodSet)

/** An HTTP route's two halves, or nothing where it is not of the form `METHOD path`. */
export function splitHttp(text: string): { readonly method: string; readonly path: string } | undefined {
  const [, method, path] = /^(\S+) (\S.*)$/su.exec(text) ?? []
  return method === undefined || path === undefined ? undefined : { method, path }
}

/** A gRPC route's two halves, or nothing where it is not of the form `package.Service/Method`. */
export function splitGrpc(text: string): { readonly service: string; readonly method: string } | undefined {
  const [, service, method] = /^((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)\/([A-Za-z_]\w*)$/.exec(text) ?? []
  return service === undefined || method === undefined ? undefined : { service, method }
}

/** A declared route, with what it needs of a token. */
export function routeText(declared: string | GuardedRoute): string {
  return typeof declared === 'string' ? declared : declared.route
}

/** One route of a port, and the token it needs. */
export interface ReadRoute {
  readonly route: Route
  readonly jwt?: FlowToken
}

/**
 * The routes that were declared for a port of `protocol`; what `validate` refuses is left out: it admits nothing. So does a route that
 * asks for a token of an issuer that is not declared.
 */
export function readRoutes(routes: Routes, protocol: Protocol, { jwt: issuers = {} }: Graph): readonly ReadRoute[] {
  if (protocol === 'tcp' || protocol === 'tls') return routes === protocol ? [{ route: { kind: protocol } }] : []
  if (typeof routes === 'string') return []
  return routes.flatMap((declared): readonly ReadRoute[] => {
    const route = readRoute(routeText(declared), protocol)
    if (!route) return []
    if (typeof declared === 'string') return [{ route }]
    const jwt = tokenOf(declared.jwt, issuers)
    return jwt ? [{ route, jwt }] : []
  })
}

function readRoute(text: string, protocol: 'http' | 'grpc'): Route | undefined {
  const http = protocol === 'http' ? splitHttp(text) : undefined
  const grpc = protocol === 'grpc' ? splitGrpc(text) : undefined
  if (http) return { kind: 'http', ...http }
  return grpc && { kind: 'grpc', ...grpc }
}

/** What a token must be, the issuer spelt out. Lists and claims are sorted, so that the order of declaration means nothing. */
function tokenOf(required: TokenRequirement, issuers: NonNullable<Graph['jwt']>): FlowToken | undefined {
  const issuer = own(issuers, required.issuer)
  if (!issuer) return undefined
  const { audiences, scopes, claims } = required
  const { fromHeaders: headers, audiences: trusted } = issuer
  return {
    name: required.issuer,
    issuer: issuer.issuer,
    ...(headers && { headers: sortedHeaders(headers) }),
    ...(trusted && { trustedAudiences: sorted(trusted) }),
    ...(audiences && { audiences: sorted(audiences) }),
    ...(scopes && { scopes: sorted(scopes) }),
    ...(claims && { claims: sortedClaims(claims) }),
  }
}

function sortedHeaders(headers: readonly TokenHeader[]): readonly TokenHeader[] {
  return [...headers]
    .sort((a, b) => byText(placeOf(a), placeOf(b)))
    .map(({ name, prefix }) => (prefix === undefined ? { name } : { name, prefix }))
}

function sortedClaims(claims: NonNullable<TokenRequirement['claims']>): NonNullable<FlowToken['claims']> {
  const entries = Object.entries(claims).sort(([a], [b]) => byText(a, b))
  return Object.fromEntries(entries.map(([claim, values]) => [claim, sorted(values)]))
}

function sorted(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort(byText)
}
