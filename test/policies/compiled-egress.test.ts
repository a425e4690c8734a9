import assert from 'node:assert/strict'
import { compile, namespaceLabels } from '../../core/compile/compile'
import type { IstioTarget } from '../../core/compile/target'
import type { Graph } from '../../core/graph/graph'
import { intentOf } from '../../core/graph/intent'
import { canonicalJson } from '../../core/model/canonical'
import type { KubernetesObject } from '../../core/model/manifest'
import { configMap, namespace, release } from '../../policypacks/zero-trust/example-objects'
import { waiting } from '../../policypacks/zero-trust/example-trust'
import { rules } from '../../policypacks/zero-trust/rules'
import { checkManifests } from '../../policypacks/zero-trust/run'
import { graphOf, service } from '../support/compiled'
import { sha256 } from '../support/pack'

const target: IstioTarget = {
  kind: 'istio-sidecar',
  version: '1.30.3',
  trustDomain: 'mesh.example',
  revision: '1-30-3',
}
const http = { http: { protocol: 'http', port: 80 } } as const
const graph: Graph = graphOf({
  services: { a: service('http', 8080), b: service('http', 8080, { namespace: 'other' }) },
  external: {
    api: { hosts: ['api.example.com'], ports: http, gateway: 'istio-egress', tls: {} },
    plain: { hosts: ['plain.example.com'], ports: http, gateway: 'istio-egress' },
    direct: { hosts: ['d.example.com'], ports: http, tls: { caCertificates: '/etc/certs/d.pem' } },
  },
  calls: {
    a: { api: { http: ['GET /v1/**'] }, plain: { http: ['GET /'] }, direct: { http: ['GET /'] } },
    b: { api: { http: ['POST /v1/charges'] } },
  },
})

/** What a stack of ours registers for the graph, each object as `change` leaves it. */
function stack(change: (object: KubernetesObject) => KubernetesObject = object => object): readonly string[] {
  const intent = intentOf(graph)
  const digest = sha256(canonicalJson(intent))
  const meshConfig = { trustDomain: 'mesh.example', rootNamespace: 'istio-system', enableAutoMtls: true }
  const registered = { kind: 'istio-sidecar', version: '1.30.3', rootNamespace: 'istio-system', revision: '1-30-3' }
  const objects = [
    namespace('istio-system', {}),
    release('istiod', {
      chart: 'istiod',
      version: '1.30.3',
      namespace: 'istio-system',
      values: { revision: '1-30-3', meshConfig, ...waiting },
    }),
    ...['shop', 'other'].map(name => namespace(name, namespaceLabels(target))),
    ...compile(graph, target).manifests.map(({ object }) => change(object)),
    configMap('zero-trust-mesh-intent', { digest, trustDomain: 'mesh.example', ...registered }),
  ]
  const manifests = objects.map((object, i) => ({ object, at: `object ${i}` }))
  return checkManifests(rules, manifests, { intent: { kind: 'found', digest, intent } }).map(
    ({ rule, resource, message }) => `${rule}: ${resource} ${message}`,
  )
}

/** The rules that find something in it. */
function found(from: string, to: string, kind: string): readonly string[] {
  const lines = stack(object => {
    if (object.kind !== kind) return object
    return JSON.parse(JSON.stringify(object).replaceAll(from, to)) as KubernetesObject
  })
  return [...new Set(lines.map(line => line.split(':')[0] ?? ''))]
}

describe('what we compile for calls that leave', () => {
  it('is found to be right', () => assert.deepEqual(stack(), []))

  it('is found wrong where no name of the certificate is asked for', () => {
    assert.deepEqual(found(',"subjectAltNames":["api.example.com"]', '', 'DestinationRule'), ['egress-tls-verified'])
  })

  it('is found wrong where the gateway is called in plaintext', () => {
    const rules = found('ISTIO_MUTUAL', 'DISABLE', 'DestinationRule')
    assert.ok(rules.includes('no-destination-rule-tls-downgrade'), rules.join())
  })

  it('is found wrong where the gateway listens for every host', () => {
    const rules = found('./api.example.com', '*', 'Gateway')
    assert.ok(rules.includes('no-broad-gateway-host'), rules.join())
  })
})
