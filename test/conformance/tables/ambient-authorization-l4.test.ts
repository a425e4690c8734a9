import {
  ambient,
  forService,
  identityOf,
  policy,
  selects,
  servers,
  toService,
  uncaptured,
  waypoint,
  type Server,
} from './ambient'
import { holds, type Row } from './table'

/** The same rules at the waypoint and at the Pods. */
const policies = (server: Server, principals: readonly string[]): readonly string[] => {
  const rules = `rules: [{ from: [{ source: { principals: [${principals.join(', ')}] } }] }]`
  return [policy('policy-waypoint', forService(server), rules), policy('policy', selects(server), rules)]
}

/**
 * istio `tests/integration/ambient/baseline_test.go` TestAuthorizationL4: every server calls every other's TCP port, under a policy
 * that names it and the callee's waypoint, and under one that names somebody else.
 */
describe('table: ambient L4 authorization', () => {
  for (const from of servers) {
    describe(`from ${from}`, () => {
      for (const to of servers) {
        const call = { from: identityOf(from), ...toService(to, 'tcp') }
        const admits = `cluster.local/ns/echo/sa/${from}`
        const hop = waypoint[to]
        const principals = [admits, ...(hop === undefined ? [] : [`cluster.local/ns/echo/sa/${hop}`])]
        const allowed: Row[0] = from === uncaptured && to !== uncaptured ? 'deny' : 'allow'
        describe('allow', () => {
          holds([...ambient(), ...policies(to, principals)], [[allowed, call]])
        })
        describe('not allow', () => {
          const others = policies(to, ['cluster.local/ns/something/sa/else'])
          holds([...ambient(), ...others], [[to === uncaptured ? 'allow' : 'deny', call]])
        })
      }
    })
  }
})
