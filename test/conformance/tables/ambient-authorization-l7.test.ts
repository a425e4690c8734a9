import {
  ambient,
  forGateway,
  identityOf,
  policy,
  selects,
  servers,
  serviceAddressed,
  sidecar,
  toWaypoint,
  uncaptured,
  waypoint,
  type Server,
} from './ambient'
import { holds, type Ask, type Row } from './table'

const rules = (from: Server) => `rules:
    - to: [{ operation: { paths: [/allowed], methods: [GET] } }]
    - from: [{ source: { principals: [cluster.local/ns/echo/sa/${from}] } }]
      to: [{ operation: { paths: [/allowed-identity], methods: [GET] } }]
    - from: [{ source: { principals: [cluster.local/ns/echo/sa/someone-else] } }]
      to: [{ operation: { paths: [/denied-identity], methods: [GET] } }]
    - to: [{ operation: { paths: [/allowed-wildcard*], methods: [GET] } }]
    - to: [{ operation: { paths: [/headers], methods: [GET] } }]
      when: [{ key: 'request.headers[x-test-header]', values: [match], notValues: [do-not-match] }]
    - to: [{ operation: { methods: [POST] } }]`
const deny = 'action: DENY\n  rules: [{ to: [{ operation: { paths: [/explicit-deny] } }] }]'

function policies(from: Server, to: Server): readonly string[] {
  const hop = waypoint[to]
  const fromWaypoint = `rules: [{ from: [{ source: { principals: [cluster.local/ns/echo/sa/${hop}] } }] }]`
  const target = forGateway(hop ?? 'none')
  return [
    policy('policy', selects(to), hop === undefined ? rules(from) : fromWaypoint),
    policy('policy-waypoint', target, rules(from)),
    policy('deny-policy', selects(to), deny),
    policy('deny-policy-waypoint', target, deny),
  ]
}

interface Line {
  readonly http: string
  readonly header?: string
  /** What a proxy that reads HTTP answers. */
  readonly verdict: Row[0]
}

const lines: readonly Line[] = [
  { http: 'GET /deny', verdict: 'deny' },
  { http: 'GET /allowed', verdict: 'allow' },
  { http: 'GET /denied-identity', verdict: 'deny' },
  { http: 'GET /allowed-identity', verdict: 'allow' },
  { http: 'POST /explicit-deny', verdict: 'deny' },
  { http: 'GET /allowed-wildcardtest', verdict: 'allow' },
  { http: 'GET /headers', header: 'match', verdict: 'allow' },
  { http: 'GET /headers', header: 'do-not-match', verdict: 'deny' },
]

/** Upstream's `overrideCheck`, in its order, and its own check of `identity allow`. */
function expected(from: Server, to: Server, { http, verdict }: Line): Row[0] {
  if (from === uncaptured && to !== sidecar) return 'deny'
  if (to === uncaptured) return 'allow'
  if (waypoint[to] === undefined && to !== sidecar) return 'deny'
  if (http === 'GET /allowed-identity' && from === uncaptured && to !== serviceAddressed) return 'deny'
  return verdict
}

/**
 * istio `tests/integration/ambient/baseline_test.go` TestAuthorizationL7. Upstream leaves out calls of sidecars to servers with a
 * waypoint (istio issue 51445), and those of a server to itself.
 */
describe('table: ambient L7 authorization', () => {
  for (const from of servers) {
    describe(`from ${from}`, () => {
      const others = servers.filter(to => to !== from && !(from === sidecar && waypoint[to] !== undefined))
      for (const to of others) {
        const rows = lines.map((line): Row => {
          const headers = line.header === undefined ? {} : { headers: { 'x-test-header': line.header } }
          const ask: Ask = { from: identityOf(from), ...toWaypoint(to, 'http'), http: line.http, ...headers }
          return [expected(from, to, line), ask]
        })
        holds([...ambient(), ...policies(from, to)], rows)
      }
    })
  }
})
