import assert from 'node:assert/strict'
import { compile } from '../../core/compile/compile'
import type { LinkerdTarget, Stage } from '../../core/compile/target'
import type { Graph } from '../../core/graph/graph'
import { intentOf } from '../../core/graph/intent'
import type { KubernetesObject } from '../../core/model/manifest'
import bookinfo from '../../examples/bookinfo/graph'
import boutique from '../../examples/online-boutique/graph'
import { linkerdPolicy, networkAuthentication, server, toServer } from '../../policypacks/zero-trust/example-linkerd'
import type { IntentSource } from '../../policypacks/zero-trust/lock'
import { rules } from '../../policypacks/zero-trust/rules'
import { checkManifests } from '../../policypacks/zero-trust/run'
import { graphOf, service } from '../support/compiled'
import { readably } from '../support/linkerd'

/** Every kind of port and of caller. */
const everything: Graph = graphOf({
  services: {
    a: service('http', 8080),
    b: service('http', 8080, { probes: { readiness: 'GET:8080 /ready' }, metrics: { port: 9090, path: '/metrics' } }),
    c: service('grpc', 9000, { namespace: 'data', probes: { readiness: 'grpc:9000' } }),
    d: service('tcp', 5432, { namespace: 'data' }),
    e: service('tls', 8443, { namespace: 'data' }),
  },
  outside: {
    office: { kind: 'cidr', cidrs: ['203.0.113.0/24'], routes: { b: { http: ['GET /office'] } } },
    anybody: { kind: 'kube-apiserver', routes: { b: { http: ['GET /hook'] } } },
  },
  calls: {
    a: { b: { http: ['GET /items/**'] }, c: { grpc: ['pkg.C/Get'] }, d: { tcp: 'tcp' }, e: { tls: 'tls' } },
    b: { c: { grpc: ['pkg.C/Get', 'pkg.C/Put'] } },
  },
  scraper: { namespace: 'monitoring', serviceAccount: 'prometheus' },
})
const graphs: Readonly<Record<string, Graph>> = {
  'Online Boutique': boutique,
  Bookinfo: bookinfo,
  'a bit of all': everything,
}

/** The rules about what Linkerd's objects say. */
const linkerdRules = [
  'server-for-every-port',
  'server-port-exists',
  'server-v1beta3',
  'no-overlapping-servers',
  'access-policy-deny',
  'audit-expires',
  'no-empty-authentication',
  'authentication-exists',
  'no-wildcard-mesh-identity',
  'no-open-network-authentication',
  'no-namespace-wide-grant',
  'no-legacy-server-authorization',
  'route-matches-server-protocol',
  'probe-route-present',
  'no-opaque-http-conflict',
]

interface Compiled {
  readonly objects: readonly KubernetesObject[]
  readonly intent: IntentSource
  readonly stages: Readonly<Record<string, Stage>>
}

function compiled(graph: Graph, stage: Stage, more: Partial<LinkerdTarget> = {}): Compiled {
  const stages = Object.fromEntries(Object.values(graph.services).map(({ namespace }) => [namespace, stage] as const))
  const target: LinkerdTarget = { kind: 'linkerd', version: '2.20', trustDomain: 'mesh.example', stages, ...more }
  const { manifests, assumptions, problems } = readably(compile(graph, target))
  assert.deepEqual(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  )
  const objects = [...assumptions, ...manifests.map(({ object }) => object)]
  return { objects, intent: { kind: 'found', digest: 'sha256:0', intent: intentOf(graph) }, stages }
}

function found({ objects, intent, stages }: Compiled): readonly string[] {
  const manifests = objects.map((object, i) => ({ object, at: `object ${i}` }))
  const looking = rules.filter(({ id }) => linkerdRules.includes(id))
  assert.equal(looking.length, linkerdRules.length)
  return checkManifests(looking, manifests, { intent, config: { stages } }).map(({ rule, resource, path }) =>
    `${rule}: ${resource} ${path}`.trim(),
  )
}

