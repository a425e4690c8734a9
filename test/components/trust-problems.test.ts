import assert from 'node:assert/strict'
import { readConfig } from '../../components/config'
import { Refused } from '../../components/refused'
import type { MeshSettings, TrustSettings } from '../../components/settings'
import { settingsProblems } from '../../components/settings-problems'
import { rootA } from './certificates'
import { settings as istio } from './fixtures'
import { settings as onLinkerd } from './linkerd-fixtures'
import { record } from './recorder'

const region = 'eu-central-1'
const arn = 'arn:aws:acm-pca:eu-central-1:111122223333:certificate-authority/01234567-89ab-cdef-0123-456789abcdef'
const { issuer: _, ...unsigned } = onLinkerd.linkerd
const codes = (trust: TrustSettings, more: Partial<MeshSettings> = {}) =>
  settingsProblems({ ...istio, gateways: {}, ...more, trust }).map(({ code, at }) => `${code} ${at}`)

describe('an anchor in AWS Private CA, as it is asked for', () => {
  it('is told where it is, of what is made and what is not, exactly once', () => {
    assert.deepEqual(codes({ pca: { region } }), [])
    assert.deepEqual(codes({ pca: { arn }, bundle: rootA }), [])
    assert.deepEqual(codes({ pca: { arn, region }, bundle: rootA }), [])
    assert.deepEqual(codes({ pca: {} }), ['no-region trust.pca'])
    assert.deepEqual(codes({ pca: { region }, bundle: rootA }), ['contradictory-trust trust.bundle'])
    assert.deepEqual(codes({ pca: { arn } }), ['no-trust trust.bundle'])
    assert.deepEqual(codes({ pca: { arn, region: 'eu-west-1' }, bundle: rootA }), ['other-region trust.pca.region'])
    assert.deepEqual(codes({ pca: { arn, subordinate: true, years: 5 }, bundle: rootA }), [
      'not-made trust.pca.subordinate',
      'not-made trust.pca.years',
    ])
  })

  it('is not called as what is below it, nor longer than a certificate takes', () => {
    const named = (commonName: string) => codes({ pca: { region, commonName } })
    assert.deepEqual(named('Root of the shop'), [])
    for (const name of ['istiod.test.example.com', 'issuing.test.example.com', 'identity.linkerd.test.example.com']) {
      assert.deepEqual(named(name), ['same-subject trust.pca.commonName'])
    }
    const trustDomain = `${'a'.repeat(50)}.example.com`
    assert.deepEqual(codes({ pca: { region } }, { istio: { ...istio.istio, trustDomain } }), ['long-name trust'])
  })
})

describe('a source of an anchor', () => {
  it('is the only one', () => {
    const made: readonly TrustSettings[] = [{ pca: { region } }, { certManager: {} }]
    for (const trust of made) {
      assert.deepEqual(codes({ ...trust, secret: 'cacerts' }), ['contradictory-trust trust.secret'])
      assert.deepEqual(codes({ ...trust, selfSigned: true }), ['contradictory-trust trust'])
      assert.deepEqual(codes({ ...trust, revocation: true }), ['contradictory-trust trust.revocation'])
    }
    assert.deepEqual(codes({ pca: { region }, certManager: {} }), ['contradictory-trust trust'])
    assert.deepEqual(codes({ certManager: {}, bundle: rootA }), ['contradictory-trust trust.bundle'])
    assert.deepEqual(codes({}), ['no-trust trust'])
  })

  it('leaves Linkerd nothing to say of it', () => {
    const trust = { certManager: {} }
    const linkerd = { ...onLinkerd.linkerd, trustManager: { secrets: ['anchor'] } }
    const found = settingsProblems({ linkerd, trust }).map(({ code, at }) => `${code} ${at}`)
    assert.deepEqual(found, ['contradictory-trust linkerd.issuer', 'contradictory-trust linkerd.trustManager'])
    assert.deepEqual(settingsProblems({ linkerd: unsigned, trust }), [])
    assert.deepEqual(settingsProblems({ linkerd: unsigned, trust: { pca: { region } } }), [])
  })

  it('is for a mesh that is installed', () => {
    const there = { istio: { ...istio.istio, install: false } }
    assert.deepEqual(codes({ pca: { region } }, there), ['trust-not-installed trust.pca'])
    const linkerd = { ...unsigned, install: false }
    const found = settingsProblems({ linkerd, trust: { certManager: {} } }).map(({ code }) => code)
    assert.deepEqual(found, ['trust-not-installed'])
  })
})

describe('the configuration of a source', () => {
  const read = async (trust: unknown): Promise<readonly string[]> => {
    const found: string[] = []
    const mesh = '{"version":"1.30.3","trustDomain":"test.example.com"}'
    await record(
      () => {
        try {
          const { trust: own } = readConfig().mesh
          found.push(JSON.stringify(own))
        } catch (error) {
          assert.ok(error instanceof Refused)
          found.push(...error.problems.map(({ at, message }) => `${at}: ${message}`))
        }
      },
      { config: { mesh, trust: JSON.stringify(trust) } },
    )
    return found
  }

  it('takes every setting there is', async () => {
    const pca = {
      ...{ region: 'cn-northwest-1', commonName: 'Root', years: 20, subordinate: true },
      ...{ permanentDeletionTimeInDays: 7, protect: false, tags: { team: 'mesh' } },
    }
    for (const trust of [{ pca }, { certManager: { namespace: 'pki', years: 5, beside: ['old'] } }, { pca: { arn } }]) {
      assert.deepEqual(await read(trust), [JSON.stringify(trust)])
    }
  })

  for (const [key, value, message] of [
    ['region', 'Frankfurt', /a region such as `eu-central-1`/],
    ['region', 'us-iso-east-1', /a region/],
    ['arn', 'arn:aws:acm:eu-central-1:111122223333:certificate/0', /the ARN of an authority/],
    ['commonName', 'x'.repeat(65), /64 characters at most/],
    ['commonName', ' ', /some text/],
    ['years', 1, /two years at least/],
    ['years', 2.5, /whole years/],
    ['years', 31, /thirty years at most/],
    ['subordinate', 'yes', /expected `true` or `false`/],
    ['permanentDeletionTimeInDays', 6, /7 days at least/],
    ['permanentDeletionTimeInDays', 31, /30 days at most/],
    ['protect', 1, /expected `true` or `false`/],
    ['tags', ['mesh'], /tags/],
    ['usageMode', 'SHORT_LIVED_CERTIFICATE', /unknown key `usageMode`/],
  ] as const) {
    it(`refuses \`pca.${key}\` where it is ${JSON.stringify(value).slice(0, 60)}`, async () => {
      const found = await read({ pca: { region: 'eu-central-1', [key]: value } })
      assert.equal(found.length, 1, found.join())
      assert.ok(found[0]?.startsWith(`trust.pca.${key}: `), found.join())
      assert.match(found.join(), message)
    })
  }

  it('refuses what cannot be settings of cert-manager', async () => {
    const found = await read({ certManager: { namespace: 'Cert Manager', years: 0, beside: 'old', name: 'x' } })
    assert.deepEqual(found.map(text => text.slice(0, text.indexOf(':'))).sort(), [
      'trust.certManager.beside',
      'trust.certManager.name',
      'trust.certManager.namespace',
      'trust.certManager.years',
    ])
  })
})
