import { every, ternary, type Ternary } from '../istio/kleene'
import { nameOf } from '../istio/verdict'
import type { Layer, Named } from '../layer'
import type {
  AuthenticationRef,
  DefaultPolicy,
  IdentityMatch,
  LinkerdAuthorizationPolicy,
  Network,
  Server,
} from './layer-linkerd'
import { matchLabels } from './match-labels'
import type { Readable } from './read-whole'
import { liesIn } from './serving'

/** Something that admits callers: all who come from its networks and show what it asks for. There is nothing that refuses any. */
export interface Grant {
  /** In the style of a reason: `AuthorizationPolicy shop/cart`. */
  readonly because: string
  /** Whether it is in force. */
  readonly applies: Ternary
  /** Any of them; `cluster`: the cluster's, as its settings have it; `unknown`: not read. */
  readonly networks: readonly Network[] | 'cluster' | 'unknown'
  /** `anyone`; whoever shows an identity at all (`tls`); or one of these identities. `unknown`: not read. */
  readonly client: 'anyone' | 'tls' | 'unknown' | readonly IdentityMatch[]
}

/** Every address (`policy-controller/k8s/index/src/inbound/index.rs` policy_client_authz). */
export const anywhere: readonly Network[] = [
  { cidr: '0.0.0.0/0', except: [] },
  { cidr: '::/0', except: [] },
]

/** What the name of a default policy admits (`policy-controller/k8s/index/src/defaults.rs` default_authzs). An audit admits everybody, and says so. */
export function defaultGrants(policy: DefaultPolicy, because: string): readonly Grant[] {
  if (policy === 'deny') return []
  const networks = policy.startsWith('cluster-') ? 'cluster' : anywhere
  const authenticated = policy.endsWith('-authenticated')
  const client = authenticated ? [{ kind: 'text', text: '*' } as const] : 'anyone'
  return [{ because, applies: 'yes', networks, client }]
}

/**
 * What admits to all of a Server: AuthorizationPolicies for it or for its namespace, ServerAuthorizations, and its own `accessPolicy`.
 * Source: `policy-controller/k8s/index/src/inbound/index.rs` client_authzs.
 */
export function serverGrants(layer: Layer, server: Server, namespace: string): readonly Grant[] {
  const own = server.accessPolicy ? defaultGrants(server.accessPolicy, `${nameOf(server)} accessPolicy`) : []
  const policies = layer.linkerd.authorizationPolicies.map(policy =>
    policyGrant(layer, policy, { namespace, targets: targetsServer(policy, server) }),
  )
  return [...own, ...policies.filter(inForce), ...serverAuthorizationGrants(layer, server, namespace)]
}

function inForce({ applies }: Grant): boolean {
  return applies !== 'no'
}

/** A Server is named as it is; a Namespace is the policy's own, whatever name it gives (`policy-controller/k8s/index/src/inbound/index.rs` client_authzs). */
function targetsServer({ target }: LinkerdAuthorizationPolicy, server: Server): Ternary {
  return ternary(target.kind === 'namespace' || (target.kind === 'server' && target.name === server.name))
}

/** What a route is known by; of one that is unreadable, not even that may be right. */
export interface RouteName extends Named, Readable {
  readonly group: string
}

/** What admits to a route, beside what admits to its Server. Group, kind and name count without case (`index.rs` route_client_authzs). */
export function routeGrants(layer: Layer, route: RouteName, namespace: string): readonly Grant[] {
  return layer.linkerd.authorizationPolicies
    .map(policy => policyGrant(layer, policy, { namespace, targets: targetsRoute(policy, route) }))
    .filter(inForce)
}

function targetsRoute({ target }: LinkerdAuthorizationPolicy, { group, kind, name, unreadable }: RouteName): Ternary {
  if (target.kind !== 'route') return 'no'
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
  const targeted = same(target.group, group) && same(target.routeKind, kind) && same(target.name, name)
  return targeted || !unreadable ? ternary(targeted) : 'unknown'
}

interface Reaching {
  readonly namespace: string
  readonly targets: Ternary
}

/**
 * What an AuthorizationPolicy admits: who meets all it names, of which one may be about identity and one about networks. Without one about networks it is for
 * everywhere, with none at all for everybody. A reference that leads nowhere, or one too many, switches it off.
 * Source: `policy-controller/k8s/index/src/inbound/index.rs` policy_client_authz, `authorization_policy.rs`.
 */
