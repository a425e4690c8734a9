import { destinationRule, serviceEntry } from '../example-objects'
import { destinationRules, outsideHosts, tlsModeOf, tlsSettings } from '../facts/destination-rules'
import { at, finding, flag, judgeEach, required, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

/**
 * No DestinationRule takes mutual TLS of the mesh away from calls to hosts in it. Any `tls` in a traffic policy replaces
 * what the proxies would do on their own, and one without a mode means plaintext (istio
 * pilot/pkg/networking/core/cluster_tls.go, networking/v1alpha3/destination_rule.proto ClientTLSSettings). Hosts outside
 * the mesh are `egress-tls-verified`'s.
 */
export const noDestinationRuleTlsDowngrade = rule({
  id: 'no-destination-rule-tls-downgrade',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/SC-8',
    'nist-800-53/SC-8(1)',
    'nist-800-53/SC-23',
    'nist-800-204/SM-DR6',
    'nist-800-207/tenet-2',
    'pci-dss/4.2.1',
    'soc-2/CC6.7',
    'iso-27001/A.8.24',
  ],
  why: "a call without the mesh's own TLS carries no identity: a strict server refuses it, any other takes it for anybody's",
  fix: 'leave `tls` out for hosts of the mesh; for hosts outside, declare a ServiceEntry, or name the host in `external`',
  config: ['external'],
  examples: {
    pass: [
      {
        title: 'no TLS settings at all',
        objects: [
          destinationRule('cart', {
            host: 'cart.shop.svc.cluster.local',
            trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 } },
          }),
        ],
      },
      {
        title: "the mesh's own TLS, said aloud",
        objects: [destinationRule('cart', { host: 'cart', trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } })],
      },
      {
        title: 'TLS to a host outside',
        objects: [
          serviceEntry('stripe', { hosts: ['api.stripe.example'], location: 'MESH_EXTERNAL' }),
          destinationRule('stripe', { host: 'api.stripe.example', trafficPolicy: { tls: { mode: 'SIMPLE' } } }),
        ],
      },
    ],
    fail: [
      {
        title: 'plaintext to a host of the mesh',
        objects: [
          destinationRule('cart', { host: 'cart.shop.svc.cluster.local', trafficPolicy: { tls: { mode: 'DISABLE' } } }),
        ],
      },
      {
        title: 'one port, without a mode',
        objects: [
          destinationRule('cart', {
            host: 'cart',
            trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: {} }] },
          }),
        ],
      },
      {
        title: 'one subset, with certificates that are not of the mesh',
        objects: [
          destinationRule('cart', {
            host: '*.local',
            subsets: [{ name: 'v1', trafficPolicy: { tls: { mode: 'SIMPLE' } } }],
          }),
        ],
      },
      {
        title: "the mesh's own TLS, with whichever certificate",
        objects: [
          destinationRule('cart', {
            host: 'cart',
            trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', insecureSkipVerify: true } },
          }),
        ],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const known = outsideHosts(context)
  const outside = new Set(known.facts.map(({ host }) => host))
  return [...known.findings, ...judgeEach(destinationRules(context), one => judge(one, outside))]
}

function judge(one: Field, outside: ReadonlySet<string>): readonly Finding[] {
  if (outside.has(required(at(one, 'spec', 'host')))) return []
  return tlsSettings(one).flatMap(({ tls }) => [...downgrade(tls), ...unverified(tls)])
}

function downgrade(tls: Field): readonly Finding[] {
  const mode = tlsModeOf(tls)
  return mode === 'ISTIO_MUTUAL'
    ? []
    : [
        finding(
          tls,
          `replaces the mesh's mutual TLS by \`${mode}\` for a host that nothing shows to be outside the mesh`,
        ),
      ]
}

function unverified(tls: Field): readonly Finding[] {
  const field = at(tls, 'insecureSkipVerify')
  return flag(field) === true ? [finding(field, 'takes any certificate for the right one')] : []
}
