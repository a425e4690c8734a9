import assert from 'node:assert/strict'
import type { Compiled } from '../../../../core/compile/target'
import type { External } from '../../../../core/graph/graph'
import { compiled, manifestOf, names, service, told } from '../../../support/compiled'

const straight: External = { hosts: ['api.example.com'], ports: { http: { protocol: 'http', port: 80 } } }
const direct = (tls: NonNullable<External['tls']>): Compiled =>
  compiled({
    services: { a: service('http', 8080), b: service('http', 8080, { namespace: 'other' }) },
    external: { api: { ...straight, tls } },
    calls: { a: { api: { http: ['GET /v1/**', 'POST /v1/charges'] } }, b: { api: { http: ['GET /v1/**'] } } },
  })
const spec = (result: Compiled, name: string): unknown => manifestOf(result, name).object.spec

describe('TLS that the mesh speaks to a host outside', () => {
  it('leads from the port that callers ask in plain http to the one that TLS is spoken on', () => {
    assert.deepEqual(spec(direct({}), 'ServiceEntry shop/api.example.com'), {
      hosts: ['api.example.com'],
      exportTo: ['.'],
      location: 'MESH_EXTERNAL',
      ports: [{ number: 80, name: 'http-80', protocol: 'HTTP', targetPort: 443 }],
      resolution: 'DNS',
    })
  })

  it('is verified by the names and authorities that are declared, and by the host and those of the image without', () => {
    const level = (result: Compiled) => {
      const { trafficPolicy } = spec(result, 'DestinationRule shop/api.example.com') as { trafficPolicy: object }
      return trafficPolicy
    }
    const tls = {
      mode: 'SIMPLE',
      sni: 'api.example.com',
      caCertificates: 'system',
      subjectAltNames: ['api.example.com'],
    }
    assert.deepEqual(level(direct({})), { portLevelSettings: [{ port: { number: 80 }, tls }] })
    const named = { caCertificates: '/etc/certs/partner.pem', subjectAltNames: ['b.example.com', 'a.example.com'] }
    assert.deepEqual(level(direct({ ...named, port: 8443 })), {
      portLevelSettings: [
        { port: { number: 80 }, tls: { ...tls, ...named, subjectAltNames: ['a.example.com', 'b.example.com'] } },
      ],
    })
  })

  it('is seen by the calling namespace alone and justified by its calls', () => {
    const result = direct({})
    assert.deepEqual(names(result, 'DestinationRule'), [
      'DestinationRule other/api.example.com',
      'DestinationRule shop/api.example.com',
    ])
    assert.deepEqual((spec(result, 'DestinationRule other/api.example.com') as { exportTo: unknown }).exportTo, ['.'])
    assert.deepEqual(manifestOf(result, 'DestinationRule other/api.example.com').because, [
      'other/b → external api.example.com:80 GET /v1/**',
    ])
  })

  it('makes gRPC readable to the sidecar, and enforces no route by itself', () => {
    const result = compiled({
      services: { a: service('http', 8080) },
      external: { api: { hosts: ['g.example.com'], ports: { grpc: { protocol: 'grpc', port: 443 } }, tls: {} } },
      calls: { a: { api: { grpc: ['a.B/C'] } } },
    })
    assert.deepEqual((spec(result, 'ServiceEntry shop/g.example.com') as { ports: unknown }).ports, [
      { number: 443, name: 'grpc-443', protocol: 'GRPC' },
    ])
    assert.deepEqual(told(result), ['delegated unenforced-route at ServiceEntry shop/g.example.com'])
  })

  it('is never spoken for callers of bytes, whose calls are cut off instead', () => {
    const result = compiled({
      services: { a: service('http', 8080) },
      external: { api: { hosts: ['t.example.com'], ports: { tls: { protocol: 'tls', port: 443 } }, tls: {} } },
      calls: { a: { api: { tls: 'tls' } } },
    })
    assert.deepEqual(told(result), ['narrowed inexpressible at ServiceEntry shop/t.example.com'])
    assert.deepEqual(names(result, 'ServiceEntry'), [])
  })
})
