import assert from 'node:assert/strict'
import type { External, Graph } from '../../../../core/graph/graph'
import { compiled, manifestOf, names, service, specOf, told } from '../../../support/compiled'

const hosts = (result: ReturnType<typeof compiled>, name: string) => {
  const { egress, outboundTrafficPolicy } = specOf(result, `Sidecar ${name}`)
  assert.deepEqual(outboundTrafficPolicy, { mode: 'REGISTRY_ONLY' })
  assert.equal(egress.length, 1)
  return egress[0]?.hosts ?? []
}
const outside = (protocol: 'http' | 'grpc' | 'tcp' | 'tls', port: number, ...hosts: string[]): External => ({
  hosts,
  ports: { it: { protocol, port } },
})

describe('the Sidecar of a caller', () => {
  it('knows exactly its callees and the system namespace', () => {
    const result = compiled({
      services: {
        a: service('http', 8080, { labels: { run: 'a' } }),
        b: service('http', 8080),
        c: service('tcp', 6379, { namespace: 'data', headless: true }),
        d: service('http', 8080),
      },
      calls: { a: { b: { http: ['GET /'] }, c: { tcp: 'tcp' } } },
    })
    assert.deepEqual(names(result, 'Sidecar'), [
      'Sidecar data/default',
      'Sidecar shop/callees-of-a',
      'Sidecar shop/default',
    ])
    assert.deepEqual(specOf(result, 'Sidecar shop/callees-of-a').workloadSelector, { labels: { run: 'a' } })
    assert.deepEqual(hosts(result, 'shop/callees-of-a'), [
      'data/c.data.svc.cluster.local',
      'istio-system/*',
      'shop/b.shop.svc.cluster.local',
    ])
    assert.deepEqual(manifestOf(result, 'Sidecar shop/callees-of-a').because, [
      'shop/a → data/c:6379 tcp',
      'shop/a → shop/b:8080 GET /',
    ])
  })

  it('is the one of the namespace for those that call nobody', () => {
    const result = compiled({ services: { a: service('http', 8080), b: service('http', 8080) } })
    assert.deepEqual(names(result, 'Sidecar'), ['Sidecar shop/default'])
    assert.equal(specOf(result, 'Sidecar shop/default').workloadSelector, undefined)
    assert.deepEqual(hosts(result, 'shop/default'), ['istio-system/*'])
    assert.deepEqual(manifestOf(result, 'Sidecar shop/default').because, [
      'shop/a (may call nobody)',
      'shop/b (may call nobody)',
    ])
  })

  it('still leaves one for whatever else runs in the namespace', () => {
    const result = compiled({
      services: { a: service('http', 8080), b: service('http', 8080, { namespace: 'data' }) },
      calls: { a: { b: { http: ['GET /'] } } },
    })
    assert.deepEqual(hosts(result, 'shop/default'), ['istio-system/*'])
    assert.deepEqual(manifestOf(result, 'Sidecar shop/default').because, [
      'shop (whatever else runs there may call nobody)',
    ])
  })

  it('follows the system namespace and the cluster domain', () => {
    const result = compiled(
      { services: { a: service('http', 8080), b: service('http', 8080) }, calls: { a: { b: { http: ['GET /'] } } } },
      { systemNamespace: 'mesh', clusterDomain: 'corp.example' },
    )
    assert.deepEqual(hosts(result, 'shop/callees-of-a'), ['mesh/*', 'shop/b.shop.svc.corp.example'])
  })

  it('knows the callees of all that share its ServiceAccount, since they are one caller', () => {
    const shared = { serviceAccount: 'robot', sharesServiceAccountWith: ['blue', 'green'] }
    const result = compiled({
      services: { blue: service('http', 8080, shared), green: service('http', 8080, shared), b: service('http', 8080) },
      calls: { blue: { b: { http: ['GET /'] } } },
    })
    const expected = ['istio-system/*', 'shop/b.shop.svc.cluster.local']
    assert.deepEqual(hosts(result, 'shop/callees-of-blue'), expected)
    assert.deepEqual(hosts(result, 'shop/callees-of-green'), expected)
  })

  it('lets a scraper that stands among services reach what it scrapes', () => {
    const result = compiled({
      services: { a: service('http', 8080, { metrics: { port: 9090, path: '/metrics' } }) },
      scraper: { namespace: 'shop', serviceAccount: 'prometheus' },
    })
    assert.deepEqual(hosts(result, 'shop/default'), ['istio-system/*', 'shop/a.shop.svc.cluster.local'])
  })
})

