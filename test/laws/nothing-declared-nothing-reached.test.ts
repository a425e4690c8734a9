import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compile } from '../../core/compile/compile'
import { graph } from '../support/arbitrary/graph'
import { objectsOf, reachOf, target } from '../support/prove'

describe('law: nothing declared, nothing reached', () => {
  it('a graph without calls leaves nobody but the kubelet and its probes', () => {
    fc.assert(
      fc.property(graph, g => {
        const services = Object.fromEntries(
          Object.entries(g.services).map(([name, { metrics: _, ...service }]) => [name, service]),
        )
        const { ports } = reachOf(
          objectsOf(compile({ services, external: {}, ingress: {}, outside: {}, calls: {} }, target)),
        )
        assert.ok(ports.length > 0)
        for (const { bounds, workload, port } of ports) {
          const callers = bounds.may.isEmpty
            ? []
            : bounds.may.edges.flatMap(({ values }) => [...(values.words ?? ['somebody'])])
          assert.deepEqual(
            callers.filter(name => name !== 'kubelet'),
            [],
            `${workload.name}:${port}`,
          )
        }
      }),
      { numRuns: 100 },
    )
  })
})
