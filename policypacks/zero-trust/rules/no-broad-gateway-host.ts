import { gateway, object } from '../example-objects'
import { classicGateways, isIngress, listenersOf, serversOf } from '../facts/ingress-gateways'
import { gateways } from '../facts/gateways'
import { namespaceOf } from '../facts/policies'
import { at, finding, items, judgeEach, required, text, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const classic = (hosts: readonly string[]) =>
  object(['networking.istio.io/v1', 'Gateway'], ['ingress', 'web'], {
    spec: {
      selector: { istio: 'ingress' },
      servers: [
        {
          port: { number: 443, name: 'https', protocol: 'HTTPS' },
          tls: { mode: 'SIMPLE', credentialName: 'web' },
          hosts,
        },
      ],
    },
  })
const listening = (listener: Readonly<Record<string, unknown>>, gatewayClassName = 'istio') =>
  gateway(
    'web',
    { gatewayClassName, listeners: [{ name: 'https', port: 443, protocol: 'HTTPS', ...listener }] },
    'ingress',
  )

/**
 * No gateway answers for every host, nor for all of a top-level domain: whoever may write a route for it then takes calls
 * for hosts that are not theirs (istio.io, security best practices, "avoid overly broad hosts configurations"; istio
 * networking/v1alpha3/gateway.proto Server.hosts).
 */
export const noBroadGatewayHost = rule({
  id: 'no-broad-gateway-host',
  severity: 'medium',
  scope: 'object',
  controls: [
    'nist-800-53/SC-7',
    'nist-800-53/CM-7',
    'nist-800-53/AC-4',
    'kubescape/C-0266',
    'pci-dss/1.3.1',
    'soc-2/CC6.6',
    'iso-27001/A.8.20',
  ],
  why: 'a gateway for every host exposes whatever anybody routes through it, under any name',
  fix: 'list the hosts the gateway is for, by `namespace/host` where one namespace routes them; name the namespace of a gateway that is not for the outside in `exempt`',
  limits:
    'a suffix of several words that belongs to nobody (`*.co.uk`) is not told from a domain; Gateways of the Gateway API are judged if they are of the class `istio`',
  config: ['exempt'],
  examples: {
    pass: [
      { title: 'hosts that are known', objects: [classic(['shop.example.com', 'shop/*.shop.example.com'])] },
      { title: 'the same by the Gateway API', objects: [listening({ hostname: '*.shop.example.com' })] },
      {
        title: 'a waypoint, which is not for the outside',
        objects: [listening({ port: 15008, protocol: 'HBONE' }, 'istio-waypoint')],
      },
    ],
    fail: [
      { title: 'every host', objects: [classic(['*'])] },
      { title: 'every host, for every namespace', objects: [classic(['shop.example.com', '*/*'])] },
      { title: 'all of a top-level domain', objects: [classic(['*.com'])] },
      { title: 'a listener that names no host', objects: [listening({})] },
    ],
  },
  check: context => [
    ...judgeEach(classicGateways(context), field => unlessExempt(field, context, ofClassic)),
    ...judgeEach(gateways(context), field => unlessExempt(field, context, ofApi)),
  ],
})

function unlessExempt(
  field: Field,
  { config }: Context,
  judge: (field: Field) => readonly Finding[],
): readonly Finding[] {
  return config.exempt.includes(namespaceOf(field)) ? [] : judge(field)
}

/** Between clusters TLS goes through as it came, to be ended by the workload's own proxy: there a star is the rule. */
function ofClassic(field: Field): readonly Finding[] {
  return serversOf(field)
    .filter(server => text(at(server, 'tls', 'mode')) !== 'AUTO_PASSTHROUGH')
    .flatMap(server => items(at(server, 'hosts')))
    .flatMap(host => broad(host, required(host).replace(/^[^/]*\//, '')))
}

/** Ports without names (TCP, UDP) have no hosts at all. */
function ofApi(field: Field): readonly Finding[] {
  if (!isIngress(field)) return []
  return listenersOf(field)
    .filter(listener => ['HTTP', 'HTTPS', 'TLS'].includes(required(at(listener, 'protocol'))))
    .flatMap(listener => {
      const hostname = at(listener, 'hostname')
      return broad(hostname, text(hostname) ?? '*')
    })
}

function broad(field: Field, host: string): readonly Finding[] {
  if (host === '*' || host === '') return [finding(field, 'answers for every host')]
  return /^\*\.?[^.]*$/.test(host) ? [finding(field, 'answers for all of a top-level domain')] : []
}
