import assert from 'node:assert/strict'
import { authorization, mesh, namespace, peers, pod, service, verdict, verdictIn, type Json } from './objects'

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

describe('who a caller is, to Envoy, while the mesh’s trust domains are not known', () => {
  const world = [namespace('shop'), pod('shop/cart'), service('shop/cart')]
  const frontend = { trustDomain: 'td.example', namespace: 'web', serviceAccount: 'frontend' }

  /** `yes` where a DENY stops the caller, `no` where an ALLOW does. */
  function is(source: Json, from: Json): string {
    const under = (action: 'ALLOW' | 'DENY') =>
      verdictIn([...world, authorization('shop/p', { action, rules: [{ from: [{ source }] }] })], { from })
    if (under('DENY') === 'deny') return 'yes'
    return under('ALLOW') === 'deny' ? 'no' : 'unknown'
  }
  const callers = [
    frontend,
    { ...frontend, trustDomain: 'other.example' },
    { ...frontend, serviceAccount: 'other' },
    { plaintext: true },
  ]

  // istio `pilot/pkg/security/trustdomain/bundle.go`: whichever domains are the mesh's own, the first part alone may mean others
  const table: readonly (readonly [source: Json, found: readonly string[]])[] = [
    [{ principals: ['*'] }, ['yes', 'yes', 'yes', 'no']],
    [{ principals: ['td.example/ns/web/sa/frontend'] }, ['yes', 'unknown', 'no', 'no']],
    [{ principals: ['cluster.local/ns/web/sa/frontend'] }, ['unknown', 'unknown', 'no', 'no']],
    [{ principals: ['*/ns/web/sa/frontend'] }, ['yes', 'yes', 'no', 'no']],
    [{ principals: ['td*/ns/web/sa/frontend'] }, ['unknown', 'unknown', 'no', 'no']],
    [{ principals: ['*d.example/ns/web/sa/frontend'] }, ['yes', 'unknown', 'no', 'no']],
    [{ principals: ['td.example/ns/web/*'] }, ['yes', 'no', 'yes', 'no']],
    [{ principals: ['cluster.local/ns/web/*'] }, ['no', 'no', 'no', 'no']],
    [{ principals: ['td.example/*'] }, ['yes', 'no', 'yes', 'no']],
    [{ principals: ['*frontend'] }, ['yes', 'yes', 'no', 'no']],
    [{ trustDomains: ['td.example'] }, ['yes', 'unknown', 'yes', 'no']],
    [{ trustDomains: ['*'] }, ['yes', 'yes', 'yes', 'no']],
    [{ trustDomains: ['td*'] }, ['yes', 'no', 'yes', 'no']],
    [{ trustDomains: ['*.example'] }, ['yes', 'yes', 'yes', 'no']],
    [{ namespaces: ['web'] }, ['yes', 'yes', 'yes', 'no']],
    [{ serviceAccounts: ['web/frontend'] }, ['yes', 'yes', 'no', 'no']],
  ]
  for (const [source, found] of table)
    it(JSON.stringify(source), () => {
      assert.deepEqual(
        callers.map(from => is(source, from)),
        found,
      )
    })
})
