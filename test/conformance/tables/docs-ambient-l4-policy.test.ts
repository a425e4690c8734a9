import {
  ambient,
  captured,
  forGateway,
  forService,
  identityOf,
  policy,
  selects,
  serviceAddressed,
  toService,
} from './ambient'
import { holds, type Row } from './table'

const client = identityOf(captured)
const hop = 'cluster.local/ns/echo/sa/waypoint-service'
const rules = (principal: string, operation = '') =>
  `rules: [{ from: [{ source: { principals: [${principal}] } }]${operation} }]`

/** A call to a Service with a waypoint, or to one without. */
const line = (verdict: Row[0], to: typeof captured | typeof serviceAddressed, from = client): Row => [
  verdict,
  { from, ...toService(to, 'http'), http: 'GET /' },
]
const others = identityOf(serviceAddressed)

/**
 * istio.io `content/en/docs/ambient/usage/l4-policy/index.md`: its examples, and the table of its section "Authorization policy
 * attachment", which says whose identity the enforcing proxy sees.
 */
describe('table: the page on layer 4 policy', () => {
  describe('an identity allowed by ztunnel', () => {
    const rows = [line('allow', captured), line('deny', captured, others), line('deny', captured, 'plaintext')]
    holds([...ambient(), policy('allow-client', selects(captured), rules(client))], rows)
  })

  describe('with a method that ztunnel cannot read', () => {
    const methods = rules(client, ', to: [{ operation: { methods: [GET] } }]')
    holds([...ambient(), policy('allow-client', selects(captured), methods)], [line('deny', captured)])
  })

  describe('peer authentication with DISABLE, which ztunnel ignores', () => {
    const disable = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: echo }
spec: { mtls: { mode: DISABLE } }
`
    const admits = policy('allow-client', selects(captured), rules(client))
    holds([...ambient(), disable, admits], [line('allow', captured), line('deny', captured, 'plaintext')])
  })

  /** Attachment, whether a waypoint is passed, and whose identity is seen. */
  const attachments = [
    ['by selector, without a waypoint', selects(captured), captured, client],
    ['by selector, behind a waypoint', selects(serviceAddressed), serviceAddressed, hop],
    ['to the namespace, without a waypoint', 'action: ALLOW', captured, client],
    ['to the namespace, behind a waypoint', 'action: ALLOW', serviceAddressed, hop],
    ['to the Service', forService(serviceAddressed), serviceAddressed, client],
    ['to the Gateway', forGateway('waypoint-service'), serviceAddressed, client],
  ] as const
  for (const [title, bind, to, seen] of attachments) {
    describe(`attached ${title}`, () => {
      const unseen = seen === client ? hop : client
      holds([...ambient(), policy('seen', bind, rules(seen))], [line('allow', to)])
      holds([...ambient(), policy('unseen', bind, rules(unseen))], [line('deny', to)])
    })
  }
})
