import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { parseAllDocuments } from 'yaml'
import type { Equality, Unequal } from '../../core/analyze/equal'
import { equal } from '../../core/analyze/equal'
import type { Reach } from '../../core/analyze/reach'
import { compile } from '../../core/compile/compile'
import type { Target } from '../../core/compile/target'
import type { Graph } from '../../core/graph/graph'
import type { KubernetesObject } from '../../core/model/manifest'
import type { Problem } from '../../core/model/problem'
import { graph } from '../support/arbitrary/graph'
import { linkerdTarget } from '../support/linkerd'
import { objectsOf, reachOf, target } from '../support/prove'

const examples = join(__dirname, '../../examples')

interface Meshes {
  readonly istio: Target
  readonly linkerd: Target
}

interface Compared {
  readonly found: Equality
  readonly problems: readonly Problem[]
}

/** The same graph on both meshes; what does not block either is compared. */
function onBoth(g: Graph, { istio, linkerd }: Meshes): Compared {
  const [a, b] = [compile(g, istio), compile(g, linkerd)]
  const problems = [...a.problems, ...b.problems]
  fc.pre(!problems.some(({ severity }) => severity === 'error'))
  return { found: equal(reachOf(objectsOf(a)), reachOf(objectsOf(b))), problems }
}

/** Differences at ports that no problem of either target names. */
function unexplained({ found, problems }: Compared): readonly Unequal[] {
  const narrowed = problems.filter(({ severity }) => severity === 'narrowed')
  return found.differences.filter(
    ({ callee }) => !narrowed.some(({ at }) => at.endsWith(`/${callee.split('/')[1] ?? ''}`)),
  )
}

function shipped(example: string, kind: string): Reach {
  const directory = join(examples, example, 'expected', kind)
  const texts = readdirSync(directory).map(file => readFileSync(join(directory, file), 'utf8'))
  return reachOf(texts.flatMap(text => parseAllDocuments(text).map(document => document.toJS() as KubernetesObject)))
}

describe('law: Istio and Linkerd let the same through', () => {
  for (const [name, meshes] of Object.entries<Meshes>({
    'in one trust domain': { istio: target, linkerd: linkerdTarget },
    'in trust domains of their own': { istio: target, linkerd: { ...linkerdTarget, trustDomain: 'other.example' } },
    'where the nodes are known': { istio: target, linkerd: { ...linkerdTarget, nodeNetworks: ['10.0.0.0/16'] } },
  })) {
    it(`of generated graphs, ${name}`, () => {
      let whole = 0
      fc.assert(
        fc.property(graph, g => {
          fc.pre(g.jwt === undefined)
          const both = onBoth(g, meshes)
          assert.deepEqual(both.found.problems, [])
          assert.deepEqual(unexplained(both), [])
          if (both.found.equal) whole++
        }),
        { numRuns: 60 },
      )
      assert.ok(whole > 20, `only ${whole} graphs were equal in all`)
    })
  }

  it('at stage strict Linkerd lets nothing through that Istio does not: its Servers read requests already', () => {
    const stages = { shop: 'strict', data: 'strict' } as const
    fc.assert(
      fc.property(graph, g => {
        fc.pre(g.jwt === undefined)
        const both = onBoth(g, { istio: { ...target, stages }, linkerd: { ...linkerdTarget, stages } })
        assert.deepEqual(both.found.problems, [])
        const more = unexplained(both).filter(({ only }) => only !== 'a')
        assert.deepEqual(more, [])
      }),
      { numRuns: 40 },
    )
  })

  for (const example of ['online-boutique', 'bookinfo', 'emojivoto']) {
    it(`of the manifests of examples/${example}`, () => {
      const {
        equal: same,
        differences,
        problems,
      } = equal(shipped(example, 'istio-sidecar'), shipped(example, 'linkerd'))
      assert.deepEqual({ same, differences, problems }, { same: true, differences: [], problems: [] })
    })
  }
})
