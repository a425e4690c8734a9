import assert from 'node:assert/strict'
import { placesOf, trustObjects } from '../../../../core/trust/objects'
import type { Mesh } from '../../../../core/trust/expected'

type Json = Readonly<Record<string, unknown>>

const secret = (id: string, parts: Json, kind = 'Secret'): Json => {
  const [namespace, name] = id.split('/')
  return { kind, metadata: { name, namespace }, ...parts }
}
/** As `kubectl get` has it. */
const encoded = (texts: Readonly<Record<string, string>>): Json => ({
  data: Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, btoa(text)])),
})
const found = (mesh: Mesh, ...objects: readonly unknown[]) =>
  trustObjects(
    objects.map((object, i) => ({ object, at: `object ${i}` })),
    mesh,
    () => 'public',
  )
const files = { 'root-cert.pem': 'root', 'ca-cert.pem': 'ca', 'cert-chain.pem': 'chain', 'ca-key.pem': 'key' }
const tls = { 'ca.crt': 'root of tls', 'tls.crt': 'both', 'tls.key': 'key of tls' }
const at = 'Secret istio-system/cacerts'

describe('what objects hold of a mesh’s trust', () => {
  it('is of Istio in one of two styles, of which that of a TLS Secret goes first', () => {
    const own = found('istio', secret('istio-system/cacerts', encoded(files)))
    assert.deepEqual(own.problems, [])
    assert.deepEqual(own.anchors, [{ text: 'root', at: `${at} root-cert.pem` }])
    const [issuer] = own.issuers
    assert.deepEqual(issuer?.issuer, { text: 'ca', at: `${at} ca-cert.pem` })
    assert.deepEqual(issuer.chain, { text: 'chain', at: `${at} cert-chain.pem` })
    assert.ok(issuer.key && !issuer.revoked && !('anchors' in issuer))
    const both = found('istio', secret('istio-system/cacerts', encoded({ ...files, ...tls })))
    assert.deepEqual(both.anchors, [{ text: 'root of tls', at: `${at} ca.crt` }])
    assert.deepEqual(
      both.issuers.map(({ issuer: text, chain }) => [text.text, chain?.text]),
      [['both', 'both']],
    )
  })

  it('is of Linkerd an anchor in a ConfigMap, as it is, and an issuer in a Secret of either scheme', () => {
    const roots = secret('linkerd/linkerd-identity-trust-roots', { data: { 'ca-bundle.crt': 'roots' } }, 'ConfigMap')
    for (const [issuer, key] of [
      ['tls.crt', 'tls.key'],
      ['crt.pem', 'key.pem'],
    ] as const) {
      const one = secret(
        'linkerd/linkerd-identity-issuer',
        encoded({ [issuer]: 'issuer', [key]: 'key', 'ca.crt': 'no' }),
      )
      const { anchors, issuers, problems } = found('linkerd', roots, one)
      assert.deepEqual(problems, [])
      assert.deepEqual(anchors, [{ text: 'roots', at: 'ConfigMap linkerd/linkerd-identity-trust-roots ca-bundle.crt' }])
      assert.deepEqual(
        issuers.map(({ issuer: text, key: part }) => [text, part !== undefined]),
        [[{ text: 'issuer', at: `Secret linkerd/linkerd-identity-issuer ${issuer}` }, true]],
      )
    }
  })

  it('is text where it is given as text, and in base64 with what line breaks there are', () => {
    const given = found('istio', secret('istio-system/cacerts', { stringData: files }))
    assert.deepEqual([given.anchors[0]?.text, given.problems], ['root', []])
    const broken = { ...files, 'root-cert.pem': 'a root that is longer' }
    const parts = encoded(broken) as { readonly data: Readonly<Record<string, string>> }
    const wrapped = Object.fromEntries(
      Object.entries(parts.data).map(([key, text]) => [key, text.replace(/(.{8})/g, '$1\n')]),
    )
    assert.equal(
      found('istio', secret('istio-system/cacerts', { data: wrapped })).anchors[0]?.text,
      'a root that is longer',
    )
  })

  it('is a problem where a key is not there, or no text, and is told with its object', () => {
    const codes = (data: Json) =>
      found('istio', secret('istio-system/cacerts', { data })).problems.map(
        one => `${one.code} ${one.at} ${one.message}`,
      )
    const { 'cert-chain.pem': _, ...rest } = encoded(files).data as Readonly<Record<string, string>>
    assert.deepEqual(codes(rest), [`missing-key ${at} there is no \`cert-chain.pem\` in it`])
    assert.deepEqual(codes({ ...rest, 'cert-chain.pem': 7 }), [
      `missing-key ${at} \`cert-chain.pem\` is no text in base64`,
    ])
    assert.deepEqual(codes({ ...rest, 'cert-chain.pem': '&' }), [
      `missing-key ${at} \`cert-chain.pem\` is no text in base64`,
    ])
  })

  it('is a list of what is revoked in `cacerts` alone, and one that istiod reads beside its own files alone', () => {
    const list = { 'ca-crl.pem': 'list' }
    const revoked = (name: string, texts: Readonly<Record<string, string>>) =>
      found('istio', secret(`istio-system/${name}`, encoded({ ...texts, ...list }))).issuers.map(one => one.revoked)
    const one = { text: 'list', at: `${at} ca-crl.pem` }
    assert.deepEqual(revoked('cacerts', files), [{ ...one, isRead: true }])
    assert.deepEqual(revoked('cacerts', tls), [{ ...one, isRead: false }])
    assert.deepEqual(revoked('istio-ca-secret', files), [undefined])
  })

  it('is nothing of other objects, and of what is none', () => {
    const others = [
      secret('istio-system/other', encoded(files)),
      secret('istio-system/cacerts', { data: files }, 'ConfigMap'),
      { kind: 'Secret' },
      7,
      undefined,
    ]
    assert.deepEqual(found('istio', ...others), { anchors: [], issuers: [], renewals: [], problems: [] })
    assert.match(placesOf('istio'), /^the Secret `cacerts` and the Secret `istio-ca-secret`$/)
    assert.match(placesOf('linkerd'), /^the ConfigMap `[^`]+` and the Secret `[^`]+`$/)
  })

  it('is when an authority is renewed, and whether it issues for workloads', () => {
    const renewal = (spec: Json) =>
      found('linkerd', secret('linkerd/ca', { spec }, 'Certificate')).renewals.map(({ role, renewBefore }) => [
        role,
        renewBefore,
      ])
    const hour = 3_600_000
    assert.deepEqual(renewal({ isCA: true, duration: '30h', secretName: 'linkerd-identity-issuer' }), [
      ['issuer', 10 * hour],
    ])
    assert.deepEqual(renewal({ isCA: true, duration: '30h', secretName: 'root', renewBefore: '7h' }), [
      ['anchor', 7 * hour],
    ])
    assert.deepEqual(renewal({ isCA: true, duration: '30h', renewBeforePercentage: 50 }), [['anchor', 15 * hour]])
    assert.deepEqual(renewal({ duration: '30h' }), [])
    assert.deepEqual(renewal({ isCA: true, duration: 'long' }), [])
  })
})
