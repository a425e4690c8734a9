import assert from 'node:assert/strict'
import fc from 'fast-check'
import { read } from '../../../../core/analyze/read-istio'
import { compile } from '../../../../core/compile/compile'
import type { External, Graph } from '../../../../core/graph/graph'
import type { KubernetesObject } from '../../../../core/model/manifest'
import { objectName } from '../../../../core/model/manifest'
import { graphOf, service } from '../../../support/compiled'
import { objectsOf, prove, proveObjects, reachOf, sourced, target } from '../../../support/prove'
import type { Json } from './objects'
import { judge } from './objects'

const api: External = {
  hosts: ['api.example.com'],
  ports: { http: { protocol: 'http', port: 80 } },
  gateway: 'istio-egress',
  tls: {},
}
const graph = graphOf({
  services: { a: service('http', 8080), b: service('http', 8080, { namespace: 'other' }), c: service('http', 8080) },
  external: {
    api,
    rpc: {
      hosts: ['rpc.example.com'],
      ports: { grpc: { protocol: 'grpc', port: 443 } },
      gateway: 'istio-egress',
      tls: {},
    },
    direct: { hosts: ['d.example.com'], ports: { http: { protocol: 'http', port: 8080 } }, tls: {} },
  },
  calls: {
    a: { api: { http: ['GET /v1/**', 'POST /v1/charges'] }, rpc: { grpc: ['a.B/C'] }, direct: { http: ['GET /'] } },
    b: { api: { http: ['GET /v1/**'] } },
  },
})
const objects = objectsOf(compile(graph, target))
const fullName = (object: KubernetesObject): string => objectName(object)
const differences = (some: readonly KubernetesObject[]): readonly string[] =>
  proveObjects(some, graph).differences.map(({ kind, text }) => `${kind} ${text}`)
/** What is found where one object is gone. */
const without = (...names: readonly string[]): readonly string[] => {
  for (const name of names)
    assert.ok(
      objects.some(object => fullName(object) === name),
      name,
    )
  return differences(objects.filter(object => !names.includes(fullName(object))))
}
/** What is found where a text in one object is another. */
const changed = (name: string, from: string, to: string): readonly string[] => {
  const before = objects.filter(object => fullName(object) === name).map(object => JSON.stringify(object))
  assert.ok(
    before.some(text => text.includes(from)),
    name,
  )
  return differences(
    objects.map(object =>
      fullName(object) === name
        ? (JSON.parse(JSON.stringify(object).replaceAll(from, to)) as KubernetesObject)
        : object,
    ),
  )
}
const own = 'istio-egress.istio-egress.svc.cluster.local'
const toApi = [
  'cut other/b → external api.example.com:80 through istio-egress/istio-egress GET /v1/**',
  'cut shop/a → external api.example.com:80 through istio-egress/istio-egress GET /v1/**',
  'cut shop/a → external api.example.com:80 through istio-egress/istio-egress POST /v1/charges',
]
const toRpc = 'cut shop/a → external rpc.example.com:443 through istio-egress/istio-egress grpc a.B/C'

