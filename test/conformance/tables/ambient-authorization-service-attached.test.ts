import {
  ambient,
  captured,
  forService,
  identityOf,
  policy,
  serviceAddressed,
  toService,
  workloadAddressed,
} from './ambient'
import { holds, type Row } from './table'

const shared = { 'istio.io/use-waypoint': 'waypoint-service' }
const objects = ambient({ [serviceAddressed]: shared, [workloadAddressed]: shared })
const from = identityOf(captured)

/**
 * istio `tests/integration/ambient/baseline_test.go` TestAuthorizationServiceAttached: two Services share a waypoint, and a policy
 * is for one of them.
 */
describe('table: a policy attached to a Service', () => {
  const http = 'GET /'

  describe('principal', () => {
    const rules = 'rules: [{ from: [{ source: { principals: [cluster.local/ns/something/sa/else] } }] }]'
    const rows: readonly Row[] = [
      ['deny', { from, ...toService(serviceAddressed, 'http'), http }],
      ['allow', { from, ...toService(workloadAddressed, 'http'), http }],
    ]
    holds([...objects, policy('policy-waypoint', forService(serviceAddressed), rules)], rows)
  })

  describe('header', () => {
    const rules = "action: ALLOW\n  rules: [{ when: [{ key: 'request.headers[x-foo]', values: [x-bar] }] }]"
    const target = `targetRefs: [{ kind: Service, group: '', name: ${serviceAddressed} }]`
    const call = { from, ...toService(serviceAddressed, 'http'), http }
    const rows: readonly Row[] = [
      ['allow', { ...call, headers: { 'x-foo': 'x-bar' } }],
      ['deny', { ...call, headers: { 'x-foo': 'wrong-value' } }],
    ]
    holds([...objects, policy('policy-header-match', target, rules)], rows)
  })
})
