import assert from 'node:assert/strict'
import fc from 'fast-check'
import { join } from 'node:path'
import { compile } from '../../../../core/compile/compile'
import type { IstioTarget } from '../../../../core/compile/target'
import type { Graph } from '../../../../core/graph/graph'
import { objectName } from '../../../../core/model/manifest'
import { entering, routedBy } from '../../../support/arbitrary/entries'
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
      const check = (declared: Graph, target: IstioTarget): void => {
        for (const { object } of compile(declared, target).manifests) {
          const schema = schemas.get(`${object.apiVersion}/${object.kind}`)
          assert.ok(schema, object.kind)
          const known = schema.properties ? { properties: schema.properties } : {}
          assert.deepEqual(faults(known, { spec: object.spec }, objectName(object)), [])
          seen.add(`${object.apiVersion.replace(/\..*/, '')} ${object.kind}`)
        }
      }
      fc.assert(fc.property(graph, anyTarget, check), { numRuns: 150 })
      const routing = fc.constantFrom('istio' as const, 'gateway-api' as const)
      fc.assert(
        fc.property(entering, routing, (declared, by) => {
          check(declared, routedBy(by, declared))
        }),
        { numRuns: 100 },
      )
      assert.deepEqual([...seen].sort(), [
        'gateway Gateway',
        'gateway HTTPRoute',
        'gateway ReferenceGrant',
        'networking DestinationRule',
        'networking Gateway',
        'networking ServiceEntry',
        'networking Sidecar',
        'networking VirtualService',
        'security AuthorizationPolicy',
        'security PeerAuthentication',
        'security RequestAuthentication',
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
