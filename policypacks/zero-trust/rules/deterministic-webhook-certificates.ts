import { linkerdRelease } from '../example-linkerd-install'
import { release } from '../example-objects'
import { chartName, charts } from '../facts/charts'
import { valueOf } from '../facts/linkerd-install/values'
import { at, finding, flag, judgeEach, text, type Field } from '../field'
import { rule, type Finding } from '../rule'

/** The webhooks of each chart, by the key of their values. */
const webhooks: Readonly<Record<string, readonly string[]>> = {
  'linkerd-control-plane': ['proxyInjector', 'profileValidator', 'policyValidator'],
  'linkerd-viz': ['tap', 'tapInjector'],
}

const sources = ['injectCaFrom', 'injectCaFromSecret', 'caBundle']
const issued = (name: string) => ({ externalSecret: true, injectCaFrom: `linkerd/${name}` })
const certificates = {
  proxyInjector: issued('linkerd-proxy-injector'),
  profileValidator: issued('linkerd-sp-validator'),
  policyValidator: issued('linkerd-policy-validator'),
}

/**
 * The certificates of Linkerd's webhooks come from outside of the chart, which otherwise makes new ones whenever it is rendered, for a year (linkerd2
 * charts/linkerd-control-plane/templates/proxy-injector-rbac.yaml genSelfSignedCert).
 */
export const deterministicWebhookCertificates = rule({
  id: 'deterministic-webhook-certificates',
  severity: 'medium',
  scope: 'object',
  controls: [
    'nist-800-53/CM-3',
    'nist-800-53/SC-12',
    'nist-800-53/SC-17',
    'nist-800-204/SM-DR12',
    'soc-2/CC8.1',
    'iso-27001/A.8.24',
  ],
  why: 'a chart that makes keys as it is rendered never renders the same twice, so that no preview shows what changes, and the keys lie in its release and end after a year',
  fix: 'have cert-manager issue them: set `externalSecret: true` and `injectCaFrom: <namespace>/<certificate>` (or `caBundle`) for each webhook',
  limits: 'whether the Certificates, and the Secrets that they end up in, are there is not seen',
  config: [],
  examples: {
    pass: [
      { title: 'all three from cert-manager', objects: [linkerdRelease(certificates)] },
      {
        title: 'a bundle that is given',
        objects: [
          linkerdRelease({
            ...certificates,
            policyValidator: { externalSecret: true, caBundle: '-----BEGIN CERTIFICATE-----\nMIIB…\n' },
          }),
        ],
      },
      { title: 'another chart', objects: [release('cache', { chart: 'redis', namespace: 'data' })] },
    ],
    fail: [
      { title: 'the chart makes them', objects: [linkerdRelease({})] },
      {
        title: 'one is forgotten',
        objects: [linkerdRelease({ ...certificates, policyValidator: { externalSecret: false } })],
      },
      {
        title: 'the Secret comes from outside, and nobody says who vouches for it',
        objects: [linkerdRelease({ ...certificates, proxyInjector: { externalSecret: true } })],
      },
      {
        title: 'those of viz',
        objects: [release('linkerd-viz', { chart: 'linkerd-viz', version: '2026.6.3', namespace: 'linkerd-viz' })],
      },
    ],
  },
  check: context => judgeEach(charts(context), judge),
})

function judge(chart: Field): readonly Finding[] {
  return (webhooks[chartName(chart) ?? ''] ?? []).flatMap(webhook => {
    const external = valueOf(chart, webhook, 'externalSecret')
    if (flag(external) !== true)
      return [finding(external, 'is not set, so that the chart makes a new certificate each time it is rendered')]
    // The first that is there will do, so that what follows may stay unknown.
    return sources.some(source => (text(valueOf(chart, webhook, source)) ?? '').trim() !== '')
      ? []
      : [
          finding(
            at(chart, 'values', webhook),
            'does not say who vouches for its certificate: neither `injectCaFrom` nor `injectCaFromSecret` nor `caBundle` is set',
          ),
        ]
  })
}
