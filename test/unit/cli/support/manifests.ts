/** A small mesh in which everything is known: `shop/cart` is called by `shop/frontend` alone. */
export const settings = `apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data:
  mesh: |
    trustDomain: cluster.local
    rootNamespace: istio-system
    trustDomainAliases: []
    caCertificates: []
    pathNormalization: { normalization: BASE }
    outboundTrafficPolicy: { mode: REGISTRY_ONLY }
    enableAutoMtls: true
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
`

export const cart = `apiVersion: v1
kind: Pod
metadata: { name: cart, namespace: shop, labels: { app: cart }, uid: a }
spec:
  serviceAccountName: cart
  containers:
    - { name: app, image: cart, ports: [{ containerPort: 7070 }] }
    - { name: istio-proxy, image: proxy }
---
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec:
  selector: { app: cart }
  ports: [{ name: http, port: 7070 }]
`

export const strict = `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }
`

export const frontendOnly = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  rules:
    - from: [{ source: { principals: [cluster.local/ns/shop/sa/frontend] } }]
      to: [{ operation: { methods: [GET], paths: [/cart, /items/*] } }]
`

export const anybody = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: open, namespace: shop }
spec: { rules: [{}] }
`

export const shop = [settings, cart, strict, frontendOnly].join('---\n')

/** A request of the format of docs/verdicts.md. */
export function request(id: string, path: string): string {
  const from = { trustDomain: 'cluster.local', namespace: 'shop', serviceAccount: 'frontend' }
  return JSON.stringify({
    id,
    from,
    to: { namespace: 'shop', workload: 'cart', port: 7070 },
    http: { method: 'GET', path },
  })
}
