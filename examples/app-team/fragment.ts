import { defineFragment, grpc, http, tcp } from 'zero-trust-mesh'

/** What this team runs, whom it calls, and who may call it. */
export const fragment = defineFragment({
  services: {
    reviews: { namespace: 'reviews', ports: { http: http(8080) }, probes: { readiness: 'GET /healthz' } },
    'reviews-db': { namespace: 'reviews', ports: { postgres: tcp(5432) } },
  },

  // Other teams' services, as far as this one needs to know them: so that the compiler knows their names and ports.
  elsewhere: {
    productcatalogservice: { ports: { grpc: grpc(3550) } },
    cartservice: { ports: { grpc: grpc(7070) } },
    ratings: { ports: { http: http(9080) } },
  },

  // The frontend may; whether it does is for its team to declare.
  accepts: {
    reviews: { 'boutique/frontend': { http: ['GET /reviews/*', 'POST /reviews/*'] } },
  },
}).calls({
  reviews: {
    'reviews-db': { postgres: 'tcp' },
    productcatalogservice: { grpc: ['hipstershop.ProductCatalogService/GetProduct'] },
    ratings: { http: ['GET /ratings/*'] },
    // The boutique has not agreed to this one: it waits, and everybody is told.
    cartservice: { grpc: ['hipstershop.CartService/GetCart'] },
  },
})
