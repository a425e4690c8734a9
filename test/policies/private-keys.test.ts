import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { hasPrivateKey } from '../../policypacks/zero-trust/facts/private-keys'
import { noPrivateKeyInPlainState } from '../../policypacks/zero-trust/rules/no-private-key-in-plain-state'
import { judgedResource } from '../../policypacks/zero-trust/resource'
import { contextOf, runRule } from '../../policypacks/zero-trust/run'
import { unwrap } from '../../policypacks/zero-trust/wire'
import { sentinel } from '../support/unknowns'

// Made for this test, kept nowhere.
const pairs = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ed25519: generateKeyPairSync('ed25519'),
}
const pkcs8 = (key: KeyObject): Buffer => key.export({ type: 'pkcs8', format: 'der' })
const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64')
const wrapped = (text: string): string => text.replace(/(.{64})/g, '$1\n')

const forms: readonly (readonly [string, string])[] = [
  ...Object.entries(pairs).flatMap(([name, { privateKey }]): [string, string][] => [
    [`${name} in PEM`, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    [`${name} in PEM, in base64`, base64(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())],
    [`${name} in PKCS#8, in base64`, base64(pkcs8(privateKey))],
    [`${name} in PKCS#8, in base64 for URLs`, pkcs8(privateKey).toString('base64url')],
    [`${name} as a JSON Web Key`, JSON.stringify(privateKey.export({ format: 'jwk' }))],
  ]),
  ['RSA in PKCS#1, in base64', base64(pairs.rsa.privateKey.export({ type: 'pkcs1', format: 'der' }))],
  ['RSA in PKCS#1, in PEM', pairs.rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
  ['EC in SEC 1, in base64', base64(pairs.ec.privateKey.export({ type: 'sec1', format: 'der' }))],
  ['EC in SEC 1, in PEM', pairs.ec.privateKey.export({ type: 'sec1', format: 'pem' }).toString()],
  ['an OpenSSH key', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\n'],
  ['a PGP key', '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBF\n'],
  ['an encrypted key', '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIF\n'],
  ['base64 with line ends', wrapped(base64(pkcs8(pairs.rsa.privateKey)))],
  [
    'a Secret quoted in an annotation',
    JSON.stringify({
      data: { 'tls.key': base64(pairs.ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()) },
    }),
  ],
  ['base64 of base64', base64(base64(pkcs8(pairs.ec.privateKey)))],
]

const harmless: readonly (readonly [string, string])[] = [
  ...Object.entries(pairs).flatMap(([name, { publicKey }]): [string, string][] => [
    [`the public ${name} key in PEM`, publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    [`the public ${name} key in base64`, base64(publicKey.export({ type: 'spki', format: 'der' }))],
    [`the public ${name} key as a JSON Web Key`, JSON.stringify(publicKey.export({ format: 'jwk' }))],
  ]),
  [
    'a certificate',
    '-----BEGIN CERTIFICATE-----\nMIIBhTCCASugAwIBAgIQIRi6zePL6mKjOipn+dNuaTAKBggqhkjOPQQDAjASMRAw\n-----END CERTIFICATE-----',
  ],
  ['prose about a private key', 'put the private key into Vault'],
  ['a digest', `sha256:${'0f1e2d3c'.repeat(8)}`],
  ['a long word', 'a'.repeat(5000)],
  ['nothing', ''],
]

describe('looking for private keys', () => {
  for (const [name, text] of forms) it(`finds ${name}`, () => assert.equal(hasPrivateKey(text), true))
  for (const [name, text] of harmless) it(`leaves ${name} alone`, () => assert.equal(hasPrivateKey(text), false))

  it('is done in time with megabytes that look like base64', () => {
    const start = performance.now()
    assert.equal(hasPrivateKey('QUJD'.repeat(500_000)), false)
    assert.equal(hasPrivateKey(`${'A'.repeat(60)} `.repeat(20_000)), false)
    assert.ok(performance.now() - start < 2_000)
  })
})

describe('a private key in a property', () => {
  const pem = pairs.ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const secret = { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270', value: pem }
  const judge = (type: string, props: unknown) => {
    const judged = judgedResource({ urn: 'urn:1', type, name: 'mine' }, unwrap(props))
    return runRule(noPrivateKeyInPlainState, contextOf(judged))
  }

  it('is found in a resource of any provider, at any depth, and is not repeated in the message', () => {
    for (const [type, props, path] of [
      ['aws:ssm/parameter:Parameter', { type: 'String', value: pem }, 'value'],
      ['aws:lambda/function:Function', { environment: { variables: { A: pem } } }, 'environment.variables.A'],
      ['kubernetes:core/v1:Secret', { metadata: { name: 'x' }, data: { 'tls.key': base64(pem) } }, 'data["tls.key"]'],
      ['kubernetes:example.com/v1:Anything', { spec: { list: [{ name: pem }] } }, 'spec.list[0].name'],
    ] as const) {
      const found = judge(type, props)
      assert.deepEqual(
        found.map(finding => finding.path),
        [path],
      )
      assert.ok(!JSON.stringify(found).includes(pem.slice(40, 60)))
    }
  })

  it('is let alone where it is a secret, and not beside it', () => {
    assert.deepEqual(judge('kubernetes:core/v1:Secret', { data: { 'tls.key': secret } }), [])
    assert.deepEqual(
      judge('kubernetes:core/v1:Secret', {
        data: {
          ...{ '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270', value: { a: pem, b: sentinel } },
        },
      }),
      [],
    )
    assert.deepEqual(
      judge('kubernetes:core/v1:Secret', { data: { a: secret, b: pem } }).map(({ path }) => path),
      ['data.b'],
    )
  })

  it('may be in what is not known yet, if its name says so; each such property is named', () => {
    const props = {
      arn: sentinel,
      userData: sentinel,
      tls: { keyPem: sentinel },
      image: sentinel,
      spec: { caBundle: sentinel },
    }
    assert.deepEqual(
      judge('aws:x:Y', props).map(({ path }) => path),
      ['userData', 'tls.keyPem', 'spec.caBundle'],
    )
  })
})
