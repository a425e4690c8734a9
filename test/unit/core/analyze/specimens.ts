import { linkerdSpecimens } from './linkerd/specimens'
import { inNamespace, object, type Json } from './objects'

/** One object of each kind that is read, with every field that is read, and nothing else. */
export const specimens: readonly Json[] = [
  object('Namespace', {
    name: 'shop',
    labels: { 'istio-injection': 'enabled' },
    creationTimestamp: '2026-01-01T00:00:00Z',
  }),
  inNamespace(
    'Pod',
    'shop/cart',
    {
      serviceAccountName: 'cart',
      hostNetwork: false,
      containers: [
        {
          name: 'app',
          ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
          livenessProbe: { httpGet: { path: '/live', port: 8080 } },
          readinessProbe: { tcpSocket: { port: 8080 } },
          startupProbe: { grpc: { port: 8080 } },
        },
      ],
      initContainers: [{ name: 'proxy', restartPolicy: 'Always', ports: [{ name: 'x', containerPort: 9000 }] }],
    },
    { labels: { app: 'cart' }, annotations: { 'traffic.sidecar.istio.io/excludeInboundPorts': '9100' } },
  ),
  template('Deployment', { template: podTemplate() }),
  template('StatefulSet', { template: podTemplate() }),
  template('DaemonSet', { template: podTemplate() }),
  template('Job', { template: podTemplate() }),
  template('CronJob', { jobTemplate: { spec: { template: podTemplate() } } }),
  inNamespace(
    'Service',
    'shop/cart',
    {
      type: 'ClusterIP',
      clusterIP: 'None',
      selector: { app: 'cart' },
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP', appProtocol: 'http' }],
    },
    { annotations: { 'networking.istio.io/exportTo': '.' } },
  ),
  inNamespace(
    'AuthorizationPolicy',
    'shop/cart',
    {
      selector: { matchLabels: { app: 'cart' } },
      action: 'ALLOW',
      rules: [
        {
          from: [{ source: { principals: ['cluster.local/ns/web/sa/frontend'], notIpBlocks: ['10.0.0.0/8'] } }],
          to: [{ operation: { methods: ['GET'], paths: ['/a/{*}'], ports: ['8080'], hosts: ['cart'] } }],
          when: [{ key: 'request.headers[x-env]', values: ['dev'], notValues: ['prod'] }],
        },
      ],
    },
    { annotations: { 'istio.io/dry-run': 'false' } },
  ),
  inNamespace('PeerAuthentication', 'shop/cart', {
    selector: { matchLabels: { app: 'cart' } },
    mtls: { mode: 'STRICT' },
    portLevelMtls: { '8080': { mode: 'PERMISSIVE' } },
  }),
  inNamespace('RequestAuthentication', 'shop/cart', {
    selector: { matchLabels: { app: 'cart' } },
    jwtRules: [{ issuer: 'https://issuer', audiences: ['shop'], spaceDelimitedClaims: ['groups'] }],
  }),
  inNamespace('Sidecar', 'shop/cart', {
    workloadSelector: { labels: { app: 'cart' } },
    egress: [{ port: { number: 80, protocol: 'HTTP' }, hosts: ['./*', 'web/*'] }],
    ingress: [{ port: { number: 8080, protocol: 'HTTP' } }],
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
  }),
  inNamespace('ServiceEntry', 'shop/stripe', {
    hosts: ['api.stripe.com'],
    addresses: ['192.0.2.1'],
    ports: [{ number: 443, name: 'tls', protocol: 'TLS', targetPort: 8443 }],
    location: 'MESH_EXTERNAL',
    resolution: 'DNS',
    exportTo: ['.'],
    workloadSelector: { labels: { app: 'stripe' } },
  }),
  inNamespace('DestinationRule', 'shop/cart', {
    host: 'cart',
    exportTo: ['.'],
    workloadSelector: { matchLabels: { app: 'web' } },
    trafficPolicy: {
      tls: { mode: 'ISTIO_MUTUAL' },
      portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'DISABLE' } }],
    },
    subsets: [{ trafficPolicy: { tls: { mode: 'SIMPLE' } } }],
  }),
  inNamespace('IstioGateway', 'edge/door', {
    selector: { istio: 'door' },
    servers: [
      {
        port: { number: 80, protocol: 'HTTP' },
        hosts: ['./shop.example.com'],
        bind: '0.0.0.0',
        tls: { mode: 'SIMPLE', httpsRedirect: true },
      },
    ],
  }),
  inNamespace('VirtualService', 'edge/shop', {
    hosts: ['shop.example.com'],
    gateways: ['door'],
    exportTo: ['.'],
    http: [
      {
        match: [{ uri: { prefix: '/cart' }, method: { exact: 'GET' }, headers: { version: { exact: '1' } }, port: 80 }],
        route: [{ destination: { host: 'cart', port: { number: 80 }, subset: 'blue' } }],
      },
    ],
  }),
  inNamespace('HTTPRoute', 'edge/shop', {
    hostnames: ['shop.example.com'],
    parentRefs: [{ kind: 'Gateway', name: 'door', sectionName: 'http', port: 80 }],
    rules: [
      {
        matches: [{ path: { type: 'Exact', value: '/cart' }, method: 'GET' }],
        backendRefs: [{ kind: 'Service', name: 'cart', namespace: 'shop', port: 80 }],
      },
    ],
  }),
  inNamespace('ReferenceGrant', 'shop/grant', {
    from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'edge' }],
    to: [{ group: '', kind: 'Service', name: 'cart' }],
  }),
  ...linkerdSpecimens,
]

function podTemplate(): Json {
  const containers = [{ name: 'app', ports: [{ containerPort: 8080 }] }]
  return { metadata: { labels: { app: 'cart' } }, spec: { serviceAccountName: 'cart', containers } }
}

function template(kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job' | 'CronJob', spec: Json): Json {
  return inNamespace(kind, 'shop/cart', spec)
}