function policyGrant(layer: Layer, policy: LinkerdAuthorizationPolicy, { namespace, targets }: Reaching): Grant {
  const because = nameOf(policy)
  const beside = liesIn(policy, namespace)
  if (policy.unreadable) return unreadableGrant(because, beside)
  const refs = policy.authentications
  const networks = refs.filter(({ kind }) => kind === 'network').map(ref => networksOf(layer, ref, namespace))
  const clients = refs
    .filter(({ kind }) => kind === 'mesh-tls' || kind === 'service-account')
    .map(ref => clientOf(layer, ref, namespace))
  const supported = ternary(refs.every(({ kind }) => kind !== 'unsupported'))
  const few = ternary(networks.length <= 1 && clients.length <= 1)
  const found = every([...networks, ...clients].map(({ found }) => found))
  return {
    because,
    applies: every([beside, targets, supported, few, found]),
    networks: networks[0]?.value ?? anywhere,
    client: clients[0]?.value ?? 'anyone',
  }
}

/** It may admit anybody, or nobody, if it lies beside the Server. */
function unreadableGrant(because: string, beside: Ternary): Grant {
  return { because, applies: beside === 'no' ? 'no' : 'unknown', networks: 'unknown', client: 'unknown' }
}

/** What a reference leads to. */
interface Found<T> {
  readonly found: Ternary
  readonly value: T
}

/** A NetworkAuthentication without networks does not count (`network_authentication.rs`). */
function networksOf(layer: Layer, ref: AuthenticationRef, beside: string): Found<Grant['networks']> {
  const named = lookup(layer.linkerd.networkAuthentications, ref, beside)
  if (!named.object) return { found: named.found, value: 'unknown' }
  const { networks, unreadable } = named.object
  if (unreadable) return { found: 'unknown', value: 'unknown' }
  return { found: every([named.found, ternary(networks.length > 0)]), value: networks }
}

/** A MeshTLSAuthentication without identities does not count; a ServiceAccount need not exist (`meshtls_authentication.rs`, `index.rs`). */
function clientOf(layer: Layer, ref: AuthenticationRef, beside: string): Found<Exclude<Grant['client'], 'anyone'>> {
  if (ref.kind === 'service-account') {
    return { found: 'yes', value: [{ kind: 'account', namespace: ref.namespace ?? beside, name: ref.name }] }
  }
  const named = lookup(layer.linkerd.meshTlsAuthentications, ref, beside)
  if (!named.object) return { found: named.found, value: 'unknown' }
  const { identities, unreadable } = named.object
  if (unreadable) return { found: 'unknown', value: 'unknown' }
  return { found: every([named.found, ternary(identities.length > 0)]), value: identities }
}

/** The object a reference names; `unknown` where one whose name or namespace is not known may be it. */
function lookup<T extends Named & Readable>(
  objects: readonly T[],
  { name, namespace }: AuthenticationRef,
  beside: string,
): { readonly object?: T; readonly found: Ternary } {
  const wanted = namespace ?? beside
  const object = objects.find(candidate => candidate.name === name && candidate.namespace === wanted)
  if (object) return { object, found: 'yes' }
  const stray = objects.some(candidate => candidate.unreadable && liesIn(candidate, wanted) !== 'no')
  return { found: stray ? 'unknown' : 'no' }
}

/** A Server by name, or by its labels; without networks, from the cluster's (`policy-controller/grpc/src/inbound.rs` to_authz). */
function serverAuthorizationGrants(layer: Layer, server: Server, namespace: string): readonly Grant[] {
  return layer.linkerd.serverAuthorizations
    .map((authorization): Grant => {
      const { server: choice, client, networks, unreadable } = authorization
      const selects = 'name' in choice ? choice.name === server.name : matchLabels(choice.selector, server.labels)
      const beside = liesIn(authorization, namespace)
      const because = nameOf(authorization)
      if (unreadable) return unreadableGrant(because, beside)
      return {
        because,
        applies: every([beside, ternary(selects && client !== 'nobody')]),
        networks: networks.length === 0 ? 'cluster' : networks,
        client: client === 'nobody' ? [] : client,
      }
    })
    .filter(inForce)
}
