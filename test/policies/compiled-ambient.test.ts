import assert from 'node:assert/strict'
import { compile } from '../../core/compile/compile'
import type { IstioTarget } from '../../core/compile/target'
import type { Graph } from '../../core/graph/graph'
import { intentOf } from '../../core/graph/intent'
import { canonicalJson } from '../../core/model/canonical'
import type { KubernetesObject } from '../../core/model/manifest'
import bookinfo from '../../examples/bookinfo/graph'
import boutique from '../../examples/online-boutique/graph'
import { configMap, namespace, release } from '../../policypacks/zero-trust/example-objects'
import { waiting } from '../../policypacks/zero-trust/example-trust'
import type { IntentSource } from '../../policypacks/zero-trust/lock'
import { rules } from '../../policypacks/zero-trust/rules'
import { checkManifests } from '../../policypacks/zero-trust/run'
import { sha256 } from '../support/pack'

const graphs: Readonly<Record<string, Graph>> = { 'Online Boutique': boutique, Bookinfo: bookinfo }
const charts = { repositoryOpts: { repo: 'https://istio-release.storage.googleapis.com/charts' }, version: '1.30.3' }
const meshConfig = { trustDomain: 'mesh.example', rootNamespace: 'istio-system' }

/** What a stack of ours registers for a graph whose mesh has no sidecars, or some. */
function stackOf(graph: Graph, mesh: Pick<IstioTarget, 'kind' | 'dataPlanes'>) {
  const target = { version: '1.30.3', trustDomain: 'mesh.example', revision: '1-30-3', ...mesh }
  const intent = intentOf(graph)
  const digest = sha256(canonicalJson(intent))
  const { manifests, namespaces } = compile(graph, target)
  const objects: readonly KubernetesObject[] = [
    namespace('istio-system', {}),
    release('istiod', {
      ...charts,
      chart: 'istiod',
      namespace: 'istio-system',
      values: { revision: '1-30-3', meshConfig, ...waiting },
    }),
    release('istio-ingress', { ...charts, chart: 'gateway', name: 'istio-ingress', namespace: 'istio-ingress' }),
    ...Object.entries(namespaces).map(([name, labels]) => namespace(name, labels)),
    ...manifests.map(({ object }) => object),
    configMap('zero-trust-mesh-intent', { ...meshConfig, digest, kind: mesh.kind, version: '1.30.3' }),
  ]
  return { objects, intent: { kind: 'found', digest, intent } satisfies IntentSource }
}

/** What is found beside the proof, which has its own tests: by rules that look at the objects as they are. */
function found({ objects, intent }: ReturnType<typeof stackOf>): readonly string[] {
  const manifests = objects.map((object, i) => ({ object, at: `object ${i}` }))
  const looking = rules.filter(({ id }) => id !== 'reach-equals-intent')
  return checkManifests(looking, manifests, { intent }).map(
    ({ rule, resource, path }) => `${rule}: ${resource} ${path}`,
  )
}

describe('what we compile for the ambient mesh and register', () => {
  for (const [name, graph] of Object.entries(graphs)) {
    const [some = ''] = Object.values(graph.services).map(service => service.namespace)
    const ambient = stackOf(graph, { kind: 'istio-ambient' })
    const mixed = stackOf(graph, { kind: 'istio-sidecar', dataPlanes: { [some]: 'ambient' } })

    it(`is found to be right: ${name}`, () => {
      assert.ok(ambient.objects.some(({ kind }) => kind === 'Gateway'))
      assert.deepEqual(found(ambient), [])
    })

    it(`is found to be right beside sidecars: ${name}`, () => assert.deepEqual(found(mixed), []))

    it(`is found wrong without the policies of the Pods: ${name}`, () => {
      const guards = ({ kind, spec }: KubernetesObject) =>
        kind === 'AuthorizationPolicy' && Object.hasOwn(Object(spec) as object, 'selector')
      const open = { ...ambient, objects: ambient.objects.filter(object => !guards(object)) }
      assert.ok(open.objects.length < ambient.objects.length)
      assert.ok(found(open).some(line => line.startsWith('waypoint-enforced: ')))
    })
  }
})
