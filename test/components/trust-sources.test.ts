import { BasicConstraints } from '@peculiar/asn1-x509'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Istio } from '../../components/istio'
import { Linkerd } from '../../components/linkerd'
import { partitionOf } from '../../components/regions'
import type { TrustSettings } from '../../components/settings'
import { ZeroTrustMesh } from '../../components/zero-trust-mesh'
import { parseSpan, renewalProblems } from '../../core/trust/renewal'
import { hasPrivateKey } from '../../policypacks/zero-trust/facts/private-keys'
import { authority } from '../support/pki'
import { codes } from '../support/trust'
import { rootA } from './certificates'
import { settings as istio, shop } from './fixtures'
import { settings as onLinkerd } from './linkerd-fixtures'
import type { Recording, Registered } from './recorder'
import { allBefore, once, record } from './recorder'

const unknown = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'
const root = join(__dirname, '../..')
const region = 'eu-central-1'
const arn = 'arn:aws:acm-pca:eu-central-1:111122223333:certificate-authority/01234567-89ab-cdef-0123-456789abcdef'
const { issuer: _, ...unsigned } = onLinkerd.linkerd
const graph = { ...shop, ingress: {} }

/** Both meshes under one source, as a first preview would have it. */
const both = once((trust: TrustSettings) =>
  record(
    () => {
      const meshes = { shop: 'istio', data: 'linkerd' } as const
      // Linkerd’s policies are no part of this.
      const calls = { ...graph, calls: {} }
      const what = { ...istio, gateways: {}, linkerd: unsigned, meshes, trust, graph: calls }
      new ZeroTrustMesh('mesh', what)
    },
    { preview: true },
  ),
)

