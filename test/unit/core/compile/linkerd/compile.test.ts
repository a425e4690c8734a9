import assert from 'node:assert/strict'
import fc from 'fast-check'
import { decide } from '../../../../../core/analyze/decide'
import type { RequestSource } from '../../../../../core/analyze/request'
import { compile } from '../../../../../core/compile/compile'
import type { Compiled, LinkerdTarget } from '../../../../../core/compile/target'
import type { Graph } from '../../../../../core/graph/graph'
import { assumed, manifestOf, names, service, told } from '../../../../support/compiled'
import { graph } from '../../../../support/arbitrary/graph'
import { layerOf, linkerdTarget, onLinkerd, readably } from '../../../../support/linkerd'

const caller = { namespace: 'shop', ports: {} }
const pair: Partial<Graph> = {
  services: { a: caller, b: service('http', 8080) },
  calls: { a: { b: { http: ['GET /'] } } },
}

function spec(result: Compiled, name: string): unknown {
  return manifestOf(result, name).object.spec
}

function verdict(result: Compiled, from: RequestSource, to: string, path?: string): string {
  const [workload = '', port] = to.split(':')
  const http = path === undefined ? {} : { http: { method: path.startsWith('/g') ? 'POST' : 'GET', path, headers: {} } }
  return decide(layerOf(result), { id: '', from, to: { namespace: 'shop', workload, port: Number(port) }, ...http })
    .verdict
}

const known = (serviceAccount: string): RequestSource => ({
  kind: 'identity',
  identity: { trustDomain: 'td.example', namespace: 'shop', serviceAccount },
  ip: '10.0.0.1',
})
const nobody: RequestSource = { kind: 'plaintext', ip: '203.0.113.9' }

