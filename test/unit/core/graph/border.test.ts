import assert from 'node:assert/strict'
import { crossings, seenFrom } from '../../../../core/graph/border'
import type { Meshes } from '../../../../core/graph/border'
import { defineGraph, http } from '../../../../core/graph/define'
import { flows } from '../../../../core/graph/flows'
import type { Graph } from '../../../../core/graph/graph'
import { validate } from '../../../../core/graph/validate'
import { printFlow } from '../../../../core/model/flow'

const meshes: Meshes = { of: namespace => (namespace === 'shop' ? 'linkerd' : 'istio') }
const services = {
  web: { namespace: 'front', ports: { http: http(8080) } },
  cart: {
    namespace: 'shop',
    ports: { http: http(8080) },
    probes: { readiness: 'GET /healthz' },
    metrics: { port: 9102, path: '/metrics' },
  },
  store: { namespace: 'shop', ports: { http: http(8080) } },
} as const
const graph = (border?: Graph['border']): Graph =>
  defineGraph({
    services,
    ingress: { door: { gateway: 'edge', hosts: ['shop.example.com'], routes: { cart: { http: ['GET /in'] } } } },
    scraper: { namespace: 'monitoring', serviceAccount: 'prometheus' },
    ...(border && { border }),
  }).calls({
    web: { cart: { http: ['GET /items'] } },
    cart: { store: { http: ['GET /x'] }, web: { http: ['GET /back'] } },
  })
const seen = (mesh: string, border?: Graph['border'], more: Partial<Meshes> = {}): readonly string[] =>
  flows(seenFrom(mesh, graph(border), { ...meshes, ...more })).map(printFlow)

describe('calls from mesh to mesh', () => {
  it('are those of services, of gateways and of the scraper, and how they cross', () => {
    assert.deepEqual(
      crossings(graph({ web: { cart: 'plaintext' } }), meshes).map(one => [one.caller, one.callee, one.how]),
      [
        ['web', 'cart', 'plaintext'],
        ['cart', 'web', undefined],
        ['edge', 'cart', undefined],
        ['prometheus', 'cart', undefined],
      ],
    )
  })

  it('do not arrive unless somebody says how', () => {
    assert.deepEqual(seen('linkerd'), [
      'kubelet → shop/cart:8080 GET /healthz (probe)',
      'shop/cart → shop/store:8080 GET /x',
    ])
    assert.deepEqual(seen('istio'), [])
  })

  it('arrive without identity where they cross in plaintext, and leave as they are', () => {
    const border = { web: { cart: 'plaintext' }, edge: { cart: 'plaintext' } } as const
    const arriving = seen('linkerd', border).filter(text => text.startsWith('outside'))
    assert.deepEqual(arriving, [
      'outside edge.edge (any address) → shop/cart:8080 GET /in',
      'outside front.web (any address) → shop/cart:8080 GET /items',
    ])
    assert.deepEqual(seen('istio', border), [
      'edge/edge → shop/cart:8080 GET /in',
      'front/web → shop/cart:8080 GET /items',
    ])
    const narrowed = seen('linkerd', border, { podNetworks: ['10.0.0.0/8'] }).filter(text => text.startsWith('outside'))
    assert.deepEqual(narrowed[0], 'outside edge.edge (10.0.0.0/8) → shop/cart:8080 GET /in')
  })

  it('of a scraper arrive at a port that is declared for it, and leave probes what they were', () => {
    assert.deepEqual(
      seen('linkerd', { prometheus: { cart: 'plaintext' } }).filter(text => !text.startsWith('shop/')),
      [
        'kubelet → shop/cart:8080 GET /healthz (probe)',
        'outside monitoring.prometheus (any address) → shop/cart:9102 GET /metrics',
      ],
    )
  })

  it('do not go straight where they go through a gateway', () => {
    assert.deepEqual(seen('istio', { web: { cart: 'gateway' } }), [])
    assert.ok(!seen('linkerd', { web: { cart: 'gateway' } }).some(text => text.includes('/items')))
  })
})

describe('what is wrong with a border', () => {
  const told = (border: Graph['border']): readonly string[] =>
    validate(graph(border)).map(({ at, message, hint }) => `${at}: ${message}${hint ? ` (${hint})` : ''}`)

  it('is a caller that nobody is, and a call that nobody declared', () => {
    assert.deepEqual(told({ webb: { cart: 'plaintext' } }), [
      'border.webb: no service, gateway or scraper is named `webb` (did you mean `web`?)',
    ])
    assert.deepEqual(told({ web: { stor: 'gateway' } }), [
      'border.web.stor: `web` calls no service named `stor`, so that nothing crosses',
    ])
  })

  it('is nothing where a gateway or the scraper is named', () => {
    assert.deepEqual(told({ edge: { cart: 'plaintext' }, prometheus: { cart: 'plaintext' } }), [])
  })
})
