import { account, each, holdsBehindLinkerd, linkerd, meshed, pod, unmeshed, type LinkerdRow } from './linkerd'
import { accounts, authorization, networks, server } from './linkerd-objects'

const component = (name: string) => ({ 'linkerd.io/extension': 'viz', component: name })
const part = (name: string, ports: Readonly<Record<string, number>>, probe: readonly [string, number]) =>
  pod(`linkerd-viz/${name}`, ports, { labels: { ...component(name), namespace: 'linkerd-viz' }, probe })

const parts = [
  part('metrics-api', { http: 8085, admin: 9995 }, ['/ready', 9995]),
  part('prometheus', { admin: 9090 }, ['/-/ready', 9090]),
  part('tap', { grpc: 8088, apiserver: 8089, admin: 9998 }, ['/ready', 9998]),
  part('tap-injector', { 'tap-injector': 8443, admin: 9995 }, ['/ready', 9995]),
  part('web', { http: 8084, admin: 9994 }, ['/ready', 9994]),
]

/** linkerd2 `viz/charts/linkerd-viz/templates/{admin,metrics-api,prometheus,tap,tap-injector}-policy.yaml`. */
const policies = [
  networks('linkerd-viz/kubelet', '0.0.0.0/0', '::/0'),
  server('linkerd-viz/metrics-api', { pods: component('metrics-api'), port: 'http', protocol: 'HTTP/1' }),
  authorization('linkerd-viz/metrics-api', 'Server/metrics-api', 'MeshTLSAuthentication/metrics-api-web'),
  accounts('linkerd-viz/metrics-api-web', 'ServiceAccount/web'),
  server('linkerd-viz/prometheus-admin', {
    pods: { ...component('prometheus'), namespace: 'linkerd-viz' },
    port: 'admin',
    protocol: 'HTTP/1',
  }),
  authorization('linkerd-viz/prometheus-admin', 'Server/prometheus-admin', 'ServiceAccount/linkerd-viz/metrics-api'),
  server('linkerd-viz/tap-injector-webhook', {
    pods: component('tap-injector'),
    port: 'tap-injector',
    protocol: 'TLS',
  }),
  authorization('linkerd-viz/tap-injector', 'Server/tap-injector-webhook', 'NetworkAuthentication/kube-api-server'),
  networks('linkerd-viz/kube-api-server', '0.0.0.0/0', '::/0'),
  server('linkerd-viz/tap-api', { pods: component('tap'), port: 'apiserver', protocol: 'TLS' }),
  authorization('linkerd-viz/tap', 'Server/tap-api', 'NetworkAuthentication/kube-api-server'),
]

const viz = (name: string) => account(`linkerd-viz/${name}`)
const stranger = account('shop/cart')

/** Ports that a Server rules, whatever the default. */
const ruled: readonly LinkerdRow[] = [
  ...each('allow', [viz('web')], { to: 'linkerd-viz/metrics-api', port: 8085, http: 'GET /api/v1/stat' }),
  ...each('deny', [viz('prometheus'), stranger, unmeshed], {
    to: 'linkerd-viz/metrics-api',
    port: 8085,
    http: 'GET /api/v1/stat',
  }),
  ...each('allow', [viz('metrics-api')], { to: 'linkerd-viz/prometheus', port: 9090, http: 'POST /api/v1/query' }),
  ...each('deny', [viz('web'), stranger, unmeshed], {
    to: 'linkerd-viz/prometheus',
    port: 9090,
    http: 'POST /api/v1/query',
  }),
  // The kubelet's probe, which anybody may send.
  ...each('allow', [unmeshed, stranger], { to: 'linkerd-viz/prometheus', port: 9090, http: 'GET /-/ready' }),
  // "Ideally, this should be restricted": the API server calls from nobody knows where, so that everybody may.
  ...each('allow', [unmeshed, stranger], { to: 'linkerd-viz/tap', port: 8089 }),
  ...each('allow', [unmeshed, stranger], { to: 'linkerd-viz/tap-injector', port: 8443 }),
]

const unruled = [
  { to: 'linkerd-viz/web', port: 8084, http: 'GET /' },
  { to: 'linkerd-viz/tap', port: 8088, http: 'POST /linkerd2.tap.Tap/Observe' },
  { to: 'linkerd-viz/metrics-api', port: 9995, http: 'GET /metrics' },
]

describe("table: viz's own policies", () => {
  describe('in a mesh of which nothing is asked', () => {
    holdsBehindLinkerd(
      [linkerd(), meshed('linkerd-viz'), ...parts, ...policies],
      [...ruled, ...unruled.flatMap(ask => each('allow', [stranger, unmeshed], ask))],
    )
  })

  describe('where the default is to deny', () => {
    holdsBehindLinkerd(
      [linkerd({ proxy: { defaultInboundPolicy: 'deny' } }), meshed('linkerd-viz'), ...parts, ...policies],
      [
        ...ruled,
        ...unruled.flatMap(ask => each('deny', [viz('prometheus'), stranger, unmeshed], ask)),
        // `linkerd viz dashboard` forwards a port, and so calls from the Pod itself.
        ...each('allow', [unmeshed], { to: 'linkerd-viz/web', port: 8084, http: 'GET /', ip: '127.0.0.1' }),
      ],
    )
  })
})
