import assert from 'node:assert/strict'
import { compile, namespaceLabels } from '../../core/compile/compile'
import type { Stage, Target } from '../../core/compile/target'
import type { Graph } from '../../core/graph/graph'
import { intentOf } from '../../core/graph/intent'
import type { KubernetesObject } from '../../core/model/manifest'
import bookinfo from '../../examples/bookinfo/graph'
import boutique from '../../examples/online-boutique/graph'
import { authorizationPolicy, configMap, namespace, release } from '../../policypacks/zero-trust/example-objects'
import { waiting } from '../../policypacks/zero-trust/example-trust'
import { canonicalJson } from '../../core/model/canonical'
import type { IntentSource } from '../../policypacks/zero-trust/lock'
import { rules } from '../../policypacks/zero-trust/rules'
import { checkManifests } from '../../policypacks/zero-trust/run'
import { sha256 } from '../support/pack'

const graphs: Readonly<Record<string, Graph>> = { 'Online Boutique': boutique, Bookinfo: bookinfo }

interface Stack {
  readonly objects: readonly KubernetesObject[]
  readonly intent: IntentSource
  readonly stages: Readonly<Record<string, Stage>>
}

/** What a stack of ours registers for a graph: the mesh, the namespaces, the policies, and what they were made from. */
function stackOf(graph: Graph, stage: Stage): Stack {
  const namespaces = [...new Set(Object.values(graph.services).map(service => service.namespace))]
  const stages = Object.fromEntries(namespaces.map(name => [name, stage]))
  const target: Target = {
    kind: 'istio-sidecar',
    version: '1.30.3',
    trustDomain: 'mesh.example',
    revision: '1-30-3',
    stages,
  }
  const intent = intentOf(graph)
  const digest = sha256(canonicalJson(intent))
  const meshConfig = { trustDomain: 'mesh.example', rootNamespace: 'istio-system', enableAutoMtls: true }
  const objects = [
    namespace('istio-system', {}),
    release('istiod', {
      chart: 'istiod',
      version: '1.30.3',
      namespace: 'istio-system',
      values: { revision: '1-30-3', meshConfig, ...waiting },
    }),
    ...namespaces.map(name => namespace(name, namespaceLabels(target))),
    ...compile(graph, target).manifests.map(({ object }) => object),
    configMap('zero-trust-mesh-intent', {
      digest,
      kind: 'istio-sidecar',
      version: '1.30.3',
      trustDomain: 'mesh.example',
      rootNamespace: 'istio-system',
      revision: '1-30-3',
    }),
  ]
  return { objects, intent: { kind: 'found', digest, intent }, stages }
}

/** `rule: message` of everything that is found in the stack. */
function found({ objects, intent, stages }: Stack): readonly string[] {
  const manifests = objects.map((object, i) => ({ object, at: `object ${i}` }))
  return checkManifests(rules, manifests, { intent, config: { stages } }).map(
    ({ rule, resource, message }) => `${rule}: ${resource} ${message}`,
  )
}

function rulesOf(lines: readonly string[]): readonly string[] {
  return [...new Set(lines.map(line => line.split(':')[0] ?? ''))].sort()
}

describe('what we compile and register', () => {
  for (const [name, graph] of Object.entries(graphs)) {
    for (const stage of ['strict', 'enforce'] as const) {
      it(`is found to be right at stage ${stage}: ${name}`, () => assert.deepEqual(found(stackOf(graph, stage)), []))
    }

    it(`is found wrong where it is at stage strict and the pack expects enforce: ${name}`, () => {
      const shadowed = stackOf(graph, 'strict')
      const enforced = Object.fromEntries(Object.keys(shadowed.stages).map(key => [key, 'enforce'] as const))
      assert.deepEqual(rulesOf(found({ ...shadowed, stages: enforced })), [
        'default-deny-present',
        'every-workload-has-policy',
        'reach-equals-intent',
      ])
    })
  }

  const stack = stackOf(boutique, 'enforce')
  const without = (gone: (object: KubernetesObject) => boolean): Stack => ({
    ...stack,
    objects: stack.objects.filter(object => !gone(object)),
  })

  it("is found wrong without one callee's policy, by the calls that are cut off", () => {
    const lines = found(without(({ metadata }) => metadata.name === 'callers-of-cartservice'))
    assert.deepEqual(rulesOf(lines), ['reach-equals-intent'])
    assert.ok(
      lines.some(line => line.includes('boutique/cartservice') && line.includes('does not surely let through')),
      lines.join('\n'),
    )
  })

  it('is found wrong without the default deny', () => {
    const lines = found(
      without(({ kind, metadata }) => kind === 'AuthorizationPolicy' && metadata.name === 'default-deny'),
    )
    assert.ok(rulesOf(lines).includes('default-deny-present'))
  })

  it('is found wrong beside one foreign policy, with a witness', () => {
    const foreign = authorizationPolicy(
      'monitoring',
      {
        selector: { matchLabels: { app: 'cartservice' } },
        rules: [{ from: [{ source: { namespaces: ['monitoring'] } }] }],
      },
      'boutique',
    )
    const lines = found({ ...stack, objects: [...stack.objects, foreign] })
    assert.deepEqual(rulesOf(lines), ['reach-equals-intent'])
    assert.ok(
      lines.some(line => line.includes('admits what nobody declared: monitoring/')),
      lines.join('\n'),
    )
  })

  it('is found wrong where plaintext is taken', () => {
    const weak = stack.objects.map(object =>
      object.kind === 'PeerAuthentication' ? { ...object, spec: { mtls: { mode: 'PERMISSIVE' } } } : object,
    )
    assert.ok(rulesOf(found({ ...stack, objects: weak })).includes('strict-mtls'))
  })
})
