import type { Route } from '../model/flow'
import type { Method, Protocol, Routes } from './graph'

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

/** The routes that were declared for a port of `protocol`; what `validate` refuses is left out: it admits nothing. */
export function readRoutes(routes: Routes, protocol: Protocol): readonly Route[] {
  if (protocol === 'tcp' || protocol === 'tls') return routes === protocol ? [{ kind: protocol }] : []
  if (typeof routes === 'string') return []
  return routes.flatMap((text): readonly Route[] => {
    const http = protocol === 'http' ? splitHttp(text) : undefined
    const grpc = protocol === 'grpc' ? splitGrpc(text) : undefined
    if (http) return [{ kind: 'http', ...http }]
    return grpc ? [{ kind: 'grpc', ...grpc }] : []
  })
}
