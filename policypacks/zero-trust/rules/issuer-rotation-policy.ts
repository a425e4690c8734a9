import { certificate, linkerdRelease } from '../example-linkerd-install'
import { chartName, charts } from '../facts/charts'
import { hoursOf } from '../facts/linkerd-install/durations'
import { controlPlaneChart } from '../facts/linkerd-install/settings'
import { valueOf } from '../facts/linkerd-install/values'
import { at, finding, flag, given, judgeEach, number, text, texts, type Field } from '../field'
import { ofKind, rule, type Finding } from '../rule'

/** The Secret that the control plane takes its issuer from; it has no other name (linkerd2 charts/linkerd-control-plane/templates/identity.yaml). */
const issuerSecret = 'linkerd-identity-issuer'

/** How long an issuer may be good for, and how long before its end it has to be renewed: a proxy's certificate lives for a day, and ends with its issuer. */
const longest = 7 * 24
const lifeOfLeaves = 24

const spec = {
  secretName: issuerSecret,
  issuerRef: { kind: 'ClusterIssuer', name: 'linkerd-identity-issuer' },
  isCA: true,
  commonName: 'identity.linkerd.mesh.example',
  duration: '48h',
  renewBefore: '25h',
  privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
  usages: ['cert sign', 'crl sign', 'server auth', 'client auth'],
}

function issuer(change: object) {
  return certificate('linkerd-identity-issuer', { ...spec, ...change })
}

/**
 * The issuer of Linkerd's identities is renewed by cert-manager, in days, each time with a new key, and well before the certificates that it signed end. Which the
 * default was depends on the version of cert-manager: up to 1.17 it kept the key for ever (cert-manager spec.privateKey.rotationPolicy). An issuer among the values
 * of the chart is nobody's to renew.
 */
export const issuerRotationPolicy = rule({
  id: 'issuer-rotation-policy',
  severity: 'high',
  scope: 'object',
  controls: [
    'nist-800-53/IA-5(2)',
    'nist-800-53/SC-12',
    'nist-800-53/SC-17',
    'nist-800-204/SM-DR12',
    'nist-800-204/SM-DR13',
    'pci-dss/4.2.1.1',
    'iso-27001/A.8.24',
  ],
  why: 'whoever once had the key of the issuer can be any service for as long as the key is kept, and an issuer that ends takes every call with it',
  fix: 'give the Certificate `privateKey: { algorithm: ECDSA, size: 256, rotationPolicy: Always }`, `isCA: true`, `duration: 48h` and `renewBefore: 25h`, and the chart `identity.issuer.scheme: kubernetes.io/tls`',
  limits:
    'an issuer that something other than cert-manager puts into the Secret is not seen; who issues it, and how the anchor is kept, is not judged here',
  config: [],
  examples: {
    pass: [
      { title: 'two days, renewed with a new key', objects: [issuer({})] },
      {
        title: 'the chart takes what cert-manager makes',
        objects: [linkerdRelease({ identity: { issuer: { scheme: 'kubernetes.io/tls' } } }), issuer({})],
      },
      {
        title: 'another certificate',
        objects: [certificate('web', { secretName: 'web-tls', issuerRef: { name: 'ca' } })],
      },
    ],
    fail: [
      {
        title: 'the key is kept',
        objects: [issuer({ privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Never' } })],
      },
      {
        title: 'it hangs on the version of cert-manager whether the key is kept',
        objects: [issuer({ privateKey: { algorithm: 'ECDSA', size: 256 } })],
      },
      { title: 'ten years', objects: [issuer({ duration: '87600h' })] },
      { title: 'renewed when certificates that it signed have outlived it', objects: [issuer({ renewBefore: '1h' })] },
      { title: 'no authority', objects: [issuer({ isCA: false })] },
      {
        title: 'a key that proxies do not take',
        objects: [issuer({ privateKey: { algorithm: 'RSA', size: 2048, rotationPolicy: 'Always' } })],
      },
      { title: 'an issuer among the values of the chart', objects: [linkerdRelease({})] },
    ],
  },
  check: context => [
    ...judgeEach(ofKind(context, 'cert-manager.io', 'Certificate'), ofCertificate),
    ...judgeEach(charts(context), ofChart),
  ],
})

function ofChart(chart: Field): readonly Finding[] {
  if (chartName(chart) !== controlPlaneChart) return []
  const scheme = valueOf(chart, 'identity', 'issuer', 'scheme')
  return text(scheme) === 'kubernetes.io/tls'
    ? []
    : [
        finding(
          scheme,
          'is not `kubernetes.io/tls`, so that the issuer is one of the values of the chart, which nobody renews',
        ),
      ]
}

function ofCertificate(field: Field): readonly Finding[] {
  const own = at(field, 'spec')
  if (text(at(own, 'secretName')) !== issuerSecret) return []
  return [...ofKey(at(own, 'privateKey')), ...ofAuthority(own), ...ofLife(own)]
}

/** Without a size cert-manager takes 256 bits for ECDSA. */
function ofKey(key: Field): readonly Finding[] {
  const rotation = at(key, 'rotationPolicy')
  const algorithm = at(key, 'algorithm')
  const size = at(key, 'size')
  return [
    ...(text(rotation) === 'Always'
      ? []
      : [finding(rotation, 'is not `Always`, so that the key may outlive every renewal')]),
    ...(text(algorithm) === 'ECDSA' ? [] : [finding(algorithm, 'is not `ECDSA`, which proxies ask of every issuer')]),
    ...((number(size) ?? 256) === 256 ? [] : [finding(size, 'is not 256: proxies ask for P-256')]),
  ]
}

function ofAuthority(own: Field): readonly Finding[] {
  const isCa = at(own, 'isCA')
  const usages = at(own, 'usages')
  return [
    ...(flag(isCa) === true ? [] : [finding(isCa, 'is not set, so that it may sign nobody’s certificate')]),
    ...(!given(usages) || texts(usages).includes('cert sign')
      ? []
      : [finding(usages, 'is without `cert sign`, so that it may sign nobody’s certificate')]),
  ]
}

function ofLife(own: Field): readonly Finding[] {
  const duration = at(own, 'duration')
  const hours = hoursOf(text(duration) ?? '')
  if (hours === undefined || hours > longest)
    return [finding(duration, 'is not a week or less, so that a stolen key is good for long')]
  const before = at(own, 'renewBefore')
  const percentage = number(at(own, 'renewBeforePercentage'))
  const left = percentage === undefined ? hoursOf(text(before) ?? '') : (hours * percentage) / 100
  return left !== undefined && left > lifeOfLeaves && left < hours
    ? []
    : [
        finding(
          before,
          'is not more than a day before the end, and less than the whole, so that certificates may outlive their issuer',
        ),
      ]
}
