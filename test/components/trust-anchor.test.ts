import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { KeyUsageFlags } from '@peculiar/asn1-x509'
import { ConfigMap } from '@pulumi/kubernetes/core/v1'
import * as pulumi from '@pulumi/pulumi'
import { newKeys } from '../../cli/issue'
import { readAnchors } from '../../components/pem'
import { Refused } from '../../components/refused'
import { TrustAnchor } from '../../components/trust-anchor'
import { Istio } from '../../components/istio'
import { authority, ecKeys, rsaKeys } from '../support/pki'
import { leaf, rootA, rootB } from './certificates'
import { settings } from './fixtures'
import { record } from './recorder'

const secretPart = 'MHcCAQEEIJ0t0tallySecret0000000000000000000000000000oAoGCCqGSM49'
const keys = {
  'PKCS #8': `-----BEGIN PRIVATE KEY-----\n${secretPart}\n-----END PRIVATE KEY-----\n`,
  encrypted: `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${secretPart}\n-----END ENCRYPTED PRIVATE KEY-----\n`,
  'EC, cut off': `-----BEGIN EC PRIVATE KEY-----\n${secretPart}\n`,
  indented: `  -----BEGIN RSA PRIVATE KEY-----\n  ${secretPart}\n  -----END RSA PRIVATE KEY-----\n`,
}

describe('a bundle of trust anchors', () => {
  it('gives each certificate once, without what stands around it', () => {
    const { anchors, problems } = readAnchors(`subject=/CN=Root A\n${rootA}${rootB}# again\n${rootA}`, 'trust.bundle')
    assert.deepEqual(problems, [])
    assert.deepEqual(anchors, [rootA, rootB])
  })

  for (const [kind, key] of Object.entries(keys)) {
    it(`is refused if it holds a private key (${kind}), which no message shows`, () => {
      for (const bundle of [key, rootA + key, key + rootA]) {
        const { anchors, problems } = readAnchors(bundle, 'trust.bundle')
        assert.deepEqual(anchors, [])
        assert.deepEqual(
          problems.map(({ code }) => code),
          ['private-key'],
        )
        assert.ok(!JSON.stringify(problems).includes(secretPart.slice(0, 12)))
      }
    })
  }

  it('is refused if a certificate signs nothing, with its subject', () => {
    const { problems } = readAnchors(rootA + leaf, 'trust.bundle')
    assert.deepEqual(
      problems.map(({ code, at }) => [code, at]),
      [['not-a-ca', 'trust.bundle[1]']],
    )
    assert.match(problems[0]!.message, /CN=leaf/)
  })

  it('is read as `ztm trust check` reads it, and written as openssl writes it', async () => {
    const keys = [newKeys, () => ecKeys('P-521'), () => rsaKeys(4096)]
    const made = await Promise.all(keys.map(async one => authority({ subject: 'root', keys: await one() })))
    const { anchors, certificates } = readAnchors(made.map(({ pem }) => pem.replaceAll('\n', '\r\n')).join(''), 'b')
    const theirs = made.map(({ pem }) => new X509Certificate(pem))
    assert.deepEqual(
      anchors,
      theirs.map(one => one.toString()),
    )
    assert.deepEqual(
      certificates.map(({ fingerprint }) => fingerprint),
      theirs.map(one => one.fingerprint256.replaceAll(':', '').toLowerCase()),
    )
  })

  it('is refused if an authority in it may not sign', async () => {
    const { pem } = await authority({ subject: 'root', usage: KeyUsageFlags.digitalSignature })
    const { anchors, problems } = readAnchors(rootA + pem, 'b')
    assert.deepEqual(anchors, [])
    assert.deepEqual(
      problems.map(({ code, at }) => [code, at]),
      [['key-usage', 'b[1]']],
    )
  })

  it('is refused if it holds no certificate, one that is cut off, one that cannot be read, or something else', () => {
    const codes = (bundle: string) => readAnchors(bundle, 'b').problems.map(({ code }) => code)
    assert.deepEqual(codes(''), ['no-anchor'])
    assert.deepEqual(codes('/etc/ssl/ca.pem'), ['no-anchor'])
    assert.deepEqual(codes(rootA.slice(0, 300)), ['malformed-pem'])
    assert.deepEqual(codes(rootA.replace('MIIB', 'AAAA')), ['malformed-certificate'])
    assert.deepEqual(codes('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'), ['no-certificate'])
  })
})

describe('TrustAnchor', () => {
  it('publishes the anchors in a ConfigMap, and nothing else', async () => {
    const recording = await record(() => new TrustAnchor('trust', { namespace: 'mesh-system', bundle: rootA + rootB }))
    const [published] = recording.all.filter(({ custom }) => custom)
    assert.equal(published?.type, 'kubernetes:core/v1:ConfigMap')
    assert.deepEqual(published?.inputs.data, { 'ca.pem': rootA + rootB })
    assert.equal(recording.all.length, 2)
  })

  it('registers nothing for a Secret that is there already: to read it would put its key into the state', async () => {
    const recording = await record(() => new TrustAnchor('trust', { namespace: 'istio-system', secret: 'cacerts' }))
    assert.deepEqual(
      recording.all.map(({ type }) => type),
      ['zero-trust-mesh:index:TrustAnchor'],
    )
  })

  it('refuses a private key before anything is registered', async () => {
    const bundle = rootA + keys['PKCS #8']
    let thrown: unknown
    const recording = await record(() => {
      try {
        new TrustAnchor('trust', { namespace: 'istio-system', bundle })
      } catch (error) {
        thrown = error
      }
    })
    assert.ok(thrown instanceof Refused)
    assert.doesNotMatch(thrown.message, new RegExp(secretPart.slice(0, 12)))
    assert.deepEqual(recording.all, [])
  })

  it('refuses a private key that comes out of another resource, before it is registered anywhere', async () => {
    let anchors: Promise<unknown> | undefined
    const recording = await record(() => {
      const bundle = pulumi.output(Promise.resolve(rootA + keys['PKCS #8']))
      const trust = new TrustAnchor('trust', { namespace: 'istio-system', bundle })
      anchors = (trust.anchors as unknown as { promise(): Promise<unknown> }).promise()
      anchors.catch(() => undefined)
    })
    await assert.rejects(anchors!, Refused)
    assert.deepEqual(recording.ofType('kubernetes:core/v1:ConfigMap'), [])
  })

  it('does not judge a bundle that a preview cannot know, and keeps the rest known', async () => {
    const recording = await record(
      () => {
        const later = new ConfigMap('later', { metadata: { name: 'later', namespace: 'x' } })
        new Istio('mesh', { ...settings, trust: { bundle: later.id } })
      },
      { preview: true },
    )
    assert.equal(recording.named('mesh-trust-anchors').inputs.data['ca.pem'], pulumi.runtime.unknownValue)
    const istiod = recording.named('mesh-istiod').inputs
    assert.doesNotMatch(JSON.stringify(istiod), new RegExp(pulumi.runtime.unknownValue))
    assert.equal(istiod.values.meshConfig.trustDomain, 'test.example.com')
  })
})
