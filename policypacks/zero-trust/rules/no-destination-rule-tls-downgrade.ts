import { destinationRule, serviceEntry } from '../example-objects'
import { at, finding, flag, gather, given, items, judgeEach, required, text, texts, word, type Field } from '../field'
import { ofKind, rule, type Context, type Finding } from '../rule'

/**
 * No DestinationRule takes mutual TLS of the mesh away from calls to hosts in it. Any `tls` in a traffic policy replaces
 * what the proxies would do on their own, and one without a mode means plaintext (istio
 * pilot/pkg/networking/core/cluster_tls.go, networking/v1alpha3/destination_rule.proto ClientTLSSettings).
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
        title: 'a host outside whose certificate nobody looks at',
        objects: [
          serviceEntry('stripe', { hosts: ['api.stripe.example'] }),
          destinationRule('stripe', {
            host: 'api.stripe.example',
            trafficPolicy: { tls: { mode: 'SIMPLE', insecureSkipVerify: true } },
          }),
        ],
      },
    ],
  },
  check,
})

const modes = ['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'] as const

function check(context: Context): readonly Finding[] {
  const entriesOutside = gather(ofKind(context, 'networking.istio.io', 'ServiceEntry'), outsideHosts)
  const outside = new Set([...context.config.external, ...entriesOutside.facts.flat()])
  const rules = ofKind(context, 'networking.istio.io', 'DestinationRule')
  return [...entriesOutside.findings, ...judgeEach(rules, one => judge(one, outside))]
}

/** What the cluster's own DNS answers for, whatever a ServiceEntry calls it. */
function isOfCluster(host: string): boolean {
  return !host.includes('.') || /\.local$|\.svc(\.|$)/.test(host)
}

function outsideHosts(entry: Field): readonly string[] {
  return text(at(entry, 'spec', 'location')) === 'MESH_INTERNAL'
    ? []
    : texts(at(entry, 'spec', 'hosts')).filter(host => !isOfCluster(host))
}

function judge(one: Field, outside: ReadonlySet<string>): readonly Finding[] {
  const isOutside = outside.has(required(at(one, 'spec', 'host')))
  const subsets = items(at(one, 'spec', 'subsets')).map(subset => at(subset, 'trafficPolicy'))
  return [at(one, 'spec', 'trafficPolicy'), ...subsets]
    .flatMap(tlsSettings)
    .flatMap(tls => [...(isOutside ? [] : downgrade(tls)), ...unverified(tls)])
}

/** The TLS settings of a traffic policy, and of its ports. */
function tlsSettings(policy: Field): readonly Field[] {
  const ports = items(at(policy, 'portLevelSettings')).map(port => at(port, 'tls'))
  return [at(policy, 'tls'), ...ports].filter(given)
}

function downgrade(tls: Field): readonly Finding[] {
  const mode = word(at(tls, 'mode'), modes) ?? 'DISABLE'
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
