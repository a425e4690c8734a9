import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compile } from '../../core/compile/compile'
import { defineGraph, grpc, http, tcp } from '../../core/graph/define'
import { validate } from '../../core/graph/validate'
import { graph } from '../support/arbitrary/graph'
import { prove, target } from '../support/prove'

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