const kindOf = (recording: Recording, kind: string, name: string): Registered => {
  const found = recording.all.find(({ inputs }) => inputs.kind === kind && inputs.metadata?.name === name)
  assert.ok(found, `${kind} ${name}`)
  return found
}
const authorities = (recording: Recording) => recording.ofType('aws:acmpca/certificateAuthority:CertificateAuthority')
describe('an anchor in AWS Private CA', () => {
  it('is a root of its own, on P-256, that signs itself by the template for roots, and is protected in all its parts', async () => {
    const recording = await both({ pca: { region } })
    const parts = recording.all.filter(({ type }) => type.startsWith('aws:'))
    assert.deepEqual(
      parts.map(({ type }) => type.replace(/.*:/, '')),
      ['CertificateAuthority', 'Certificate', 'CertificateAuthorityCertificate'],
    )
    const [ca, certificate, installed] = parts
    assert.deepEqual(ca?.inputs, {
      region,
      type: 'ROOT',
      usageMode: 'GENERAL_PURPOSE',
      permanentDeletionTimeInDays: 30,
      certificateAuthorityConfiguration: {
        keyAlgorithm: 'EC_prime256v1',
        signingAlgorithm: 'SHA256WITHECDSA',
        subject: { commonName: 'root.test.example.com' },
      },
    })
    assert.deepEqual(certificate?.inputs, {
      region,
      certificateAuthorityArn: unknown,
      certificateSigningRequest: unknown,
      signingAlgorithm: 'SHA256WITHECDSA',
      templateArn: 'arn:aws:acm-pca:::template/RootCACertificate/V1',
      validity: { type: 'YEARS', value: '10' },
    })
    assert.deepEqual(installed?.inputs, { region, certificateAuthorityArn: unknown, certificate: unknown })
    assert.ok(parts.every(({ protect }) => protect))
  })

  it('has below it, with `subordinate`, an authority that lasts half as long and allows the issuers of the meshes below itself', async () => {
    const recording = await both({
      pca: { region: 'us-gov-west-1', subordinate: true, years: 9, tags: { team: 'mesh' } },
    })
    assert.deepEqual(
      authorities(recording).map(({ inputs }) => [inputs.type, inputs.tags]),
      [
        ['ROOT', { team: 'mesh' }],
        ['SUBORDINATE', { team: 'mesh' }],
      ],
    )
    const issuing = recording.named('mesh-anchor-pca-issuing-certificate')
    const template = 'arn:aws-us-gov:acm-pca:::template/SubordinateCACertificate_PathLen1/V1'
    assert.deepEqual([issuing.inputs.templateArn, issuing.inputs.validity], [template, { type: 'YEARS', value: '4' }])
    assert.ok(
      issuing.dependsOn.includes('mesh-anchor-pca-root-installed'),
      'a root without its certificate signs nothing',
    )
    assert.equal(recording.named('mesh-anchor-pca-issuing-installed').inputs.certificateChain, unknown)
    assert.ok(allBefore(recording, 'mesh-anchor-signer').has('mesh-anchor-pca-issuing-installed'))
  })

  it('allows as many authorities below each of its parts as there are, and would not by the next smaller template', async () => {
    const recording = await both({ pca: { region, subordinate: true } })
    const { templateArn } = recording.named('mesh-anchor-pca-issuing-certificate').inputs
    const length = Number(/PathLen(\d)/.exec(templateArn)?.[1])
    const problems = async (pathLenConstraint: number) => {
      const root = await authority({ subject: 'root' })
      const basic = (below: number) => new BasicConstraints({ cA: true, pathLenConstraint: below })
      const issuing = await authority({ subject: 'issuing', by: root, basic: basic(pathLenConstraint), until: 900 })
      // What aws-privateca-issuer asks for (its `pkg/aws/pca.go` buildTemplateArn).
      const issuer = await authority({ subject: 'issuer', by: issuing, basic: basic(0), until: 90 })
      return codes({ anchors: [root], issuer: [issuer, issuing] })
    }
    assert.deepEqual(await problems(length), [])
    assert.deepEqual(await problems(length - 1), ['path-length'])
  })

  it('is named by templates of the part of AWS that it is in', () => {
    assert.deepEqual(['eu-west-1', 'us-gov-east-1', 'cn-north-1'].map(partitionOf), ['aws', 'aws-us-gov', 'aws-cn'])
  })

  it('can be thrown away where it is not to be kept', async () => {
    const recording = await both({ pca: { region, protect: false, permanentDeletionTimeInDays: 7 } })
    assert.deepEqual(
      authorities(recording).map(({ protect, inputs }) => [protect, inputs.permanentDeletionTimeInDays]),
      [[false, 7]],
    )
  })

  it('signs for both meshes by one signer of cert-manager’s, and is the anchor of both', async () => {
    const recording = await both({ pca: { region } })
    const signer = kindOf(recording, 'AWSPCAClusterIssuer', 'zero-trust-mesh')
    assert.equal(signer.inputs.apiVersion, 'awspca.cert-manager.io/v1beta1')
    assert.deepEqual(signer.inputs.spec, { arn: unknown, region })
    const ref = { name: 'zero-trust-mesh', kind: 'AWSPCAClusterIssuer', group: 'awspca.cert-manager.io' }
    for (const name of ['cacerts', 'linkerd-identity-issuer']) {
      const issuer = kindOf(recording, 'Certificate', name)
      assert.deepEqual([issuer.inputs.spec.issuerRef, issuer.inputs.spec.secretName], [ref, name])
      assert.ok(allBefore(recording, issuer.name).has('mesh-anchor-pca-root-installed'))
    }
    assert.equal(recording.named('mesh-istio-trust-anchors').inputs.data['ca.pem'], unknown)
    assert.equal(recording.named('mesh-linkerd-trust-roots').inputs.data['ca-bundle.crt'], unknown)
  })

  it('that is there already signs, and nothing of AWS is made', async () => {
    const recording = await both({ pca: { arn }, bundle: rootA })
    assert.deepEqual(
      recording.all.filter(({ type }) => type.startsWith('aws:')),
      [],
    )
    assert.deepEqual(kindOf(recording, 'AWSPCAClusterIssuer', 'zero-trust-mesh').inputs.spec, { arn, region })
    assert.deepEqual(recording.named('mesh-linkerd-trust-roots').inputs.data, { 'ca-bundle.crt': rootA })
  })
})

