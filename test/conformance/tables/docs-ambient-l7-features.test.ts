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

const get = 'rules: [{ to: [{ operation: { methods: [GET] } }] }]'
const line = (verdict: Row[0], to: typeof captured | typeof serviceAddressed, method = 'GET'): Row => [
  verdict,
  { from: identityOf(captured), ...toService(to, 'http'), http: `${method} /` },
]

/**
 * istio.io `content/en/docs/ambient/usage/l7-features/index.md`: its example of a policy for a waypoint, and the table of its section
 * "Authorization policy attachment".
 */
describe('table: the page on layer 7 features', () => {
  describe('namespaces and a method allowed at the waypoint', () => {
    const rules = `action: ALLOW
  rules:
    - from: [{ source: { namespaces: [echo, istio-system] } }]
      to: [{ operation: { methods: [GET] } }]`
    const rows = [line('allow', serviceAddressed), line('deny', serviceAddressed, 'POST')]
    holds([...ambient(), policy('viewer', forGateway('waypoint-service'), rules)], rows)
  })

  const bySelector = [
    ['by selector, without a waypoint', selects(captured), captured],
    ['by selector, behind a waypoint', selects(serviceAddressed), serviceAddressed],
    ['to the namespace, without a waypoint', 'action: ALLOW', captured],
    ['to the namespace, behind a waypoint', 'action: ALLOW', serviceAddressed],
  ] as const
  for (const [title, bind, to] of bySelector) {
    describe(`an ALLOW attached ${title}`, () => {
      holds([...ambient(), policy('allow-get', bind, get)], [line('deny', to), line('deny', to, 'POST')])
    })
  }

  for (const bind of [forService(serviceAddressed), forGateway('waypoint-service')]) {
    describe(`an ALLOW with ${bind}`, () => {
      const rows = [line('allow', serviceAddressed), line('deny', serviceAddressed, 'POST')]
      holds([...ambient(), policy('allow-get', bind, get)], rows)
    })
  }

  /*
   * The page goes on to say that ztunnel fails closed on what it cannot read. Of a DENY that is not so: a clause without anything of L4
   * matches nothing (istio `pilot/pkg/serviceregistry/ambient/authorization.go` handleRule, ztunnel `src/rbac.rs`), while a sidecar's HTTP port
   * denies what is written.
   */
  describe('a DENY of a method by selector', () => {
    const deny = `action: DENY\n  ${get}`
    holds(
      [...ambient(), policy('deny-get', selects(captured), deny), policy('deny-get-sidecar', selects(sidecar), deny)],
      [
        line('allow', captured),
        ['deny', { from: identityOf(captured), ...toService(sidecar, 'http'), http: 'GET /' }],
        ['allow', { from: identityOf(captured), ...toService(sidecar, 'http'), http: 'POST /' }],
      ],
    )
  })
})
