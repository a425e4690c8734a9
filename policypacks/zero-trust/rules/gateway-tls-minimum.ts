import { gateway, object } from '../example-objects'
import { gateways } from '../facts/gateways'
import { classicGateways, isIngress, listenersOf, serversOf } from '../facts/ingress-gateways'
import { namespaceOf } from '../facts/policies'
import { at, finding, flag, gather, items, judgeEach, number, required, text, type Field } from '../field'
import { ofKind, rule, type Context, type Finding } from '../rule'

type Data = Readonly<Record<string, unknown>>

const classic = (...servers: readonly Data[]) =>
  object(['networking.istio.io/v1', 'Gateway'], ['ingress', 'web'], {
    spec: {
      selector: { istio: 'ingress' },
      servers: servers.map(server => ({ hosts: ['shop.example.com'], ...server })),
    },
  })
const https = { port: { number: 443, name: 'https', protocol: 'HTTPS' } }
const http = { port: { number: 80, name: 'http', protocol: 'HTTP' } }
const redirecting = { ...http, tls: { httpsRedirect: true } }
const plain = gateway(
  'web',
  {
    gatewayClassName: 'istio',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP', hostname: 'shop.example.com' }],
  },
  'ingress',
)
const route = (filters: readonly Data[]) =>
  object(['gateway.networking.k8s.io/v1', 'HTTPRoute'], ['ingress', 'to-https'], {
    spec: { parentRefs: [{ name: 'web', sectionName: 'http' }], rules: [{ filters }] },
  })

/**
 * What comes in from outside comes in over TLS 1.2 or newer; what comes over plain HTTP is sent there. TLS 1.2 is what a
 * gateway asks for where nothing is said (istio networking/v1alpha3/gateway.proto ServerTLSSettings).
 */
