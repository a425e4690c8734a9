import assert from 'node:assert/strict'
import { ambient, waypoint } from '../ambient-objects'
import { inNamespace, mesh, namespace, object, pod, type Json } from '../objects'
import { linkerdConfig, linkerdNamespace } from '../linkerd/objects'
import { type Call, cluster, networkVerdict, only, policy } from './objects'

type Row = readonly [title: string, objects: readonly Json[], from: Call['from'], verdict: string, to?: Json]

function check(base: readonly Json[], rows: readonly Row[]): void {
  for (const [title, objects, from, expected, to = {}] of rows)
    it(`${title}: ${expected}`, () => assert.equal(networkVerdict([...base, ...objects], { from, to }), expected))
}

const admitting = (...from: readonly Json[]): Json => policy('shop/p', { ...only('cart'), ingress: [{ from }] })
const plain = (more: Json): Json => ({ plaintext: true, ...more })
const as = (account: string, more: Json = {}): Json => {
  const [space, serviceAccount] = account.split('/')
  return { trustDomain: 'cluster.local', namespace: space, serviceAccount, ...more }
}
const anywhere = { namespaceSelector: {} }
const from = (app: string): Json => ({ ...anywhere, ...only(app) })

describe('where a call may come from, on the network', () => {
  const twin = pod('web/twin', {}, { serviceAccountName: 'frontend' })
  const running = (ip: string): Json => ({ ...pod('web/frontend'), status: { podIP: ip } })
  check(cluster, [
    ['the workload that it names', [admitting(from('frontend'))], 'web/frontend', 'allow'],
    ['another', [admitting(from('db'))], 'web/frontend', 'deny'],
    ['a workload by its name alone', [admitting(from('frontend'))], plain({ workload: 'frontend' }), 'allow'],
    [
      'a workload by its name alone that is not let in',
      [admitting(from('db'))],
      plain({ workload: 'frontend' }),
      'deny',
    ],
    [
      'a workload that nobody has read',
      [admitting(only('x'))],
      plain({ namespace: 'shop', workload: 'gone' }),
      'unknown',
    ],
    [
      'one that nobody has read, of a namespace that is let in',
      [admitting({ namespaceSelector: { matchLabels: { team: 'blue' } } })],
      plain({ namespace: 'web', workload: 'gone' }),
      'allow',
    ],
    [
      'one that nobody has read, of a namespace that is not',
      [admitting({ namespaceSelector: { matchLabels: { team: 'red' } } })],
      plain({ namespace: 'web', workload: 'gone' }),
      'deny',
    ],
    ['any of a namespace', [admitting(from('frontend'))], plain({ namespace: 'web' }), 'unknown'],
    [
      'any of a namespace that is let in',
      [admitting({ namespaceSelector: { matchLabels: { team: 'blue' } } })],
      plain({ namespace: 'web' }),
      'allow',
    ],
    ['any of a namespace that is not', [admitting(only('db'))], plain({ namespace: 'web' }), 'deny'],
    ['all under its account', [admitting(from('frontend'))], as('web/frontend'), 'allow'],
    ['all under its account, who are not alike', [admitting(from('frontend')), twin], as('web/frontend'), 'unknown'],
    [
      'all under its account, who are let in',
      [admitting(from('frontend'), from('twin')), twin],
      as('web/frontend'),
      'allow',
    ],
    [
      'the one under its account that it names',
      [admitting(from('frontend')), twin],
      as('web/frontend', { workload: 'twin' }),
      'deny',
    ],
    ['none under its account that was read', [admitting(only('x'))], as('shop/x'), 'unknown'],
    [
      'none under its account that was read, of a namespace that is let in',
      [admitting({ namespaceSelector: { matchLabels: { team: 'blue' } } })],
      as('web/x'),
      'allow',
    ],
    ['a namespace that nobody has read', [admitting(anywhere)], as('gone/x'), 'allow'],
    [
      'a namespace that nobody has read and may be meant',
      [admitting({ namespaceSelector: { matchLabels: { team: 'x' } } })],
      as('gone/x'),
      'unknown',
    ],
    ['a namespace that nobody has read and is not meant', [admitting(only('db'))], as('gone/x'), 'deny'],
    ['an address', [admitting({ ipBlock: { cidr: '192.0.2.0/24' } })], plain({ ip: '192.0.2.1' }), 'allow'],
    ['an address that is not let in', [admitting(anywhere)], plain({ ip: '192.0.2.1' }), 'deny'],
    ['a Pod’s address', [running('10.0.0.9'), admitting(from('frontend'))], plain({ ip: '10.0.0.9' }), 'allow'],
    [
      'a Pod’s address that is not let in',
      [running('10.0.0.9'), admitting(from('db'))],
      plain({ ip: '10.0.0.9' }),
      'deny',
    ],
    ['anywhere', [admitting(anywhere)], plain({}), 'unknown'],
    ['anywhere, where anybody is let in', [policy('shop/p', { ingress: [{}] })], plain({}), 'allow'],
    ['anywhere, where nobody is', [policy('shop/p', {})], plain({}), 'deny'],
  ])
})

