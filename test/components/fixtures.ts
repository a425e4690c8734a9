import { defineGraph, grpc, http, tcp } from '../../core/graph/define'
import type { Graph } from '../../core/graph/graph'
import type { IstioMeshSettings } from '../../components/settings'

/** Three services in two namespaces, a gateway, a host outside. */
export const shop: Graph = defineGraph({
  services: {
    frontend: { namespace: 'shop', ports: { http: http(8080, { servicePort: 80 }) } },
    cart: { namespace: 'shop', ports: { grpc: grpc(7070) } },
    redis: { namespace: 'data', ports: { redis: tcp(6379) } },
  },
  ingress: {
    web: { gateway: 'istio-ingress', hosts: ['shop.example.com'], routes: { frontend: { http: ['GET /'] } } },
  },
}).calls({
  frontend: { cart: { grpc: ['shop.Cart/Get'] } },
  cart: { redis: { redis: 'tcp' } },
})

export const settings: IstioMeshSettings = {
  istio: { version: '1.30.3', trustDomain: 'test.example.com' },
  trust: { selfSigned: true },
  gateways: { 'istio-ingress': { service: 'ClusterIP' } },
}
