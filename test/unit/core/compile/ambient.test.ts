import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compile } from '../../../../core/compile/compile'
import type { Compiled, IstioTarget } from '../../../../core/compile/target'
import type { Graph, Service } from '../../../../core/graph/graph'
import type { KubernetesObject } from '../../../../core/model/manifest'
import { graph } from '../../../support/arbitrary/graph'
import { ambient, manifestOf, names, service, specIn, specOf, told } from '../../../support/compiled'
import { anyTarget } from './targets'

const get = { http: ['GET /'] }

/** A policy of a callee in a namespace on ambient, and the callee. */
interface Found {
  readonly policy: KubernetesObject
  readonly callee: string
  readonly service: Service
}

/** The policies called `<prefix>-<service>` in ambient namespaces. */
function policiesOf(prefix: string, { graph, target, result }: Drawn): readonly Found[] {
  return Object.entries(graph.services).flatMap(([callee, service]) =>
    onAmbient(service.namespace, target)
      ? result.manifests
          .map(({ object }) => object)
          .filter(({ metadata }) => metadata.name === `${prefix}-${callee}` && metadata.namespace === service.namespace)
          .map(policy => ({ policy, callee, service }))
      : [],
  )
}

function onAmbient(namespace: string, { kind, dataPlanes = {} }: IstioTarget): boolean {
  return (dataPlanes[namespace] ?? (kind === 'istio-ambient' ? 'ambient' : 'sidecar')) === 'ambient'
}

interface Drawn {
  readonly graph: Graph
  readonly target: IstioTarget
  readonly result: Compiled
}

/** Holds `check` against generated graphs on generated targets, and makes sure that it was not held against nothing. */
function forAll(check: (drawn: Drawn) => number): void {
  let seen = 0
  const property = fc.property(graph, anyTarget, (graph, target) => {
    seen += check({ graph, target, result: compile(graph, target) })
  })
  fc.assert(property)
  assert.ok(seen > 0, 'nothing was checked')
}

/** The waypoint that a Service's own label, or else its Namespace's, leads to: `namespace/name`. */
function waypointOf(callee: string, namespace: string, { assumptions, namespaces }: Compiled): string | undefined {
  const found = assumptions.find(
    ({ kind, metadata }) => kind === 'Service' && metadata.name === callee && metadata.namespace === namespace,
  )
  const own = found?.metadata.labels ?? {}
  const labels = own['istio.io/use-waypoint'] === undefined ? (namespaces[namespace] ?? {}) : own
  const name = labels['istio.io/use-waypoint']
  return name === undefined ? undefined : `${labels['istio.io/use-waypoint-namespace'] ?? namespace}/${name}`
}

describe('an ambient namespace', () => {
  it('is closed by default and requires mTLS', () => {
    const result = ambient({ services: { a: service('http', 8080) } })
    assert.deepEqual(names(result), ['AuthorizationPolicy shop/default-deny', 'PeerAuthentication shop/default'])
    assert.deepEqual(specOf(result, 'AuthorizationPolicy shop/default-deny'), {})
    assert.deepEqual(specOf(result, 'PeerAuthentication shop/default'), { mtls: { mode: 'STRICT' } })
    assert.deepEqual(result.namespaces, { shop: { 'istio.io/dataplane-mode': 'ambient' } })
  })

  it('costs two policies a service, and some for all', () => {
    const count = 40
    const range = Array.from({ length: count }, (_, i) => i)
    const services = Object.fromEntries(range.map(i => [`s${i}`, service('http', 8080)]))
    const calls = Object.fromEntries(range.slice(1).map(i => [`s${i - 1}`, { [`s${i}`]: get }]))
    const result = ambient({ services, calls })
    assert.equal(names(result, 'AuthorizationPolicy').length, 2 * (count - 1) + 2)
    assert.ok(names(result).length / count <= 2.3, `${names(result).length / count} objects a service`)
  })

  it('never has an injection label, whatever the revision', () => {
    forAll(({ target, result }) => {
      const labels = Object.entries(result.namespaces).filter(([namespace]) => onAmbient(namespace, target))
      for (const [, each] of labels) {
        assert.equal(each['istio.io/dataplane-mode'], 'ambient')
        assert.ok(!('istio-injection' in each) && !('istio.io/rev' in each))
      }
      return labels.length
    })
    const { namespaces } = ambient({ services: { a: service('http', 8080) } }, { revision: '1-30-3', tag: 'prod' })
    assert.deepEqual(namespaces, { shop: { 'istio.io/dataplane-mode': 'ambient' } })
  })

  it('has no Sidecar', () => {
    forAll(({ target, result }) => {
      const here = result.manifests.filter(({ object }) => onAmbient(object.metadata.namespace ?? '', target))
      assert.deepEqual(
        here.filter(({ object }) => object.kind === 'Sidecar'),
        [],
      )
      return here.length
    })
  })
})

