import assert from 'node:assert/strict'
import type { KubernetesObject } from '../../core/model/manifest'
import { objectName } from '../../core/model/manifest'
import type { Api } from '../support/e2e/api'
import { namespaceOf, sharedCluster } from '../support/e2e/shared-cluster'

const namespace = namespaceOf('refusals')

function objectOf(apiVersion: string, kind: string, spec: object): KubernetesObject {
  return { apiVersion, kind, metadata: { name: 'callers', namespace: namespace.metadata.name }, spec }
}

const istio = (spec: object) => objectOf('security.istio.io/v1', 'AuthorizationPolicy', spec)
const linkerd = (spec: object) => objectOf('policy.linkerd.io/v1beta3', 'Server', spec)
const network = (spec: object) => objectOf('networking.k8s.io/v1', 'NetworkPolicy', spec)
const route = (spec: object) => objectOf('gateway.networking.k8s.io/v1', 'HTTPRoute', spec)

const selector = { matchLabels: { app: 'cart' } }
const targetRefs = [{ kind: 'Service', name: 'cart' }]

/** Each is refused for its own reason, and by another part of the server. */
const refused: Readonly<Record<string, readonly [KubernetesObject, RegExp]>> = {
  'a word that the schema does not have': [istio({ action: 'ALLOWED' }), /spec\.action: Unsupported value: "ALLOWED"/u],
  'what the CEL of a CRD forbids': [istio({ selector, targetRefs }), /only one of targetRefs or selector can be set/u],
  'a field that no schema has': [istio({ rulez: [] }), /\.spec\.rulez: field not declared in schema/u],
  'a value of another type': [istio({ rules: 'all' }), /rules/u],
  'a Server with two ways to say who is meant': [
    linkerd({ port: 80, podSelector: selector, externalWorkloadSelector: selector }),
    /must validate one and only one schema/u,
  ],
  'a protocol that Kubernetes does not have': [
    network({ podSelector: {}, ingress: [{ ports: [{ protocol: 'QUIC', port: 80 }] }] }),
    /Unsupported value: "QUIC"/u,
  ],
  'a route with too many matches': [
    route({ rules: Array.from({ length: 17 }, () => ({ matches: [{ path: { value: '/' } }] })) }),
    /spec\.rules: Too many: 17/u,
  ],
}

describe('invalid objects and a real API server', () => {
  let api: Api

  before('a cluster', async () => {
    ;({ api } = await sharedCluster())
    await api.apply(namespace)
  })
  after(() => api.remove(namespace))

  for (const [what, [object, why]] of Object.entries(refused)) {
    for (const dryRun of [true, false]) {
      it(`refuses ${what}${dryRun ? ', in a dry run too' : ''}, and names the object`, async () => {
        const said = await api.apply(object, { dryRun }).then(
          () => 'accepted',
          (error: Error) => error.message,
        )
        assert.match(said, why)
        assert.ok(said.startsWith(`${objectName(object)}: `), said)
        assert.equal(await api.read(object), undefined)
      })
    }
  }
})
