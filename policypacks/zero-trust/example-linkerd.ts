import type { KubernetesObject } from '../../core/model/manifest'
import type { Intent } from '../../core/model/intent'
import { annotated, deployment, namespace, object } from './example-objects'
import type { IntentSource } from './lock'

/*
 * Objects for the examples of rules about Linkerd: the namespace `shop` with a `cart` that speaks gRPC, a `web` that speaks HTTP, and what guards them.
 */

type Data = Readonly<Record<string, unknown>>

const policyGroup = 'policy.linkerd.io'
const gatewayGroup = 'gateway.networking.k8s.io'

/** The namespace `shop` on Linkerd. */
export const linkerdShop = annotated(namespace('shop', {}), { 'linkerd.io/inject': 'enabled' })

/** A Server of the version that has `accessPolicy`. */
export function server(name: string, spec: Data, inNamespace = 'shop'): KubernetesObject {
  return object([`${policyGroup}/v1beta3`, 'Server'], [inNamespace, name], { spec })
}

/** A Server for a port of the Pods with `app: <app>`, which says whatever else. */
export function serverOf(app: string, port: number | string, more: Data = {}): KubernetesObject {
  return server(`${app}.port`, {
    podSelector: { matchLabels: { app } },
    port,
    proxyProtocol: 'HTTP/1',
    accessPolicy: 'deny',
    ...more,
  })
}

/** The Server of `cart`, as it should be. */
export const cartServer = serverOf('cart', 7070, { proxyProtocol: 'gRPC' })

/** The Server of `web`, as it should be. */
export const webServer = serverOf('web', 8080)

/** What an AuthorizationPolicy or a route points at. */
export interface RefParts {
  readonly group?: string
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

/** An AuthorizationPolicy of Linkerd. */
export function linkerdPolicy(
  name: string,
  targetRef: RefParts,
  requiredAuthenticationRefs?: readonly RefParts[],
): KubernetesObject {
  const spec = { targetRef, ...(requiredAuthenticationRefs && { requiredAuthenticationRefs }) }
  return object([`${policyGroup}/v1alpha1`, 'AuthorizationPolicy'], ['shop', name], { spec })
}

export const toServer = (name: string): RefParts => ({ group: policyGroup, kind: 'Server', name })
export const toRoute = (name: string, kind = 'HTTPRoute'): RefParts => ({ group: gatewayGroup, kind, name })
export const byMesh = (name: string, more: Partial<RefParts> = {}): RefParts => ({
  group: policyGroup,
  kind: 'MeshTLSAuthentication',
  name,
  ...more,
})
export const byNetwork = (name: string): RefParts => ({ group: policyGroup, kind: 'NetworkAuthentication', name })

export function meshAuthentication(name: string, spec: Data, inNamespace = 'shop'): KubernetesObject {
  return object([`${policyGroup}/v1alpha1`, 'MeshTLSAuthentication'], [inNamespace, name], { spec })
}

export function networkAuthentication(name: string, cidrs: readonly string[]): KubernetesObject {
  const spec = { networks: cidrs.map(cidr => ({ cidr })) }
  return object([`${policyGroup}/v1alpha1`, 'NetworkAuthentication'], ['shop', name], { spec })
}

/** The identity of `frontend`, in full. */
export const frontendIdentity = 'frontend.shop.serviceaccount.identity.linkerd.mesh.example'

/** Whoever is `frontend`. */
export const frontend = meshAuthentication('frontend', { identities: [frontendIdentity] })

/** Admits `frontend` to all of `cart`. */
export const cartCallers = linkerdPolicy('callers-of-cart', toServer('cart.port'), [byMesh('frontend')])

/** An HTTPRoute on a Server. */
export function routeOn(serverName: string, name: string, rules: readonly Data[]): KubernetesObject {
  const parentRefs = [{ group: policyGroup, kind: 'Server', name: serverName }]
  return object([`${gatewayGroup}/v1`, 'HTTPRoute'], ['shop', name], { spec: { parentRefs, rules } })
}

/** A GRPCRoute on a Server. */
export function callsOn(serverName: string, name: string, rules: readonly Data[]): KubernetesObject {
  return { ...routeOn(serverName, name, rules), kind: 'GRPCRoute' }
}

/** A rule for GET of one path. */
export function getting(value: string, type = 'Exact'): Data {
  return { matches: [{ method: 'GET', path: { type, value } }] }
}

/** The Deployment of `web`, which is probed by HTTP. */
export const web = deployment('web', {
  pod: {
    containers: [
      {
        name: 'web',
        image: 'registry.example/web:1.4.2',
        ports: [{ name: 'http', containerPort: 8080 }],
        readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
      },
    ],
  },
})

/** An intent in which `web` is called from outside the mesh, and probed. */
const webIntent: Intent = {
  version: 1,
  governed: [
    {
      service: 'web',
      namespace: 'shop',
      serviceAccount: 'web',
      labels: { app: 'web' },
      ports: [{ name: 'http', port: 8080, protocol: 'http' }],
    },
  ],
  flows: [
    {
      text: 'kubelet → shop/web:8080 GET /ready',
      from: { kind: 'kubelet' },
      to: { kind: 'workload', service: 'web', namespace: 'shop', serviceAccount: 'web', port: 8080 },
      http: { methods: ['GET'], path: '/ready' },
    },
    {
      text: 'legacy → shop/web:8080 GET /',
      from: { kind: 'outside', name: 'legacy', cidrs: [] },
      to: { kind: 'workload', service: 'web', namespace: 'shop', serviceAccount: 'web', port: 8080 },
      http: { methods: ['GET'], path: '/' },
    },
  ],
}

/** A lock file with it, but for some of its flows. */
export function webLock(keep: (text: string) => boolean = () => true): IntentSource {
  const flows = webIntent.flows.filter(({ text }) => keep(text))
  return { kind: 'found', digest: 'sha256:0', intent: { ...webIntent, flows } }
}
