/**
 * Bookinfo, Istio's own sample (github.com/istio/istio, samples/bookinfo): four services over HTTP, each under the
 * ServiceAccount that its manifests give it. All versions of `reviews` are one service: they carry the same label and
 * account, so a call that only two of them make is a call of all.
 */
import { defineGraph, http } from '../../core/graph/define'

const service = (name: string) => ({
  namespace: 'bookinfo',
  serviceAccount: `bookinfo-${name}`,
  ports: { http: http(9080) },
})

export default defineGraph({
  services: {
    productpage: service('productpage'),
    details: service('details'),
    reviews: service('reviews'),
    ratings: service('ratings'),
  },

  ingress: {
    web: {
      // The sample's own Gateway, `bookinfo-gateway`, in a namespace of its own: Istio runs its Pods under this account.
      gateway: 'bookinfo-ingress/bookinfo-gateway-istio',
      hosts: ['bookinfo.example.com'],
      tls: { secret: 'bookinfo-gateway-certs' },
      routes: {
        productpage: {
          http: [
            'GET /productpage',
            'GET /static/**',
            'POST /login',
            'GET /logout',
            'GET /api/v1/products',
            'GET /api/v1/products/*',
            // Not `/api/v1/products/*/ratings`: the page would ask `ratings` itself, which is left to `reviews`.
            'GET /api/v1/products/*/reviews',
          ],
        },
      },
    },
  },
}).calls({
  productpage: {
    details: { http: ['GET /details/*'] },
    reviews: { http: ['GET /reviews/*'] },
  },
  reviews: {
    ratings: { http: ['GET /ratings/*'] },
  },
})
