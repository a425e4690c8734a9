import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compile } from '../../core/compile/compile'
import type { LinkerdTarget, MeshTarget } from '../../core/compile/target'
import { defineGraph, grpc, http, tcp } from '../../core/graph/define'
import { validate } from '../../core/graph/validate'
import { entering, routedBy } from '../support/arbitrary/entries'
import { graph } from '../support/arbitrary/graph'
import { linkerdTarget } from '../support/linkerd'
import { prove, target } from '../support/prove'

const linkerd: LinkerdTarget = { ...linkerdTarget, nodeNetworks: ['10.0.0.0/16', 'fd00::/64'] }

/** Meshes that cannot say all that a graph may declare. */
const others: Readonly<Record<string, MeshTarget>> = {
  ambient: { ...target, kind: 'istio-ambient' },
  'ambient with a waypoint for each service': {
    ...target,
    kind: 'istio-ambient',
    waypoints: { shop: 'service', data: 'service' },
  },
  'ambient with a shared waypoint': {
    ...target,
    kind: 'istio-ambient',
    waypoints: { shop: { namespace: 'pay', name: 'shared' }, data: { namespace: 'pay', name: 'shared' } },
  },
  'a mesh of both': { ...target, kind: 'istio-ambient', dataPlanes: { pay: 'sidecar' } },
  'ambient at stage strict': {
    ...target,
    kind: 'istio-ambient',
    stages: { shop: 'strict', pay: 'enforce', data: 'strict' },
  },
  Linkerd: linkerd,
  'Linkerd where nodes are anywhere': linkerdTarget,
  'Linkerd at stage strict': { ...linkerd, stages: { shop: 'strict', pay: 'enforce', data: 'strict' } },
}

describe('law: compiled reach equals intent', () => {
  it('draws valid graphs', () => {
    fc.assert(
      fc.property(graph, g => {
        assert.deepEqual(
          validate(g).filter(problem => problem.severity === 'error'),
          [],
        )
      }),
    )
  })

  it('holds at stage enforce', () => {
    fc.assert(
      fc.property(graph, g => {
        fc.pre(!compile(g, target).problems.some(problem => problem.severity !== 'delegated'))
        assert.deepEqual(prove(g).differences, [])
      }),
      { numRuns: 150 },
    )
  })

  it('holds with a revision, a tag, a cluster domain and a root namespace of their own', () => {
    const unusual = {
      ...target,
      revision: '1-30-3',
      tag: 'stable',
      clusterDomain: 'cluster.example',
      rootNamespace: 'mesh-root',
    }
    fc.assert(
      fc.property(graph, g => {
        fc.pre(!compile(g, unusual).problems.some(problem => problem.severity !== 'delegated'))
        assert.deepEqual(prove(g, unusual).differences, [])
      }),
      { numRuns: 60 },
    )
  })

  it('holds at stage strict, where any mesh identity may call', () => {
    const stages = { shop: 'strict', pay: 'strict', data: 'enforce' } as const
    fc.assert(
      fc.property(graph, g => {
        const strict = { ...target, stages }
        fc.pre(!compile(g, strict).problems.some(problem => problem.severity !== 'delegated'))
        assert.deepEqual(prove(g, strict).differences, [])
      }),
      { numRuns: 100 },
    )
  })

  for (const [name, to] of Object.entries(others)) {
    it(`holds on ${name}: nothing else is admitted, and nothing is cut that no problem names`, () => {
      let whole = 0
      fc.assert(
        fc.property(graph, g => {
          const { problems } = compile(g, to)
          fc.pre(!problems.some(problem => problem.severity === 'error'))
          const { differences } = prove(g, to)
          const narrowed = problems.filter(problem => problem.severity === 'narrowed')
          if (narrowed.length === 0) whole++
          const unexplained = differences.filter(
            ({ kind, callee, service, text }) =>
              kind !== 'cut' ||
              !narrowed.some(
                ({ at, message }) => at.endsWith(`/${service}:${callee.port}`) || message.includes(`\`${text}\``),
              ),
          )
          assert.deepEqual(unexplained, [])
        }),
        { numRuns: 120 },
      )
      assert.ok(whole > 5, `only ${whole} graphs could be said in full`)
    })
  }

  for (const routing of ['istio', 'gateway-api', 'elsewhere'] as const) {
    it(`holds of what enters through gateways that are routed by ${routing}`, () => {
      fc.assert(
        fc.property(entering, g => {
          const to = routedBy(routing, g)
          fc.pre(!compile(g, to).problems.some(problem => problem.severity !== 'delegated'))
          assert.deepEqual(prove(g, to).differences, [])
        }),
        { numRuns: 20 },
      )
    })
  }

  it('holds where services share an account, call themselves, and are headless', () => {
    const shared = defineGraph({
      services: {
        a: {
          namespace: 'shop',
          serviceAccount: 'both',
          sharesServiceAccountWith: ['b'],
          ports: { http: http(8080), grpc: grpc(9000) },
        },
        b: { namespace: 'shop', serviceAccount: 'both', sharesServiceAccountWith: ['a'], ports: { http: http(8081) } },
        c: { namespace: 'shop', ports: { http: http(8080), tcp: tcp(1024) }, headless: true },
      },
    }).calls({ c: { a: { http: ['GET /x'] }, c: { tcp: 'tcp' } }, a: { c: { http: ['GET /y'] } } })
    assert.deepEqual(validate(shared), [])
    assert.deepEqual(prove(shared).differences, [])
  })
})