describe('the port that a call has on the wire', () => {
  const on = (...ports: readonly number[]): Json =>
    policy('shop/p', { ...only('cart'), ingress: [{ ports: ports.map(port => ({ port })) }] })
  const hbone = (enabled: boolean): Json =>
    mesh({ defaultConfig: { proxyMetadata: { ISTIO_META_ENABLE_HBONE: String(enabled) } } })
  const web = pod('web/frontend')
  const [sidecars, inAmbient] = [
    [namespace('shop'), pod('shop/cart')],
    [namespace('shop', ambient), pod('shop/cart')],
  ]
  const [fromSidecar, fromAmbient] = [
    [namespace('web'), web],
    [namespace('web', ambient), web],
  ]
  const frontend = as('web/frontend')
  // ztunnel `src/proxy/outbound.rs` build_request; istio `pilot/pkg/xds/endpoints/endpoint_builder.go` supportTunnel
  check(
    [],
    [
      ['is that of HBONE into ztunnel', [hbone(true), ...inAmbient, ...fromAmbient, on(15008)], frontend, 'allow'],
      ['is not its own', [hbone(true), ...inAmbient, ...fromAmbient, on(8080)], frontend, 'deny'],
      [
        'is its own without identity',
        [hbone(true), ...inAmbient, ...fromAmbient, on(8080)],
        plain({ namespace: 'web', workload: 'frontend' }),
        'allow',
      ],
      [
        'is its own between sidecars that know no HBONE',
        [hbone(false), ...sidecars, ...fromSidecar, on(8080)],
        frontend,
        'allow',
      ],
      ['is not that of HBONE there', [hbone(false), ...sidecars, ...fromSidecar, on(15008)], frontend, 'deny'],
      [
        'is that of HBONE from ztunnel to a sidecar',
        [hbone(true), ...sidecars, ...fromAmbient, on(15008)],
        frontend,
        'allow',
      ],
      ['is not its own there', [hbone(true), ...sidecars, ...fromAmbient, on(8080)], frontend, 'deny'],
      ['may be either between sidecars', [hbone(true), ...sidecars, ...fromSidecar, on(8080)], frontend, 'unknown'],
      ['is one of both', [hbone(true), ...sidecars, ...fromSidecar, on(8080, 15008)], frontend, 'allow'],
      [
        'is its own from a sidecar where HBONE is not known',
        [...sidecars, ...fromSidecar, on(8080)],
        frontend,
        'unknown',
      ],
      [
        'is its own into what has no proxy',
        [hbone(true), namespace('shop', {}), pod('shop/cart'), ...fromAmbient, on(8080)],
        frontend,
        'allow',
      ],
    ],
  )

  const linkerd = [
    linkerdConfig({ proxy: { defaultInboundPolicy: 'all-unauthenticated' } }),
    linkerdNamespace('shop'),
    linkerdNamespace('web'),
    pod('shop/cart'),
    web,
  ]
  // linkerd2 `controller/api/destination/endpoint_translator.go`
  check(linkerd, [
    ['is that of the proxy into Linkerd', [on(4143)], frontend, 'allow'],
    ['is not its own', [on(8080)], frontend, 'deny'],
    ['is its own where the proxy leaves it alone', [on(4567)], frontend, 'allow', { port: 4567 }],
    ['is not the proxy’s there', [on(4143)], frontend, 'deny', { port: 4567 }],
  ])
})

