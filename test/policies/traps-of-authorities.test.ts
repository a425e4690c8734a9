import { certificate, linkerdRelease } from '../../policypacks/zero-trust/example-linkerd-install'
import { object } from '../../policypacks/zero-trust/example-objects'
import {
  certificateIn,
  intermediate,
  issuer,
  rootCertificate,
  rootInCluster,
  secret,
} from '../../policypacks/zero-trust/example-trust'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

const root = (path: string) => [`Certificate istio-system/root spec.${path}`]
const below = (path: string) => [`Certificate istio-system/istio-ca spec.${path}`]

table('cert-manager-rotation-policy', [
  ['leaves certificates alone that sign nothing', { objects: [intermediate({ isCA: false, privateKey: {} })] }, []],
  [
    'leaves the issuer of Linkerd to its own rule',
    {
      objects: [
        certificate('identity', { isCA: true, secretName: 'linkerd-identity-issuer', issuerRef: { name: 'root' } }),
      ],
    },
    [],
  ],
  [
    'takes an issuer that is not in the stack for no root',
    { objects: [rootCertificate()] },
    root('privateKey.rotationPolicy'),
  ],
  [
    'tells an Issuer of another namespace from its own',
    {
      objects: [issuer('other', 'itself', { selfSigned: {} }), rootCertificate()],
    },
    root('privateKey.rotationPolicy'),
  ],
  [
    'reads a ClusterIssuer',
    {
      objects: [
        object(['cert-manager.io/v1', 'ClusterIssuer'], [undefined, 'itself'], { spec: { selfSigned: {} } }),
        rootCertificate({ issuerRef: { name: 'itself', kind: 'ClusterIssuer' } }),
      ],
    },
    [],
  ],
  [
    'does not take an issuer of somebody else for one of cert-manager',
    {
      objects: [...rootInCluster, rootCertificate({ issuerRef: { name: 'itself', group: 'awspca.cert-manager.io' } })],
    },
    root('privateKey.rotationPolicy'),
  ],
  ['finds a renewal after the end', { objects: [intermediate({ renewBefore: '2161h' })] }, below('renewBefore')],
  [
    'reads a share of the life',
    { objects: [intermediate({ renewBefore: undefined, renewBeforePercentage: 60 })] },
    below('renewBefore'),
  ],
  [
    'takes the defaults of cert-manager',
    { objects: [intermediate({ duration: undefined, renewBefore: undefined })] },
    [],
  ],
  ['finds what is no duration', { objects: [intermediate({ duration: '90d' })] }, below('duration')],
  [
    'finds a policy that is none',
    { objects: [intermediate({ privateKey: { rotationPolicy: 'Sometimes' } })] },
    below('privateKey.rotationPolicy'),
  ],
])

table('issuer-lifetime', [
  [
    'takes as long as the root has left, and no longer',
    {
      objects: [
        ...rootInCluster,
        rootCertificate({ renewBefore: '2160h' }),
        intermediate(),
        intermediate({ duration: '2161h' }),
      ],
    },
    below('duration'),
  ],
  [
    'does not hold it against another root',
    {
      objects: [...rootInCluster, rootCertificate({ secretName: 'another', renewBefore: '720h' }), intermediate()],
    },
    [],
  ],
  [
    'finds an issuer of Linkerd that outlives its root, and not how long it is',
    {
      objects: [
        object(['cert-manager.io/v1', 'ClusterIssuer'], [undefined, 'anchor'], {
          spec: { ca: { secretName: 'anchor' } },
        }),
        certificateIn('cert-manager', 'anchor', {
          isCA: true,
          secretName: 'anchor',
          issuerRef: { name: 'elsewhere' },
          duration: '100h',
          renewBefore: '47h',
        }),
        certificate('identity', {
          isCA: true,
          secretName: 'linkerd-identity-issuer',
          issuerRef: { name: 'anchor', kind: 'ClusterIssuer' },
          duration: '48h',
          renewBefore: '25h',
        }),
      ],
    },
    ['Certificate linkerd/identity spec.duration'],
  ],
  [
    'lets a root live as long as it will',
    { objects: [...rootInCluster, rootCertificate({ duration: '175200h' })] },
    [],
  ],
])

const marked = (value: unknown) => ({ '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270', value })
const pem = '-----BEGIN EC PRIVATE KEY-----\nMHcC…\n-----END EC PRIVATE KEY-----\n'

table('no-ca-key-in-state', [
  [
    'finds a key that is encrypted',
    { objects: [secret('cacerts', { 'ca-key.pem': marked(pem) })] },
    ['Secret istio-system/cacerts data["ca-key.pem"]'],
  ],
  ['leaves a key in the open to the rule about that', { objects: [secret('cacerts', { 'ca-key.pem': pem })] }, []],
  [
    'finds a key that is not known yet',
    { objects: [secret('linkerd-identity-issuer', { 'tls.key': sentinel }, 'linkerd')] },
    ['Secret linkerd/linkerd-identity-issuer data["tls.key"]'],
  ],
  [
    'cannot say what is in a Secret that is not known yet, and says so',
    { objects: [{ ...secret('cacerts', {}), data: sentinel }] },
    ['Secret istio-system/cacerts data'],
  ],
  [
    'takes values that are all encrypted for so',
    {
      objects: [linkerdRelease({ identity: { issuer: { tls: marked({ keyPEM: pem }) } } })],
    },
    ['Release linkerd-control-plane values.identity.issuer.tls.keyPEM'],
  ],
  [
    'cannot say of a certificate that may be one of an authority, and says so',
    {
      objects: [
        object(['', 'tls:index/selfSignedCert:SelfSignedCert'], [undefined, 'root'], { isCaCertificate: sentinel }),
      ],
    },
    ['tls:index/selfSignedCert:SelfSignedCert root isCaCertificate'],
  ],
  [
    'takes a key that is only written, and never kept',
    {
      objects: [
        object(['', 'tls:index/selfSignedCert:SelfSignedCert'], [undefined, 'root'], {
          isCaCertificate: true,
          privateKeyPemWo: sentinel,
        }),
      ],
    },
    [],
  ],
])

const server = (change: object) =>
  certificateIn('istio-system', 'server', {
    secretName: 'server',
    issuerRef: { name: 'root' },
    usages: ['server auth', 'digital signature'],
    ...change,
  })

table('root-key-outside-cluster', [
  ['takes a root for servers', { objects: [...rootInCluster, rootCertificate(), server({})] }, []],
  [
    'finds one for a certificate that says no usage',
    { objects: [...rootInCluster, rootCertificate(), server({ usages: undefined })] },
    ['Certificate istio-system/root'],
  ],
  [
    'does not take a server of another Issuer for its own',
    {
      objects: [...rootInCluster, rootCertificate(), server({ issuerRef: { name: 'other' } })],
    },
    ['Certificate istio-system/root'],
  ],
  [
    'names each root',
    {
      objects: [
        ...rootInCluster,
        rootCertificate(),
        certificateIn('istio-system', 'b', { isCA: true, secretName: 'b', issuerRef: { name: 'itself' } }),
      ],
    },
    ['Certificate istio-system/root', 'Certificate istio-system/b'],
  ],
])
