import assert from 'node:assert/strict'
import { compile, compileWithNetwork } from '../../../core/compile/compile'
import type { Compiled } from '../../../core/compile/target'
import { intentOf } from '../../../core/graph/intent'
import type { KubernetesObject } from '../../../core/model/manifest'
import { objectName } from '../../../core/model/manifest'
import { holds, prove, type Proof } from '../../../preview/proof'
import { graphOf, service } from '../../support/compiled'
import { sourced, target } from '../../support/prove'

const graph = graphOf({
  services: { cart: service('http', 8080), frontend: service('http', 8080, { namespace: 'web' }) },
  calls: { frontend: { cart: { http: ['GET /'] } } },
})

/** Whatever a team of its own applied. */
const theirs: KubernetesObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'theirs', namespace: 'shop' },
  spec: { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }] }] },
}

function proof({ manifests, assumptions, problems }: Compiled, base: readonly KubernetesObject[]): Proof {
  const registered = manifests.map(({ object }) => ({
    urn: objectName(object),
    name: objectName(object),
    object,
    shown: object,
    patch: false,
  }))
  const meant = {
    intent: intentOf(graph),
    target,
    assumptions,
    manifests,
    problems,
    lock: 'intent.lock.json',
    schemas: {},
  }
  return prove({ registered, base: sourced(base), installs: false, meant })
}

describe('the proof of a preview', () => {
  it('tells whom a NetworkPolicy in the cluster lets through to a port that the mesh alone then holds', () => {
    const found = proof(compileWithNetwork(graph, target, {}), [theirs])
    assert.ok(holds(found))
    assert.deepEqual(
      found.onNetwork.map(({ kind, text }) => `${kind} ${text}`),
      ['admitted any Pod of another namespace → shop/cart:8080 on the network'],
    )
    assert.ok(found.onNetwork[0]?.because.includes('NetworkPolicy shop/theirs'))
  })

  it('has nothing to tell of what the compiler makes, nor where the graph has no NetworkPolicies', () => {
    assert.deepEqual(proof(compileWithNetwork(graph, target, {}), []).onNetwork, [])
    assert.deepEqual(proof(compile(graph, target), [theirs]).onNetwork, [])
  })
})