export const gatewayTlsMinimum = rule({
  id: 'gateway-tls-minimum',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/SC-8',
    'nist-800-53/SC-8(1)',
    'nist-800-53/SC-13',
    'nist-800-207/tenet-2',
    'pci-dss/4.2.1',
    'soc-2/CC6.7',
    'iso-27001/A.8.24',
    'iso-27001/A.8.21',
  ],
  why: 'what is said to a gateway over plain HTTP, or over TLS that has been broken, can be read and changed on its way',
  fix: 'ask for `TLSV1_2` or newer, redirect plain HTTP (`tls.httpsRedirect`, or an HTTPRoute with a redirect to `https`), or name the port in `plaintext`',
  limits:
    'not judged are TLS that goes through to a workload, ciphers, plain TCP, the defaults of the mesh, and Gateways of the Gateway API of a class other than `istio`; a listener of the Gateway API has no oldest version of TLS that could be set',
  config: ['exempt', 'plaintext'],
  examples: {
    pass: [
      {
        title: 'TLS, and a redirect to it',
        objects: [classic(redirecting, { ...https, tls: { mode: 'SIMPLE', credentialName: 'web' } })],
      },
      {
        title: 'a route that redirects all that comes over HTTP',
        objects: [plain, route([{ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }])],
      },
      {
        title: 'a load balancer ends TLS before the gateway, and somebody has said so',
        objects: [classic(http)],
        config: { plaintext: ['ingress/web:80'] },
      },
    ],
    fail: [
      {
        title: 'a version of TLS that has been broken',
        objects: [classic({ ...https, tls: { mode: 'SIMPLE', credentialName: 'web', minProtocolVersion: 'TLSV1_0' } })],
      },
      { title: 'plain HTTP', objects: [classic(http)] },
      { title: 'a listener for plain HTTP, which nothing redirects', objects: [plain] },
      {
        title: 'a route that redirects to another path, over HTTP as before',
        objects: [
          plain,
          route([
            { type: 'RequestRedirect', requestRedirect: { path: { type: 'ReplaceFullPath', replaceFullPath: '/' } } },
          ]),
        ],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const api = gather(gateways(context), field => doorsOf(field, context))
  const open = api.facts.flat()
  const routes =
    open.length === 0 ? { facts: [], findings: [] } : gather(ofKind(context, group, 'HTTPRoute'), readRoute)
  const unredirected = open.filter(door => !isRedirected(door, routes.facts))
  return [
    ...judgeEach(classicGateways(context), field =>
      context.config.exempt.includes(namespaceOf(field))
        ? []
        : serversOf(field).flatMap(server => ofServer(server, field, context)),
    ),
    ...api.findings,
    ...routes.findings,
    ...unredirected.map(({ listener }) => finding(listener, plainText)),
  ]
}

const plainText = 'takes plain HTTP, which nothing redirects to HTTPS'
const group = 'gateway.networking.k8s.io'

function ofServer(server: Field, of: Field, context: Context): readonly Finding[] {
  const tls = at(server, 'tls')
  const protocol = required(at(server, 'port', 'protocol')).toUpperCase()
  if (['HTTPS', 'TLS'].includes(protocol)) return versions(tls)
  // TCP and the like may carry TLS of their own.
  if (!['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB'].includes(protocol) || flag(at(tls, 'httpsRedirect')) === true) return []
  return isMeant(of, number(at(server, 'port', 'number')), context) ? [] : [finding(server, plainText)]
}

function versions(tls: Field): readonly Finding[] {
  if (['PASSTHROUGH', 'AUTO_PASSTHROUGH'].includes(text(at(tls, 'mode')) ?? 'PASSTHROUGH')) return []
  return [at(tls, 'minProtocolVersion'), at(tls, 'maxProtocolVersion')]
    .filter(version => ['TLSV1_0', 'TLSV1_1'].includes(text(version) ?? ''))
    .map(version => finding(version, 'lets in versions of TLS that have been broken'))
}

function isMeant(of: Field, port: number | undefined, { config }: Context): boolean {
  return (
    config.plaintext.length > 0 &&
    config.plaintext.includes(`${namespaceOf(of)}/${required(at(of, 'metadata', 'name'))}:${port ?? ''}`)
  )
}

/** A listener for plain HTTP. */
interface Door {
  readonly listener: Field
  /** `namespace/name` of its Gateway. */
  readonly gateway: string
  readonly name: string
  readonly port: number | undefined
}

function doorsOf(field: Field, context: Context): readonly Door[] {
  const namespace = namespaceOf(field)
  if (context.config.exempt.includes(namespace) || !isIngress(field)) return []
  return listenersOf(field)
    .filter(listener => required(at(listener, 'protocol')) === 'HTTP')
    .map(listener => ({
      listener,
      gateway: `${namespace}/${required(at(field, 'metadata', 'name'))}`,
      name: required(at(listener, 'name')),
      port: number(at(listener, 'port')),
    }))
    .filter(({ port }) => !isMeant(field, port, context))
}

interface Route {
  readonly parents: readonly {
    readonly gateway: string
    readonly section: string | undefined
    readonly port: number | undefined
  }[]
  /** Whether all it does is to send callers to HTTPS. */
  readonly redirects: boolean
}

function readRoute(field: Field): Route {
  const own = namespaceOf(field)
  const rules = items(at(field, 'spec', 'rules'))
  return {
    parents: items(at(field, 'spec', 'parentRefs')).map(parent => ({
      gateway: `${text(at(parent, 'namespace')) ?? own}/${required(at(parent, 'name'))}`,
      section: text(at(parent, 'sectionName')),
      port: number(at(parent, 'port')),
    })),
    redirects: rules.length > 0 && rules.every(one => items(at(one, 'filters')).some(isRedirect)),
  }
}

function isRedirect(filter: Field): boolean {
  return text(at(filter, 'type')) === 'RequestRedirect' && text(at(filter, 'requestRedirect', 'scheme')) === 'https'
}

/** At least one route of the listener is there, and each of them redirects. */
function isRedirected({ gateway: of, name, port }: Door, routes: readonly Route[]): boolean {
  const own = routes.filter(({ parents }) =>
    parents.some(
      parent =>
        parent.gateway === of &&
        (parent.section ?? name) === name &&
        (parent.port === undefined || parent.port === port),
    ),
  )
  return own.length > 0 && own.every(({ redirects }) => redirects)
}
