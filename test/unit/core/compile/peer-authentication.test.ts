import assert from 'node:assert/strict'
import { compiled, manifestOf, names, service, specOf } from '../../../support/compiled'

const hook = {
  namespace: 'shop',
  ports: { tls: { protocol: 'tls', port: 8443 }, tcp: { protocol: 'tcp', port: 9000 } },
} as const
const from = (routes: Record<string, 'tls' | 'tcp'>) => ({
  api: { kind: 'kube-apiserver' as const, cidrs: ['10.0.0.0/8'], routes: { hook: routes } },
})

describe('mTLS', () => {
  it('is required of every namespace of the graph, also where nobody may call', () => {
    const result = compiled({
      services: { a: service('http', 8080), b: service('http', 8080, { namespace: 'other' }) },
    })
    assert.deepEqual(names(result, 'PeerAuthentication'), [
      'PeerAuthentication other/default',
      'PeerAuthentication shop/default',
    ])
    assert.deepEqual(specOf(result, 'PeerAuthentication shop/default'), { mtls: { mode: 'STRICT' } })
    assert.deepEqual(manifestOf(result, 'PeerAuthentication shop/default').because, ['shop/a (nobody may call)'])
  })

  it('is waived on the ports that callers without identity call, and on no other', () => {
    const result = compiled({ services: { hook, a: service('http', 8080) }, outside: from({ tls: 'tls' }) })
    assert.deepEqual(names(result, 'PeerAuthentication'), [
      'PeerAuthentication shop/default',
      'PeerAuthentication shop/plaintext-to-hook',
    ])
    assert.deepEqual(specOf(result, 'PeerAuthentication shop/plaintext-to-hook'), {
      selector: { matchLabels: { app: 'hook' } },
      mtls: { mode: 'STRICT' },
      portLevelMtls: { 8443: { mode: 'PERMISSIVE' } },
    })
    assert.deepEqual(manifestOf(result, 'PeerAuthentication shop/plaintext-to-hook').because, [
      'outside api (10.0.0.0/8) → shop/hook:8443 tls',
    ])
  })

  it('is waived on several ports by one object', () => {
    const result = compiled({ services: { hook }, outside: from({ tls: 'tls', tcp: 'tcp' }) })
    const { portLevelMtls } = specOf(result, 'PeerAuthentication shop/plaintext-to-hook')
    assert.deepEqual(portLevelMtls, { 8443: { mode: 'PERMISSIVE' }, 9000: { mode: 'PERMISSIVE' } })
  })

  it('is not waived for callers of the mesh, gateways, the scraper or probes', () => {
    const result = compiled({
      services: {
        a: service('http', 8080, { probes: { readiness: 'GET /ready' }, metrics: { port: 9090, path: '/metrics' } }),
        b: service('http', 8080),
      },
      ingress: { web: { gateway: 'istio-ingress', hosts: ['a.example'], routes: { a: { http: ['GET /'] } } } },
      scraper: { namespace: 'monitoring', serviceAccount: 'prometheus' },
      calls: { b: { a: { http: ['GET /'] } } },
    })
    assert.deepEqual(names(result, 'PeerAuthentication shop'), ['PeerAuthentication shop/default'])
  })
})
