import { defineGraph, grpc, http, tcp } from '../../core/graph/define'
import type { Graph } from '../../core/graph/graph'
import type { LinkerdMeshSettings, LinkerdSettings } from '../../components/settings'
import { rootA } from './certificates'

/** Three services in two namespaces, and nothing that Linkerd cannot say. */
export const shop: Graph = defineGraph({
  services: {
    frontend: { namespace: 'shop', ports: { http: http(8080, { servicePort: 80 }) } },
    cart: { namespace: 'shop', ports: { grpc: grpc(7070) } },
    redis: { namespace: 'data', ports: { redis: tcp(6379) } },
  },
}).calls({
  frontend: { cart: { grpc: ['shop.Cart/Get'] } },
  cart: { frontend: { http: ['GET /prices/*'] }, redis: { redis: 'tcp' } },
})

export const linkerd: LinkerdSettings = {
  version: 'edge-26.6.3',
  trustDomain: 'test.example.com',
  issuer: { name: 'linkerd-signer' },
}

export const settings: LinkerdMeshSettings = { linkerd, trust: { bundle: rootA } }
