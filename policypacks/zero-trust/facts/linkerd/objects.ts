import { gatewayGroup, policyGroup } from '../../../../core/analyze/linkerd/target-kind'
import { at, required, type Field } from '../../field'
import { ofKind, type Context } from '../../rule'

export { gatewayGroup, policyGroup }

export function servers(context: Context): readonly Field[] {
  return ofKind(context, policyGroup, 'Server')
}

/** AuthorizationPolicies of Linkerd; Istio's are of another group. */
export function linkerdPolicies(context: Context): readonly Field[] {
  return ofKind(context, policyGroup, 'AuthorizationPolicy')
}

export function meshAuthentications(context: Context): readonly Field[] {
  return ofKind(context, policyGroup, 'MeshTLSAuthentication')
}

export function networkAuthentications(context: Context): readonly Field[] {
  return ofKind(context, policyGroup, 'NetworkAuthentication')
}

export function serverAuthorizations(context: Context): readonly Field[] {
  return ofKind(context, policyGroup, 'ServerAuthorization')
}

/** HTTPRoutes of both groups and GRPCRoutes, whatever they hang on. */
export function routes(context: Context): readonly Field[] {
  return [
    ...new Set([
      ...ofKind(context, policyGroup, 'HTTPRoute'),
      ...ofKind(context, gatewayGroup, 'HTTPRoute', 'GRPCRoute'),
    ]),
  ]
}

/** The name of an object. One that the server makes up is not known. */
export function nameOf(field: Field): string {
  return required(at(field, 'metadata', 'name'))
}

/** Whether a namespace is none of this run's business: no part of the mesh, or set up by another stack. */
export function isSpared({ config }: Context, namespace: string): boolean {
  return config.exempt.includes(namespace) || config.elsewhere.includes(namespace)
}
