import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { Istio } from '../../components/istio'
import type { Config } from '../../policypacks/zero-trust/config'
import { endingAnchor, goodAnchor, weakAnchor } from '../../policypacks/zero-trust/example-anchors'
import { configMap } from '../../policypacks/zero-trust/example-objects'
import { anchorAlgorithm } from '../../policypacks/zero-trust/rules/anchor-algorithm'
import { anchorKnownAtPreview } from '../../policypacks/zero-trust/rules/anchor-known-at-preview'
import { anchorValidityHorizon } from '../../policypacks/zero-trust/rules/anchor-validity-horizon'
import { noPrivateKeyInPlainState } from '../../policypacks/zero-trust/rules/no-private-key-in-plain-state'
import { pcaProtected } from '../../policypacks/zero-trust/rules/pca-protected'
import { rotationStepOrder } from '../../policypacks/zero-trust/rules/rotation-step-order'
import type { Source } from '../../policypacks/zero-trust/judged'
import { judgedResource } from '../../policypacks/zero-trust/resource'
import type { Rule } from '../../policypacks/zero-trust/rule'
import { checkManifests, contextOf, runRule } from '../../policypacks/zero-trust/run'
import { unwrap } from '../../policypacks/zero-trust/wire'
import { record } from '../components/recorder'
import { sentinel } from '../support/unknowns'

const certificate: Source = { type: 'aws:acmpca/certificate:Certificate', protect: true }

/** What a rule says of one resource of a stack. */
function judged(
  rule: Rule,
  type: string,
  properties: object,
  more: { protect?: boolean; sources?: readonly Source[] } = {},
) {
  const resource = { urn: 'urn', type, name: 'anchor', ...more }
  return runRule(rule, contextOf(judgedResource(resource, unwrap(properties))))
}

const published = (name: string, data: unknown, sources?: readonly Source[]) =>
  judged(
    anchorKnownAtPreview,
    'kubernetes:core/v1:ConfigMap',
    { metadata: { name, namespace: 'istio-system' }, data },
    sources ? { sources } : {},
  )

describe('an anchor that a preview does not know', () => {
  const unknown = { 'ca.pem': sentinel }
  const pendingIn = (found: ReturnType<typeof published>) => found.map(({ pending }) => pending !== undefined)

  it('is pending where its authority is made by the same update, and what to do is said', () => {
    for (const data of [unknown, sentinel]) {
      const [found, ...rest] = published('zero-trust-mesh-anchors', data, [certificate])
      assert.equal(rest.length, 0)
      assert.match(found?.message ?? '', /made by this update/)
      assert.match(found?.pending ?? '', /next: run `pulumi up`, then `pulumi preview` again/)
    }
  })

  it('is refused for any other reason: nobody knows why, something else makes it, or it may take the place of another', () => {
    const protect = false
    const bucket = { type: 'aws:s3/bucketObject:BucketObject', protect: true }
    const cases = [
      undefined,
      [],
      [bucket],
      [certificate, bucket],
      [{ ...certificate, protect }],
      [certificate, { ...certificate, protect }],
    ]
    for (const sources of cases) {
      assert.deepEqual(
        pendingIn(published('zero-trust-mesh-anchors', unknown, sources)),
        [false],
        JSON.stringify(sources),
      )
    }
    const [unprotected] = published('linkerd-identity-trust-roots', unknown, [{ ...certificate, protect }])
    assert.match(unprotected?.message ?? '', /not protected/)
  })

  it('hides nothing of another one beside it', () => {
    const data = { 'ca.pem': sentinel, 'old.pem': '' }
    assert.deepEqual(pendingIn(published('zero-trust-mesh-anchors', data, [certificate])), [true, false])
  })

  it('is no affair of other ConfigMaps, unless their name is not known either', () => {
    assert.deepEqual(published('settings', unknown), [])
    assert.equal(published(sentinel, unknown, [certificate]).length, 1)
  })

  it('is taken for no private key, which is found once its value is known', () => {
    const type = 'kubernetes:core/v1:ConfigMap'
    const metadata = { name: 'zero-trust-mesh-anchors', namespace: 'x' }
    const found = (name: string, pem: string) =>
      judged(noPrivateKeyInPlainState, type, { metadata: { ...metadata, name }, data: { 'ca.pem': pem } }).length
    assert.equal(found('zero-trust-mesh-anchors', sentinel), 0)
    assert.equal(found('linkerd-identity-trust-roots', '-----BEGIN PRIVATE KEY-----\nMIGH\n'), 1)
    assert.equal(found('settings', sentinel), 1)
  })
})

describe('an anchor that is refused', () => {
  it('is named by its subject, its serial and its fingerprint, as openssl has them', () => {
    const messages = (rule: Rule, pem: string, config: Partial<Config> = {}) => {
      const object = configMap('zero-trust-mesh-anchors', { 'ca.pem': pem })
      return checkManifests([rule], [{ object, at: 'a' }], { config }).map(({ message }) => message)
    }
    const told = (pem: string) => {
      const { subject, serialNumber, fingerprint256 } = new X509Certificate(pem)
      const fingerprint = fingerprint256.replaceAll(':', '').toLowerCase()
      return `\`${subject}\` (serial \`${serialNumber.toLowerCase()}\`, SHA-256 \`${fingerprint}\`)`
    }
    assert.deepEqual(messages(anchorAlgorithm, goodAnchor + weakAnchor), [
      `cannot be trusted in certificate 2 of it: ${told(weakAnchor)} has a key that is RSA 1024, which Istio does not take for an anchor`,
    ])
    assert.deepEqual(messages(anchorValidityHorizon, endingAnchor, { today: '2026-07-02' }), [
      `certificate 1 of it, ${told(endingAnchor)}, has ended`,
    ])
    assert.deepEqual(messages(rotationStepOrder, goodAnchor, { anchors: { istio: endingAnchor } }), [
      `has ${told(goodAnchor)} in the place of ${told(endingAnchor)}, which is all that proxies have until they start anew`,
    ])
  })
})

describe('authorities of AWS', () => {
  it('as they are made here, are protected, and no key is looked for in what AWS tells of them', async () => {
    const { all } = await record(
      () => {
        const istio = { version: '1.30.3', trustDomain: 'test.example.com' }
        new Istio('mesh', { istio, trust: { pca: { region: 'eu-central-1', subordinate: true } } })
      },
      { preview: true },
    )
    const parts = all.filter(({ type }) => type.startsWith('aws:acmpca/'))
    assert.equal(parts.length, 6)
    for (const { type, inputs, protect } of parts) {
      assert.deepEqual(judged(pcaProtected, type, inputs, { protect }), [])
      assert.equal(judged(pcaProtected, type, inputs).length, 1)
      assert.deepEqual(judged(noPrivateKeyInPlainState, type, inputs), [])
    }
  })

  it('are refused where nothing is known of them', () => {
    const type = 'aws:acmpca/certificateAuthority:CertificateAuthority'
    const protect = true
    assert.equal(judged(pcaProtected, type, { permanentDeletionTimeInDays: sentinel }, { protect }).length, 1)
    assert.equal(judged(pcaProtected, type, { permanentDeletionTimeInDays: 31 }, { protect }).length, 1)
    const other = judged(pcaProtected, 'aws:acmpca/certificate:Certificate', { templateArn: sentinel }, { protect })
    assert.equal(other.length, 1)
  })

  it('show a key that somebody passes to them', () => {
    const body = { certificate: '-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\n' }
    const type = 'aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate'
    assert.equal(judged(noPrivateKeyInPlainState, type, body).length, 1)
  })
})
