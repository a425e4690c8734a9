import assert from 'node:assert/strict'
import fc from 'fast-check'
import { decide } from '../../../../../core/analyze/decide'
import type { Layer } from '../../../../../core/analyze/layer'
import type { HttpRequest, Request, RequestSource } from '../../../../../core/analyze/request'
import { compile } from '../../../../../core/compile/compile'
import type { LinkerdTarget } from '../../../../../core/compile/target'
import { flows } from '../../../../../core/graph/flows'
import type { Graph } from '../../../../../core/graph/graph'
import { pathExpression } from '../../../../../core/graph/paths'
import { portsOf } from '../../../../../core/graph/resolve'
import type { Flow, WorkloadCallee } from '../../../../../core/model/flow'
import { printFlow } from '../../../../../core/model/flow'
import { Language } from '../../../../../core/model/language'
import { graph } from '../../../../support/arbitrary/graph'
import { graphOf } from '../../../../support/compiled'
import { layerOf, linkerdTarget } from '../../../../support/linkerd'

/*
 * The proof by one request at a time: what a graph declares is let in, and of all else what is tried is not. Probes are declared too, and come from
 * the nodes' networks, as the installation that is assumed has it.
 */

type Intended = Flow & { readonly to: WorkloadCallee }

/** Nodes are where no other caller of the generated graphs is. */
const target: LinkerdTarget = { ...linkerdTarget, nodeNetworks: ['172.31.0.0/16'] }
const trustDomain = target.trustDomain
const node: RequestSource = { kind: 'plaintext', ip: '172.31.0.9' }

const literals = [
  '/',
  '/cart',
  '/items/',
  '/items/new',
  '/items/7',
  '/items/7/8',
  '/items',
  '/a/b/b',
  '/a/b/b/',
  '/a/x/b/c',
]
const paths = [
  ...literals,
  '/a',
  '/_healthz',
  '/metrics',
  '/other',
  '/shop.Cart/Get',
  '/shop.Cart/Add',
  '/pay.Ledger/Book',
]
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']

function sourceOf({ from }: Flow): RequestSource {
  switch (from.kind) {
    case 'workload':
      return identity(from.namespace, from.serviceAccount)
    case 'outside': {
      const [block] = from.cidrs
      return { kind: 'plaintext', ip: block?.replace(/\/.*/, '') ?? '203.0.113.9' }
    }
    case 'kubelet':
      return node
  }
}

function identity(namespace: string, serviceAccount: string, domain = trustDomain): RequestSource {
  return { kind: 'identity', identity: { trustDomain: domain, namespace, serviceAccount }, ip: '10.99.0.1' }
}

function request(from: RequestSource, to: { namespace: string; service: string; port: number }, http?: Asked): Request {
  const { namespace, service: workload, port } = to
  const asked = http && { http: { ...http, headers: {} } satisfies HttpRequest }
  return { id: 'r', from, to: { namespace, workload, port }, ...asked }
}

interface Asked {
  readonly method: string
  readonly path: string
}

/** The requests that a route stands for, of those that are tried. */
function asks({ route }: Flow, { method, path }: Asked): boolean {
  if (route.kind === 'http') return method === route.method && Language.of(pathExpression(route.path)).contains(path)
  return route.kind === 'grpc' && method === 'POST' && path === `/${route.service}/${route.method}`
}

/** Requests that any route of `all` stands for come with a concrete path. */
function examples(flow: Intended): readonly (Asked | undefined)[] {
  const { route } = flow
  if (route.kind === 'tcp' || route.kind === 'tls') return [undefined]
  const path = route.kind === 'grpc' ? `/${route.service}/${route.method}` : route.path
  const own = path.replace(/\*\*$/, 'q/r').replace(/\*/g, 'z')
  const method = route.kind === 'grpc' ? 'POST' : route.method
  return [own, ...paths].map(each => ({ method, path: each })).filter(each => asks(flow, each))
}

/** A bare connection of the kubelet's is taken by the proxy itself; tokens are not looked at on Linkerd. */
function isExpressible({ from, route, jwt }: Flow): boolean {
  return !jwt && !(from.kind === 'kubelet' && route.kind === 'tcp')
}

function intended(declared: Graph): Intended[] {
  return flows(declared).filter((flow): flow is Intended => flow.to.kind === 'workload' && isExpressible(flow))
}

/** What all Pods of a service say, those of each of its versions. */
function allows(layer: Layer, asked: Request): string {
  const { namespace, workload: service } = asked.to
  const pods = layer.workloads.filter(
    ({ name, namespace: place }) => place === namespace && (name === service || name.startsWith(`${service}-v`)),
  )
  const verdicts = pods.map(({ name }) => decide(layer, { ...asked, to: { ...asked.to, workload: name } }).verdict)
  return [...new Set(verdicts)].join(' and ')
}

/** Somebody may ask, as far as their identity, or for want of one their address, tells. */
function declaredFor(all: readonly Intended[], { from, to, http }: Request): boolean {
  return all.some(flow => {
    if (flow.to.service !== to.workload || flow.to.port !== to.port) return false
    const { route } = flow
    const bytes = route.kind === 'tcp' || route.kind === 'tls'
    return comesAs(flow, from) && (bytes || (http !== undefined && asks(flow, http)))
  })
}

