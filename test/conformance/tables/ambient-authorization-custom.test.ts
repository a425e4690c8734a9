import {
  ambient,
  captured,
  forGateway,
  forService,
  identityOf,
  policy,
  selects,
  serviceAddressed,
  sidecar,
  toService,
} from './ambient'
import { holds, type Row } from './table'

const custom = `action: CUSTOM
  provider: { name: ext-authz }
  rules: [{ to: [{ operation: { ports: ['80', '18080'] } }] }]`

const line = (verdict: Row[0], to: typeof captured | typeof serviceAddressed | typeof sidecar): Row => [
  verdict,
  { from: identityOf(captured), ...toService(to, 'http'), http: 'GET /' },
]

/**
 * istio `pilot/pkg/serviceregistry/ambient/authorization_test.go` TestConvertAuthorizationPolicyStatus, case "unsupported CUSTOM action": ztunnel is not told
 * of it. A waypoint is (`pilot/pkg/networking/core/listener_waypoint.go`, authzCustomBuilder); the mesh of these tests defines no provider, so that
 * what its policy matches is denied.
 */
describe('table: CUSTOM in ambient mode', () => {
  describe('by selector', () => {
    const policies = ([captured, serviceAddressed, sidecar] as const).map(name =>
      policy(`ask-${name}`, selects(name), custom),
    )
    holds(
      [...ambient(), ...policies],
      [line('allow', captured), line('allow', serviceAddressed), line('deny', sidecar)],
    )
  })
  for (const bind of [forService(serviceAddressed), forGateway('waypoint-service')]) {
    describe(`with ${bind}`, () => {
      holds([...ambient(), policy('ask', bind, custom)], [line('deny', serviceAddressed), line('allow', captured)])
    })
  }
})
