import { groupBy } from '../../../model/group'
import type { Named, Selector, Workload } from '../../layer'
import type { LinkerdAuthorizationPolicy, LinkerdLayer, Route, Server } from '../../linkerd/layer-linkerd'
import type { Readable } from '../../linkerd/read-whole'
import { Shelf } from '../shelf'

/**
 * What of Linkerd can concern a workload: the Servers that may select it, the routes that name one of these, wherever they lie, the policies for these or for all
 * beside them, and the authentications that these policies name. What is unreadable is kept where it may be one of those.
 */
export function linkerdScopes(linkerd: LinkerdLayer): (workload: Workload) => LinkerdLayer {
  const servers = new Shelf(linkerd.servers, '', selectorOf)
  const httpRoutes = drawer(linkerd.httpRoutes, parentsOf)
  const grpcRoutes = drawer(linkerd.grpcRoutes, parentsOf)
  const policies = drawer(linkerd.authorizationPolicies, policy =>
    keysOf(policy).map(key => `${placeOf(policy)} ${key}`),
  )
  const authorizations = drawer(linkerd.serverAuthorizations, authorization => [placeOf(authorization)])
  const meshTls = drawer(linkerd.meshTlsAuthentications, nameOf)
  const networks = drawer(linkerd.networkAuthentications, nameOf)
  // The injector adds a label (`pkg/k8s/labels.go` ControllerNSLabel).
  const added = { 'linkerd.io/control-plane-ns': linkerd.mesh.namespace ?? 'linkerd' }
  return ({ namespace, labels }) => {
    const own = servers.concerning({ namespace, labels: { ...added, ...labels } })
    const parents = [anything, ...own.map(({ name }) => name)]
    const routes = { httpRoutes: httpRoutes(parents), grpcRoutes: grpcRoutes(parents) }
    const targets = targetsOf(own, [...routes.httpRoutes, ...routes.grpcRoutes])
    const authorizationPolicies = policies([namespace, anything].flatMap(place => targets.map(t => `${place} ${t}`)))
    const named = authorizationPolicies.flatMap(({ authentications }) =>
      authentications.map(ref => `${ref.namespace ?? namespace}/${ref.name}`),
    )
    return {
      ...linkerd,
      ...routes,
      servers: own,
      authorizationPolicies,
      serverAuthorizations: authorizations([namespace, anything]),
      meshTlsAuthentications: meshTls([anything, ...named]),
      networkAuthentications: networks([anything, ...named]),
    }
  }
}

// No name Kubernetes admits.
const anything = '*'

/** Objects by keys, of which each may have several; those of some keys in the order in which they were read. */
function drawer<T>(objects: readonly T[], keysOf: (object: T) => readonly string[]): (keys: readonly string[]) => T[] {
  const entries = objects.flatMap((object, index) => keysOf(object).map(key => ({ key, index, object })))
  const byKey = groupBy(entries, ({ key }) => key)
  return keys => {
    const found = new Map(
      [...new Set(keys)].flatMap(key => byKey.get(key) ?? []).map(({ index, object }) => [index, object]),
    )
    return [...found].sort(([a], [b]) => a - b).map(([, object]) => object)
  }
}

function placeOf({ namespace = anything }: Named): string {
  return namespace
}

/** Of one that is unreadable, or that lies nobody knows where, not even that may be right. */
function nameOf({ namespace, name, unreadable }: Named & Readable): readonly string[] {
  return [unreadable || namespace === undefined ? anything : `${namespace}/${name}`]
}

/** Wherever a route and its parent lie: one of another namespace keeps others from being accepted. */
function parentsOf({ parents }: Route<unknown>): readonly string[] {
  return parents === 'unknown' ? [anything] : parents.map(({ name }) => name)
}

function keysOf({ target, unreadable }: LinkerdAuthorizationPolicy): readonly string[] {
  if (unreadable || target.kind === 'namespace' || target.kind === 'unsupported') return [anything]
  return target.kind === 'server' ? [`server ${target.name}`] : [routeNamed(target.name), anyRoute]
}

/** What policies for one of these are known by. */
function targetsOf(servers: readonly Server[], routes: readonly Route<unknown>[]): readonly string[] {
  const named = [...servers.map(({ name }) => `server ${name}`), ...routes.map(({ name }) => routeNamed(name))]
  return routes.some(({ unreadable }) => unreadable) ? [anything, anyRoute, ...named] : [anything, ...named]
}

function selectorOf({ selector, unreadable }: Server): Selector {
  if (unreadable || selector === 'external') return { kind: 'unknown' }
  return { kind: 'labels', labels: selector.labels }
}

// Names have no spaces.
const anyRoute = 'any route'

function routeNamed(name: string): string {
  return `route ${name.toLowerCase()}`
}