/** An address is enough where no identity is asked for, whoever comes with it. */
function comesAs({ from: caller }: Intended, from: RequestSource): boolean {
  switch (caller.kind) {
    case 'workload': {
      if (from.kind !== 'identity') return false
      const { namespace, serviceAccount, trustDomain: domain } = from.identity
      return domain === trustDomain && namespace === caller.namespace && serviceAccount === caller.serviceAccount
    }
    case 'outside':
      if (caller.cidrs.length === 0) return true
      return caller.cidrs.includes('192.168.7.0/24') && from.ip === '192.168.7.9'
        ? true
        : from.ip?.startsWith('10.') === true
    case 'kubelet':
      return from.ip?.startsWith('172.31.') === true
  }
}

const strangers: readonly RequestSource[] = [
  identity('shop', 'stranger'),
  identity('monitoring', 'prometheus'),
  ...['shop', 'pay', 'data'].flatMap(namespace =>
    ['cart', 'frontend', 'ledger', 'orders', 'redis', 'search'].map(name => identity(namespace, name)),
  ),
  identity('istio-ingress', 'istio-ingress'),
  { kind: 'plaintext', ip: '10.99.0.1' },
  { kind: 'plaintext', ip: '192.168.7.9' },
  { kind: 'plaintext', ip: '203.0.113.9' },
  node,
]

describe('what is compiled for Linkerd', () => {
  it('lets in every declared flow', () => {
    fc.assert(
      fc.property(graph, declared => {
        const layer = layerOf(compile(declared, target))
        for (const flow of intended(declared)) {
          for (const http of examples(flow)) {
            const asked = request(sourceOf(flow), flow.to, http)
            assert.equal(allows(layer, asked), 'allow', `${printFlow(flow)} ${JSON.stringify(http)}`)
          }
        }
      }),
      { numRuns: 100 },
    )
  })

  it('refuses everybody else, and every other method, path and port', () => {
    const tried = { allow: 0, deny: 0 }
    const attempt = fc.record({
      from: fc.constantFrom(...strangers),
      http: fc.option(fc.record({ method: fc.constantFrom(...methods), path: fc.constantFrom(...paths) }), { freq: 6 }),
      port: fc.nat(),
    })
    fc.assert(
      fc.property(graph, fc.array(attempt, { minLength: 30, maxLength: 30 }), (declared, attempts) => {
        const result = compile(declared, target)
        fc.pre(result.problems.every(({ severity }) => severity !== 'error'))
        const layer = layerOf(result)
        const all = intended(declared)
        for (const [service, its] of Object.entries(declared.services)) {
          const ports = [...portsOf(its).map(({ port }) => port), 15999]
          for (const { from, http, port } of attempts) {
            const to = { namespace: its.namespace, service, port: ports[port % ports.length] ?? 0 }
            const asked = request(from, to, http ?? undefined)
            const meant = declaredFor(all, asked)
            const verdict = allows(layer, asked)
            assert.equal(verdict, meant ? 'allow' : 'deny', JSON.stringify([asked, decide(layer, asked)]))
            tried[verdict === 'allow' ? 'allow' : 'deny']++
          }
        }
      }),
      { numRuns: 100 },
    )
    assert.ok(tried.allow > 30 && tried.deny > 4000, JSON.stringify(tried))
  })

  it('refuses the right account of another trust domain', () => {
    const declared = graphOf({
      services: {
        a: { namespace: 'shop', ports: {} },
        b: { namespace: 'shop', ports: { http: { protocol: 'http', port: 8080 } } },
      },
      calls: { a: { b: { http: ['GET /x'] } } },
    })
    const layer = layerOf(compile(declared, target))
    const to = { namespace: 'shop', service: 'b', port: 8080 }
    const http = { method: 'GET', path: '/x' }
    assert.equal(allows(layer, request(identity('shop', 'a'), to, http)), 'allow')
    assert.equal(allows(layer, request(identity('shop', 'a', 'other.example'), to, http)), 'deny')
  })

  it('never lets a route take what another caller was granted, whatever the overlap', () => {
    const routes = [
      'GET /**',
      'GET /',
      'GET /items/**',
      'GET /items/*',
      'GET /items/new',
      'GET /*/new',
      'GET /items/',
      'GET /*',
    ]
    const some = fc.subarray(routes, { minLength: 1 })
    fc.assert(
      fc.property(fc.tuple(some, some, some), ([a, b, c]) => {
        const declared = graphOf({
          services: {
            a: { namespace: 'shop', ports: {} },
            b: { namespace: 'shop', ports: {} },
            c: { namespace: 'shop', ports: {} },
            d: {
              namespace: 'shop',
              ports: { http: { protocol: 'http', port: 8080 } },
              probes: { liveness: 'GET /new' },
            },
          },
          calls: { a: { d: { http: a } }, b: { d: { http: b } }, c: { d: { http: c } } },
        })
        const layer = layerOf(compile(declared, target))
        const all = intended(declared)
        const to = { namespace: 'shop', service: 'd', port: 8080 }
        for (const path of [
          ...literals,
          '/new',
          '/new/',
          '/x/new',
          '/items/newer',
          '/items/ne',
          '/x/y/new',
          '/items/new/',
        ]) {
          for (const from of [...['a', 'b', 'c'].map(name => identity('shop', name)), node]) {
            const asked = request(from, to, { method: 'GET', path })
            const verdict = declaredFor(all, asked) ? 'allow' : 'deny'
            assert.equal(allows(layer, asked), verdict, JSON.stringify([asked, decide(layer, asked)]))
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})
