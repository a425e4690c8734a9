import assert from 'node:assert/strict'
import { inNamespace, mesh, namespace, object, pod, type Json } from '../objects'
import { virtualService } from '../gateway/gateway-objects'
import type { Called, Leaves } from './outward'
import { entry, leaves, shop } from './outward'

const open = mesh({ outboundTrafficPolicy: { mode: 'ALLOW_ANY' } })
const sidecar = (spec: Json, id = 'shop/s'): Json => inNamespace('Sidecar', id, spec)
const cart = (annotations: Json, metadata: Json = {}): Json =>
  pod('shop/cart', { labels: { app: 'cart' }, annotations, ...metadata })

describe('a call that a sidecar takes out', () => {
  // istio `pilot/pkg/model/sidecar.go`, `pilot/pkg/networking/core/cluster.go` buildBlackHoleCluster
  const table: readonly (readonly [title: string, objects: readonly Json[], called: Called, leaves: Leaves])[] = [
    ['is dropped where nothing knows the host', [], {}, 'no'],
    ['gets out where the mesh lets out what it does not know', [open], {}, 'surely'],
    ['gets out to a host that is known', [entry()], {}, 'surely'],
    ['is dropped on a port that is not', [entry()], { port: 81 }, 'no'],
    ['is dropped to another host', [entry()], { host: 'b.example.com' }, 'no'],
    ['gets out to one of many', [entry({ hosts: ['*.example.com'] })], {}, 'surely'],
    ['is dropped beside the many', [entry({ hosts: ['*.example.com'] })], { host: 'example.com' }, 'no'],
    ['may get out where letters are of another case', [entry({ hosts: ['API.example.com'] })], {}, 'perhaps'],
    ['is dropped to another host in any case', [entry({ hosts: ['B.example.com'] })], {}, 'no'],
    ['is dropped where the host is not shown to the namespace', [entry({ exportTo: ['.'] }, {}, 'b/api')], {}, 'no'],
    ['gets out where it is', [entry({ exportTo: ['shop'] }, {}, 'b/api')], {}, 'surely'],
    [
      'is dropped where the caller’s Sidecar does not import the host',
      [entry(), sidecar({ egress: [{ hosts: ['b/*'] }] })],
      {},
      'no',
    ],
    ['gets out where it does', [entry(), sidecar({ egress: [{ hosts: ['./*'] }] })], {}, 'surely'],
    [
      'is dropped where the Sidecar listens on other ports',
      [entry(), sidecar({ egress: [{ port: { number: 81, name: 'http', protocol: 'HTTP' }, hosts: ['./*'] }] })],
      {},
      'no',
    ],
    [
      'gets out where the Sidecar lets out what it does not know',
      [sidecar({ outboundTrafficPolicy: { mode: 'ALLOW_ANY' } })],
      {},
      'surely',
    ],
    [
      'is dropped where the Sidecar says so',
      [open, sidecar({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } })],
      {},
      'no',
    ],
    [
      'is no matter of the Sidecars of others',
      [sidecar({ outboundTrafficPolicy: { mode: 'ALLOW_ANY' } }, 'b/s')],
      {},
      'no',
    ],
    ['may be anything where a Sidecar could not be read', [sidecar({ egress: 7 })], {}, 'perhaps'],
    ['may be anything where a ServiceEntry could not be read', [entry({ ports: 7 })], {}, 'perhaps'],
  ]
  for (const [title, objects, called, expected] of table)
    it(title, () => assert.equal(leaves([...shop, ...objects], called), expected))
})

describe('a call that goes round a sidecar', () => {
  const known: readonly Json[] = [mesh({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } }), namespace('shop')]
  // istio `manifests/charts/istio-control/istio-discovery/files/injection-template.yaml`, `tools/istio-iptables/pkg/capture/run.go`
  const table: readonly (readonly [annotation: string, value: string, leaves: Leaves])[] = [
    ['traffic.sidecar.istio.io/excludeOutboundPorts', '80', 'perhaps'],
    ['traffic.sidecar.istio.io/includeOutboundPorts', '81', 'perhaps'],
    ['traffic.sidecar.istio.io/excludeOutboundIPRanges', '192.0.2.0/24', 'perhaps'],
    ['traffic.sidecar.istio.io/includeOutboundIPRanges', '10.0.0.0/8', 'perhaps'],
    ['traffic.sidecar.istio.io/excludeInterfaces', 'eth1', 'perhaps'],
    ['sidecar.istio.io/interceptionMode', 'NONE', 'perhaps'],
    ['sidecar.istio.io/interceptionMode', 'TPROXY', 'no'],
    ['traffic.sidecar.istio.io/excludeInboundPorts', '80', 'no'],
    ['traffic.sidecar.istio.io/includeInboundPorts', '80', 'no'],
  ]
  for (const [annotation, value, expected] of table)
    it(`by ${annotation} ${value}: ${expected}`, () => {
      assert.equal(leaves([...known, cart({ [annotation]: value })]), expected)
    })
})

