import { deployment, gateway, object, release } from '../../policypacks/zero-trust/example-objects'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

type Data = Readonly<Record<string, unknown>>

const classic = (...servers: readonly Data[]) =>
  object(['networking.istio.io/v1', 'Gateway'], ['ingress', 'web'], {
    spec: { selector: { istio: 'ingress' }, servers },
  })
const server = (protocol: string, more: Data = {}) => ({
  port: { number: 8443, name: 'p', protocol },
  hosts: ['shop.example.com'],
  ...more,
})
const hosts = (names: readonly string[], more: Data = {}) =>
  classic(server('HTTPS', { tls: { mode: 'SIMPLE' }, ...more, hosts: names }))
const api = (listeners: readonly Data[], gatewayClassName = 'istio') =>
  gateway('web', { gatewayClassName, listeners }, 'ingress')
const listener = (name: string, protocol: string, more: Data = {}) => ({ name, port: 80, protocol, ...more })

table('no-broad-gateway-host', [
  [
    'looks past the namespace of a host, and at every server',
    {
      objects: [
        classic(
          server('HTTPS', { hosts: ['./*.shop.example.com', 'shop/*'] }),
          server('HTTP', { hosts: ['*.example', 'a.example.com'] }),
        ),
      ],
    },
    ['Gateway ingress/web spec.servers[0].hosts[1]', 'Gateway ingress/web spec.servers[1].hosts[0]'],
  ],
  [
    'lets TLS be that goes through from cluster to cluster',
    { objects: [hosts(['*.local'], { tls: { mode: 'AUTO_PASSTHROUGH' } })] },
    [],
  ],
  [
    'does not let TLS be that goes through to a workload',
    { objects: [hosts(['*'], { tls: { mode: 'PASSTHROUGH' } })] },
    ['Gateway ingress/web spec.servers[0].hosts[0]'],
  ],
  [
    'lets listeners be that have no names, and classes that are not for the outside',
    {
      objects: [
        api([listener('tcp', 'TCP'), listener('udp', 'UDP')]),
        ...['istio-waypoint', 'istio-remote', 'istio-east-west', 'nginx'].map(name =>
          api([listener('a', 'HTTP')], name),
        ),
      ],
    },
    [],
  ],
  [
    'finds a listener of each protocol that has names',
    { objects: [api(['HTTP', 'HTTPS', 'TLS'].map(protocol => listener('a', protocol, { hostname: '*.com' })))] },
    [0, 1, 2].map(i => `Gateway ingress/web spec.listeners[${i}].hostname`),
  ],
  ['lets an exempt namespace be', { objects: [hosts(['*'])], config: { exempt: ['ingress'] } }, []],
  [
    'refuses hosts and classes that are not known',
    { objects: [hosts([sentinel]), api([listener('a', 'HTTP', { hostname: 'a.example.com' })], sentinel)] },
    ['Gateway ingress/web spec.servers[0].hosts[0]', 'Gateway ingress/web spec.gatewayClassName'],
  ],
])

const redirect = (scheme?: string) => ({ type: 'RequestRedirect', requestRedirect: { ...(scheme && { scheme }) } })
const route = (parent: Data, rules: readonly Data[], inNamespace = 'ingress') =>
  object(['gateway.networking.k8s.io/v1', 'HTTPRoute'], [inNamespace, 'r'], {
    spec: { parentRefs: [{ name: 'web', ...parent }], rules },
  })
const plain = api([listener('http', 'HTTP', { hostname: 'shop.example.com' })])
const open = ['Gateway ingress/web spec.listeners[0]']

