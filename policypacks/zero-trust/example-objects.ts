import type { Intent } from '../../core/model/intent'
import type { KubernetesObject } from '../../core/model/manifest'
import type { IntentSource } from './lock'

/*
 * Objects for the examples of rules: a namespace `shop` with a `cart` that `frontend` may call.
 */

type Data = Readonly<Record<string, unknown>>

/** An object of the cluster, or of a namespace, with whatever else it says. */
export function object(
  type: readonly [apiVersion: string, kind: string],
  name: readonly [namespace: string | undefined, name: string],
  rest: Data,
): KubernetesObject {
  const [apiVersion, kind] = type
  const [namespace, own] = name
  return { apiVersion, kind, metadata: { name: own, ...(namespace === undefined ? {} : { namespace }) }, ...rest }
}

/** The same with labels. */
export function labelled(of: KubernetesObject, labels: Readonly<Record<string, string>>): KubernetesObject {
  return { ...of, metadata: { ...of.metadata, labels } }
}

/** The same with annotations. */
export function annotated(of: KubernetesObject, annotations: Readonly<Record<string, string>>): KubernetesObject {
  return { ...of, metadata: { ...of.metadata, annotations } }
}

export function namespace(
  name: string,
  labels: Readonly<Record<string, string>> = { 'istio-injection': 'enabled' },
): KubernetesObject {
  return labelled(object(['v1', 'Namespace'], [undefined, name], {}), labels)
}

export function peerAuthentication(name: string, spec: Data, inNamespace = 'shop'): KubernetesObject {
  return object(['security.istio.io/v1', 'PeerAuthentication'], [inNamespace, name], { spec })
}

export function authorizationPolicy(name: string, spec: Data, inNamespace = 'shop'): KubernetesObject {
  return object(['security.istio.io/v1', 'AuthorizationPolicy'], [inNamespace, name], { spec })
}

export function networkPolicy(name: string, spec: Data, inNamespace = 'shop'): KubernetesObject {
  return object(['networking.k8s.io/v1', 'NetworkPolicy'], [inNamespace, name], { spec })
}

export function requestAuthentication(name: string, spec: Data, inNamespace = 'shop'): KubernetesObject {
  return object(['security.istio.io/v1', 'RequestAuthentication'], [inNamespace, name], { spec })
}

export function serviceAccount(name: string, inNamespace = 'shop'): KubernetesObject {
  return object(['v1', 'ServiceAccount'], [inNamespace, name], {})
}

/** A Gateway of the Kubernetes Gateway API. */
export function gateway(name: string, spec: Data, inNamespace = 'shop'): KubernetesObject {
  return object(['gateway.networking.k8s.io/v1', 'Gateway'], [inNamespace, name], { spec })
}

export function configMap(name: string, data: Data, inNamespace = 'istio-system'): KubernetesObject {
  return object(['v1', 'ConfigMap'], [inNamespace, name], { data })
}

export function destinationRule(name: string, spec: Data): KubernetesObject {
  return object(['networking.istio.io/v1', 'DestinationRule'], ['shop', name], { spec })
}

export function serviceEntry(name: string, spec: Data): KubernetesObject {
  return object(['networking.istio.io/v1', 'ServiceEntry'], ['shop', name], { spec })
}

/** A Helm Release as Pulumi registers it. Its namespace is a property of the Release, not of its metadata. */
export function release(name: string, properties: Data): KubernetesObject {
  return { ...object(['helm.sh/v3', 'Release'], [undefined, name], {}), ...properties }
}

/** What `deployment` is made from; by default the Deployment of a well-behaved `cart`. */
export interface DeploymentParts {
  readonly pod?: Data
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ports?: readonly Data[]
  readonly image?: string
  /** @default the name of the Deployment */
  readonly container?: string
}

export function deployment(
  name: string,
  { pod, labels, annotations, ports, image, container: own = name }: DeploymentParts = {},
): KubernetesObject {
  const container = {
    name: own,
    image: image ?? `registry.example/${name}:1.4.2`,
    ports: ports ?? [{ containerPort: 7070 }],
  }
  const template = {
    metadata: { labels: labels ?? { app: name }, ...(annotations && { annotations }) },
    spec: { serviceAccountName: name, containers: [container], ...pod },
  }
  return object(['apps/v1', 'Deployment'], ['shop', name], { spec: { template } })
}

/** A Service in front of the Pods with `app: <name>`. */
export function service(name: string, ports: readonly Data[]): KubernetesObject {
  return object(['v1', 'Service'], ['shop', name], { spec: { selector: { app: name }, ports } })
}

/** Admits `shop/frontend` to `cart` with one kind of request. */
export const cartRule = {
  from: [{ source: { principals: ['mesh.example/ns/shop/sa/frontend'] } }],
  to: [{ operation: { ports: ['7070'], methods: ['POST'], paths: ['/shop.Cart/Get'] } }],
}

/** The policy of `cart`, as it should be. */
export const cartPolicy = authorizationPolicy('callers-of-cart', {
  selector: { matchLabels: { app: 'cart' } },
  action: 'ALLOW',
  rules: [cartRule],
})

/** Admits nobody, in the whole namespace. */
export const denyAll = authorizationPolicy('default-deny', {})

/** Refuses plaintext in the whole namespace. */
export const strict = peerAuthentication('default', { mtls: { mode: 'STRICT' } })

/** An intent in which `frontend` calls `cart`, and nobody calls `frontend`. */
export const cartIntent: Intent = {
  version: 1,
  governed: [
    {
      service: 'cart',
      namespace: 'shop',
      serviceAccount: 'cart',
      labels: { app: 'cart' },
      ports: [{ name: 'grpc', port: 7070, protocol: 'grpc' }],
    },
    { service: 'frontend', namespace: 'shop', serviceAccount: 'frontend', labels: { app: 'frontend' }, ports: [] },
  ],
  flows: [
    {
      text: 'shop/frontend → shop/cart:7070 grpc shop.Cart/Get',
      from: { kind: 'workload', service: 'frontend', namespace: 'shop', serviceAccount: 'frontend' },
      to: { kind: 'workload', service: 'cart', namespace: 'shop', serviceAccount: 'cart', port: 7070 },
      http: { methods: ['POST'], path: '/shop.Cart/Get' },
    },
  ],
}

/** The digest of `cartIntent`, which a test computes anew. */
export const cartDigest = 'sha256:aef0b59254dbb65eb4d01318a75bd3044121613ab16526189fa0b2c47e558169'

/** A lock file with `cartIntent`. */
export const cartLock: IntentSource = { kind: 'found', digest: cartDigest, intent: cartIntent }
