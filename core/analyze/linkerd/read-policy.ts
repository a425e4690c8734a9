import type { Cursor } from '../istio/cursor'
import { readNamed, type RawObject } from '../istio/read-object'
import type { AuthenticationRef, LinkerdAuthorizationPolicy, PolicyTarget, RateLimit } from './layer-linkerd'
import { readWhole } from './read-whole'
import { gatewayGroup, policyGroup, readKindRef, targetsKind, type KindRef } from './target-kind'

/** Source: `policy-controller/k8s/api/src/policy/authorization_policy.rs`, `policy-controller/k8s/index/src/inbound/authorization_policy.rs`. */
export function readLinkerdAuthorizationPolicy(object: RawObject): LinkerdAuthorizationPolicy {
  return readWhole(object, spec => {
    spec.required()?.only(['targetRef', 'requiredAuthenticationRefs'])
    return {
      target: readTarget(spec.get('targetRef')),
      authentications: spec.get('requiredAuthenticationRefs').required()?.items().map(readAuthenticationRef) ?? [],
    }
  })
}

const routeKinds = [
  [policyGroup, 'HTTPRoute'],
  [gatewayGroup, 'HTTPRoute'],
  [gatewayGroup, 'GRPCRoute'],
] as const

function readTarget(ref: Cursor): PolicyTarget {
  ref.required()?.only(['group', 'kind', 'name'])
  const target = readKindRef(ref)
  const name = ref.get('name').required()?.string() ?? ''
  if (targetsKind(target, policyGroup, 'Server')) return { kind: 'server', name }
  if (targetsKind(target, 'core', 'Namespace')) return { kind: 'namespace' }
  if (routeKinds.some(([group, kind]) => targetsKind(target, group, kind))) {
    return { kind: 'route', group: target.group, routeKind: target.kind, name }
  }
  return { kind: 'unsupported' }
}

function readAuthenticationRef(ref: Cursor): AuthenticationRef {
  ref.required()?.only(['group', 'kind', 'name', 'namespace'])
  const namespace = ref.get('namespace').string()
  return {
    kind: authenticationKind(readKindRef(ref)),
    name: ref.get('name').required()?.string() ?? '',
    ...(namespace === undefined ? {} : { namespace }),
  }
}

function authenticationKind(target: KindRef): AuthenticationRef['kind'] {
  if (targetsKind(target, policyGroup, 'MeshTLSAuthentication')) return 'mesh-tls'
  if (targetsKind(target, policyGroup, 'NetworkAuthentication')) return 'network'
  return targetsKind(target, 'core', 'ServiceAccount') ? 'service-account' : 'unsupported'
}

/** Source: `policy-controller/k8s/api/src/policy/ratelimit_policy.rs`. */
export function readRateLimit(object: RawObject): RateLimit {
  return { ...readNamed(object), target: object.body.get('spec').get('targetRef').get('name').string() ?? '' }
}