describe('a call that the mesh has go round sidecars', () => {
  const injector = (proxy: Json): Json =>
    object(
      'ConfigMap',
      { namespace: 'istio-system', name: 'istio-sidecar-injector' },
      { data: { values: JSON.stringify({ global: { proxy } }) } },
    )
  const installed = (defaultConfig: Json): Json =>
    mesh({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' }, defaultConfig })
  const inject = (annotations: Json = {}): readonly Json[] => [namespace('shop'), cart(annotations)]
  const registryOnly = installed({})
  // istio `manifests/charts/istio-control/istio-discovery/files/injection-template.yaml`: `.Values.global.proxy`, `.ProxyConfig.InterceptionMode`
  const table: readonly (readonly [title: string, objects: readonly Json[], leaves: Leaves])[] = [
    ['not by default', [registryOnly, injector({}), ...inject()], 'no'],
    [
      'not where all is captured',
      [
        registryOnly,
        injector({ includeIPRanges: '*', excludeIPRanges: '', excludeOutboundPorts: '', includeOutboundPorts: '' }),
        ...inject(),
      ],
      'no',
    ],
    ['not by what comes in', [registryOnly, injector({ excludeInboundPorts: '80' }), ...inject()], 'no'],
    [
      'by the addresses that are captured',
      [registryOnly, injector({ includeIPRanges: '10.0.0.0/8' }), ...inject()],
      'perhaps',
    ],
    [
      'by the addresses that are not',
      [registryOnly, injector({ excludeIPRanges: '10.0.0.0/8' }), ...inject()],
      'perhaps',
    ],
    [
      'by the ports that are captured',
      [registryOnly, injector({ includeOutboundPorts: '80' }), ...inject()],
      'perhaps',
    ],
    ['by the ports that are not', [registryOnly, injector({ excludeOutboundPorts: '80' }), ...inject()], 'perhaps'],
    ['where nothing is intercepted', [installed({ interceptionMode: 'NONE' }), ...inject()], 'perhaps'],
    [
      'not where a Pod’s own traffic is',
      [installed({ interceptionMode: 'NONE' }), ...inject({ 'sidecar.istio.io/interceptionMode': 'REDIRECT' })],
      'no',
    ],
    [
      'where a Pod’s own configuration may say so',
      [registryOnly, ...inject({ 'proxy.istio.io/config': 'interceptionMode: NONE' })],
      'perhaps',
    ],
    [
      'not where it speaks of something else',
      [registryOnly, ...inject({ 'proxy.istio.io/config': 'concurrency: 1' })],
      'no',
    ],
  ]
  for (const [title, objects, expected] of table) it(title, () => assert.equal(leaves(objects), expected))
})

describe('a call of what has no sidecar', () => {
  const only = mesh({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } })
  const table: readonly (readonly [title: string, objects: readonly Json[], leaves: Leaves])[] = [
    ['gets out where there is no proxy', [namespace('shop', {}), pod('shop/cart')], 'surely'],
    [
      'gets out by ztunnel, which knows no hosts outside',
      [namespace('shop', { 'istio.io/dataplane-mode': 'ambient' }), pod('shop/cart')],
      'surely',
    ],
    ['may get out where it is not known whether there is one', [pod('shop/cart')], 'perhaps'],
    [
      'is dropped by a gateway that does not know the host',
      [namespace('shop'), cart({ 'inject.istio.io/templates': 'gateway' })],
      'no',
    ],
    [
      'may get out by a gateway that does',
      [namespace('shop'), cart({ 'inject.istio.io/templates': 'gateway' }), entry()],
      'perhaps',
    ],
  ]
  for (const [title, objects, expected] of table) it(title, () => assert.equal(leaves([only, ...objects]), expected))
})

describe('a call that a VirtualService of the mesh turns', () => {
  const other = entry({ hosts: ['b.example.com'] }, {}, 'shop/b')
  const turned = (rule: Json, more: Json = {}): Json =>
    virtualService('shop/v', { hosts: ['api.example.com'], http: [rule], ...more })
  const toHost = (host: string): Json => ({ route: [{ destination: { host } }] })
  // istio `pilot/pkg/networking/core/route/route.go`
  const table: readonly (readonly [title: string, objects: readonly Json[], called: Called, leaves: Leaves])[] = [
    ['gets there where it leads there', [turned(toHost('api.example.com'))], {}, 'surely'],
    ['does not where it leads to another host', [turned(toHost('b.example.com'))], {}, 'no'],
    ['gets to that other one', [turned(toHost('b.example.com'))], { host: 'b.example.com' }, 'surely'],
    [
      'gets there by the path that leads there',
      [turned({ match: [{ uri: { prefix: '/v1' } }], ...toHost('api.example.com') })],
      { path: '/v1/x' },
      'surely',
    ],
    [
      'gets nowhere by any other path',
      [turned({ match: [{ uri: { prefix: '/v1' } }], ...toHost('api.example.com') })],
      { path: '/v2' },
      'no',
    ],
    ['is no matter of routes of a gateway', [turned(toHost('b.example.com'), { gateways: ['shop/g'] })], {}, 'surely'],
    [
      'is no matter of routes that are not shown to the namespace',
      [virtualService('b/v', { hosts: ['api.example.com'], exportTo: ['.'], http: [toHost('b.example.com')] })],
      {},
      'surely',
    ],
    [
      'gets there where no route is for the port',
      [turned({ match: [{ port: 81 }], ...toHost('b.example.com') })],
      {},
      'surely',
    ],
    ['is turned where one is', [turned({ match: [{ port: 80 }], ...toHost('b.example.com') })], {}, 'no'],
    [
      'gets there where no route is for callers',
      [turned({ match: [{ gateways: ['shop/g'] }], ...toHost('b.example.com') }, { gateways: ['mesh', 'shop/g'] })],
      {},
      'surely',
    ],
    [
      'may get there where routes are for some callers',
      [turned({ match: [{ sourceLabels: { app: 'x' } }], ...toHost('b.example.com') })],
      {},
      'perhaps',
    ],
    ['may get there where others decide', [turned({ delegate: { name: 'd', namespace: 'shop' } })], {}, 'perhaps'],
    [
      'may get there where a VirtualService could not be read',
      [virtualService('shop/v', { hosts: 7, http: [toHost('b.example.com')] })],
      {},
      'perhaps',
    ],
    [
      'may get there where only one of two Sidecars, either of which may rule, imports the route',
      [
        virtualService('b/v', { hosts: ['api.example.com'], http: [toHost('b.example.com')] }),
        sidecar({ egress: [{ hosts: ['shop/*'] }] }),
        sidecar({ egress: [{ hosts: ['shop/*', 'b/*'] }] }, 'shop/t'),
      ],
      {},
      'perhaps',
    ],
    [
      'gets there where its Sidecar does not import the route',
      [
        virtualService('b/v', { hosts: ['api.example.com'], http: [toHost('b.example.com')] }),
        sidecar({ egress: [{ hosts: ['shop/*'] }] }),
      ],
      {},
      'surely',
    ],
    [
      'may get there where one of two routes leads there',
      [
        turned(toHost('api.example.com')),
        virtualService('shop/w', { hosts: ['*.example.com'], http: [toHost('b.example.com')] }),
      ],
      {},
      'perhaps',
    ],
    [
      'has a copy that gets to another host',
      [turned({ ...toHost('api.example.com'), mirror: { host: 'b.example.com' } })],
      { host: 'b.example.com' },
      'surely',
    ],
    ['is answered where the route does so', [turned({ directResponse: { status: 503 } })], {}, 'no'],
    [
      'may get there where one of two leads there',
      [
        turned({
          route: [
            { destination: { host: 'api.example.com' }, weight: 50 },
            { destination: { host: 'b.example.com' }, weight: 50 },
          ],
        }),
      ],
      {},
      'perhaps',
    ],
  ]
  for (const [title, objects, called, expected] of table)
    it(title, () => assert.equal(leaves([...shop, entry(), other, ...objects], called), expected))
})
