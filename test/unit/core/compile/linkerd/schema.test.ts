import assert from 'node:assert/strict'
import fc from 'fast-check'
import { join } from 'node:path'
import { compile } from '../../../../../core/compile/compile'
import { objectName } from '../../../../../core/model/manifest'
import { graph } from '../../../../support/arbitrary/graph'
import { faults, schemasIn, shared } from '../../../../support/crd'
import { service } from '../../../../support/compiled'
import { linkerdTarget, onLinkerd } from '../../../../support/linkerd'

if (shared !== undefined) {
  const crds = join(shared, 'crds')
  const schemas = new Map(
    ['linkerd-2.20.yaml', 'gateway-api-v1.5.1-standard.yaml'].flatMap(file => [...schemasIn(join(crds, file))]),
  )

  describe('the schemas of Linkerd and of the Gateway API', () => {
    it('accept every object that is generated', () => {
      const seen = new Set<string>()
      const stages = fc.constantFrom({}, { shop: 'strict' as const })
      const channels = fc.constantFrom('standard' as const, 'experimental' as const)
      fc.assert(
        fc.property(graph, stages, channels, (declared, staged, gatewayApi) => {
          for (const { object } of compile(declared, { ...linkerdTarget, stages: staged, gatewayApi }).manifests) {
            const schema = schemas.get(`${object.apiVersion}/${object.kind}`)
            assert.ok(schema, object.kind)
            const known = schema.properties ? { properties: schema.properties } : {}
            assert.deepEqual(faults(known, { spec: object.spec }, objectName(object)), [])
            seen.add(`${object.apiVersion.replace(/\..*/, '')} ${object.kind}`)
          }
        }),
        { numRuns: 100 },
      )
      assert.deepEqual([...seen].sort(), [
        'gateway GRPCRoute',
        'gateway HTTPRoute',
        'gateway TLSRoute',
        'policy AuthorizationPolicy',
        'policy EgressNetwork',
        'policy MeshTLSAuthentication',
        'policy NetworkAuthentication',
        'policy Server',
      ])
    })

    it('accept a TCPRoute for a TLSRoute without names, which is all it is in the experimental channel', () => {
      const db = { hosts: ['db.example.com'], ports: { pg: { protocol: 'tcp', port: 5432 } } } as const
      const { manifests } = onLinkerd(
        { services: { a: service('http', 8080) }, external: { db }, calls: { a: { db: { pg: 'tcp' } } } },
        { gatewayApi: 'experimental' },
      )
      const routes = manifests.filter(({ object }) => object.kind === 'TCPRoute')
      assert.equal(routes.length, 1)
      const schema = schemas.get('gateway.networking.k8s.io/v1alpha2/TLSRoute') ?? {}
      for (const { object } of routes) assert.deepEqual(faults(schema, { spec: object.spec }), [])
    })

    it('would notice a misspelt field, a missing one and a Server for two kinds of workloads', () => {
      const schema = schemas.get('policy.linkerd.io/v1beta3/Server') ?? {}
      const sound = { podSelector: {}, port: 80, proxyProtocol: 'HTTP/1', accessPolicy: 'deny' }
      assert.deepEqual(faults(schema, { spec: sound }), [])
      assert.deepEqual(faults(schema, { spec: { ...sound, protocol: 'HTTP/1' } }), ['.spec.protocol is unknown'])
      assert.deepEqual(faults(schema, { spec: { podSelector: {} } }), ['.spec.port is missing'])
      assert.equal(faults(schema, { spec: { ...sound, externalWorkloadSelector: {} } }).length, 1)
    })
  })
}
