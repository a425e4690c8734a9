import assert from 'node:assert/strict'
import type { External, Graph } from '../../../../core/graph/graph'
import { flows } from '../../../../core/graph/flows'
import { intentOf } from '../../../../core/graph/intent'
import { validate } from '../../../../core/graph/validate'
import { printFlow } from '../../../../core/model/flow'
import { graphOf, service } from '../../../support/compiled'

const http = { http: { protocol: 'http', port: 80 } } as const
const world = (more: Partial<External>, rest: Partial<Graph> = {}): Graph =>
  graphOf({
    services: { a: service('http', 8080) },
    external: { api: { hosts: ['api.example.com'], ports: http, ...more } },
    calls: { a: { api: { http: ['GET /'] } } },
    ...rest,
  })
const told = (graph: Graph): readonly string[] =>
  validate(graph).map(({ severity, code, at }) => `${severity} ${code} ${at}`)

describe('an external with a gateway and TLS', () => {
  it('is sound', () => {
    const tls = { port: 8443, caCertificates: '/etc/certs/ca.pem', subjectAltNames: ['x.example.com'] }
    assert.deepEqual(told(world({ gateway: 'istio-egress', tls })), [])
    assert.deepEqual(told(world({ gateway: 'edge/out', tls: { caCertificates: 'system' } })), [])
  })

  it('names a gateway by its identity', () => {
    assert.deepEqual(told(world({ gateway: 'a/b/c' })), ['error malformed-name external.api.gateway'])
    assert.deepEqual(told(world({ gateway: 'Edge' })), ['error malformed-name external.api.gateway'])
  })

  it('has a gateway that is nobody else', () => {
    assert.deepEqual(told(world({ gateway: 'shop/a' })), ['error gateway-is-service external.api.gateway'])
    const ingress = { web: { gateway: 'edge', hosts: ['w.example.com'], routes: { a: { http: ['GET /'] } } } }
    assert.deepEqual(told(world({ gateway: 'edge/edge' }, { ingress })), [
      'error gateway-both-ways external.api.gateway',
    ])
  })

  it('sends all calls to a host the same way', () => {
    const external = {
      api: { hosts: ['api.example.com'], ports: http, gateway: 'edge' },
      more: { hosts: ['api.example.com'], ports: { tls: { protocol: 'tls', port: 443 } as const } },
    }
    assert.deepEqual(told(world({}, { external })), ['error divided-host external.more.hosts[0]'])
    const same = { ...external, more: { ...external.more, gateway: 'edge/edge' } }
    assert.deepEqual(told(world({}, { external: same })), [])
  })

  it('speaks TLS for callers that ask in http or grpc alone', () => {
    const ports = { it: { protocol: 'tls', port: 443 } } as const
    const calls = { a: { api: { it: 'tls' } } } as const
    assert.deepEqual(told(world({ ports, tls: {} }, { calls })), ['error origination-protocol external.api.ports.it'])
  })

  it('verifies by a file of the proxy and by names of hosts', () => {
    for (const caCertificates of ['ca.pem', '', '/etc/../ca.pem', '/etc/', 'SYSTEM'])
      assert.deepEqual(told(world({ tls: { caCertificates } })), [
        'error malformed-path external.api.tls.caCertificates',
      ])
    assert.deepEqual(told(world({ tls: { subjectAltNames: [] } })), [
      'error empty-names external.api.tls.subjectAltNames',
    ])
    assert.deepEqual(told(world({ tls: { subjectAltNames: ['*.example.com'] } })), [
      'error malformed-name external.api.tls.subjectAltNames[0]',
    ])
    assert.deepEqual(told(world({ tls: { port: 0 } })), ['error port-out-of-range external.api.tls.port'])
  })
})

describe('a flow to a host outside', () => {
  it('says which gateway it leaves through', () => {
    assert.deepEqual(flows(world({ gateway: 'edge/out' })).map(printFlow), [
      'shop/a → external api.example.com:80 through edge/out GET /',
    ])
  })

  it('is a request where the mesh speaks TLS for a gRPC caller, and bytes where the caller does', () => {
    const ports = { grpc: { protocol: 'grpc', port: 443 } } as const
    const calls = { a: { api: { grpc: ['a.B/C'] } } }
    const asked = (tls: Partial<External>) => intentOf(world({ ports, ...tls }, { calls })).flows.map(flow => flow.http)
    assert.deepEqual(asked({ tls: {} }), [{ methods: ['POST'], path: '/a.B/C' }])
    assert.deepEqual(asked({}), [undefined])
  })
})
