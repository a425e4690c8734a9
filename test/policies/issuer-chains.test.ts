import assert from 'node:assert/strict'
import { BasicConstraints } from '@peculiar/asn1-x509'
import type { KubernetesObject } from '../../core/model/manifest'
import type { Config } from '../../policypacks/zero-trust/config'
import { linkerdRelease } from '../../policypacks/zero-trust/example-linkerd-install'
import { configMap, object } from '../../policypacks/zero-trust/example-objects'
import { istiodRelease, secret } from '../../policypacks/zero-trust/example-trust'
import type { Source } from '../../policypacks/zero-trust/judged'
import { judgedResource } from '../../policypacks/zero-trust/resource'
import { issuerChainsToAnchor } from '../../policypacks/zero-trust/rules/issuer-chains-to-anchor'
import { rotationStepOrder } from '../../policypacks/zero-trust/rules/rotation-step-order'
import { checkManifests, contextOf, runRule } from '../../policypacks/zero-trust/run'
import { unwrap } from '../../policypacks/zero-trust/wire'
import { authority, ecKeys, keyPem, rsaKeys, type Authority } from '../support/pki'
import { sentinel } from '../support/unknowns'

/** A root, an intermediate, what signs below both, and a root of the same name with another key. */
interface Hierarchy {
  readonly root: Authority
  readonly twin: Authority
  readonly middle: Authority
  readonly issuer: Authority
}

async function hierarchy(keys: () => Promise<Authority['keys']>): Promise<Hierarchy> {
  const root = await authority({ subject: 'root', keys: await keys() })
  const twin = await authority({ subject: 'root', keys: await keys() })
  const middle = await authority({ subject: 'middle', by: root, keys: await keys() })
  return { root, twin, middle, issuer: await authority({ subject: 'issuer', by: middle, keys: await keys() }) }
}

function found(objects: readonly KubernetesObject[], config: Partial<Config> = {}, rule = issuerChainsToAnchor) {
  const sourced = objects.map((object, i) => ({ object, at: `object ${i}` }))
  return checkManifests([rule], sourced, { config })
}

const pem = (...all: readonly Authority[]): string => all.map(one => one.pem).join('')
const published = (...all: readonly Authority[]) => configMap('zero-trust-mesh-anchors', { 'ca.pem': pem(...all) })
const roots = (...all: readonly Authority[]) =>
  configMap('linkerd-identity-trust-roots', { 'ca-bundle.crt': pem(...all) }, 'linkerd')

type Shape = (
  issuer: readonly [Authority, ...Authority[]],
  anchors: readonly Authority[],
) => readonly KubernetesObject[]

/** Every place in which a stack says what a mesh signs with, and whom it trusts. */
const shapes: Readonly<Record<string, Shape>> = {
  'the keys of istiod in `cacerts`': ([issuer, ...rest], anchors) => [
    secret('cacerts', {
      'ca-cert.pem': btoa(pem(issuer)),
      'cert-chain.pem': btoa(pem(issuer, ...rest)),
      'root-cert.pem': btoa(pem(...anchors)),
    }),
  ],
  'the keys of a TLS Secret in `cacerts`, which go before the others': (issuer, anchors) => [
    secret('cacerts', {
      'tls.crt': btoa(pem(...issuer)),
      'ca.crt': btoa(pem(...anchors)),
      'ca-cert.pem': btoa('not looked at'),
    }),
  ],
  'texts in `cacerts`, which go before what is in base64': (issuer, anchors) => [
    object(['v1', 'Secret'], ['istio-system', 'cacerts'], {
      data: { 'tls.crt': btoa('not looked at') },
      stringData: { 'tls.crt': pem(...issuer), 'ca.crt': pem(...anchors) },
    }),
  ],
  'the anchors that are published': (issuer, anchors) => [
    secret('cacerts', { 'tls.crt': btoa(pem(...issuer)) }),
    published(...anchors),
  ],
  'a TLS Secret of Linkerd': (issuer, anchors) => [
    secret('linkerd-identity-issuer', { 'tls.crt': btoa(pem(...issuer)) }, 'linkerd'),
    roots(...anchors),
  ],
  'a Secret of Linkerd’s own kind': (issuer, anchors) => [
    secret('linkerd-identity-issuer', { 'crt.pem': btoa(pem(...issuer)) }, 'linkerd'),
    linkerdRelease({
      identityTrustAnchorsPEM: pem(...anchors),
      identity: { issuer: { scheme: 'kubernetes.io/tls', tls: { crtPEM: 'not looked at' } } },
    }),
  ],
  'the values of Linkerd': (issuer, anchors) => [
    linkerdRelease({
      identityTrustAnchorsPEM: pem(...anchors),
      identity: { issuer: { scheme: 'linkerd.io/tls', tls: { crtPEM: pem(...issuer) } } },
    }),
  ],
  'a Bundle of trust-manager': (issuer, anchors) => [
    secret('linkerd-identity-issuer', { 'tls.crt': btoa(pem(...issuer)) }, 'linkerd'),
    object(['trust.cert-manager.io/v1alpha1', 'Bundle'], [undefined, 'linkerd-identity-trust-roots'], {
      spec: { sources: anchors.map(one => ({ inLine: one.pem })) },
    }),
  ],
}

