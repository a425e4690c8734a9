import assert from 'node:assert/strict'
import { authority, constrained } from '../../../support/pki'
import { check, codes, hierarchy } from '../../../support/trust'

describe('an issuer that does not chain', () => {
  it('is signed by a key that is in no anchor, though the name is', async () => {
    const { issuer } = await hierarchy()
    const { problems } = await check({ anchors: [await authority({ subject: 'root' })], ...(issuer && { issuer }) })
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['issuer-not-chained'],
    )
    assert.match(problems[0]?.hint ?? '', /another key than that of `CN=root`/)
  })

  it('is signed by what is not there, which is named with what is', async () => {
    const root = await authority({ subject: 'root' })
    const between = await authority({ subject: 'between', by: root })
    const issuer = await authority({ subject: 'issuer', by: between })
    const { problems } = await check({ anchors: [root], issuer: [issuer] })
    assert.match(problems[0]?.hint ?? '', /signed by `CN=between`, and the bundle holds `CN=root`/)
  })

  it('is not vouched for by an authority that is no anchor', async () => {
    const other = await authority({ subject: 'other' })
    const issuer = await authority({ subject: 'issuer', by: other })
    assert.deepEqual(await codes({ anchors: [await authority({ subject: 'root' })], issuer: [issuer, other] }), [
      'issuer-not-chained',
    ])
  })
})

describe('a bundle', () => {
  it('has no anchor twice, and no key twice', async () => {
    const root = await authority({ subject: 'root' })
    const again = await authority({ subject: 'renewed root', keys: root.keys })
    assert.deepEqual(await codes({ anchors: [root, root] }), ['duplicate-anchor'])
    assert.deepEqual(await codes({ anchors: [root, again] }), ['duplicate-anchor'])
  })

  it('is looked at anchor by anchor where no issuer is given', async () => {
    const old = await authority({ subject: 'old root', until: -1 })
    const { problems } = await check({ anchors: [await authority({ subject: 'root' }), old] })
    assert.deepEqual(
      problems.map(({ code, at }) => `${code} ${at}`),
      ['expired bundle[1]'],
    )
  })
})

describe('name constraints', () => {
  const uri = (name: string) => ({ uniformResourceIdentifier: name })
  const cases = [
    ['istio', 'admits the trust domain that is permitted', constrained([uri('prod.example')]), 'prod.example', []],
    ['istio', 'admits what is below a dot', constrained([uri('.example')]), 'prod.example', []],
    [
      'istio',
      'admits nothing below a name without a dot',
      constrained([uri('example')]),
      'prod.example',
      ['name-constraints'],
    ],
    [
      'istio',
      'admits nothing that is excluded',
      constrained([], [uri('prod.example')]),
      'prod.example',
      ['name-constraints'],
    ],
    ['istio', 'has no DNS names that could be constrained', constrained([{ dNSName: 'svc' }]), 'prod.example', []],
    [
      'istio',
      'is not judged without its trust domain',
      constrained([uri('prod.example')]),
      undefined,
      ['name-constraints'],
    ],
    [
      'linkerd',
      'admits what ends with the labels',
      constrained([{ dNSName: 'identity.linkerd.prod.example' }]),
      'prod.example',
      [],
    ],
    [
      'linkerd',
      'takes labels as a whole',
      constrained([{ dNSName: 'od.example' }]),
      'prod.example',
      ['name-constraints'],
    ],
  ] as const
  for (const [mesh, what, constraints, trustDomain, found] of cases)
    it(`${mesh} ${what}`, async () => {
      const given = await hierarchy({ constraints })
      assert.deepEqual(await codes(given, { mesh, ...(trustDomain && { trustDomain }) }), found)
    })
})

describe('the chain that Istio’s proxies show', () => {
  it('holds the signing certificate itself', async () => {
    const given = await hierarchy()
    const complete = { ...given, chain: [...(given.issuer ?? []), ...given.anchors] }
    assert.deepEqual(await codes(complete, { mesh: 'istio' }), [])
    assert.deepEqual(await codes({ ...given, chain: given.anchors }, { mesh: 'istio' }), ['incomplete-chain'])
  })
})