describe('policies that only a network plugin knows', () => {
  const foreign = (apiVersion: string, kind: string, metadata: Json): Json => ({ apiVersion, kind, metadata, spec: {} })
  const near = { namespace: 'shop', name: 'x' }
  check(cluster, [
    ['of the namespace', [foreign('cilium.io/v2', 'CiliumNetworkPolicy', near)], 'web/frontend', 'unknown'],
    [
      'of the caller’s',
      [foreign('cilium.io/v2', 'CiliumNetworkPolicy', { ...near, namespace: 'web' })],
      'web/frontend',
      'unknown',
    ],
    [
      'of another',
      [foreign('cilium.io/v2', 'CiliumNetworkPolicy', { ...near, namespace: 'b' })],
      'web/frontend',
      'allow',
    ],
    ['that name none', [foreign('cilium.io/v2', 'CiliumNetworkPolicy', { name: 'x' })], 'web/frontend', 'unknown'],
    [
      'of the cluster',
      [foreign('cilium.io/v2', 'CiliumClusterwideNetworkPolicy', { name: 'x' })],
      'web/frontend',
      'unknown',
    ],
    ['of Calico', [foreign('crd.projectcalico.org/v1', 'NetworkPolicy', near)], 'web/frontend', 'unknown'],
    [
      'of Calico, elsewhere',
      [foreign('projectcalico.org/v3', 'NetworkPolicy', { ...near, namespace: 'b' })],
      'web/frontend',
      'allow',
    ],
    [
      'of Calico, for all',
      [foreign('projectcalico.org/v3', 'GlobalNetworkPolicy', { name: 'x' })],
      'web/frontend',
      'unknown',
    ],
    [
      'of the cluster’s administrator',
      [foreign('policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy', { name: 'x' })],
      'web/frontend',
      'unknown',
    ],
    [
      'of Kubernetes without a namespace',
      [object('NetworkPolicy', { name: 'x' }, { spec: { podSelector: {} } })],
      'web/frontend',
      'unknown',
    ],
  ])
})

describe('the Pods of a waypoint, on the network', () => {
  const label = { 'gateway.networking.k8s.io/gateway-name': 'waypoint' }
  const world: readonly Json[] = [
    mesh(),
    namespace('shop', { ...ambient, 'istio.io/use-waypoint': 'waypoint' }),
    namespace('web', ambient),
    inNamespace('Service', 'shop/cart', {
      selector: { app: 'cart' },
      ports: [{ name: 'tcp', port: 80, targetPort: 8080 }],
    }),
    pod('shop/cart'),
    pod('web/frontend'),
    waypoint('shop/waypoint'),
  ]
  const via = { viaService: 'cart', servicePort: 80 }
  const atWaypoint = (spec: Json): Json => policy('shop/w', { podSelector: { matchLabels: label }, ...spec })
  const atCart = (spec: Json): Json => policy('shop/c', { ...only('cart'), ...spec })
  check(world, [
    [
      'are passed',
      [atCart({ ingress: [{ from: [{ podSelector: { matchLabels: label } }] }] })],
      as('web/frontend'),
      'allow',
      via,
    ],
    [
      'are not, by a call past them',
      [atCart({ ingress: [{ from: [{ podSelector: { matchLabels: label } }] }] })],
      as('web/frontend'),
      'deny',
    ],
    ['are closed', [atWaypoint({})], as('web/frontend'), 'deny', via],
    [
      'are open to the caller',
      [atWaypoint({ ingress: [{ from: [from('frontend')] }] })],
      as('web/frontend'),
      'allow',
      via,
    ],
    [
      'are open by HBONE alone',
      [atWaypoint({ ingress: [{ ports: [{ port: 15008 }] }] })],
      as('web/frontend'),
      'allow',
      via,
    ],
    [
      'are closed on that port',
      [atWaypoint({ ingress: [{ ports: [{ port: 80 }] }] })],
      as('web/frontend'),
      'deny',
      via,
    ],
    ['are not let out', [atWaypoint({ policyTypes: ['Egress'] })], as('web/frontend'), 'deny', via],
    [
      'are let out to whom they serve',
      [atWaypoint({ policyTypes: ['Egress'], egress: [{ to: [only('cart')] }] })],
      as('web/frontend'),
      'allow',
      via,
    ],
    ['call by HBONE', [atCart({ ingress: [{ ports: [{ port: 15008 }] }] })], as('web/frontend'), 'allow', via],
    ['call by no other port', [atCart({ ingress: [{ ports: [{ port: 8080 }] }] })], as('web/frontend'), 'deny', via],
  ])
})