describe('hosts outside', () => {
  const world = (external: Graph['external'], port = 8080): Partial<Graph> => ({
    services: {
      a: service('http', 8080),
      b: service('http', 8080, { namespace: 'other' }),
      c: { namespace: 'shop', ports: { http: { protocol: 'http', port: 8080, servicePort: port } } },
    },
    external,
    calls: {
      a: {
        c: { http: ['GET /'] },
        ...Object.fromEntries(
          Object.entries(external).map(([name, { ports }]) => [
            name,
            { it: ports.it?.protocol === 'http' ? ['GET /'] : (ports.it?.protocol as 'tcp' | 'tls') },
          ]),
        ),
      },
    },
  })

  it('have an entry in each calling namespace, seen there only, and a place in the Sidecar', () => {
    const { calls, ...rest } = world({ stripe: outside('tls', 443, 'api.stripe.com') })
    const result = compiled({ ...rest, calls: { ...calls, b: { stripe: { it: 'tls' } } } })
    assert.deepEqual(names(result, 'ServiceEntry'), [
      'ServiceEntry other/api.stripe.com',
      'ServiceEntry shop/api.stripe.com',
    ])
    assert.deepEqual(specOf(result, 'ServiceEntry shop/api.stripe.com'), {
      hosts: ['api.stripe.com'],
      exportTo: ['.'],
      location: 'MESH_EXTERNAL',
      ports: [{ number: 443, name: 'tls-443', protocol: 'TLS' }],
      resolution: 'DNS',
    })
    assert.ok(hosts(result, 'shop/callees-of-a').includes('./api.stripe.com'))
    assert.deepEqual(hosts(result, 'other/callees-of-b'), ['./api.stripe.com', 'istio-system/*'])
    assert.deepEqual(manifestOf(result, 'ServiceEntry other/api.stripe.com').because, [
      'other/b → external api.stripe.com:443 tls',
    ])
  })

  it('have none where nobody calls them', () => {
    const { external, services } = world({ stripe: outside('tls', 443, 'api.stripe.com') })
    assert.deepEqual(names(compiled({ services: services ?? {}, external: external ?? {} }), 'ServiceEntry'), [])
  })

  it('have one object each, since hosts of a TCP port must not share one', () => {
    const result = compiled(world({ all: outside('tls', 443, 'b.example', 'a.example') }))
    assert.deepEqual(names(result, 'ServiceEntry'), ['ServiceEntry shop/a.example', 'ServiceEntry shop/b.example'])
    assert.deepEqual(result.problems, [])
  })

  it('are one host however they are spelt', () => {
    const result = compiled(world({ x: outside('tls', 443, 'a.example', 'A.Example') }))
    assert.deepEqual(names(result, 'ServiceEntry'), ['ServiceEntry shop/a.example'])
    assert.deepEqual(told(result), [])
  })

  it('have only the ports that are called', () => {
    const { services, external } = world({
      db: {
        hosts: ['db.example'],
        ports: { it: { protocol: 'tcp', port: 5432 }, admin: { protocol: 'tls', port: 443 } },
      },
    })
    const result = compiled({ services: services ?? {}, external: external ?? {}, calls: { a: { db: { it: 'tcp' } } } })
    assert.deepEqual(specOf(result, 'ServiceEntry shop/db.example').ports, [
      { number: 5432, name: 'tcp-5432', protocol: 'TCP' },
    ])
  })

  it('are told that a route to them is not enforced', () => {
    const result = compiled(world({ web: outside('http', 80, 'www.example.com') }))
    assert.deepEqual(told(result), ['delegated unenforced-route at ServiceEntry shop/www.example.com'])
    assert.equal(specOf(result, 'ServiceEntry shop/www.example.com').ports[0]?.protocol, 'HTTP')
  })

  it('are cut off where the sidecar could not tell one TCP host from another', () => {
    const result = compiled(world({ x: outside('tcp', 5432, 'a.example'), y: outside('tcp', 5432, 'b.example') }))
    assert.deepEqual(names(result, 'ServiceEntry'), [])
    assert.deepEqual(hosts(result, 'shop/callees-of-a'), ['istio-system/*', 'shop/c.shop.svc.cluster.local'])
    assert.deepEqual(told(result), [
      'narrowed inexpressible at ServiceEntry shop/a.example',
      'narrowed inexpressible at ServiceEntry shop/b.example',
    ])
  })

  it('are cut off where their port serves HTTP within the mesh', () => {
    const result = compiled(world({ x: outside('tcp', 80, 'a.example') }, 80))
    assert.deepEqual(told(result), ['narrowed inexpressible at ServiceEntry shop/a.example'])
    assert.deepEqual(names(result, 'ServiceEntry'), [])
    assert.deepEqual(told(compiled(world({ x: outside('tcp', 80, 'a.example') }, 81))), [])
  })

  it('give way by port, TCP to TLS', () => {
    const result = compiled(world({ x: outside('tcp', 443, 'a.example'), y: outside('tls', 443, 'b.example') }))
    assert.deepEqual(names(result, 'ServiceEntry'), ['ServiceEntry shop/b.example'])
    assert.deepEqual(told(result), ['narrowed inexpressible at ServiceEntry shop/a.example'])
  })

  it('are refused as addresses, wildcards and Services of the cluster', () => {
    for (const host of ['10.0.0.1', '*.example.com', 'db', 'db.data.svc.cluster.local', '*']) {
      const result = compiled(world({ x: outside('tls', 443, host) }))
      assert.deepEqual(told(result), [`narrowed inexpressible at ServiceEntry shop/${host}`])
      assert.deepEqual(names(result, 'ServiceEntry'), [])
      assert.deepEqual(hosts(result, 'shop/callees-of-a'), ['istio-system/*', 'shop/c.shop.svc.cluster.local'])
    }
  })
})
