import type { KubernetesObject } from '../../core/model/manifest'
import { endingAnchor, goodAnchor, leafCertificate, weakAnchor } from '../../policypacks/zero-trust/example-anchors'
import { configMap, object } from '../../policypacks/zero-trust/example-objects'
import { istiodRelease, secret } from '../../policypacks/zero-trust/example-trust'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

const anchors = (pem: string) => configMap('zero-trust-mesh-anchors', { 'ca.pem': pem })
const found = ['ConfigMap istio-system/zero-trust-mesh-anchors data["ca.pem"]']
const bundle = (inLine: string): KubernetesObject =>
  object(['trust.cert-manager.io/v1alpha1', 'Bundle'], [undefined, 'linkerd-identity-trust-roots'], {
    spec: { sources: [{ secret: { name: 'other', key: 'ca.crt' } }, { inLine }] },
  })

table('anchor-algorithm', [
  [
    'decodes what a Secret holds in base64',
    { objects: [secret('cacerts', { 'root-cert.pem': btoa(weakAnchor) })] },
    ['Secret istio-system/cacerts data["root-cert.pem"]'],
  ],
  ['takes a sound one there', { objects: [secret('cacerts', { 'ca.crt': btoa(goodAnchor) })] }, []],
  [
    'finds what is no base64',
    { objects: [secret('cacerts', { 'ca.crt': goodAnchor })] },
    ['Secret istio-system/cacerts data["ca.crt"]'],
  ],
  [
    'reads more anchors of istiod',
    { objects: [istiodRelease({ meshConfig: { caCertificates: [{ pem: goodAnchor }, { pem: weakAnchor }] } })] },
    ['Release istiod values.meshConfig.caCertificates[1].pem'],
  ],
  [
    'reads a bundle of trust-manager, and passes over a Secret that is only named',
    { objects: [bundle(leafCertificate)] },
    ['Bundle linkerd-identity-trust-roots spec.sources[1].inLine'],
  ],
  ['finds a text that is no certificate at all', { objects: [anchors('none')] }, found],
  ['leaves other ConfigMaps alone', { objects: [configMap('web', { 'ca.pem': weakAnchor })] }, []],
  ['cannot say of an anchor that is not known yet, and says so', { objects: [anchors(sentinel)] }, found],
])

table('anchor-validity-horizon', [
  ['takes one that ends in 60 days', { objects: [anchors(goodAnchor)], config: { today: '2034-06-19' } }, []],
  ['finds one that ends in less', { objects: [anchors(goodAnchor)], config: { today: '2034-06-20' } }, found],
  [
    'leaves what cannot be read to the rule about that',
    { objects: [anchors('none')], config: { today: '2026-06-01' } },
    [],
  ],
])

const now = { anchors: { istio: endingAnchor } }

table('rotation-step-order', [
  [
    'finds an exchange also in the Secret that istiod reads',
    { objects: [secret('cacerts', { 'root-cert.pem': btoa(goodAnchor) })], config: now },
    ['Secret istio-system/cacerts data["root-cert.pem"]'],
  ],
  [
    'lets anchors come in any order, and go',
    { objects: [anchors(goodAnchor + endingAnchor), anchors(endingAnchor)], config: now },
    [],
  ],
  [
    'finds an exchange of one of several',
    { objects: [anchors(goodAnchor + weakAnchor)], config: { anchors: { istio: goodAnchor + endingAnchor } } },
    found,
  ],
  [
    'says nothing of the other mesh',
    { objects: [anchors(goodAnchor)], config: { anchors: { linkerd: endingAnchor } } },
    [],
  ],
  [
    'takes no part of what is trusted for the whole',
    {
      objects: [bundle(goodAnchor), istiodRelease({ meshConfig: { caCertificates: [{ pem: goodAnchor }] } })],
      config: { anchors: { istio: endingAnchor, linkerd: endingAnchor } },
    },
    [],
  ],
  ['cannot say of an anchor that is not known yet, and says so', { objects: [anchors(sentinel)], config: now }, found],
])
