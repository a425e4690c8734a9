import type { Graph } from '../../../../core/graph/graph'

/** Data that a test may change as it likes. */
export type Loose = Record<string, any> // eslint-disable-line @typescript-eslint/no-explicit-any -- tests break it on purpose

/** A graph without a defect, in its JSON form, with something of everything. A copy of its own for each caller. */
export function shop(): Loose {
  return {
    services: {
      frontend: {
        namespace: 'shop',
        ports: { http: { protocol: 'http', port: 8080, servicePort: 80 } },
        probes: { readiness: 'GET /healthz', liveness: 'GET:8080 /healthz' },
      },
      cart: {
        namespace: 'shop',
        serviceAccount: 'cart-account',
        labels: { app: 'cart', 'example.com/tier': 'back' },
        ports: { grpc: { protocol: 'grpc', port: 7070 } },
        probes: { readiness: 'grpc:7070' },
        metrics: { port: 9090, path: '/metrics' },
      },
      redis: {
        namespace: 'data',
        workload: 'StatefulSet',
        headless: true,
        ports: { redis: { protocol: 'tcp', port: 6379 } },
        probes: { startup: 'tcp:6379' },
      },
      webhook: { namespace: 'shop', ports: { https: { protocol: 'tls', port: 8443 } } },
    },
    external: {
      stripe: { hosts: ['api.stripe.com', 'files.stripe.com'], ports: { https: { protocol: 'tls', port: 443 } } },
      weather: { hosts: ['weather.example.com'], ports: { http: { protocol: 'http', port: 80 } } },
    },
    ingress: {
      web: {
        gateway: 'istio-ingress',
        hosts: ['shop.example.com', '*.shop.example.com'],
        routes: { frontend: { http: ['GET /**', 'POST /cart', { route: 'PUT /cart', jwt: { issuer: 'corp' } }] } },
      },
    },
    outside: {},
    scraper: { namespace: 'monitoring', serviceAccount: 'prometheus' },
    jwt: {
      corp: {
        issuer: 'https://issuer.example.com',
        jwksUri: 'https://issuer.example.com/jwks.json',
        audiences: ['shop', 'office'],
      },
      partner: {
        issuer: 'partner@example.com',
        jwks: '{"keys":[{"kty":"EC","crv":"P-256","x":"Zg","y":"Zw"}]}',
        fromHeaders: [{ name: 'x-token', prefix: 'Token ' }, { name: 'x-id' }],
        forward: true,
      },
    },
    calls: {
      frontend: { cart: { grpc: ['shop.Cart/Get', 'shop.Cart/Add'] }, weather: { http: ['GET /today/*'] } },
      cart: {
        redis: { redis: 'tcp' },
        stripe: { https: 'tls' },
        cart: {
          grpc: [
            'shop.Cart/Sync',
            {
              route: 'shop.Cart/Purge',
              jwt: {
                issuer: 'corp',
                audiences: ['shop'],
                scopes: ['cart:write', 'cart:purge'],
                claims: { groups: ['ops', 'admins'], '[realm][roles]': ['night shift'] },
              },
            },
            { route: 'shop.Cart/Import', jwt: { issuer: 'partner' } },
          ],
        },
      },
    },
  }
}

/** As `shop`, typed, for what takes a graph. */
export function shopGraph(): Graph {
  return shop() as Graph // `validate` finds nothing in it, which a test holds
}
