import type { Manifest } from '../../model/manifest'
import { fitName } from '../names'
import { sorted } from '../order'
import { manifest } from '../objects'
import type { Source } from './grant'

/** What an authorization is for: a Server or a route beside it. */
export interface Target {
  readonly namespace: string
  readonly kind: 'Server' | 'HTTPRoute' | 'GRPCRoute'
  readonly name: string
}

/** Whom to admit there, and why. */
export interface Admission {
  readonly audience: readonly Source[]
  readonly because: readonly string[]
}

/** The group of Linkerd's own kinds. */
export const linkerdGroup = 'policy.linkerd.io'
/** The group of routes, which a target has to name exactly (linkerd2 `policy-controller/core/src/routes.rs`; recorded). */
const routeGroup = 'gateway.networking.k8s.io'

/**
 * The AuthorizationPolicies that admit an audience: one for those with an identity, one for those who come from somewhere. A policy's references must
 * all be met, and any policy will do (linkerd2 `policy-controller/k8s/index/src/inbound/index.rs` policy_client_authz, client_authzs).
 */
export function authorize(target: Target, { audience, because }: Admission): Manifest[] {
  const identities = audience.filter(({ kind }) => kind === 'identity')
  const networks = audience.filter(({ kind }) => kind === 'networks')
  return [
    ...(identities.length > 0 ? admit(target, authentication(identities, 'callers'), { suffix: '', because }) : []),
    ...(networks.length > 0
      ? admit(target, authentication(networks, 'networks'), { suffix: '.networks', because })
      : []),
  ]
}

/** An object that says who somebody is, still without its place. */
interface Authentication {
  readonly kind: 'MeshTLSAuthentication' | 'NetworkAuthentication'
  readonly name: string
  readonly spec: Readonly<Record<string, unknown>>
}

/** One source goes by its own name, several by what they are together, so that whoever has the same ones shares the object. */
function authentication(sources: readonly Source[], several: string): Authentication {
  const values = sorted(sources.flatMap(source => source.values))
  const [only] = sources
  const name = sources.length === 1 && only ? fitName(only.name) : `${several}-${digest(values.join(' '))}`
  return sources.some(({ kind }) => kind === 'identity')
    ? { kind: 'MeshTLSAuthentication', name, spec: { identities: values } }
    : { kind: 'NetworkAuthentication', name, spec: { networks: values.map(cidr => ({ cidr })) } }
}

/** What stands for a text in a name, where its beginning would make that no easier to read. */
export function digest(text: string): string {
  return fitName(`${' '.repeat(64)}${text}`).slice(-13)
}

function admit(
  { namespace, kind, name }: Target,
  authentication: Authentication,
  { suffix, because }: { readonly suffix: string; readonly because: readonly string[] },
): Manifest[] {
  const group = kind === 'Server' ? linkerdGroup : routeGroup
  return [
    manifest({ ...authentication, namespace, because }),
    manifest({
      kind: 'LinkerdAuthorizationPolicy',
      namespace,
      name: fitName(name, suffix),
      spec: {
        targetRef: { group, kind, name },
        requiredAuthenticationRefs: [{ group: linkerdGroup, kind: authentication.kind, name: authentication.name }],
      },
      because,
    }),
  ]
}
