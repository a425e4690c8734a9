import type { KubernetesObject } from '../../core/model/manifest'
import { authorizationPolicy, gateway, namespace, object, service } from './example-objects'

/*
 * Objects for the examples of rules about the ambient mesh: the namespace `shop`, its waypoint, and what guards `cart`.
 */

type Data = Readonly<Record<string, unknown>>

/** The namespace `shop` with ztunnel, and nothing else. */
export const ambientShop = namespace('shop', { 'istio.io/dataplane-mode': 'ambient' })

/** The namespace `shop` behind its waypoint, for calls through an ingress gateway too. */
export const shopBehindWaypoint = namespace('shop', {
  'istio.io/dataplane-mode': 'ambient',
  'istio.io/use-waypoint': 'waypoint',
  'istio.io/ingress-use-waypoint': 'true',
})

/** A waypoint, as istioctl makes it. `allowedRoutes` is what its listener says of other namespaces. */
export function waypointGateway(name: string, inNamespace = 'shop', allowedRoutes?: Data): KubernetesObject {
  const listener = { name: 'mesh', port: 15008, protocol: 'HBONE', ...(allowedRoutes && { allowedRoutes }) }
  return gateway(name, { gatewayClassName: 'istio-waypoint', listeners: [listener] }, inNamespace)
}

/** The waypoint of `shop`. */
export const waypoint = waypointGateway('waypoint')

/** The Service of `cart`, which leaves it to its namespace behind which waypoint it is. */
export const cartService = service('cart', [{ name: 'grpc', port: 7070 }])

/** Admits `frontend` at the waypoint, by route. */
export const cartAtWaypoint = authorizationPolicy('callers-of-cart', {
  targetRefs: [{ group: '', kind: 'Service', name: 'cart' }],
  rules: [
    {
      from: [{ source: { principals: ['mesh.example/ns/shop/sa/frontend'] } }],
      to: [{ operation: { ports: ['7070'], methods: ['POST'], paths: ['/shop.Cart/Get'] } }],
    },
  ],
})

/** Admits the waypoint, and nobody else, to the Pods of `cart`. */
export const cartGuard = authorizationPolicy('waypoint-to-cart', {
  selector: { matchLabels: { app: 'cart' } },
  rules: [
    {
      from: [{ source: { principals: ['mesh.example/ns/shop/sa/waypoint'] } }],
      to: [{ operation: { ports: ['7070'] } }],
    },
  ],
})

/** Admits nobody at any waypoint of the mesh. */
export const waypointsDenyAll = authorizationPolicy(
  'default-deny-at-waypoints',
  { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'GatewayClass', name: 'istio-waypoint' }] },
  'istio-system',
)

/** An HTTPRoute from the Gateway `ingress/web` to `cart`. */
export const cartRoute = object(['gateway.networking.k8s.io/v1', 'HTTPRoute'], ['shop', 'cart'], {
  spec: {
    parentRefs: [{ name: 'web', namespace: 'ingress' }],
    rules: [{ backendRefs: [{ name: 'cart', port: 7070 }] }],
  },
})