describe('what we compile for Linkerd', () => {
  for (const [name, graph] of Object.entries(graphs)) {
    for (const stage of ['strict', 'enforce'] as const) {
      it(`is found to be right at stage ${stage}: ${name}`, () => {
        assert.deepEqual(found(compiled(graph, stage)), [])
        assert.deepEqual(found(compiled(graph, stage, { nodeNetworks: ['10.0.0.0/16'] })), [])
      })
    }
  }

  it('is found wrong where it is at stage strict and the pack expects enforce', () => {
    const lines = found({ ...compiled(everything, 'strict'), stages: {} })
    assert.deepEqual([...new Set(lines.map(line => line.split(':')[0]))], ['access-policy-deny'])
  })

  const right = compiled(everything, 'enforce')
  const isCalled = (kind: string, name: string) => (object: KubernetesObject) =>
    object.kind === kind && object.metadata.name === name
  const without = (is: (object: KubernetesObject) => boolean) => {
    const left = right.objects.filter(object => !is(object))
    assert.ok(left.length < right.objects.length, 'nothing is taken away')
    return left
  }
  const replaced = (from: string, to: string, is: (object: KubernetesObject) => boolean) => {
    const objects = right.objects.map(object =>
      is(object) ? (JSON.parse(JSON.stringify(object).replaceAll(from, to)) as KubernetesObject) : object,
    )
    assert.notDeepEqual(objects, right.objects)
    return objects
  }
  const anyOf = (kind: string) => (object: KubernetesObject) => object.kind === kind

  const mutants: readonly (readonly [string, readonly KubernetesObject[], string])[] = [
    [
      'without a Server',
      without(isCalled('Server', 'a.http')),
      'server-for-every-port: Pod shop/a spec.containers[0].ports[0]',
    ],
    [
      'with digits in quotes',
      replaced('"port":5432', '"port":"5432"', anyOf('Server')),
      'server-port-exists: Server data/d.tcp spec.port',
    ],
    [
      'with Servers of an older version',
      replaced('v1beta3', 'v1beta2', anyOf('Server')),
      'server-v1beta3: Server data/d.tcp spec.accessPolicy',
    ],
    [
      'beside a Server for all Pods',
      [...right.objects, server('all', { podSelector: {}, port: 8443 }, 'data')],
      'no-overlapping-servers: Server data/all',
    ],
    [
      'with a Server that is open',
      replaced('"deny"', '"all-unauthenticated"', isCalled('Server', 'd.tcp')),
      'access-policy-deny: Server data/d.tcp spec.accessPolicy',
    ],
    [
      'with a Server that audits',
      replaced('"deny"', '"audit"', isCalled('Server', 'd.tcp')),
      'audit-expires: Server data/d.tcp spec.accessPolicy',
    ],
    [
      'without the authentication of a caller',
      without(isCalled('MeshTLSAuthentication', 'a.shop')),
      'authentication-exists: AuthorizationPolicy data/d.tcp spec.requiredAuthenticationRefs[0]',
    ],
    [
      'with an identity of an account that nobody has',
      replaced('a.shop.serviceaccount', 'aa.shop.serviceaccount', anyOf('MeshTLSAuthentication')),
      'authentication-exists: MeshTLSAuthentication data/a.shop spec.identities[0]',
    ],
    [
      'with an identity by its end',
      replaced('a.shop.serviceaccount', '*.shop.serviceaccount', anyOf('MeshTLSAuthentication')),
      'no-wildcard-mesh-identity: MeshTLSAuthentication data/a.shop spec.identities[0]',
    ],
    [
      'beside a policy that asks for nothing',
      [...right.objects, linkerdPolicy('x', toServer('a.http'), [])],
      'no-empty-authentication: AuthorizationPolicy shop/x spec.requiredAuthenticationRefs',
    ],
    [
      'beside a policy that is met from anywhere, on a port that nobody outside may call',
      [
        ...right.objects,
        networkAuthentication('x', ['0.0.0.0/0']),
        linkerdPolicy('x', toServer('a.http'), [
          { group: 'policy.linkerd.io', kind: 'NetworkAuthentication', name: 'x' },
        ]),
      ],
      'no-open-network-authentication: AuthorizationPolicy shop/x spec.requiredAuthenticationRefs[0]',
    ],
    [
      'with a policy for the whole namespace',
      replaced(
        '"group":"policy.linkerd.io","kind":"Server"',
        '"kind":"Namespace"',
        isCalled('AuthorizationPolicy', 'd.tcp'),
      ),
      'no-namespace-wide-grant: AuthorizationPolicy data/d.tcp spec.targetRef',
    ],
    [
      'with HTTPRoutes where the proxy reads gRPC',
      replaced('"kind":"GRPCRoute"', '"kind":"HTTPRoute"', object => object.metadata.namespace === 'data'),
      'route-matches-server-protocol: HTTPRoute data/c.grpc.kubelet spec.parentRefs[0]',
    ],
    [
      'without the route of a probe',
      without(isCalled('HTTPRoute', 'b.http.kubelet')),
      'probe-route-present: Pod shop/b spec.containers[0].readinessProbe.httpGet',
    ],
    [
      "without the route of the proxies' own probes",
      without(isCalled('HTTPRoute', 'proxy-admin.probes')),
      'probe-route-present: Pod shop/b',
    ],
    [
      'with a port of requests among those of bytes',
      replaced('11211', '11211,8080', anyOf('ConfigMap')),
      'no-opaque-http-conflict: Server shop/a.http',
    ],
  ]
  for (const [title, objects, expected] of mutants) {
    it(`is found wrong ${title}`, () => {
      const lines = found({ ...right, objects })
      assert.ok(lines.includes(expected), lines.join('\n'))
    })
  }
})
