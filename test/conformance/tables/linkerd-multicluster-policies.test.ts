import assert from 'node:assert/strict'
import { decide } from '../../../core/analyze/decide'
import { account, each, holdsBehindLinkerd, linkerd, meshed, pod, unmeshed } from './linkerd'
import { authorization, identities, networks, server } from './linkerd-objects'
import { printAsk, requestOf, world } from './table'

const extension = { 'linkerd.io/extension': 'multicluster' }
const space = 'linkerd-multicluster'
const scraped = 'ServiceAccount/linkerd-viz/prometheus'

const parts = [
  pod(
    `${space}/linkerd-gateway`,
    {},
    {
      labels: { app: 'linkerd-gateway', ...extension },
      annotations: {
        'config.linkerd.io/proxy-require-identity-inbound-ports': '4143',
        'config.linkerd.io/enable-gateway': 'true',
        'config.linkerd.io/default-inbound-policy': 'all-authenticated',
      },
    },
  ),
  pod(
    `${space}/mirror`,
    { 'svcmi-admin': 9999 },
    { labels: { ...extension, component: 'linkerd-service-mirror' }, probe: ['/ready', 9999] },
  ),
]

/** linkerd2 `multicluster/charts/linkerd-multicluster/templates/{gateway-policy,service-mirror-policy}.yaml`. */
const policies = [
  server(`${space}/linkerd-gateway`, { pods: { app: 'linkerd-gateway' }, port: 'linkerd-proxy' }),
  authorization(
    `${space}/linkerd-gateway`,
    'Server/linkerd-gateway',
    `MeshTLSAuthentication/${space}/any-meshed`,
    `NetworkAuthentication/${space}/source-cluster`,
  ),
  identities(`${space}/any-meshed`, '*'),
  networks(`${space}/source-cluster`, '0.0.0.0/0', '::/0'),
  server(`${space}/linkerd-admin`, { pods: extension, port: 'linkerd-admin', protocol: 'HTTP/1' }),
  authorization(`${space}/linkerd-admin`, 'Server/linkerd-admin', scraped),
  server(`${space}/service-mirror`, {
    pods: { ...extension, component: 'linkerd-service-mirror' },
    port: 'svcmi-admin',
    protocol: 'HTTP/1',
  }),
  authorization(`${space}/service-mirror`, 'Server/service-mirror', scraped),
]

const prometheus = account('linkerd-viz/prometheus')
const cart = account('shop/cart')
const objects = [linkerd(), meshed(space), ...parts, ...policies]

describe("table: multicluster's own policies", () => {
  holdsBehindLinkerd(objects, [
    ...each('allow', [prometheus], { to: `${space}/mirror`, port: 9999, http: 'GET /metrics' }),
    ...each('deny', [cart, unmeshed], { to: `${space}/mirror`, port: 9999, http: 'GET /metrics' }),
    ...each('allow', [unmeshed], { to: `${space}/mirror`, port: 9999, http: 'GET /ready' }),
    ...each('allow', [prometheus], { to: `${space}/linkerd-gateway`, port: 4191, http: 'GET /metrics' }),
    ...each('deny', [cart, unmeshed], { to: `${space}/linkerd-gateway`, port: 4191, http: 'GET /metrics' }),
    ...each('allow', [unmeshed], { to: `${space}/linkerd-gateway`, port: 4191, http: 'GET /ready' }),
    // Nothing listens on any other port of the gateway; its annotation would let in whoever is in the mesh.
    ...each('allow', [cart], { to: `${space}/linkerd-gateway`, port: 8080, http: 'GET /' }),
    ...each('deny', [unmeshed], { to: `${space}/linkerd-gateway`, port: 8080, http: 'GET /' }),
  ])

  /*
   * The Server is of port 4143, which takes calls for other targets as well as calls to the Pod's own ports; which of them, a proxy says inside mTLS (proxy
   * `linkerd/app/inbound/src/direct.rs`). One request does not tell; sets leave the port out.
   */
  const made = world(...objects)
  for (const [expected, from] of [
    ['unknown', cart],
    ['deny', unmeshed],
  ] as const) {
    const ask = { from, to: `${space}/linkerd-gateway`, port: 4143, http: 'GET /' }
    it(`${expected}: ${printAsk(ask)}`, () => {
      assert.equal(decide(made().layer, requestOf(ask)).verdict, expected)
    })
  }
})