describe('a policy for ztunnel', () => {
  it('says who and which container port, and nothing that ztunnel would not read', () => {
    forAll(drawn => {
      const found = policiesOf('callers-of', drawn)
      for (const { policy, service } of found) {
        const { action, rules, targetRefs } = specIn(policy)
        assert.deepEqual({ action, targetRefs }, { action: 'ALLOW', targetRefs: undefined })
        const ports = [...Object.values(service.ports).map(({ port }) => port), service.metrics?.port].map(String)
        for (const { from = [], to, ...rest } of rules) {
          assert.deepEqual(rest, {})
          for (const { source } of from) assert.match(Object.keys(source).join(), /^(principals|ipBlocks)$/)
          for (const { operation } of to) {
            assert.deepEqual(Object.keys(operation), ['ports'])
            assert.ok(operation.ports?.every(port => ports.includes(port)))
          }
        }
      }
      return found.length
    })
  })

  it('admits the waypoint that the labels lead to wherever a policy at the waypoint admits somebody', () => {
    forAll(drawn => {
      const { target, result } = drawn
      const found = policiesOf('routes-to', drawn).filter(
        ({ service }) => target.stages?.[service.namespace] !== 'strict',
      )
      for (const { callee, service } of found) {
        const { namespace } = service
        const waypoint = waypointOf(callee, namespace, result)
        assert.ok(waypoint)
        assert.ok(names(result, 'Gateway').includes(`Gateway ${waypoint}`))
        const guard = JSON.stringify(specOf(result, `AuthorizationPolicy ${namespace}/callers-of-${callee}`))
        assert.ok(guard.includes(`"td.example/ns/${waypoint.replace('/', '/sa/')}"`), guard)
      }
      return found.length
    })
  })
})

describe('a policy at a waypoint', () => {
  it('names ports of the Service, and no HTTP field beside a TCP port', () => {
    forAll(drawn => {
      const found = policiesOf('routes-to', drawn)
      for (const { policy, callee, service } of found) {
        const { targetRefs, rules } = specIn(policy)
        assert.deepEqual(targetRefs, [{ group: '', kind: 'Service', name: callee }])
        const http = Object.values(service.ports).filter(({ protocol }) => protocol === 'http' || protocol === 'grpc')
        const raw = Object.values(service.ports).filter(each => !http.includes(each))
        const numbers = (ports: typeof http) => ports.map(({ port, servicePort = port }) => String(servicePort))
        for (const { to } of rules) {
          const kinds = new Set(to.map(({ operation }) => Object.keys(operation).join()))
          assert.equal(kinds.size, 1)
          const allowed = kinds.has('ports') ? numbers(raw) : [...numbers(http), String(service.metrics?.port)]
          for (const { operation } of to) assert.ok(operation.ports?.every(port => allowed.includes(port)))
        }
      }
      return found.length
    })
  })

  it('is never alone: all waypoints are closed by default where there is one', () => {
    forAll(({ result }) => {
      const gateways = result.manifests.filter(({ object }) => {
        const { gatewayClassName } = (object.spec ?? {}) as { readonly gatewayClassName?: string }
        return gatewayClassName === 'istio-waypoint'
      }).length
      const deny = names(result, 'AuthorizationPolicy istio-system/default-deny-waypoints').length
      assert.equal(deny, gateways > 0 ? 1 : 0)
      return gateways
    })
  })
})

