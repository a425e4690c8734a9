import type { Problem } from '../../model/problem'
import { nearest } from '../../model/problem'
import { canonicalJson } from '../../model/canonical'
import type { Protocol, Routes } from '../graph'
import { pathFlaws } from '../paths'
import { defect } from '../place'
import { methods, routeText, splitGrpc, splitHttp } from '../routes'

/** Routes to one port, and where they are declared. */
export interface DeclaredRoutes {
  readonly routes: Routes
  readonly protocol: Protocol
  /** The port as messages name it: `frontend` `http`. */
  readonly port: string
  readonly at: string
  /** Whether a route was declared so badly that it had to be left out. */
  readonly lost: (index: number) => boolean
}

/** What is wrong with the routes declared to a port. */
export function routeProblems(declared: DeclaredRoutes): readonly Problem[] {
  const { routes, protocol, at } = declared
  if (protocol === 'tcp' || protocol === 'tls') return routes === protocol ? [] : [wrongProtocol(declared)]
  if (typeof routes === 'string') return [wrongProtocol(declared)]
  if (routes.length === 0) {
    const hint = 'name each route, or leave the port out'
    return [defect({ code: 'empty-routes', at, message: `no routes are declared to ${declared.port}`, hint })]
  }
  const said = routes.map(canonicalJson)
  return routes.flatMap((route, index) => {
    if (declared.lost(index)) return []
    const [text, here] = [routeText(route), `${at}[${index}]`]
    return [
      ...oneRoute(text, { ...declared, at: typeof route === 'string' ? here : `${here}.route` }),
      ...(said.indexOf(said[index] ?? '') < index ? [twice(text, here)] : []),
    ]
  })
}

const forms: Readonly<Record<Protocol, string>> = {
  http: 'list its routes, as in [`GET /cart`]',
  grpc: 'list its routes, as in [`package.Service/Method`]',
  tcp: 'write the word `tcp`: the mesh cannot see requests there',
  tls: 'write the word `tls`: the mesh cannot see requests there',
}

function wrongProtocol({ routes, protocol, port, at }: DeclaredRoutes): Problem {
  const guarded = typeof routes !== 'string' && routes.some(route => typeof route !== 'string')
  const given = typeof routes === 'string' ? `\`${routes}\`` : guarded ? 'a token' : 'a list of routes'
  const message = `${port} speaks ${protocol}, which ${given} does not fit`
  return defect({ code: 'wrong-protocol', at, message, hint: forms[protocol] })
}

function twice(route: string, at: string): Problem {
  return defect({ code: 'duplicate-route', at, message: `\`${route}\` is declared twice` })
}

function oneRoute(route: string, declared: DeclaredRoutes): readonly Problem[] {
  if (/^\s*\*+\s*$/.test(route)) {
    const hint = declared.protocol === 'http' ? 'name each route; `GET /**` is every path there is' : 'name each method'
    return [defect({ code: 'wildcard-route', at: declared.at, message: `\`${route}\` would admit everything`, hint })]
  }
  return declared.protocol === 'http' ? httpRoute(route, declared) : grpcRoute(route, declared)
}

function httpRoute(route: string, { port, at }: DeclaredRoutes): readonly Problem[] {
  const http = splitHttp(route)
  if (!http) {
    if (splitGrpc(route)) return [otherProtocol(route, { port, at, speaks: 'http', is: 'a gRPC route' })]
    const hint = route.startsWith('/')
      ? `write a method first, as in \`GET ${route}\``
      : 'write a method and a path, as in `GET /cart`'
    return [defect({ code: 'malformed-route', at, message: `\`${route}\` is not an HTTP route`, hint })]
  }
  const flaws = pathFlaws(http.path).map(({ message, ...hint }) =>
    defect({ code: 'malformed-path', at, message: `path \`${http.path}\` ${message}`, ...hint }),
  )
  return [...methodProblems(http.method, at), ...flaws]
}

function methodProblems(method: string, at: string): readonly Problem[] {
  if (methods.includes(method)) return []
  if (method === '*') {
    const message = 'a method is named, not left open with `*`'
    return [defect({ code: 'wildcard-route', at, message, hint: 'write a route for each method' })]
  }
  const near = nearest(method, methods)
  const hint =
    near === undefined ? `one of ${methods.map(name => `\`${name}\``).join(', ')}` : `did you mean \`${near}\`?`
  return [defect({ code: 'unknown-method', at, message: `no method named \`${method}\``, hint })]
}

function grpcRoute(route: string, { port, at }: DeclaredRoutes): readonly Problem[] {
  if (splitGrpc(route)) return []
  if (methods.includes(splitHttp(route)?.method ?? '')) {
    return [otherProtocol(route, { port, at, speaks: 'grpc', is: 'an HTTP route' })]
  }
  if (route.includes('*')) {
    const message = `\`${route}\` leaves open what may be called`
    return [defect({ code: 'wildcard-route', at, message, hint: 'name each method, as in `package.Service/Method`' })]
  }
  const bare = route.replace(/^\/+/, '')
  const hint = bare !== route && splitGrpc(bare) ? `write \`${bare}\`` : 'write `package.Service/Method`'
  return [defect({ code: 'malformed-route', at, message: `\`${route}\` is not a gRPC route`, hint })]
}

interface Mismatch {
  readonly port: string
  readonly at: string
  readonly speaks: Protocol
  readonly is: string
}

function otherProtocol(route: string, { port, at, speaks, is }: Mismatch): Problem {
  return defect({
    code: 'wrong-protocol',
    at,
    message: `${port} speaks ${speaks}, and \`${route}\` is ${is}`,
    hint: forms[speaks],
  })
}