describe('the SDK of AWS', () => {
  it('is loaded where an authority is made, and nowhere else', () => {
    // In a process of its own, as it is loaded here already.
    const program = `
      const { record } = require('./test/components/recorder')
      const { Istio } = require('./components/istio')
      const istio = { version: '1.30.3', trustDomain: 'test.example.com' }
      const loads = async trust => {
        await record(() => new Istio('mesh', { istio, trust }))
        return Object.keys(require.cache).some(file => file.includes('@pulumi/aws'))
      }
      const all = async (said = []) => {
        for (const trust of ${JSON.stringify([{ secret: 'cacerts' }, { pca: { arn }, bundle: rootA }, { pca: { region } }])}) said.push(await loads(trust))
        process.stdout.write(said.join())
      }
      void all()`
    const said = execFileSync(process.execPath, ['-r', 'tsx/cjs', '-e', program], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    assert.match(said, /false,false,true$/)
  })

  it('is asked of those alone who use it', () => {
    const { peerDependencies, peerDependenciesMeta } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    assert.ok('@pulumi/aws' in peerDependencies)
    assert.deepEqual(peerDependenciesMeta, { '@pulumi/aws': { optional: true } })
  })
})

describe('an anchor that cert-manager makes', () => {
  it('is a root beside cert-manager, by which a ClusterIssuer signs for both meshes', async () => {
    const recording = await both({ certManager: { namespace: 'pki', beside: ['old-anchor'] } })
    const root = kindOf(recording, 'Certificate', 'zero-trust-mesh-anchor')
    assert.equal(root.inputs.metadata.namespace, 'pki')
    assert.deepEqual(root.inputs.spec, {
      duration: '87600h0m0s',
      renewBefore: '2190h0m0s',
      secretName: 'zero-trust-mesh-anchor',
      issuerRef: { name: 'zero-trust-mesh-anchor', kind: 'Issuer', group: 'cert-manager.io' },
      commonName: 'root.test.example.com',
      isCA: true,
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      usages: ['cert sign', 'crl sign'],
    })
    const itself = kindOf(recording, 'Issuer', 'zero-trust-mesh-anchor').inputs
    assert.deepEqual([itself.metadata.namespace, itself.spec], ['pki', { selfSigned: {} }])
    const signer = kindOf(recording, 'ClusterIssuer', 'zero-trust-mesh')
    assert.deepEqual(signer.inputs.spec, { ca: { secretName: 'zero-trust-mesh-anchor' } })
    for (const name of ['cacerts', 'linkerd-identity-issuer']) {
      const issuer = kindOf(recording, 'Certificate', name)
      const { kind, name: by } = issuer.inputs.spec.issuerRef
      assert.deepEqual([kind, by], ['ClusterIssuer', 'zero-trust-mesh'])
      assert.ok(allBefore(recording, issuer.name).has(root.name), 'before there is a root nothing is signed')
    }
    const bundle = kindOf(recording, 'Bundle', 'linkerd-identity-trust-roots')
    assert.deepEqual(bundle.inputs.spec.sources, [
      { secret: { name: 'zero-trust-mesh-anchor', key: 'tls.crt' } },
      { secret: { name: 'old-anchor', key: 'tls.crt' } },
    ])
  })
})

describe('every source of an anchor', () => {
  const sources: readonly TrustSettings[] = [
    { pca: { region, subordinate: true } },
    { pca: { arn }, bundle: rootA },
    { certManager: {} },
  ]

  it('has istiod wait for what it signs with, which has a week, and a name of its own', async () => {
    for (const trust of sources) {
      const recording = await both(trust)
      const signing = kindOf(recording, 'Certificate', 'cacerts')
      assert.equal(signing.inputs.metadata.namespace, 'istio-system')
      assert.equal(signing.inputs.metadata.annotations['pulumi.com/waitFor'], 'condition=Ready')
      assert.equal(signing.inputs.spec.commonName, 'istiod.test.example.com')
      assert.equal(signing.inputs.spec.isCA, true)
      const before = allBefore(recording, 'mesh-istio-istiod')
      assert.ok(before.has(signing.name) && before.has('mesh-istio-namespace'))
      const { values } = recording.named('mesh-istio-istiod').inputs
      assert.equal(values.volumes[0].secret.secretName, 'cacerts')
    }
  })

  it('renews each certificate before what it signed could outlive it', async () => {
    let count = 0
    for (const trust of sources) {
      for (const { name, inputs } of (await both(trust)).all.filter(one => one.inputs.kind === 'Certificate')) {
        if (inputs.spec.isCA !== true) continue
        const [duration = 0, renewBefore = 0] = [inputs.spec.duration, inputs.spec.renewBefore].map(parseSpan)
        assert.ok(duration > 0 && renewBefore > 0)
        const role = name.includes('root') || name.includes('authority') ? 'anchor' : 'issuer'
        const mesh = name.includes('istio') ? 'istio' : 'linkerd'
        assert.deepEqual(renewalProblems({ at: name, duration, renewBefore, role }, { mesh, at: 0 }), [])
        assert.deepEqual(inputs.spec.privateKey, {
          ...{ algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
        })
        count++
      }
    }
    assert.ok(count >= 3 * 2)
  })

  it('puts no private key into the state, nor any resource that could hold one', async () => {
    for (const trust of sources) {
      const { all } = await both(trust)
      assert.ok(all.length > 10)
      assert.deepEqual(
        all.filter(({ inputs }) => hasPrivateKey(JSON.stringify(inputs).replaceAll('\\n', '\n'))),
        [],
      )
      assert.deepEqual(
        all.filter(({ type }) => type.startsWith('tls:') || type.endsWith(':Secret')),
        [],
      )
    }
  })

  it('is made by a mesh itself where it stands alone', async () => {
    const one = await record(() => new Istio('mesh', { ...istio, trust: { certManager: {} } }))
    kindOf(one, 'Certificate', 'cacerts')
    assert.equal(kindOf(one, 'ClusterIssuer', 'zero-trust-mesh').parent, 'mesh')
    const other = await record(() => new Linkerd('mesh', { linkerd: unsigned, trust: { pca: { arn }, bundle: rootA } }))
    assert.equal(kindOf(other, 'AWSPCAClusterIssuer', 'zero-trust-mesh').parent, 'mesh')
  })
})