describe('compile for Linkerd', () => {
  it('gives the same bytes whatever the order of declaration', () => {
    const reversed = <T>(value: T): T => {
      if (typeof value !== 'object' || value === null) return value
      if (Array.isArray(value)) return value.map(each => reversed<unknown>(each)).reverse() as T
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, each]) => [key, reversed<unknown>(each)]),
      ) as T // the same keys in another order
    }
    const check = (declared: Graph): void => {
      assert.equal(
        JSON.stringify(compile(reversed(declared), linkerdTarget)),
        JSON.stringify(compile(declared, linkerdTarget)),
      )
    }
    fc.assert(fc.property(graph, check), { numRuns: 60 })
  })

  it('closes every declared port by a Server, also one that nobody may call', () => {
    const result = onLinkerd({ services: { b: service('http', 8080) } })
    assert.deepEqual(spec(result, 'Server shop/b.http'), {
      podSelector: { matchLabels: { app: 'b' } },
      port: 8080,
      proxyProtocol: 'HTTP/1',
      accessPolicy: 'deny',
    })
    assert.deepEqual(names(result), ['EgressNetwork shop/egress', 'Server shop/b.http'])
    assert.deepEqual(manifestOf(result, 'Server shop/b.http').because, ['shop/b:8080 (nobody may call)'])
  })

  it('names callers by their whole identity', () => {
    const result = readably(onLinkerd(pair))
    assert.deepEqual(spec(result, 'MeshTLSAuthentication shop/a.shop'), {
      identities: ['a.shop.serviceaccount.identity.mesh.td.example'],
    })
    assert.deepEqual(spec(result, 'AuthorizationPolicy shop/b.http'), {
      targetRef: { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'b.http' },
      requiredAuthenticationRefs: [{ group: 'policy.linkerd.io', kind: 'MeshTLSAuthentication', name: 'a.shop' }],
    })
  })

  it('lets callers in to a port of bytes as a whole', () => {
    const result = onLinkerd({
      services: { a: caller, b: service('tcp', 6379), c: service('tls', 8443) },
      calls: { a: { b: { tcp: 'tcp' }, c: { tls: 'tls' } } },
    })
    assert.deepEqual(names(result, 'AuthorizationPolicy'), [
      'AuthorizationPolicy shop/b.tcp',
      'AuthorizationPolicy shop/c.tls',
    ])
    assert.deepEqual((spec(result, 'Server shop/b.tcp') as { proxyProtocol: string }).proxyProtocol, 'opaque')
    assert.deepEqual((spec(result, 'Server shop/c.tls') as { proxyProtocol: string }).proxyProtocol, 'TLS')
    assert.deepEqual(names(result, 'MeshTLSAuthentication'), ['MeshTLSAuthentication shop/a.shop'])
  })

  it('lets callers from outside in by their addresses, on their routes alone', () => {
    const result = onLinkerd({
      services: { b: service('http', 8080) },
      outside: { lb: { kind: 'cidr', cidrs: ['203.0.113.0/24'], routes: { b: { http: ['GET /in'] } } } },
    })
    assert.deepEqual(spec(result, 'NetworkAuthentication shop/outside-lb'), { networks: [{ cidr: '203.0.113.0/24' }] })
    assert.equal(verdict(result, nobody, 'b:8080', '/in'), 'allow')
    assert.equal(verdict(result, nobody, 'b:8080', '/out'), 'deny')
    assert.equal(verdict(result, { kind: 'plaintext', ip: '198.51.100.1' }, 'b:8080', '/in'), 'deny')
  })

  it('gives probes back what a route takes from them, from the nodes alone', () => {
    const probed = { services: { a: caller, b: service('http', 8080, { probes: { liveness: 'GET /live' } }) } }
    const nodes = { nodeNetworks: ['172.31.0.0/16'] }
    const node: RequestSource = { kind: 'plaintext', ip: '172.31.0.1' }
    const alone = onLinkerd(probed, nodes)
    assert.deepEqual(names(alone, 'HTTPRoute'), [])
    const result = onLinkerd({ ...probed, calls: { a: { b: { http: ['GET /'] } } } }, nodes)
    assert.deepEqual(names(readably(result), 'HTTPRoute'), [
      'HTTPRoute shop/b.http.a.shop',
      'HTTPRoute shop/b.http.kubelet',
    ])
    for (const each of [alone, result]) {
      assert.equal(verdict(each, node, 'b:8080', '/live'), 'allow')
      assert.equal(verdict(each, nobody, 'b:8080', '/live'), 'deny')
      assert.equal(verdict(each, node, 'b:8080', '/'), 'deny')
    }
  })

  it('opens the metrics of proxies to the scraper where it has something to read', () => {
    const scraper = { namespace: 'shop', serviceAccount: 'prometheus' }
    const metrics = { metrics: { port: 9102, path: '/metrics' } }
    const result = onLinkerd({ services: { b: service('http', 8080, metrics) }, scraper })
    assert.equal(verdict(result, known('prometheus'), 'b:4191', '/metrics'), 'allow')
    assert.equal(verdict(result, known('a'), 'b:4191', '/metrics'), 'deny')
    assert.equal(verdict(result, nobody, 'b:4191', '/ready'), 'allow')
    assert.equal(verdict(result, known('prometheus'), 'b:4191', '/proxy-log-level'), 'deny')
    assert.deepEqual(names(onLinkerd({ ...pair, scraper }), 'Server'), ['Server shop/b.http'])
  })

  it('admits nobody by a token, which proxies do not look at', () => {
    const guarded = { route: 'GET /', jwt: { issuer: 'corp' } }
    const result = onLinkerd({
      services: { a: caller, b: service('http', 8080) },
      jwt: { corp: { issuer: 'corp', jwks: '{"keys":[]}' } },
      calls: { a: { b: { http: [guarded] } } },
    })
    assert.deepEqual(told(result), ['narrowed inexpressible at shop/b:8080'])
    assert.deepEqual(names(result), ['EgressNetwork shop/egress', 'Server shop/b.http'])
  })

  it('refuses accounts that can have no identity', () => {
    const result = onLinkerd({ ...pair, services: { ...pair.services, a: { ...caller, serviceAccount: 'a.b' } } })
    assert.ok(told(result).includes('error linkerd-identity at services.a'), told(result).join())
    assert.deepEqual(names(result), ['EgressNetwork shop/egress', 'Server shop/b.http'])
  })

  it('refuses ports that the proxy does not guard', () => {
    const reserved = [4140, 4143, 4190, 4191, 4567, 4568]
    const services = Object.fromEntries(reserved.map(port => [`s${port}`, service('http', port)]))
    assert.deepEqual(
      told(onLinkerd({ services })),
      reserved.map(port => `error reserved-port at services.s${port}.ports.http`),
    )
  })

  it('generates nothing for Pods that another Server would select too', () => {
    const labels = { app: 'x' }
    const result = onLinkerd({
      services: { a: caller, b: service('http', 8080, { labels }), c: service('http', 8080, { labels }) },
      calls: { a: { b: { http: ['GET /'] } } },
    })
    assert.deepEqual(told(result), [
      'error overlapping-labels at services.b.labels',
      'error overlapping-labels at services.c.labels',
    ])
    assert.deepEqual(names(result), ['EgressNetwork shop/egress'])
  })

  it('generates nothing where no proxy is injected, nor among the control plane', () => {
    const services = {
      a: { ...service('http', 1), namespace: 'kube-system' },
      b: { ...service('http', 1), namespace: 'mesh' },
    }
    const result = onLinkerd({ services })
    assert.deepEqual(told(result), [
      'error never-injected at Namespace kube-system',
      'error system-namespace at Namespace mesh',
    ])
    assert.deepEqual(names(result), [])
  })

  it('says what is wrong with a target', () => {
    const wrong: Partial<LinkerdTarget> = {
      version: '2.17',
      trustDomain: '*.example',
      nodeNetworks: ['10.0.0.0'],
      stages: { shpo: 'strict' },
    }
    const codes = onLinkerd({ services: { a: caller } }, wrong).problems.map(({ code }) => code)
    for (const code of ['unsupported-version', 'bad-trust-domain', 'bad-cidr', 'unknown-namespace'])
      assert.ok(codes.includes(code), code)
  })

  it('knows the versions it is for', () => {
    const isKnown = (version: string): boolean => {
      const found = told(onLinkerd(pair, { version }))
      assert.deepEqual(
        found.filter(text => text !== 'error unsupported-version at target.version'),
        [],
      )
      return found.length === 0
    }
    for (const version of ['2.20', '2.20.1', 'edge-26.6.3', 'edge-26.6.10', 'edge-26.10.1', 'edge-27.1.12'])
      assert.ok(isKnown(version), version)
    const others = ['2.2', '2.19', '2.201', '2.20.', 'v2.20', '2.20.1-rc1', 'edge-26.6.1', 'edge-26.6.2', 'edge-26.5.9']
    for (const version of [...others, 'edge-26.6.3x', 'edge-26.13.1', 'edge-25.12.1', 'edge-27.1', 'stable-2.20', ''])
      assert.ok(!isKnown(version), version)
  })

  it('lets nobody in for a caller from outside who is told by addresses and has none, and says so', () => {
    const routes = { b: { http: ['GET /'] } }
    const services = { b: service('http', 8080) }
    const from = (outside: Graph['outside'][string]) => {
      const result = onLinkerd({ services, outside: { lb: outside } })
      return [names(result, 'NetworkAuthentication').length, told(result)] as const
    }
    const [none, problems] = from({ kind: 'cidr', cidrs: [], routes })
    assert.equal(none, 0)
    assert.deepEqual(problems, ['narrowed inexpressible at shop/b:8080'])
    assert.deepEqual(from({ kind: 'cidr', routes })[1], ['narrowed inexpressible at shop/b:8080'])
    assert.equal(from({ kind: 'cidr', cidrs: ['10.0.0.0/8'], routes })[0], 1)
    assert.equal(from({ kind: 'kube-apiserver', routes })[0], 1)
  })

  it('leaves to others what enters, and says so', () => {
    const result = onLinkerd({
      services: { b: service('http', 8080) },
      ingress: { web: { gateway: 'edge', hosts: ['shop.example.com'], routes: { b: { http: ['GET /'] } } } },
    })
    assert.deepEqual(told(result), ['delegated unlisted-entry at ingress.web.gateway'])
  })

  it('writes down what makes Pods join the mesh and close all other ports', () => {
    const result = onLinkerd(pair)
    const annotations = { 'linkerd.io/inject': 'enabled', 'config.linkerd.io/default-inbound-policy': 'deny' }
    assert.deepEqual(result.annotations, { shop: annotations })
    assert.deepEqual(result.namespaces, { shop: {} })
    assert.deepEqual(assumed(result, 'Namespace shop').metadata.annotations, annotations)
  })

  it('takes a port with requests out of those that are usually opaque', () => {
    const result = onLinkerd({
      services: { a: caller, b: service('http', 3306) },
      calls: { a: { b: { http: ['GET /'] } } },
    })
    assert.deepEqual(assumed(result, 'Pod shop/b').metadata.annotations, { 'config.linkerd.io/opaque-ports': '' })
    assert.equal(verdict(result, known('a'), 'b:3306', '/'), 'allow')
  })
})

