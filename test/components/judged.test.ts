import assert from 'node:assert/strict'
import { judge } from '../../components/judged'
import { compile } from '../../core/compile/compile'
import type { Target } from '../../core/compile/target'
import { defineGraph, http, tcp } from '../../core/graph/define'
import { shop } from './fixtures'

const target: Target = { kind: 'istio-sidecar', version: '1.30.3', trustDomain: 'test.example.com' }
const narrow = defineGraph({
  services: { app: { namespace: 'shop', ports: { http: http(8080), tcp: tcp(9000) } } },
  ingress: {
    web: { gateway: 'shop/edge', hosts: ['a.example.com'], routes: { app: { http: ['GET /'], tcp: 'tcp' } } },
  },
}).calls({})

describe('what becomes of a graph', () => {
  it('is what the compiler makes of it, where nothing blocks', () => {
    const { manifests, blocking, told, digest } = judge({ graph: shop, target })
    assert.deepEqual(manifests, compile(shop, target).manifests)
    assert.deepEqual([blocking, told], [[], []])
    assert.match(digest ?? '', /^sha256:[0-9a-f]{64}$/)
  })

  it('is nothing at all where anything blocks, as half of the policies would open what the others close', () => {
    const { manifests, blocking } = judge({ graph: narrow, target })
    assert.deepEqual(manifests, [])
    assert.deepEqual(
      blocking.map(({ code }) => code),
      ['closed-entry'],
    )
  })

  it('tells what was acknowledged, and only under its own code', () => {
    const accepted = judge({ graph: narrow, target, acknowledged: ['closed-entry'] })
    assert.deepEqual(
      accepted.told.map(({ code }) => code),
      ['closed-entry'],
    )
    assert.ok(accepted.manifests.length > 0)
    assert.equal(judge({ graph: narrow, target, acknowledged: ['inexpressible'] }).blocking.length, 1)
  })

  it('acknowledges no error', () => {
    const wrong = { ...target, version: '1.2.3' }
    const { blocking } = judge({ graph: shop, target: wrong, acknowledged: ['unsupported-version'] })
    assert.deepEqual(
      blocking.map(({ code }) => code),
      ['unsupported-version'],
    )
  })

  it('has the same digest for every order in which the graph was written', () => {
    const services = Object.fromEntries(Object.entries(shop.services).reverse())
    const calls = Object.fromEntries(Object.entries(shop.calls).reverse())
    assert.equal(judge({ graph: { ...shop, services, calls }, target }).digest, judge({ graph: shop, target }).digest)
  })
})
