import assert from 'node:assert/strict'
import fc from 'fast-check'
import { join } from 'node:path'
import { compile } from '../../../../core/compile/compile'
import { objectName } from '../../../../core/model/manifest'
import { graph } from '../../../support/arbitrary/graph'
import { faults, schemasIn, shared } from '../../../support/crd'
import { anyTarget } from './targets'

if (shared !== undefined) {
  const crds = join(shared, 'crds')
  const schemas = new Map(
    ['istio-1.30.3.yaml', 'gateway-api-v1.5.1-standard.yaml'].flatMap(file => [...schemasIn(join(crds, file))]),
  )

  describe('the schemas of Istio and of the Gateway API', () => {
    it('accept every object that is generated', () => {
      const seen = new Set<string>()
      fc.assert(
        fc.property(graph, anyTarget, (declared, target) => {
          for (const { object } of compile(declared, target).manifests) {
            const schema = schemas.get(`${object.apiVersion}/${object.kind}`)
            assert.ok(schema, object.kind)
            assert.deepEqual(
              faults(
                schema.properties ? { properties: schema.properties } : {},
                { spec: object.spec },
                objectName(object),
              ),
              [],
            )
            seen.add(object.kind)
          }
        }),
        { numRuns: 150 },
      )
      assert.deepEqual([...seen].sort(), [
        'AuthorizationPolicy',
        'Gateway',
        'PeerAuthentication',
        'RequestAuthentication',
        'ServiceEntry',
        'Sidecar',
      ])
    })

    it('would notice a misspelt field, a wrong type and a broken limit', () => {
      const schema = schemas.get('security.istio.io/v1/AuthorizationPolicy') ?? {}
      const told = (spec: unknown) => faults(schema, { spec })
      assert.deepEqual(told({ rule: [] }), ['.spec.rule is unknown'])
      assert.deepEqual(told({ rules: [{ to: [{ operation: { ports: [80] } }] }] }), [
        '.spec.rules[0].to[0].operation.ports[0] is no string',
      ])
      assert.deepEqual(told({ action: 'PERMIT' }).length, 1)
      const gateway = schemas.get('gateway.networking.k8s.io/v1/Gateway') ?? {}
      assert.deepEqual(
        faults(gateway, { spec: { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh' }] } }),
        ['.spec.listeners[0].port is missing', '.spec.listeners[0].protocol is missing'],
      )
      assert.deepEqual(told({ rules: Array.from({ length: 513 }, () => ({})) }), [
        '.spec.rules has 513 parts, more than 512',
      ])
    })
  })
}
