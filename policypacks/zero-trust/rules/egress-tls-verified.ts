import { destinationRule, serviceEntry } from '../example-objects'
import {
  destinationRules,
  isHttp,
  outsideHosts,
  tlsModeOf,
  tlsSettings,
  type OutsideHost,
  type TlsSettings,
} from '../facts/destination-rules'
import { at, finding, flag, given, items, judgeEach, required, text, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const stripe = serviceEntry('stripe', { hosts: ['api.stripe.example'], location: 'MESH_EXTERNAL', resolution: 'DNS' })
const toStripe = (tls: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}) =>
  destinationRule('stripe', { host: 'api.stripe.example', trafficPolicy: { tls }, ...more })

/**
 * TLS that a proxy begins with a host outside the mesh is held against authorities and against a name.
 *
 * Authorities always count: without `caCertificates` those that the image of the proxy knows (`system`), since Istio 1.21 unless
 * `VERIFY_CERTIFICATE_AT_CLIENT` is off, and since 1.24 without that flag; so IST0128 and IST0129 of `istioctl analyze` are not
 * repeated here. A name counts where `subjectAltNames` gives one, or where Envoy's router takes it from the host of a request
 * (`auto_san_validation`: HTTP without an `sni`, since 1.26 without a flag); bytes that are passed on are held against none.
 * Source: istio pilot/pkg/networking/core/cluster_tls.go constructUpstreamTLS, setAutoSniAndAutoSanValidation.
 */
export const egressTlsVerified = rule({
  id: 'egress-tls-verified',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/SC-8',
    'nist-800-53/SC-8(1)',
    'nist-800-53/SC-23(5)',
    'nist-800-53/CA-3',
    'nist-800-207/tenet-2',
    'pci-dss/4.2.1',
    'soc-2/CC6.7',
    'iso-27001/A.8.24',
  ],
  why: 'whoever stands in between can answer for the host, with a certificate of any name, or of their own making where nothing is verified',
  fix: 'give `subjectAltNames`, or leave `sni` out where the port is HTTP; take `insecureSkipVerify` away; give a `credentialName` only with a `workloadSelector`',
  limits:
    'what the application itself begins is not seen; without `caCertificates` every authority that the image of the proxy knows is trusted, which is accepted; HTTP that a VirtualService sends to a port of another protocol is verified all the same, and found; a `credentialName` is taken to hold authorities; hosts that nothing shows to be outside the mesh are judged by no-destination-rule-tls-downgrade',
  config: ['external'],
  examples: {
    pass: [
      {
        title: 'authorities and names are given',
        objects: [
          stripe,
          toStripe({ mode: 'SIMPLE', caCertificates: 'system', subjectAltNames: ['api.stripe.example'] }),
        ],
      },
      {
        title: 'a credential for the gateway that calls, and names at the ServiceEntry',
        objects: [
          serviceEntry('stripe', { hosts: ['api.stripe.example'], subjectAltNames: ['api.stripe.example'] }),
          toStripe(
            { mode: 'MUTUAL', credentialName: 'stripe' },
            { workloadSelector: { matchLabels: { istio: 'egress' } } },
          ),
        ],
      },
      {
        title: 'a port of HTTP, where the certificate is held against the host of the request',
        objects: [
          serviceEntry('stripe', {
            hosts: ['api.stripe.example'],
            ports: [
              { number: 80, name: 'http', protocol: 'HTTP', targetPort: 443 },
              { number: 443, name: 'https', protocol: 'HTTPS' },
            ],
            resolution: 'DNS',
          }),
          destinationRule('stripe', {
            host: 'api.stripe.example',
            trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'SIMPLE' } }] },
          }),
        ],
      },
    ],
    fail: [
      {
        title: 'no name, where not everything is shown to be HTTP',
        objects: [stripe, toStripe({ mode: 'SIMPLE' })],
      },
      {
        title: 'authorities without a name: any of their certificates will do',
        objects: [
          stripe,
          toStripe({ mode: 'SIMPLE', caCertificates: '/etc/certs/stripe.pem', sni: 'api.stripe.example' }),
        ],
      },
      {
        title: 'any certificate is taken',
        objects: [
          stripe,
          toStripe({
            mode: 'SIMPLE',
            caCertificates: 'system',
            subjectAltNames: ['api.stripe.example'],
            insecureSkipVerify: true,
          }),
        ],
      },
      {
        title: 'a credential that no sidecar may have, so that sidecars call in plaintext',
        objects: [
          stripe,
          toStripe({ mode: 'SIMPLE', credentialName: 'stripe', subjectAltNames: ['api.stripe.example'] }),
        ],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const known = outsideHosts(context)
  return [
    ...known.findings,
    ...judgeEach(destinationRules(context), one => {
      const host = required(at(one, 'spec', 'host'))
      const own = known.facts.filter(outside => outside.host === host)
      return own.length === 0 ? [] : tlsSettings(one).flatMap(settings => unverified(settings, one, own))
    }),
  ]
}

function unverified(settings: TlsSettings, of: Field, hosts: readonly OutsideHost[]): readonly Finding[] {
  const { tls } = settings
  const mode = tlsModeOf(tls)
  if (mode !== 'SIMPLE' && mode !== 'MUTUAL') return []
  const skip = at(tls, 'insecureSkipVerify')
  return [
    ...(flag(skip) === true ? [finding(skip, 'takes any certificate for the right one')] : []),
    ...credential(tls, of),
    ...nameless(settings, hosts),
  ]
}

/** The names of a ServiceEntry hold where the DestinationRule gives none; without both, Envoy's router may have the host. */
function nameless(settings: TlsSettings, hosts: readonly OutsideHost[]): readonly Finding[] {
  const { tls } = settings
  const names = at(tls, 'subjectAltNames')
  if (items(names).length > 0 || hosts.every(({ subjectAltNames }) => subjectAltNames.length > 0)) return []
  if ((text(at(tls, 'sni')) ?? '') === '' && hosts.every(host => isHttp(host, settings))) return []
  return [finding(names, 'is not given, and only HTTP without an `sni` has the certificate held against its host')]
}

/**
 * A sidecar gets no credential but by a `workloadSelector`, and calls in plaintext without one; a ConfigMap it may have
 * (cluster_tls.go buildUpstreamClusterTLSContext).
 */
function credential(tls: Field, of: Field): readonly Finding[] {
  const field = at(tls, 'credentialName')
  const name = text(field) ?? ''
  if (name === '' || name.startsWith('configmap://') || given(at(of, 'spec', 'workloadSelector'))) return []
  return [finding(field, 'is not given to sidecars without a `workloadSelector`: they call in plaintext')]
}
