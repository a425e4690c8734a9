import type { Labels } from './objects'

/*
 * Linkerd's policies in as few words as will do. An `id` is `namespace/name`; what is referred to is `Kind/name`, or `Kind/namespace/name`, its group that of the
 * kind. Every text is YAML; JSON is YAML too.
 */

const groups: Readonly<Record<string, string>> = {
  Server: 'policy.linkerd.io',
  MeshTLSAuthentication: 'policy.linkerd.io',
  NetworkAuthentication: 'policy.linkerd.io',
  HTTPRoute: 'policy.linkerd.io',
  GRPCRoute: 'gateway.networking.k8s.io',
}

/** `type` is `group/version/Kind`. */
function object(type: string, id: string, spec: object): string {
  const [group, version, kind] = type.split('/')
  const [namespace, name] = id.split('/')
  return JSON.stringify({ apiVersion: `${group}/${version}`, kind, metadata: { name, namespace }, spec })
}

/** An object with labels of its own, or made at a minute of the hour, where its age matters. */
function marked(text: string, { labels, made }: { readonly labels?: Labels; readonly made?: number }): string {
  const object = JSON.parse(text) as { readonly metadata: object } // as `object` wrote it
  const creationTimestamp = `2026-01-01T00:${String(made).padStart(2, '0')}:00Z`
  const more = { ...(labels && { labels }), ...(made !== undefined && { creationTimestamp }) }
  return JSON.stringify({ ...object, metadata: { ...object.metadata, ...more } })
}

/** An object made at a minute of the hour. */
export function dated(made: number, text: string): string {
  return marked(text, { made })
}

function reference(to: string): object {
  const [kind = '', ...path] = to.split('/')
  const [name, namespace] = [...path].reverse()
  const group = groups[kind]
  return { ...(group === undefined ? {} : { group }), kind, name, ...(namespace === undefined ? {} : { namespace }) }
}

interface ServerOptions {
  /** Labels of the Pods. @default `app: <the Server's name>` */
  readonly pods?: Labels
  /** Instead of labels. */
  readonly selector?: object
  readonly port: number | string
  /** @default none is written */
  readonly protocol?: string
  readonly accessPolicy?: string
  /** The Server's own. */
  readonly labels?: Labels
  /** @default v1beta3 */
  readonly version?: string
  /** When it was made, by the minute. */
  readonly made?: number
}

export function server(id: string, options: ServerOptions): string {
  const { pods = { app: id.split('/')[1] }, selector, port, protocol, accessPolicy } = options
  const spec = {
    podSelector: selector ?? { matchLabels: pods },
    port,
    ...(protocol && { proxyProtocol: protocol }),
    ...(accessPolicy && { accessPolicy }),
  }
  return marked(object(`policy.linkerd.io/${options.version ?? 'v1beta3'}/Server`, id, spec), options)
}

/** An AuthorizationPolicy for `target`, all of whose references have to be met. */
export function authorization(id: string, target: string, ...references: readonly string[]): string {
  const spec = { targetRef: reference(target), requiredAuthenticationRefs: references.map(reference) }
  return object('policy.linkerd.io/v1alpha1/AuthorizationPolicy', id, spec)
}

/** A MeshTLSAuthentication by names in certificates. */
export function identities(id: string, ...names: readonly string[]): string {
  return object('policy.linkerd.io/v1alpha1/MeshTLSAuthentication', id, { identities: names })
}

/** A MeshTLSAuthentication by references: `ServiceAccount/name`, `Namespace/name`. */
export function accounts(id: string, ...references: readonly string[]): string {
  const spec = { identityRefs: references.map(reference) }
  return object('policy.linkerd.io/v1alpha1/MeshTLSAuthentication', id, spec)
}

/** A NetworkAuthentication; `cidr` or `cidr except cidr`. */
export function networks(id: string, ...cidrs: readonly string[]): string {
  const list = cidrs.map(each => {
    const [cidr, except] = each.split(' except ')
    return { cidr, ...(except !== undefined && { except: [except] }) }
  })
  return object('policy.linkerd.io/v1alpha1/NetworkAuthentication', id, { networks: list })
}

/** A ServerAuthorization. */
export function serverAuthorization(id: string, server: object, client: object): string {
  return object('policy.linkerd.io/v1beta1/ServerAuthorization', id, { server, client })
}

/** `METHOD path`, `path`, or `METHOD`: a path ends with `*` for a prefix, and begins with `~` for an expression. */
type Match = string

/** An HTTPRoute of Linkerd's own group for one Server beside it, a rule for all matches. */
export function httpRoute(id: string, server: string, matches: readonly Match[]): string {
  const spec = { parentRefs: [reference(`Server/${server}`)], rules: [{ matches: matches.map(httpMatch) }] }
  return object('policy.linkerd.io/v1beta3/HTTPRoute', id, spec)
}

function httpMatch(match: Match): object {
  const [first = '', second] = match.split(' ')
  const [method, path] = second !== undefined ? [first, second] : /^[A-Z]/.test(first) ? [first] : [undefined, first]
  return { ...(path !== undefined && { path: pathMatch(path) }), ...(method !== undefined && { method }) }
}

function pathMatch(path: string): object {
  if (path.startsWith('~')) return { type: 'RegularExpression', value: path.slice(1) }
  return path.endsWith('*') ? { type: 'PathPrefix', value: path.slice(0, -1) } : { type: 'Exact', value: path }
}

/** An HTTPRoute or a GRPCRoute for one Server beside it, unless `spec` has other parents; its rules as they are written. */
export function httpRouteOf(id: string, server: string, spec: object): string {
  return object('policy.linkerd.io/v1beta3/HTTPRoute', id, { parentRefs: [reference(`Server/${server}`)], ...spec })
}

/** As `httpRouteOf`, of the Gateway API's group. */
export function grpcRouteOf(id: string, server: string, spec: object): string {
  return object('gateway.networking.k8s.io/v1/GRPCRoute', id, { parentRefs: [reference(`Server/${server}`)], ...spec })
}

/** A GRPCRoute for one Server beside it; `package.Service/Method`, or `package.Service/` for all methods. */
export function grpcRoute(id: string, server: string, methods: readonly string[]): string {
  const matches = methods.map(each => {
    const [service, method] = each.split('/')
    return { method: { type: 'Exact', service, ...(method ? { method } : {}) } }
  })
  return grpcRouteOf(id, server, { rules: [{ matches }] })
}
