/**
 * Who may call whom: Online Boutique (github.com/GoogleCloudPlatform/microservices-demo), twelve services, routes as its
 * source code has them. Nothing that is not here is let through.
 *
 * Misspell a service, a port or a method, and your editor says so; `npm run preview` says what was probably meant.
 */
import { defineGraph, grpc, http, tcp } from './core/graph/define'

const boutique = { namespace: 'boutique' }

export default defineGraph({
  services: {
    frontend: {
      ...boutique,
      // Clients say `frontend:80`. The container listens on 8080, which is what its sidecar sees and policies name.
      ports: { http: http(8080, { servicePort: 80 }) },
      probes: { liveness: 'GET /_healthz', readiness: 'GET /_healthz' },
    },

    adservice: { ...boutique, ports: { grpc: grpc(9555) }, probes: healthOn(9555) },
    cartservice: { ...boutique, ports: { grpc: grpc(7070) }, probes: healthOn(7070) },
    checkoutservice: { ...boutique, ports: { grpc: grpc(5050) }, probes: healthOn(5050) },
    currencyservice: { ...boutique, ports: { grpc: grpc(7000) }, probes: healthOn(7000) },
    emailservice: { ...boutique, ports: { grpc: grpc(8080, { servicePort: 5000 }) }, probes: healthOn(8080) },
    paymentservice: { ...boutique, ports: { grpc: grpc(50051) }, probes: healthOn(50051) },
    productcatalogservice: { ...boutique, ports: { grpc: grpc(3550) }, probes: healthOn(3550) },
    recommendationservice: { ...boutique, ports: { grpc: grpc(8080) }, probes: healthOn(8080) },
    shippingservice: { ...boutique, ports: { grpc: grpc(50051) }, probes: healthOn(50051) },

    // A store in a namespace of its own. The mesh reads no Redis, so who may connect is all that can be said.
    'redis-cart': {
      namespace: 'data',
      ports: { redis: tcp(6379) },
      probes: { liveness: 'tcp:6379', readiness: 'tcp:6379' },
    },

    // Calls and is never called, so it listens on nothing.
    loadgenerator: { namespace: 'load', ports: {} },
  },

  // What services of other teams may ask, once they declare it too: docs/teams.md.
  accepts: {
    productcatalogservice: { 'reviews/reviews': { grpc: ['hipstershop.ProductCatalogService/GetProduct'] } },
  },

  ingress: {
    shop: {
      gateway: 'istio-ingress',
      hosts: ['shop.example.com'],
      // In the gateway's namespace, put there by whoever has the certificate: Pulumi's state never holds its key.
      tls: { secret: 'shop-certificate' },
      routes: {
        frontend: {
          http: [
            'GET /',
            'HEAD /',
            'GET /product/*',
            'HEAD /product/*',
            'GET /cart',
            'HEAD /cart',
            'POST /cart',
            'POST /cart/empty',
            'POST /cart/checkout',
            'POST /setCurrency',
            'GET /logout',
            // The page alone: `/bot` and `/product-meta`, which it asks, need an assistant that is not deployed here.
            'GET /assistant',
            'GET /static/**',
            'GET /robots.txt',
          ],
        },
      },
    },
  },

  // Where the two are on different meshes: as customers do, through the gateway, which calls under its own identity.
  border: { loadgenerator: { frontend: 'gateway' } },
}).calls({
  loadgenerator: {
    // What its script does, and no more: it never empties a cart, nor logs out.
    frontend: {
      http: ['GET /', 'GET /product/*', 'GET /cart', 'POST /cart', 'POST /cart/checkout', 'POST /setCurrency'],
    },
  },
  frontend: {
    adservice: { grpc: ['hipstershop.AdService/GetAds'] },
    cartservice: {
      grpc: ['hipstershop.CartService/AddItem', 'hipstershop.CartService/EmptyCart', 'hipstershop.CartService/GetCart'],
    },
    checkoutservice: { grpc: ['hipstershop.CheckoutService/PlaceOrder'] },
    currencyservice: {
      grpc: ['hipstershop.CurrencyService/Convert', 'hipstershop.CurrencyService/GetSupportedCurrencies'],
    },
    productcatalogservice: {
      grpc: ['hipstershop.ProductCatalogService/GetProduct', 'hipstershop.ProductCatalogService/ListProducts'],
    },
    recommendationservice: { grpc: ['hipstershop.RecommendationService/ListRecommendations'] },
    shippingservice: { grpc: ['hipstershop.ShippingService/GetQuote'] },
  },
  checkoutservice: {
    cartservice: { grpc: ['hipstershop.CartService/EmptyCart', 'hipstershop.CartService/GetCart'] },
    currencyservice: { grpc: ['hipstershop.CurrencyService/Convert'] },
    emailservice: { grpc: ['hipstershop.EmailService/SendOrderConfirmation'] },
    paymentservice: { grpc: ['hipstershop.PaymentService/Charge'] },
    productcatalogservice: { grpc: ['hipstershop.ProductCatalogService/GetProduct'] },
    shippingservice: { grpc: ['hipstershop.ShippingService/GetQuote', 'hipstershop.ShippingService/ShipOrder'] },
  },
  recommendationservice: {
    productcatalogservice: { grpc: ['hipstershop.ProductCatalogService/ListProducts'] },
  },
  cartservice: {
    'redis-cart': { redis: 'tcp' },
  },
})

/** The kubelet asks gRPC's own health service, for liveness and readiness alike. */
function healthOn(port: number) {
  return { liveness: `grpc:${port}`, readiness: `grpc:${port}` } as const
}