describe('what leaves the cluster', () => {
  it('is what is declared, where it is written as we write it', () => assert.deepEqual(differences(objects), []))

  it('is what is declared on generated graphs', () => {
    const routes = fc.subarray(['GET /', 'POST /a/**', 'GET /a/*/b', 'DELETE /a'], { minLength: 1 })
    const outside = fc.record(
      { gateway: fc.constantFrom('istio-egress', 'edge/out'), tls: fc.constantFrom({}, { port: 8443 }) },
      { requiredKeys: [] },
    )
    const port = fc.constantFrom(80, 8080)
    const call = fc.dictionary(fc.constantFrom('x', 'y'), routes, { maxKeys: 2 })
    fc.assert(
      fc.property(outside, outside, port, call, call, (x, y, number, a, b) => {
        const ports = { http: { protocol: 'http', port: number } } as const
        const calls = Object.entries({ a, b }).map(([name, callees]) => [
          name,
          Object.fromEntries(Object.entries(callees).map(([callee, asked]) => [callee, { http: asked }])),
        ])
        const generated: Graph = graphOf({
          services: graph.services,
          external: {
            x: { hosts: ['x.example.com'], ports, ...x },
            y: { hosts: ['y.example.com', 'z.y.example.com'], ports, ...y },
          },
          calls: Object.fromEntries(calls) as Graph['calls'],
        })
        assert.deepEqual(prove(generated).differences, [])
      }),
      { numRuns: 40 },
    )
  })

  it('is anything that a known caller likes where no policy stands at the gateway', () => {
    const policy = 'AuthorizationPolicy istio-egress/calls-through-istio-egress'
    const found = without(policy, 'AuthorizationPolicy istio-egress/default-deny')
    assert.ok(found.length > 0)
    for (const text of found) assert.match(text, /^admitted .* → istio-egress\/istio-egress:80 /)
  })

  it('is nothing where only the default deny of its namespace is left', () => {
    const found = without('AuthorizationPolicy istio-egress/calls-through-istio-egress')
    assert.ok(found.length > 0)
    for (const text of found) assert.match(text, /^cut /)
  })

  it('is more than is declared where the policy names another path, method, host or caller', () => {
    const policy = 'AuthorizationPolicy istio-egress/calls-through-istio-egress'
    assert.deepEqual(changed(policy, '"/v1/charges"', '"/v1/*"'), [
      'admitted shop/a → istio-egress/istio-egress:80 POST /v1/, host=api.example.com',
    ])
    assert.ok(changed(policy, '"GET"', '"PUT"').some(text => text.startsWith('admitted ')))
    assert.ok(
      changed(policy, 'td.example/ns/other/sa/b', 'td.example/ns/shop/sa/c').some(text =>
        text.startsWith('admitted shop/c '),
      ),
    )
    assert.ok(
      changed(policy, '"rpc.example.com"', '"api.example.com"').some(text => text.startsWith('admitted shop/a ')),
    )
  })

  it('is nothing of a host whose calls go straight there, past the gateway that it is declared for', () => {
    assert.deepEqual(without('VirtualService other/api.example.com'), toApi.slice(0, 1))
  })

  it('is nothing of a host that the gateway sends nowhere, or that it does not know', () => {
    assert.deepEqual(without('VirtualService istio-egress/api.example.com'), toApi)
    assert.deepEqual(without('ServiceEntry istio-egress/api.example.com'), toApi)
  })

  it('is nothing of a host whose requests are sent to another one', () => {
    const destination = (host: string): string => `"destination":{"host":"${host}"`
    const found = changed(
      'VirtualService istio-egress/api.example.com',
      destination('api.example.com'),
      destination('rpc.example.com'),
    )
    assert.deepEqual(
      found.filter(text => text.startsWith('cut')),
      toApi,
    )
    assert.ok(found.some(text => text.startsWith('admitted ') && text.includes('host=api.example.com')))
  })

  it('is nothing where the gateway does not listen, is not read, or has no Service', () => {
    const all = [...toApi, toRpc]
    assert.deepEqual(without('Gateway istio-egress/calls-through-istio-egress'), all)
    assert.deepEqual(without('Service istio-egress/istio-egress'), all)
    assert.deepEqual(without('Pod istio-egress/istio-egress'), [
      ...all,
      'unjudged no gateway was read that stands for istio-egress/istio-egress',
    ])
  })

  it('is nothing where sidecars would not speak mTLS to the gateway, or would give a name that nobody there has', () => {
    const all = [...toApi, toRpc]
    const rule = 'DestinationRule istio-egress/calls-through-istio-egress'
    assert.deepEqual(without(rule), all)
    assert.deepEqual(changed(rule, 'ISTIO_MUTUAL', 'DISABLE'), all)
    assert.deepEqual(changed(rule, `"sni":"${own}"`, '"sni":"other.example.com"'), all)
    assert.deepEqual(changed(rule, `,"sni":"${own}"`, ''), all)
  })

  it('is nothing where the gateway asks for no certificate of the mesh', () => {
    const found = changed('Gateway istio-egress/calls-through-istio-egress', 'ISTIO_MUTUAL', 'SIMPLE')
    assert.deepEqual(
      found.filter(text => text.startsWith('cut')),
      [...toApi, toRpc],
    )
  })

  it('is nothing where the caller’s Sidecar does not name the gateway', () => {
    assert.deepEqual(changed('Sidecar other/callees-of-b', `"istio-egress/${own}",`, ''), toApi.slice(0, 1))
  })

  it('is not certain where another VirtualService may turn the call elsewhere', () => {
    const rival = objects.filter(object => fullName(object) === 'VirtualService shop/api.example.com')
    const renamed = rival.map(object => ({ ...object, metadata: { ...object.metadata, name: 'rival' } }))
    assert.deepEqual(differences([...objects, ...renamed]), toApi.slice(1))
  })

  it('may be anything while the gateway’s namespace is at stage strict', () => {
    const to = { ...target, stages: { 'istio-egress': 'strict' as const } }
    assert.deepEqual(prove(graph, to).differences, [])
  })
})

