import assert from 'node:assert/strict'
import type { MeshTarget } from '../../../../../core/compile/target'
import type { Graph } from '../../../../../core/graph/graph'
import { service, target } from '../../../../support/compiled'
import { linkerdTarget } from '../../../../support/linkerd'
import { calls, network } from './rows'

const http = { http: ['GET /x'] }
const services = { web: service('http', 8080), cart: service('http', 7070, { namespace: 'data' }) }
const shop = { hosts: ['a.example.com'], routes: { cart: http } }
const callers = { 'edge/door': { app: 'door' }, 'shop/door': { app: 'door' } }
const gatewayPorts = { 'edge/door': [8443], 'shop/door': [8443] }

/** `data` and `edge` on Linkerd, all else on Istio. */
const mesh: MeshTarget = {
  kind: 'hybrid',
  istio: target,
  linkerd: linkerdTarget,
  namespaces: { data: 'linkerd', edge: 'linkerd' },
  podNetworks: ['10.0.0.0/8'],
}
const byGateway: Partial<Graph> = {
  services,
  calls: { web: { cart: http } },
  ingress: { shop: { ...shop, gateway: 'edge/door' } },
  border: { web: { cart: 'gateway' } },
}
const leaving = (parts: Partial<Graph>, settings = {}) =>
  calls(network(parts, { mesh, callers, gatewayPorts, ...settings })).filter(row => row.startsWith('web →'))

describe('NetworkPolicies, where calls cross to another mesh by its gateway', () => {
  it('let the caller out to the gateway’s Pods, on the ports that it listens on, and not to the callee', () => {
    assert.deepEqual(leaving(byGateway), ['web → 8443 to edge/app=door'])
  })

  it('name the ports of the web where nobody says on which it listens', () => {
    assert.deepEqual(leaving(byGateway, { gatewayPorts: {} }), ['web → 80,443 to edge/app=door'])
  })

  it('lead to no gateway that does not lead to the callee, nor to one of the caller’s own mesh', () => {
    const elsewhere = { ...shop, gateway: 'edge/door', routes: { web: http } }
    assert.deepEqual(leaving({ ...byGateway, ingress: { shop: elsewhere } }), [])
    assert.deepEqual(leaving({ ...byGateway, ingress: { shop: { ...shop, gateway: 'shop/door' } } }), [])
  })

  it('lead to the one of several gateways that leads to the callee, whatever else is let in there', () => {
    const ingress: Graph['ingress'] = {
      shop: { ...shop, gateway: 'edge/door' },
      same: { ...shop, hosts: ['b.example.com'], gateway: 'edge/door', routes: { web: http } },
      beside: { ...shop, hosts: ['c.example.com'], gateway: 'edge/other', routes: { web: http } },
      own: { ...shop, hosts: ['d.example.com'], gateway: 'shop/door' },
    }
    const all = { ...callers, 'edge/other': { app: 'other' } }
    assert.deepEqual(leaving({ ...byGateway, ingress }, { callers: all }), ['web → 8443 to edge/app=door'])
  })

  it('let a scraper read across the border, under its own labels', () => {
    const read = { ...services.cart, metrics: { port: 7070, path: '/metrics' } }
    const parts: Partial<Graph> = {
      services: { ...services, cart: read },
      scraper: { namespace: 'monitoring', serviceAccount: 'prometheus' },
      border: { prometheus: { cart: 'plaintext' } },
    }
    const labelled = { 'monitoring/prometheus': { app: 'prometheus' } }
    assert.deepEqual(calls(network(parts, { mesh, callers: labelled })), ['cart ← 7070 from monitoring/app=prometheus'])
    assert.deepEqual(calls(network({ ...parts, border: {} }, { mesh, callers: labelled })), [])
  })

  it('let nobody out for a call that is not declared to cross so', () => {
    assert.deepEqual(leaving({ ...byGateway, border: {} }), [])
    assert.deepEqual(leaving({ ...byGateway, border: { web: { cart: 'plaintext' } } }), ['web → 7070 to data/app=cart'])
  })

  it('lead from Linkerd to a gateway of Istio’s, but not to what load balancers alone look at', () => {
    const turned: MeshTarget = { ...mesh, namespaces: { shop: 'linkerd' } }
    const found = calls(network(byGateway, { mesh: turned })).filter(row => row.startsWith('web →'))
    assert.deepEqual(found, ['web → 80 to edge/app=door,istio=door'])
  })
})
