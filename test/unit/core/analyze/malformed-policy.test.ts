import assert from 'node:assert/strict'
import {
  ask,
  authorization,
  http,
  inNamespace,
  judge,
  namespace,
  peers,
  pod,
  plaintext,
  readAll,
  service,
  shop,
  type Json,
} from './objects'
import { mutations, type Mutation } from './mutations'

const frontend = 'cluster.local/ns/web/sa/frontend'

/** Requests that between them tell the policies below from having none. */
const requests: readonly Json[] = [
  ask(),
  ask(http({ method: 'DELETE' })),
  ask(http({ path: '/admin' })),
  ask({ http: undefined }),
  ask(plaintext),
  ask({ ...plaintext, http: undefined }),
  ask({ to: { namespace: 'shop', workload: 'cart', port: 9090 } }),
  ask({ to: { namespace: 'pay', workload: 'bill', port: 8080 } }),
  ask({ jwt: { iss: 'https://issuer', sub: 'me' } }),
  ask({ jwt: { invalid: true } }),
]

const rule = { from: [{ source: { principals: [frontend] } }], to: [{ operation: { methods: ['GET'], paths: ['/'] } }] }
const selector = { matchLabels: { app: 'cart' } }

const policies: Readonly<Record<string, Json>> = {
  'an ALLOW': authorization('shop/cart', { selector, action: 'ALLOW', rules: [rule] }),
  'a DENY': authorization('shop/cart', { selector, action: 'DENY', rules: [rule] }),
  'an ALLOW of nothing': authorization('shop/cart', { rules: [] }),
  'a dry-run policy': authorization('shop/cart', { rules: [rule] }, { annotations: { 'istio.io/dry-run': 'true' } }),
  'an ALLOW of the root namespace': authorization('istio-system/all', { rules: [rule] }),
  'a PeerAuthentication': peers('shop/cart', {
    selector,
    mtls: { mode: 'STRICT' },
    portLevelMtls: { '9090': { mode: 'DISABLE' } },
  }),
  'a RequestAuthentication': inNamespace('RequestAuthentication', 'shop/cart', {
    selector,
    jwtRules: [{ issuer: 'https://issuer', audiences: ['shop'] }],
  }),
}

const others = [...shop, namespace('pay'), pod('pay/bill'), service('pay/bill')]

/** Texts in place of others: the type is right, what they say is not. */
function misspellings(policy: Json): readonly Json[] {
  const text = JSON.stringify(policy)
  return [
    ['"ALLOW"', '"allow"'],
    ['"DENY"', '"REFUSE"'],
    ['"STRICT"', '"strict"'],
    ['"DISABLE"', '"OFF"'],
    ['"rules"', '"rule"'],
    ['"from"', '"form"'],
    ['"source"', '"sources"'],
    ['"principals"', '"principal"'],
    ['"methods"', '"method"'],
    ['"selector"', '"selectors"'],
    ['"matchLabels"', '"matchExpressions"'],
    ['"portLevelMtls"', '"portLevelMTLS"'],
    ['"9090"', '"http"'],
    ['"issuer"', '"isuer"'],
    ['"spec"', '"specs"'],
  ].flatMap(([from = '', to = '']) => (text.includes(from) ? [JSON.parse(text.replace(from, to)) as Json] : []))
}

describe('a malformed policy', () => {
  for (const [name, policy] of Object.entries(policies)) {
    const intended = verdicts([policy])
    const broken = [
      ...mutations(policy)
        .filter(isSample)
        .map(({ mutant }) => mutant),
      ...misspellings(policy),
    ].filter(mutant => readAll([mutant]).problems.length > 0)

    describe(`${name}, broken in ${broken.length} ways`, () => {
      it('is worth breaking: it decides something', () => {
        assert.ok(name === 'a dry-run policy' || intended.some((verdict, index) => verdict !== verdicts([])[index]))
      })

      it('never lets through what it was meant to stop, nor claims to stop what it was meant to let through', () => {
        for (const mutant of broken) {
          verdicts([mutant]).forEach((verdict, index) => {
            const told = `${JSON.stringify(mutant)} for ${JSON.stringify(requests[index])}: ${verdict}, meant ${intended[index]}`
            // An object whose very kind cannot be told is reported, and cannot count as anything.
            if (verdict !== 'unknown' && identified(mutant)) assert.equal(verdict, intended[index], told)
          })
        }
      })
    })
  }
})

/** One wrong value of each type is enough here. */
function isSample({ value }: Mutation): boolean {
  return (
    [7, 'text'].some(sample => sample === value) ||
    JSON.stringify(value) === '{}' ||
    JSON.stringify(value) === '["text"]'
  )
}

function identified(mutant: unknown): boolean {
  const { kind, apiVersion } = (mutant ?? {}) as Partial<Record<string, unknown>>
  return typeof kind === 'string' && typeof apiVersion === 'string'
}

function verdicts(more: readonly unknown[]): readonly string[] {
  const { layer } = readAll([...others, ...more])
  return requests.map(request => judge(layer, request).verdict)
}