describe('a host outside, asked of reach', () => {
  const caller = { trustDomain: 'td.example', namespace: 'shop', serviceAccount: 'a' }

  it('is open for the requests that the gateway lets out, and for no others', () => {
    const { open, certain } = reachOf(objects).egress(caller, { host: 'api.example.com', port: 80 })
    const asked = (method: string, path: string): boolean =>
      certain.contains(variable => ({ protocol: 'http', method, path })[variable] ?? '')
    assert.equal(open, 'yes')
    assert.ok(asked('GET', '/v1/x') && asked('POST', '/v1/charges'))
    assert.ok(!asked('POST', '/v1/x') && !asked('GET', '/'))
  })

  it('is shut where the network keeps the caller from the gateway', () => {
    const policed = (...ingress: readonly Json[]): string => {
      const metadata = { namespace: 'istio-egress', name: 'p' }
      const kind = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata }
      const policy = { ...kind, spec: { podSelector: {}, ingress } }
      return reachOf([...objects, policy]).egress(caller, { host: 'api.example.com', port: 80 }).open
    }
    assert.equal(policed({ from: [{ namespaceSelector: {} }] }), 'yes')
    assert.deepEqual([policed(), policed({ from: [{ podSelector: {} }] })], ['no', 'no'])
  })

  it('is shut for a caller of the mesh that the gateway does not let out, and unknown for one that was not read', () => {
    const reached = reachOf(objects)
    assert.equal(reached.egress({ ...caller, serviceAccount: 'c' }, { host: 'api.example.com', port: 80 }).open, 'no')
    assert.equal(
      reached.egress({ ...caller, serviceAccount: 'x' }, { host: 'api.example.com', port: 80 }).open,
      'unknown',
    )
  })
})

describe('a request at the gateway that calls leave through', () => {
  const { layer } = read(sourced(objects))
  const verdict = (from: Json, method: string, path: string, host = 'api.example.com'): string =>
    judge(layer, {
      id: 'r',
      from,
      to: { namespace: 'istio-egress', workload: 'istio-egress', port: 80 },
      http: { method, path, host, headers: {} },
    }).verdict
  const a = { trustDomain: 'td.example', namespace: 'shop', serviceAccount: 'a' }

  it('is let out as it is declared', () => {
    assert.equal(verdict(a, 'POST', '/v1/charges'), 'allow')
    assert.equal(verdict(a, 'GET', '/v1/x', 'api.example.com:80'), 'allow')
  })

  it('is refused from another caller, by another method, for another path or host', () => {
    assert.equal(verdict({ ...a, serviceAccount: 'c' }, 'GET', '/v1/x'), 'deny')
    assert.equal(verdict({ ...a, namespace: 'other', serviceAccount: 'b' }, 'POST', '/v1/charges'), 'deny')
    assert.equal(verdict(a, 'DELETE', '/v1/x'), 'deny')
    assert.equal(verdict(a, 'GET', '/v2'), 'deny')
    assert.equal(verdict(a, 'GET', '/v1/x', 'evil.example.com'), 'deny')
    assert.equal(verdict(a, 'GET', '/v1/x', 'rpc.example.com'), 'deny')
    assert.equal(verdict({ plaintext: true }, 'GET', '/v1/x'), 'deny')
  })
})