describe('an ambient namespace at stage `strict`', () => {
  const declared: Partial<Graph> = {
    services: { a: service('http', 8080), b: service('http', 8080) },
    calls: { a: { b: get } },
  }
  const strict = ambient(declared, { stages: { shop: 'strict' } })
  const enforced = ambient(declared)

  it('has its waypoint and its labels already, and lets everybody of the mesh pass there', () => {
    assert.deepEqual(names(strict).sort(), [
      'AuthorizationPolicy istio-system/default-deny-waypoints',
      'AuthorizationPolicy shop/callers-of-b',
      'AuthorizationPolicy shop/default-deny',
      'AuthorizationPolicy shop/open-to-the-mesh',
      'AuthorizationPolicy shop/routes-to-b',
      'Gateway shop/waypoint',
      'PeerAuthentication shop/default',
    ])
    assert.deepEqual(strict.namespaces, enforced.namespaces)
    assert.deepEqual(specOf(strict, 'AuthorizationPolicy shop/open-to-the-mesh'), {
      targetRefs: [{ group: '', kind: 'Service', name: 'b' }],
      action: 'ALLOW',
      rules: [{}],
    })
    assert.ok(!names(enforced).includes('AuthorizationPolicy shop/open-to-the-mesh'))
  })

  it('opens no more targets in one policy than the schema allows', () => {
    const many = Array.from({ length: 40 }, (_, i) => `s${i}`)
    const services = Object.fromEntries(many.map(name => [name, service('http', 8080)]))
    const calls = { s0: Object.fromEntries(many.slice(1).map(name => [name, get])) }
    const open = names(ambient({ services, calls }, { stages: { shop: 'strict' } })).filter(name =>
      name.includes('open-to'),
    )
    assert.equal(open.length, 3)
  })

  it('has every policy in shadow, saying what it will say when it is enforced', () => {
    const shadowed = names(strict, 'AuthorizationPolicy').filter(name => !/open-to-the-mesh|-waypoints$/.test(name))
    assert.equal(shadowed.length, 3)
    for (const name of shadowed) {
      assert.deepEqual(manifestOf(strict, name).object.metadata.annotations, { 'istio.io/dry-run': 'true' }, name)
      assert.equal(manifestOf(enforced, name).object.metadata.annotations, undefined, name)
      assert.deepEqual(specOf(strict, name), specOf(enforced, name))
    }
    assert.deepEqual(specOf(strict, 'PeerAuthentication shop/default'), { mtls: { mode: 'STRICT' } })
  })

  it('opens only its own Services at a waypoint that it shares', () => {
    const services = { ...declared.services, c: service('http', 8080, { namespace: 'pay' }) }
    const edge = { namespace: 'edge', name: 'shared' }
    const result = ambient(
      { services, calls: { a: { b: get, c: get } } },
      { stages: { shop: 'strict' }, waypoints: { shop: edge, pay: edge } },
    )
    assert.match(JSON.stringify(specOf(result, 'Gateway edge/shared').listeners), /"values":\["pay","shop"\]/)
    assert.deepEqual(
      names(result).filter(name => name.includes('open-to')),
      ['AuthorizationPolicy shop/open-to-the-mesh'],
    )
  })
})

describe('a graph that validation would have refused, on ambient', () => {
  it('gets nothing in a namespace that ambient leaves alone, and all that it needs in others', () => {
    const services = (namespace: string) => ({ dns: service('tcp', 53, { namespace }) })
    assert.deepEqual(told(ambient({ services: services('kube-system') })), [
      'error never-captured at Namespace kube-system',
    ])
    assert.deepEqual(names(ambient({ services: services('kube-system') })), [])
    assert.deepEqual(told(ambient({ services: services('kube-public') })), [])
    const sidecar = ambient({ services: services('kube-public') }, { dataPlanes: { 'kube-public': 'sidecar' } })
    assert.deepEqual(told(sidecar), ['error never-injected at Namespace kube-public'])
  })

  it('is told of the ports that ztunnel has in every Pod', () => {
    const reserved = [15001, 15006, 15008, 15053, 15080]
    for (const port of [...reserved, 15000, 15020, 15021, 15090]) {
      const expected = reserved.includes(port) ? ['error reserved-port at services.a.ports.tcp'] : []
      assert.deepEqual(told(ambient({ services: { a: service('tcp', port) } })), expected, String(port))
    }
  })

  it('stays closed at the waypoint to a service whose labels select another’s Pods', () => {
    const services = {
      a: service('http', 8080, { labels: { app: 'x' } }),
      b: service('http', 8080, { labels: { app: 'x', tier: 'b' } }),
      c: service('http', 8080),
    }
    const result = ambient({ services, calls: { c: { a: get, b: get } } })
    assert.deepEqual(told(result), ['error overlapping-labels at services.a.labels'])
    assert.deepEqual(names(result, 'AuthorizationPolicy shop'), [
      'AuthorizationPolicy shop/callers-of-b',
      'AuthorizationPolicy shop/default-deny',
      'AuthorizationPolicy shop/routes-to-b',
    ])
  })

  it('admits nobody under a trust domain that is a pattern', () => {
    const result = ambient(
      { services: { a: service('http', 1), b: service('http', 1) }, calls: { a: { b: get } } },
      { trustDomain: '*' },
    )
    assert.deepEqual(names(result, 'AuthorizationPolicy shop'), ['AuthorizationPolicy shop/default-deny'])
  })
})
