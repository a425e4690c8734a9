import assert from 'node:assert/strict'
import type { Graph } from '../../../../core/graph/graph'
import { compiled, names, service, told } from '../../../support/compiled'

describe('a graph that validation would have refused', () => {
  const deny = 'AuthorizationPolicy shop/default-deny'

  it('admits nobody where the labels of one service select another’s Pods', () => {
    const services = {
      a: service('http', 8080, { labels: { app: 'x' } }),
      b: service('http', 8080, { labels: { app: 'x', tier: 'b' } }),
      c: service('http', 8080),
    }
    const result = compiled({ services, calls: { c: { a: { http: ['GET /'] }, b: { http: ['GET /'] } } } })
    assert.deepEqual(told(result), ['error overlapping-labels at services.a.labels'])
    assert.deepEqual(names(result, 'AuthorizationPolicy'), ['AuthorizationPolicy shop/callers-of-b', deny])
  })

  it('admits nobody to a service without labels, whose policy would be the namespace’s', () => {
    const services = { a: service('http', 8080, { labels: {} }), c: service('http', 8080) }
    const result = compiled({ services, calls: { c: { a: { http: ['GET /'] } } } })
    assert.deepEqual(told(result), ['error overlapping-labels at services.a.labels'])
    assert.deepEqual(names(result, 'AuthorizationPolicy'), [deny])
  })

  it('still closes a namespace in which every service is refused', () => {
    const labels = { app: 'x' }
    const result = compiled({
      services: { a: service('http', 8080, { labels }), b: service('http', 8080, { labels }) },
    })
    assert.equal(result.problems.length, 2)
    assert.deepEqual(names(result), [deny, 'PeerAuthentication shop/default', 'Sidecar shop/default'])
  })

  it('writes nothing into the root namespace, where it would hold for the whole mesh', () => {
    const services = { a: service('http', 8080, { namespace: 'policies' }), b: service('http', 8080) }
    const declared: Partial<Graph> = { services, calls: { b: { a: { http: ['GET /'] } } } }
    const result = compiled(declared, { rootNamespace: 'policies' })
    assert.deepEqual(told(result), ['error root-namespace at Namespace policies'])
    assert.deepEqual(
      names(result).filter(name => name.includes(' policies/')),
      [],
    )
    assert.deepEqual(told(compiled(declared)), [])
  })

  it('writes nothing where no sidecar is ever injected', () => {
    const result = compiled({ services: { dns: service('tcp', 53, { namespace: 'kube-system' }) } })
    assert.deepEqual(told(result), ['error never-injected at Namespace kube-system'])
    assert.deepEqual(names(result), [])
  })

  it('is told of ports on which no policy would hold', () => {
    const result = compiled({ services: { a: service('http', 15090), b: service('tcp', 15021) } })
    assert.deepEqual(told(result), [
      'error reserved-port at services.a.ports.http',
      'error reserved-port at services.b.ports.tcp',
    ])
  })

  it('gives neither of two objects that would have one name', () => {
    const long = 'a-service-with-a-name-that-is-as-long-as-kubernetes-allows-them'
    const world = (first: string, second: string) =>
      compiled({
        services: { [first]: service('tcp', 1), [second]: service('tcp', 1), a: service('http', 8080) },
        calls: { a: { [first]: { tcp: 'tcp' }, [second]: { tcp: 'tcp' } } },
      })
    const [cut = ''] = names(world(long, 'b'), 'AuthorizationPolicy shop/callers-of-a')
    const forged = world(long, cut.slice('AuthorizationPolicy shop/callers-of-'.length))
    assert.deepEqual(told(forged), [`error name-clash at ${cut}`])
    assert.deepEqual(names(forged, 'AuthorizationPolicy'), [deny])
  })
})
