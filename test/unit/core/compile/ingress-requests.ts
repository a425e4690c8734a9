import type { Graph } from '../../../../core/graph/graph'
import type { Compiled } from '../../../../core/compile/target'
import type { KubernetesObject } from '../../../../core/model/manifest'

/*
 * A gateway in forty lines, for requests whose path is written out: what a policy admits, where a VirtualService sends it and where HTTPRoutes do.
 */

/** A request at a gateway. */
export interface Asked {
  readonly host: string
  readonly method: string
  readonly path: string
}

const hosts = [
  'a.example.com',
  'b.example.com',
  'x.example.com',
  'y.x.example.com',
  'example.org',
  'example.com',
  'evil.org',
]
const paths = [
  '/',
  '/a',
  '/a/',
  '/a/b',
  '/a/b/',
  '/a/x',
  '/ab',
  '/x',
  '/x/b',
  '/x/b/c',
  '/a/b/c',
  '/a.b/(c)',
  '/aXb/(c)',
  '/a.b/c',
]

/** Requests for all that `entering` may declare, and for what lies beside it. */
export const requests: readonly Asked[] = hosts.flatMap(host => [
  ...['GET', 'POST'].flatMap(method => paths.map(path => ({ host, method, path }))),
  ...['/shop.Chat/Say', '/shop.Chat/Hear', '/shop.Chat/Shout'].map(path => ({ host, method: 'POST', path })),
])

/** The callees to which a graph declares a request at a gateway, `namespace/service`. */
export function declared({ ingress, services }: Graph, gateway: string, { host, method, path }: Asked): string[] {
  return Object.values(ingress)
    .filter(one => one.gateway === gateway && one.hosts.some(pattern => under(pattern, host)))
    .flatMap(one =>
      Object.entries(one.routes).flatMap(([callee, ports]) =>
        Object.values(ports).flatMap(routes =>
          (typeof routes === 'string' ? [] : routes)
            .map(String)
            .map(route => (route.includes(' ') ? route.split(' ') : ['POST', `/${route}`]))
            .filter(([verb, pattern = '']) => verb === method && fits(pattern, path))
            .map(() => `${services[callee]?.namespace ?? ''}/${callee}`),
        ),
      ),
    )
}

function under(pattern: string, host: string): boolean {
  return pattern.startsWith('*') ? host.endsWith(pattern.slice(1)) : host === pattern
}

function fits(pattern: string, path: string): boolean {
  const [ours, theirs] = [pattern.split('/'), path.split('/')]
  const open = ours.at(-1) === '**'
  if (open ? theirs.length < ours.length : theirs.length !== ours.length) return false
  return ours.every((segment, i) => segment === '**' || (segment === '*' ? theirs[i] !== '' : segment === theirs[i]))
}

/* eslint-disable @typescript-eslint/no-explicit-any -- what was generated, as JSON: the assertions are on what comes of it */
function specs({ manifests }: Compiled, kind: string, namespace: string): any[] {
  const own = (object: KubernetesObject) => object.kind === kind && object.metadata.namespace === namespace
  return manifests.filter(({ object }) => own(object)).map(({ object }) => object.spec)
}

/** Whether the policies of a gateway's namespace admit a request with a Host header as it is given. */
export function admits(result: Compiled, namespace: string, { host, method, path }: Asked): boolean {
  return specs(result, 'AuthorizationPolicy', namespace)
    .flatMap(({ rules = [] }) => rules)
    .flatMap(({ to }) => to)
    .some(({ operation }) => {
      const named = operation.hosts.some((pattern: string) => glob(pattern.toLowerCase(), host.toLowerCase()))
      return named && operation.methods.includes(method) && operation.paths.some((each: string) => isPath(each, path))
    })
}

function glob(pattern: string, text: string): boolean {
  if (pattern.startsWith('*')) return text.endsWith(pattern.slice(1))
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern
}

function isPath(pattern: string, path: string): boolean {
  return pattern.includes('{') ? fits(pattern.replace(/[{}]/g, ''), path) : glob(pattern, path)
}

/** The host's own rules, those of the narrowest wildcard, or none. */
function virtualHost(all: readonly string[], host: string): string | undefined {
  const wild = all.filter(each => each.startsWith('*') && under(each, host)).sort((a, b) => b.length - a.length)
  return all.includes(host) ? host : wild[0]
}

/** Where VirtualServices send a request, `namespace/service`; the first match decides. */
export function followed(result: Compiled, namespace: string, { host, method, path }: Asked): string | undefined {
  const services = specs(result, 'VirtualService', namespace)
  const own = virtualHost(
    services.flatMap(each => each.hosts),
    host,
  )
  const routes = services.filter(each => each.hosts.includes(own)).flatMap(each => each.http)
  const found = routes.find(({ match }) =>
    match.some(({ method: verb, uri }: any) => {
      if (verb.exact !== method) return false
      if (uri.prefix !== undefined) return path.startsWith(uri.prefix)
      return uri.regex === undefined ? uri.exact === path : new RegExp(`^(?:${uri.regex})$`).test(path)
    }),
  )
  const [service, place] = found?.route[0].destination.host.split('.') ?? []
  return found && `${place}/${service}`
}

/** Where HTTPRoutes on the listeners of a protocol send one, `namespace/service`, or `redirect`: exact before prefix before expression, the longest first. */
export function matched(
  result: Compiled,
  namespace: string,
  asked: Asked,
  protocol: 'http' | 'https',
): string | undefined {
  const { host, method, path } = asked
  const routes = specs(result, 'HTTPRoute', namespace).filter(({ parentRefs }) =>
    parentRefs.every(({ sectionName }: any) => new RegExp(`^${protocol}(-under)?\\.`).test(sectionName)),
  )
  const own = virtualHost(
    routes.flatMap(each => each.hostnames),
    host,
  )
  const rules = routes.filter(each => each.hostnames.includes(own)).flatMap(each => each.rules)
  if (rules.some(({ filters }) => filters)) return 'redirect'
  const ranks = ['RegularExpression', 'PathPrefix', 'Exact']
  const [best] = rules
    .flatMap(({ matches, backendRefs }) => matches.map((match: any) => ({ ...match, to: backendRefs[0] })))
    .filter(match => match.method === method && holds(match.path, path))
    .sort(
      (a, b) => ranks.indexOf(b.path.type) - ranks.indexOf(a.path.type) || b.path.value.length - a.path.value.length,
    )
  return best && `${best.to.namespace ?? namespace}/${best.to.name}`
}

function holds({ type, value }: { readonly type: string; readonly value: string }, path: string): boolean {
  if (type === 'Exact') return path === value
  if (type === 'RegularExpression') return new RegExp(`^(?:${value})$`).test(path)
  return value === '/' || path === value || path.startsWith(`${value}/`)
}
