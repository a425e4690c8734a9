import assert from 'node:assert/strict'
import { authorization, mesh, peers, verdict } from './objects'

/** The mesh goes from `old.example` to `td.example`; whoever shows no identity is refused. */
const world = [
  mesh({ trustDomain: 'td.example', trustDomainAliases: ['old.example'], caCertificates: [] }),
  peers('istio-system/default', { mtls: { mode: 'STRICT' } }),
]

/** Who gets in by a principal, of those with one account and a trust domain each. */
const admittedBy = (principal: string): readonly string[] =>
  ['td.example', 'old.example', 'other.example'].filter(trustDomain => {
    const policy = authorization('shop/p', { rules: [{ from: [{ source: { principals: [principal] } }] }] })
    const from = { trustDomain, namespace: 'web', serviceAccount: 'frontend' }
    return verdict([...world, policy], { from }) === 'allow'
  })

describe('a principal, to Envoy, while the mesh has an alias of its trust domain', () => {
  const both = ['td.example', 'old.example']
  // istio `pilot/pkg/security/trustdomain/{bundle,util}.go`
  const table: readonly (readonly [principal: string, admitted: readonly string[]])[] = [
    ['td.example/ns/web/sa/frontend', both],
    ['old.example/ns/web/sa/frontend', both],
    ['cluster.local/ns/web/sa/frontend', both],
    ['other.example/ns/web/sa/frontend', []],
    // A pattern that one of them fits means the others, too, but for those at its end, which stay what they are.
    ['td*/ns/web/sa/frontend', both],
    ['*.example/ns/web/sa/frontend', both],
    ['*d.example/ns/web/sa/frontend', both],
    ['no*/ns/web/sa/frontend', []],
    ['*.local/ns/web/sa/frontend', []],
    // Any trust domain, of which the handshake lets in two.
    ['*/ns/web/sa/frontend', both],
    // Not five parts: as it stands.
    ['td.example/ns/web/*', ['td.example']],
    ['old.example/ns/*', ['old.example']],
    ['td.example/ns/web/sa/other', []],
  ]
  for (const [principal, admitted] of table)
    it(`\`${principal}\` admits ${admitted.length === 0 ? 'nobody' : admitted.join(' and ')}`, () => {
      assert.deepEqual(admittedBy(principal), admitted)
    })
})