describe('stage `strict` on Linkerd', () => {
  const strict = { stages: { shop: 'strict' as const } }
  const services = {
    a: caller,
    b: service('http', 8080, { probes: { liveness: 'GET /live' } }),
    g: service('grpc', 7070, { probes: { liveness: 'grpc:7070' } }),
  }

  it('lets in whoever shows an identity, and the kubelet', () => {
    const result = onLinkerd({ services, calls: { a: { b: { http: ['GET /x'] } } } }, strict)
    assert.equal(verdict(result, known('stranger'), 'b:8080', '/y'), 'allow')
    assert.equal(verdict(result, nobody, 'b:8080', '/y'), 'deny')
    assert.equal(verdict(result, nobody, 'b:8080', '/live'), 'allow')
    assert.equal(verdict(result, known('stranger'), 'g:7070', '/g.S/M'), 'allow')
    assert.equal(verdict(result, nobody, 'g:7070', '/g.S/M'), 'deny')
    assert.equal(verdict(result, nobody, 'g:7070', '/grpc.health.v1.Health/Check'), 'allow')
    assert.equal(result.annotations?.shop?.['config.linkerd.io/default-inbound-policy'], 'all-authenticated')
  })

  it('lets callers from outside in to the ports that they may call', () => {
    const outside = { lb: { kind: 'cidr' as const, cidrs: ['203.0.113.0/24'], routes: { b: { http: ['GET /in'] } } } }
    const result = onLinkerd({ services, outside }, strict)
    assert.equal(verdict(result, nobody, 'b:8080', '/in'), 'allow')
    assert.equal(verdict(result, { kind: 'plaintext', ip: '198.51.100.1' }, 'b:8080', '/in'), 'deny')
  })

  it('says which of them it has no words for, and says nothing of callers that show an identity', () => {
    const jwt = { corp: { issuer: 'https://corp.example', jwksUri: 'https://corp.example/keys' } }
    const routes = { b: { http: [{ route: 'GET /in', jwt: { issuer: 'corp' } }] } }
    const outside = { lb: { kind: 'cidr' as const, cidrs: ['203.0.113.0/24'], routes } }
    const told = (more: Partial<Graph>) => onLinkerd({ services, jwt, ...more }, strict).problems.map(({ at }) => at)
    assert.deepEqual(told({ outside }), ['shop/b:8080'])
    assert.deepEqual(told({ calls: { a: routes } }), [])
    assert.equal(verdict(onLinkerd({ services, jwt, outside }, strict), nobody, 'b:8080', '/in'), 'deny')
  })
})
