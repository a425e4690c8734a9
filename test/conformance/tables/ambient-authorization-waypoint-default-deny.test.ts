import {
  ambient,
  captured,
  identityOf,
  policy,
  serviceAddressed,
  toWaypoint,
  waypoint,
  workloadAddressed,
} from './ambient'
import { holds, type Ask, type Row } from './table'

const inRoot = (name: string, spec: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: istio-system }
spec: ${spec}
`
const allowNothing = inRoot('allow-nothing', '{}')
const waypointsAllowNothing = inRoot(
  'allow-nothing-waypoint',
  '{ targetRefs: [{ group: gateway.networking.k8s.io, kind: GatewayClass, name: istio-waypoint }] }',
)

/**
 * istio `tests/integration/ambient/baseline_test.go` TestAuthorizationWaypointDefaultDeny: a default deny of the mesh is for Pods;
 * waypoints need one of their own.
 */
describe('table: default deny at waypoints', () => {
  for (const to of [workloadAddressed, serviceAddressed] as const) {
    const sources = ([workloadAddressed, serviceAddressed, captured] as const).filter(name => name !== to)
    const calls = sources.flatMap((name): readonly Ask[] => [
      { from: identityOf(name), ...toWaypoint(to, 'http'), http: 'GET /' },
      { from: identityOf(name), ...toWaypoint(to, 'tcp') },
    ])
    const all = (verdict: Row[0]): readonly Row[] => calls.map(call => [verdict, call])
    const fromWaypoint = policy(
      'allow-from-waypoint',
      'action: ALLOW',
      `rules: [{ from: [{ source: { principals: [cluster.local/ns/echo/sa/${waypoint[to]}] } }] }]`,
    )
    describe(`to ${to}`, () => {
      describe('allow-nothing', () => {
        holds([...ambient(), allowNothing], all('deny'))
      })
      describe('workload-allow-from-waypoint', () => {
        holds([...ambient(), allowNothing, fromWaypoint], all('allow'))
      })
      describe('allow-nothing-waypoint', () => {
        holds([...ambient(), allowNothing, fromWaypoint, waypointsAllowNothing], all('deny'))
      })
    })
  }
})
