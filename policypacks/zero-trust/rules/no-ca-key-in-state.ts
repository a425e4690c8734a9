import { linkerdRelease } from '../example-linkerd-install'
import { object } from '../example-objects'
import { secret } from '../example-trust'
import { chartName } from '../facts/charts'
import { controlPlaneChart } from '../facts/linkerd-install/settings'
import { valueOf } from '../facts/linkerd-install/values'
import { hasPrivateKey } from '../facts/private-keys'
import { at, entries, finding, flag, given, isUnknown, judgeEach, scalar, text, type Field } from '../field'
import { UNREADABLE } from '../judged'
import { rule, type Finding } from '../rule'

/** Secrets that meshes sign with, and those that a root is usually in (istio pilot/pkg/bootstrap/istio_ca.go, linkerd2 charts/linkerd-control-plane/templates/identity.yaml). */
const ofAuthorities: readonly (string | undefined)[] = [
  'cacerts',
  'istio-ca-secret',
  'linkerd-identity-issuer',
  'linkerd-trust-anchor',
  'linkerd-previous-anchor',
]

const selfSigned = 'tls:index/selfSignedCert:SelfSignedCert'
const locallySigned = 'tls:index/locallySignedCert:LocallySignedCert'
const certificate = { certPem: '…' }

/**
 * No key of an authority passes through Pulumi, not even as a secret: a state keeps what a resource was made from in each of its versions, and whoever may update the
 * stack can read it. What is there in the open is `no-private-key-in-plain-state`'s to find.
 */
export const noCaKeyInState = rule({
  id: 'no-ca-key-in-state',
  severity: 'high',
  scope: 'object',
  controls: ['nist-800-53/SC-12', 'nist-800-53/SC-17', 'nist-800-204/SM-DR12', 'soc-2/CC6.1', 'iso-27001/A.8.24'],
  why: 'everybody who may update the stack, and every backup of its state, has the key that makes identities, and can be any service',
  fix: 'keep the key where it was made: cert-manager in the cluster, AWS Private CA, or a Secret that is made beside the stack and only named; to the provider `tls` give write-only keys (`privateKeyPemWo`, `caPrivateKeyPemWo`)',
  limits:
    'it tells Secrets by the names that meshes read, and a resource `tls.PrivateKey` by what is signed with it, not by itself; a key in the open is found by `no-private-key-in-plain-state`',
  config: [],
  examples: {
    pass: [
      { title: 'an authority without its key', objects: [secret('cacerts', { 'root-cert.pem': '…' })] },
      { title: 'the key of a service', objects: [secret('web-tls', { 'tls.key': '…' })] },
      {
        title: 'a certificate of no authority',
        objects: [
          object(['', selfSigned], [undefined, 'web'], { ...certificate, isCaCertificate: false, privateKeyPem: '…' }),
        ],
      },
    ],
    fail: [
      { title: 'what istiod signs with', objects: [secret('cacerts', { 'ca-cert.pem': '…', 'ca-key.pem': '…' })] },
      {
        title: 'what Linkerd signs with, among the values of its chart',
        objects: [linkerdRelease({ identity: { issuer: { tls: { crtPEM: '…', keyPEM: '…' } } } })],
      },
      {
        title: 'a root that the stack makes',
        objects: [object(['', selfSigned], [undefined, 'root'], { isCaCertificate: true, privateKeyPem: '…' })],
      },
      {
        title: 'a certificate that the stack signs',
        objects: [object(['', locallySigned], [undefined, 'issuer'], { caCertPem: '…', caPrivateKeyPem: '…' })],
      },
    ],
  },
  check: ({ objects }) => judgeEach(objects, field => keysIn(field).filter(isThere).flatMap(kept)),
})

/** Where a resource has the key of an authority, if it has one. */
function keysIn(field: Field): readonly Field[] {
  switch (field.of.kind) {
    case 'Secret':
    case UNREADABLE:
      return ofSecret(field)
    case 'Release':
    case 'Chart':
      return chartName(field) === controlPlaneChart ? [valueOf(field, 'identity', 'issuer', 'tls', 'keyPEM')] : []
    case selfSigned:
      return flag(at(field, 'isCaCertificate')) === true ? [at(field, 'privateKeyPem')] : []
    case locallySigned:
      return [at(field, 'caPrivateKeyPem')]
    default:
      return []
  }
}

function ofSecret(field: Field): readonly Field[] {
  if (!ofAuthorities.includes(text(at(field, 'metadata', 'name')))) return []
  const all = [...entries(at(field, 'data')), ...entries(at(field, 'stringData'))]
  return all.flatMap(([key, value]) => (/(^|[.-])key(\.pem)?$/.test(key) ? [value] : []))
}

function isThere(key: Field): boolean {
  return isUnknown(key) || given(key)
}

/** What is in the open is found elsewhere: a key, and what may be one. */
function kept(key: Field): readonly Finding[] {
  const isSecret = [...key.of.secrets].some(
    path => key.path === path || key.path.startsWith(`${path}.`) || key.path.startsWith(`${path}[`),
  )
  const isOpen = !isSecret && !isUnknown(key) && hasPrivateKey(scalar(key) ?? '')
  return isOpen
    ? []
    : [finding(key, 'is the key of an authority, which the state of the stack keeps, encrypted or not')]
}