table('gateway-tls-minimum', [
  [
    'judges every protocol that is HTTP, in any case of letters',
    { objects: [classic(server('HTTP'), server('http2'), server('GRPC'), server('GRPC-Web'), server('TCP'))] },
    [0, 1, 2, 3].map(i => `Gateway ingress/web spec.servers[${i}]`),
  ],
  [
    'does not take a redirect that is turned off for one',
    { objects: [classic(server('HTTP', { tls: { httpsRedirect: false } }))] },
    ['Gateway ingress/web spec.servers[0]'],
  ],
  [
    'finds the oldest and the newest version where either is too old, and TLS 1.2 not',
    {
      objects: [
        classic(
          server('HTTPS', { tls: { mode: 'MUTUAL', minProtocolVersion: 'TLSV1_1', maxProtocolVersion: 'TLSV1_1' } }),
          server('TLS', { tls: { mode: 'SIMPLE', minProtocolVersion: 'TLSV1_2' } }),
        ),
      ],
    },
    ['min', 'max'].map(end => `Gateway ingress/web spec.servers[0].tls.${end}ProtocolVersion`),
  ],
  [
    'lets TLS be that somebody else ends',
    {
      objects: [
        classic(
          server('TLS', { tls: { minProtocolVersion: 'TLSV1_0' } }),
          server('TLS', { tls: { mode: 'AUTO_PASSTHROUGH' } }),
        ),
      ],
    },
    [],
  ],
  [
    'counts a redirect of the listener, by its name, its port or the whole Gateway',
    {
      objects: [
        plain,
        route({ sectionName: 'http' }, [{ filters: [redirect('https')] }]),
        route({ port: 80, namespace: 'ingress' }, [{ filters: [redirect('https')] }], 'shop'),
        route({}, [{ filters: [redirect('https')] }]),
      ],
    },
    [],
  ],
  [
    'does not count a redirect of another listener, another port or another Gateway',
    {
      objects: [
        plain,
        route({ sectionName: 'https' }, [{ filters: [redirect('https')] }]),
        route({ port: 443 }, [{ filters: [redirect('https')] }]),
        route({}, [{ filters: [redirect('https')] }], 'shop'),
      ],
    },
    open,
  ],
  [
    'finds one route that serves beside one that redirects, and one rule that does',
    {
      objects: [
        plain,
        route({}, [{ filters: [redirect('https')] }, { backendRefs: [{ name: 'cart' }] }]),
        route({}, [{ filters: [redirect('https')] }]),
      ],
    },
    open,
  ],
  [
    'does not take a redirect without a scheme for one to HTTPS',
    { objects: [plain, route({}, [{ filters: [redirect()] }])] },
    open,
  ],
  [
    'lets ports be that the setting names, and exempt namespaces',
    { objects: [classic(server('HTTP')), plain], config: { plaintext: ['ingress/web:80'] } },
    ['Gateway ingress/web spec.servers[0]'],
  ],
  ['lets an exempt namespace be', { objects: [classic(server('HTTP')), plain], config: { exempt: ['ingress'] } }, []],
  [
    'refuses a protocol and a redirect that are not known',
    { objects: [classic(server(sentinel)), plain, route({}, [{ filters: sentinel }])] },
    ['Gateway ingress/web spec.servers[0].port.protocol', 'HTTPRoute ingress/r spec.rules[0].filters', ...open],
  ],
])

const annotations = {
  'sidecar.istio.io/interceptionMode': 'NONE',
  'traffic.sidecar.istio.io/excludeInterfaces': 'eth1',
  'traffic.sidecar.istio.io/includeInboundPorts': '',
}

table('no-inbound-port-exclusion', [
  [
    'finds the mode of interception, interfaces, and an empty list of ports to include',
    { objects: [deployment('cart', { annotations })] },
    Object.keys(annotations).map(key => `Deployment shop/cart spec.template.metadata.annotations["${key}"]`),
  ],
  [
    'lets annotations be that say what holds anyway',
    {
      objects: [
        deployment('cart', {
          annotations: {
            'sidecar.istio.io/interceptionMode': 'TPROXY',
            'traffic.sidecar.istio.io/excludeInboundPorts': '',
            'ambient.istio.io/bypass-inbound-capture': 'false',
          },
        }),
      ],
    },
    [],
  ],
  ['lets an exempt namespace be', { objects: [deployment('cart', { annotations })], config: { exempt: ['shop'] } }, []],
  [
    'finds ports of the whole mesh, included and excluded, in the chart of istiod and in no other',
    {
      objects: ['istiod', 'oci://registry.istio.io/release/charts/istiod', 'other'].map(chart =>
        release('r', {
          chart,
          values: { global: { proxy: { includeInboundPorts: '8080', excludeInboundPorts: '9090' } } },
        }),
      ),
    },
    ['excludeInboundPorts', 'includeInboundPorts', 'excludeInboundPorts', 'includeInboundPorts'].map(
      name => `Release r values.global.proxy.${name}`,
    ),
  ],
  [
    'refuses values that are not known',
    { objects: [release('r', { chart: 'istiod', values: { global: sentinel } })] },
    ['Release r values.global'],
  ],
])

table('no-host-network-in-mesh', [
  [
    'looks into CronJobs and bare Pods',
    {
      objects: [
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          metadata: { name: 'n', namespace: 'shop' },
          spec: { jobTemplate: { spec: { template: { spec: { hostNetwork: true } } } } },
        },
        { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'shop' }, spec: { hostNetwork: true } },
      ],
    },
    ['Pod shop/p spec.hostNetwork', 'CronJob shop/n spec.jobTemplate.spec.template.spec.hostNetwork'],
  ],
  [
    'refuses what is not known, and a flag that is none',
    {
      objects: [
        deployment('a', { pod: { hostNetwork: sentinel } }),
        deployment('b', { pod: { hostNetwork: 'true' } }),
        deployment('c', { pod: { hostNetwork: false } }),
      ],
    },
    ['Deployment shop/a spec.template.spec.hostNetwork', 'Deployment shop/b spec.template.spec.hostNetwork'],
  ],
])
