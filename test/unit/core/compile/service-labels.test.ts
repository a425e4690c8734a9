import assert from 'node:assert/strict'
import { compile } from '../../../../core/compile/compile'
import type { IstioTarget } from '../../../../core/compile/target'
import { defineGraph, http } from '../../../../core/graph/define'
import { target } from '../../../support/prove'

const graph = defineGraph({
  services: {
    web: { namespace: 'shop', ports: {} },
    cart: { namespace: 'shop', ports: { http: http(8080) } },
    idle: { namespace: 'shop', ports: { http: http(8080) } },
  },
}).calls({ web: { cart: { http: ['GET /cart'] } } })

const found = (more: Partial<IstioTarget>) =>
  compile(graph, { ...target, kind: 'istio-ambient', ...more }).problems.filter(({ code }) => code === 'label-service')

describe('a waypoint of a Service’s own', () => {
  it('is nothing without labels that its owner writes, which are said, as they are assumed', () => {
    const waypoints = { shop: 'service' } as const
    assert.deepEqual(found({ waypoints }), [
      {
        code: 'label-service',
        severity: 'delegated',
        at: 'Service shop/cart',
        message: 'calls by this Service are refused until it leads them to the waypoint `shop/waypoint-cart`',
        hint: "label it, where it is deployed, with `istio.io/use-waypoint: 'waypoint-cart'` and `istio.io/ingress-use-waypoint: 'true'`",
      },
    ])
    const { assumptions } = compile(graph, { ...target, kind: 'istio-ambient', waypoints })
    const service = assumptions.find(({ kind, metadata }) => kind === 'Service' && metadata.name === 'cart')
    assert.deepEqual(service?.metadata.labels, {
      'istio.io/use-waypoint': 'waypoint-cart',
      'istio.io/ingress-use-waypoint': 'true',
    })
  })

  it('is not asked for where the namespace carries the label, or there are sidecars', () => {
    assert.deepEqual(found({}), [])
    assert.deepEqual(found({ kind: 'istio-sidecar', waypoints: { shop: 'service' } }), [])
  })
})