const curves = ['P-256', 'P-384', 'P-521'].map(curve => [curve, () => ecKeys(curve)] as const)

for (const [kind, keys] of [...curves, ['RSA', () => rsaKeys(2048)] as const]) {
  describe(`what a mesh signs with, all of it ${kind}`, () => {
    let made: Hierarchy
    before(async () => {
      made = await hierarchy(keys)
    })

    for (const [title, shape] of Object.entries(shapes)) {
      it(`chains to an anchor by signatures, and not by names: ${title}`, () => {
        const { root, twin, middle, issuer } = made
        assert.deepEqual(found(shape([issuer, middle], [root])), [])
        assert.deepEqual(found(shape([issuer, middle], [twin, root])), [])
        assert.equal(found(shape([issuer, middle], [twin])).length, 1, 'a root of the same name')
        assert.equal(found(shape([issuer], [root])).length, 1, 'without what is between them')
        assert.deepEqual(found(shape([root], [root])), [], 'a root that signs by itself')
      })
    }
  })
}

describe('what a mesh signs with', () => {
  let made: Hierarchy
  before(async () => {
    made = await hierarchy(() => ecKeys('P-256'))
  })

  const signing = (issuer: string, root: string) => secret('cacerts', { 'tls.crt': btoa(issuer), 'ca.crt': btoa(root) })

  it('is held against each place in which anchors are said, of its own mesh', () => {
    const { root, twin, middle, issuer } = made
    const good = signing(pem(issuer, middle), pem(root))
    assert.deepEqual(found([good, published(root), roots(twin)]), [])
    const [one, ...rest] = found([good, published(twin)])
    assert.equal(rest.length, 0)
    assert.equal(one?.at, 'object 0')
    assert.match(
      one.message,
      /^no anchor in `ConfigMap istio-system\/zero-trust-mesh-anchors` vouches for `CN=issuer` \(/,
    )
  })

  it('is named by its serial and its fingerprint', () => {
    const { twin, middle, issuer } = made
    const [one] = found([signing(pem(issuer, middle), pem(twin))])
    assert.match(one?.message ?? '', /\(serial `[0-9a-f]{32}`, SHA-256 `[0-9a-f]{64}`\)/)
  })

  it('chains through authorities only, and through no more than each allows', async () => {
    const { root } = made
    const server = await authority({ subject: 'server', by: root, basic: new BasicConstraints({ cA: false }) })
    const below = await authority({ subject: 'issuer', by: server })
    assert.match(found([signing(pem(below, server), pem(root))])[0]?.message ?? '', /may not sign it: `not-a-ca`/)
    const narrow = new BasicConstraints({ cA: true, pathLenConstraint: 0 })
    const last = await authority({ subject: 'last', by: root, basic: narrow })
    const further = await authority({ subject: 'issuer', by: last })
    assert.match(found([signing(pem(further, last), pem(root))])[0]?.message ?? '', /may not sign it: `path-length`/)
  })

  it('is found where it cannot be read, where an anchor cannot, and where nobody says whom proxies trust', () => {
    const { root, middle, issuer } = made
    const good = pem(issuer, middle)
    const whole = signing(good, pem(root))
    const cases: readonly (readonly KubernetesObject[])[] = [
      [signing('none', pem(root))],
      [signing(good.slice(0, -60), pem(root))],
      [signing(good, `${pem(root)}-----BEGIN CERTIFICATE-----\n`)],
      [secret('cacerts', { 'tls.crt': good, 'ca.crt': btoa(pem(root)) })],
      [secret('cacerts', { 'tls.crt': sentinel, 'ca.crt': btoa(pem(root)) })],
      [secret('cacerts', { 'tls.crt': btoa(good), 'ca.crt': sentinel })],
      [object(['v1', 'Secret'], ['istio-system', 'cacerts'], { data: sentinel })],
      [whole, configMap('zero-trust-mesh-anchors', { 'ca.pem': sentinel })],
      [secret('cacerts', { 'tls.crt': btoa(good) })],
      [secret('cacerts', { 'tls.crt': btoa(good) }), roots(root)],
    ]
    cases.forEach((objects, i) => assert.equal(found(objects).length, 1, `case ${i}`))
  })

  it('is not proven by what a Bundle only names, nor by anchors that vouch for others', () => {
    const { root, twin, middle, issuer } = made
    const own = secret('linkerd-identity-issuer', { 'tls.crt': btoa(pem(issuer, middle)) }, 'linkerd')
    const bundle = (inLine: string) =>
      object(['trust.cert-manager.io/v1alpha1', 'Bundle'], [undefined, 'linkerd-identity-trust-roots'], {
        spec: { sources: [{ secret: { name: 'other', key: 'ca.crt' } }, { inLine }] },
      })
    assert.deepEqual(found([own, bundle(pem(root))]), [])
    assert.match(found([own, bundle(pem(twin))])[0]?.message ?? '', /^cannot be proven: .* only named there$/)
    const more = istiodRelease({ meshConfig: { caCertificates: [{ pem: pem(root) }] } })
    assert.match(
      found([secret('cacerts', { 'tls.crt': btoa(pem(issuer, middle)) }), more])[0]?.message ?? '',
      /nothing/,
    )
  })

  it('is held against the setting `anchors` where the stack says no anchors', () => {
    const { root, twin, middle, issuer } = made
    const own = secret('cacerts', { 'tls.crt': btoa(pem(issuer, middle)) })
    assert.deepEqual(found([own], { anchors: { istio: pem(root) } }), [])
    assert.equal(found([own], { anchors: { istio: pem(twin) } }).length, 1)
    assert.equal(found([own], { anchors: { istio: 'see the wiki' } }).length, 1)
    assert.equal(found([own], { anchors: { linkerd: pem(root) } }).length, 1)
  })

  it('is asked for no key, and shows none that was pasted in its place', async () => {
    const { root, middle, issuer } = made
    const key = await keyPem(issuer.keys)
    const looked: string[] = []
    const whole = secret('cacerts', {
      'tls.crt': btoa(pem(issuer, middle)),
      'tls.key': btoa(key),
      'ca-key.pem': btoa(key),
      'ca.crt': btoa(pem(root)),
    })
    checkManifests([issuerChainsToAnchor], [{ object: whole, at: 'a' }], { watch: (_of, path) => looked.push(path) })
    assert.ok(looked.includes('data["tls.crt"]'))
    assert.deepEqual(
      looked.filter(path => path.includes('key')),
      [],
    )
    const [one] = found([signing(key, pem(root))])
    assert.doesNotMatch(one?.message ?? 'none', /BEGIN|MI[GI]|none/)
  })

  it('is no affair of Secrets of another name', () => {
    const { twin, issuer } = made
    assert.deepEqual(found([secret('web-tls', { 'tls.crt': btoa(pem(issuer)), 'ca.crt': btoa(pem(twin)) })]), [])
  })

  it('is pending where it, or the anchor, is made by this update from a protected authority', () => {
    const { issuer, middle } = made
    const certificate: Source = { type: 'aws:acmpca/certificate:Certificate', protect: true }
    const told = (data: object, sources?: readonly Source[]) => {
      const resource = { urn: 'urn', type: 'kubernetes:core/v1:Secret', name: 'cacerts', ...(sources && { sources }) }
      const properties = { metadata: { name: 'cacerts', namespace: 'istio-system' }, data }
      const context = contextOf(judgedResource(resource, unwrap(properties)), { config: { anchors: {} } })
      return runRule(issuerChainsToAnchor, context).map(({ pending }) => pending !== undefined)
    }
    const own = btoa(pem(issuer, middle))
    assert.deepEqual(told({ 'tls.crt': own, 'ca.crt': sentinel }, [certificate]), [true])
    assert.deepEqual(told({ 'tls.crt': sentinel, 'ca.crt': sentinel }, [certificate]), [true])
    assert.deepEqual(told({ 'tls.crt': own, 'ca.crt': sentinel }, [{ ...certificate, protect: false }]), [false])
    assert.deepEqual(told({ 'tls.crt': own, 'ca.crt': sentinel }), [false])
  })
})

describe('a rotation', () => {
  it('signs with nothing that the anchors everybody has do not vouch for', async () => {
    const [old, next] = [await authority({ subject: 'old' }), await authority({ subject: 'next' })]
    const of = async (by: Authority) => authority({ subject: `issuer of ${by.subject}`, by })
    const [first, second] = [await of(old), await of(next)]
    const step = (issuer: Authority, anchors: readonly Authority[]) =>
      secret('cacerts', { 'tls.crt': btoa(issuer.pem), 'ca.crt': btoa(pem(...anchors)) })
    const refused = (object: KubernetesObject, known: readonly Authority[]) =>
      found([object], { anchors: { istio: pem(...known) } }, rotationStepOrder).map(({ path }) => path)
    const own = ['data["tls.crt"]']
    assert.deepEqual(refused(step(first, [old, next]), [old]), [], 'the next anchor is added')
    assert.deepEqual(refused(step(second, [old, next]), [old]), own, 'the issuer is switched too early')
    assert.deepEqual(refused(step(second, [old, next]), [old, next]), [], 'everybody has the next anchor')
    assert.deepEqual(refused(step(second, [next]), [old, next]), [], 'the old one is taken away')
    assert.deepEqual(refused(secret('cacerts', { 'tls.crt': sentinel }), [old]), own)
    const both = ['data["ca.crt"]', ...own]
    assert.deepEqual(refused(step(second, [old]), []), both, 'nothing can be read of what everybody has')
  })
})
