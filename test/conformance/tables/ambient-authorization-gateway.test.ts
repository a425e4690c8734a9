import { ambient, ingress, policy, selects, servers, toService, uncaptured, type Server } from './ambient'
import { port } from './echo'
import { holds, type Row } from './table'

const rules = `rules:
    - from: [{ source: { principals: [${ingress}] } }]
      to: [{ operation: { ports: ['${port.http}'] } }]
    - from: [{ source: { principals: [cluster.local/ns/echo/sa/someone-else] } }]
      to: [{ operation: { ports: ['${port.http2}'] } }]`

const rows = (to: Server): readonly Row[] => [
  [to === uncaptured ? 'allow' : 'deny', { from: ingress, ...toService(to, 'http2'), http: 'GET /deny' }],
  ['allow', { from: ingress, ...toService(to, 'http'), http: 'GET /allowed' }],
]

/**
 * istio `tests/integration/ambient/baseline_test.go` TestAuthorizationGateway: an ingress gateway routes one path to a port that
 * its identity may call, the other to one that it may not. It passes by waypoints.
 */
describe('table: authorization of an ingress gateway', () => {
  for (const to of servers) {
    holds([...ambient(), policy('policy', selects(to), rules)], rows(to))
  }
})
