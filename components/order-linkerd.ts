import { groupBy } from '../core/model/group'
import type { KubernetesObject } from '../core/model/manifest'
import type { Ordered } from './order'
import { isRecord } from './record'

/**
 * When an object of Linkerd's is written, from first to last; each waits for objects of earlier ranks only, or for
 * routes of strangers, so that none waits in a circle. They are removed in reverse.
 *
 * - `authentication`: who somebody is. A policy that names one that is missing admits nobody (linkerd2
 *   `policy-controller/k8s/index/src/inbound/index.rs`).
 * - `authorization`: who may. Before what it is for: a route refuses everybody without one, and takes effect the moment it is there.
 * - `route`: what is asked. As soon as a Server has one, all else is answered 404 at its port, probes too, which until then were let in without any:
 *   first come the routes of those who show no identity, as kubelets do.
 * - `server`: what closes a port, which until then is the default's. It comes with all that it lets through.
 * - `exit`: what closes the way out of a namespace; after the routes that lead through it.
 */
type Rank = 'authentication' | 'authorization' | 'route' | 'server' | 'exit'

const order: readonly Rank[] = ['authentication', 'authorization', 'route', 'server', 'exit']

const policyGroup = 'policy.linkerd.io'

/** Whether an object is one that Linkerd reads, and Istio does not. */
export function isLinkerds({ apiVersion, spec }: KubernetesObject): boolean {
  return groupOf(apiVersion) === policyGroup || parentsOf(spec).some(({ group }) => group === policyGroup)
}

/** Objects of Linkerd's in an order in which they can be written without an outage. */
export function linkerdInOrder(objects: readonly KubernetesObject[]): readonly Ordered[] {
  const ranks = groupBy(objects, rankOf)
  const of = (rank: Rank) => ranks.get(rank) ?? []
  const authentications = new Map(of('authentication').map(object => [nameOf(object), object]))
  const policies = groupBy([...of('authorization')], ({ metadata, spec }) => targetOf(metadata.namespace, spec))
  const routes = groupBy(
    of('route').flatMap(route => parentsOf(route.spec).map(parent => ({ route, parent }))),
    ({ route, parent }) => key(parent.kind, route.metadata.namespace, parent.name),
  )
  const attached = (object: KubernetesObject) => (routes.get(nameOf(object)) ?? []).map(({ route }) => route)
  const allowed = (object: KubernetesObject) => policies.get(nameOf(object)) ?? []
  const beside = ({ metadata, spec }: KubernetesObject) =>
    parentsOf(spec).flatMap(({ kind, name }) =>
      (routes.get(key(kind, metadata.namespace, name)) ?? []).map(({ route }) => route),
    )
  const isOfStrangers = (route: KubernetesObject) => allowed(route).some(asksWhereFrom)
  const after: Readonly<Record<Rank, (object: KubernetesObject) => readonly KubernetesObject[]>> = {
    authentication: () => [],
    authorization: ({ metadata, spec }) =>
      fieldsOf(spec, 'requiredAuthenticationRefs').flatMap(({ kind, namespace = metadata.namespace, name }) => {
        return authentications.get(key(kind, namespace, name)) ?? []
      }),
    route: object => [...allowed(object), ...(isOfStrangers(object) ? [] : beside(object).filter(isOfStrangers))],
    server: object => [...allowed(object), ...attached(object), ...(policies.get(wholeNamespace(object)) ?? [])],
    exit: attached,
  }
  const first = of('route').filter(isOfStrangers)
  const inRank = (rank: Rank) => (rank === 'route' ? [...new Set([...first, ...of(rank)])] : of(rank))
  return order.flatMap(rank => inRank(rank).map(object => ({ object, after: after[rank](object) })))
}

function rankOf({ kind }: KubernetesObject): Rank {
  if (kind.endsWith('Authentication')) return 'authentication'
  if (kind === 'Server') return 'server'
  if (kind === 'EgressNetwork') return 'exit'
  return kind.endsWith('Route') ? 'route' : 'authorization'
}

/** Whether a policy lets in by address. */
function asksWhereFrom({ spec }: KubernetesObject): boolean {
  return fieldsOf(spec, 'requiredAuthenticationRefs').some(({ kind }) => kind === 'NetworkAuthentication')
}

/** What an object is called by those that refer to it. */
function nameOf({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return key(kind, namespace, name)
}

/** What a policy is for; it lies beside it. */
function targetOf(namespace: string | undefined, spec: unknown): string {
  const { kind, name } = isRecord(spec) && isRecord(spec.targetRef) ? spec.targetRef : {}
  return key(kind, namespace, name)
}

function wholeNamespace({ metadata: { namespace } }: KubernetesObject): string {
  return key('Namespace', namespace, namespace)
}

function key(kind: unknown, namespace: unknown, name: unknown): string {
  return [kind, namespace, name].map(String).join('/')
}

function groupOf(apiVersion: string): string {
  return apiVersion.replace(/\/[^/]*$/, '')
}

function parentsOf(spec: unknown): readonly Readonly<Record<string, unknown>>[] {
  return fieldsOf(spec, 'parentRefs')
}

/** The objects in a list of an object; whatever else there is, is for the API server to refuse. */
function fieldsOf(value: unknown, name: string): readonly Readonly<Record<string, unknown>>[] {
  const list = isRecord(value) ? value[name] : undefined
  return Array.isArray(list) ? list.filter(isRecord) : []
}
