import assert from 'node:assert/strict'
import type { OutsideCall } from '../../../../../core/analyze/explain/outside'
import { explainOutside } from '../../../../../core/analyze/explain/outside'
import { virtualService } from '../gateway/gateway-objects'
import { entry, shop } from '../leaving/outward'
import { linkerdConfig, linkerdNamespace } from '../linkerd/objects'
import { inNamespace, mesh, namespace, pod, readAll, type Json } from '../objects'
import { linesOf } from './lines'

const asked = {
  host: 'api.example.com',
  port: 80,
  http: { method: 'GET', path: '/a?b', host: 'api.example.com', headers: {} },
}

function explained(objects: readonly Json[], call: Partial<OutsideCall> = {}, workload = 'cart'): readonly string[] {
  const { layer } = readAll(objects)
  const callers = layer.workloads.filter(({ names }) => names.includes(workload))
  const { verdict, steps } = explainOutside(layer, { ...asked, callers, ...call })
  return [verdict.verdict, ...linesOf(steps)]
}

const bare: readonly Json[] = [mesh(), namespace('shop', {}), pod('shop/cart')]
const onLinkerd: readonly Json[] = [linkerdConfig(), linkerdNamespace('shop'), pod('shop/cart')]
const sidecar = (verdict: string): string => `own sidecar of Pod shop/cart, on the way out (${verdict})`
const network = (...egress: readonly Json[]): Json =>
  inNamespace('NetworkPolicy', 'shop/n', { podSelector: {}, policyTypes: ['Egress'], egress })
const block = { to: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }
const noProxy = [
  'containers of Pod shop/cart, on the way out (allow)',
  '  allow: no proxy is before them: the network alone limits their calls',
]
const route = (http: readonly Json[]): Json => virtualService('shop/v', { hosts: ['api.example.com'], http })
const toB = { route: [{ destination: { host: 'b.example.com' } }] }
const known = [entry(), entry({ hosts: ['b.example.com'] }, {}, 'shop/b')]
const seen = '  allow: a ServiceEntry that it sees names api.example.com:80'

describe('a call out of the mesh, explained', () => {
  const table: readonly (readonly [title: string, found: readonly string[], expected: readonly string[]])[] = [
    [
      'that is dropped',
      explained(shop),
      [
        'deny',
        sidecar('deny'),
        '  deny: it knows of no api.example.com:80, and drops what it does not know (REGISTRY_ONLY)',
      ],
    ],
    ['that is known', explained([...shop, entry()]), ['allow', sidecar('allow'), seen]],
    [
      'that is passed on',
      explained([...shop, mesh({ outboundTrafficPolicy: { mode: 'ALLOW_ANY' } })]),
      [
        'allow',
        sidecar('allow'),
        '  allow: it knows of no api.example.com:80, and passes on what it does not know (ALLOW_ANY)',
      ],
    ],
    [
      'that a Sidecar hides',
      explained([...shop, entry(), inNamespace('Sidecar', 'shop/s', { egress: [{ hosts: ['b/*'] }] })]),
      [
        'deny',
        sidecar('deny'),
        '  deny: it knows of no api.example.com:80, and drops what it does not know (REGISTRY_ONLY), by Sidecar shop/s',
      ],
    ],
    [
      'that may go round',
      explained([
        ...shop,
        mesh({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' }, defaultConfig: { interceptionMode: 'NONE' } }),
      ]),
      [
        'unknown',
        sidecar('unknown'),
        '  unknown: some calls may go round it, by annotations of the Pod or settings of the mesh',
        '  deny: it knows of no api.example.com:80, and drops what it does not know (REGISTRY_ONLY)',
      ],
    ],
    [
      'that is turned',
      explained([...shop, ...known, route([toB])]),
      [
        'deny',
        sidecar('allow'),
        seen,
        'routes and gateways on the way (deny)',
        '  deny: VirtualService shop/v, and b.example.com behind it, let none such through',
      ],
    ],
    [
      'that is answered',
      explained([...shop, ...known, route([{ directResponse: { status: 503 } }])]),
      [
        'deny',
        sidecar('allow'),
        seen,
        'routes and gateways on the way (deny)',
        '  deny: VirtualService shop/v let none such through',
      ],
    ],
    [
      'that somebody else turns',
      explained([...shop, ...known, route([{ delegate: { name: 'd' } }])]),
      [
        'unknown',
        sidecar('allow'),
        seen,
        'routes and gateways on the way (unknown)',
        '  unknown: VirtualService shop/v may let it through or not',
      ],
    ],
    [
      'by a path',
      explained([
        ...shop,
        ...known,
        route([{ match: [{ uri: { exact: '/a' } }], route: [{ destination: { host: 'api.example.com' } }] }]),
      ]),
      ['allow', sidecar('allow'), seen],
    ],
    [
      'by another path',
      explained([
        ...shop,
        ...known,
        route([{ match: [{ uri: { exact: '/b' } }], route: [{ destination: { host: 'api.example.com' } }] }]),
      ]).slice(0, 1),
      ['deny'],
    ],
    ['without a proxy', explained(bare), ['allow', ...noProxy]],
    [
      'through ztunnel',
      explained([mesh(), namespace('shop', { 'istio.io/dataplane-mode': 'ambient' }), pod('shop/cart')]),
      [
        'allow',
        'ztunnel of Pod shop/cart, on the way out (allow)',
        '  allow: it sends calls to hosts outside on as they are',
      ],
    ],
    [
      'to a name, under a block',
      explained([...bare, network(block)]),
      [
        'unknown',
        ...noProxy,
        'network, out of Pod shop/cart (unknown)',
        '  unknown: calls are let out to some addresses alone, and nobody here knows that of a name, by NetworkPolicy shop/n',
      ],
    ],
    [
      'to an address of it',
      explained([...bare, network(block)], { host: '192.0.2.7' }),
      ['allow', ...noProxy, 'network, out of Pod shop/cart (allow)', '  allow: it is let out, by NetworkPolicy shop/n'],
    ],
    [
      'to another address',
      explained([...bare, network(block)], { host: '192.0.3.7' }),
      [
        'deny',
        ...noProxy,
        'network, out of Pod shop/cart (deny)',
        '  deny: nothing is let out to there on that port, by NetworkPolicy shop/n',
      ],
    ],
    [
      'under a network that is closed',
      explained([...bare, network()]),
      [
        'deny',
        ...noProxy,
        'network, out of Pod shop/cart (deny)',
        '  deny: nothing is let out to there on that port, by NetworkPolicy shop/n',
      ],
    ],
    [
      'that Linkerd denies',
      explained([...onLinkerd, inNamespace('EgressNetwork', 'shop/net', { trafficPolicy: 'Deny' })]),
      [
        'deny',
        'own proxy of Pod shop/cart, on the way out (deny)',
        '  deny: EgressNetwork shop/net denies it: no route lets it out',
      ],
    ],
    [
      'that Linkerd allows',
      explained([...onLinkerd, inNamespace('EgressNetwork', 'shop/net', { trafficPolicy: 'Allow' })]),
      ['allow', 'own proxy of Pod shop/cart, on the way out (allow)', '  allow: EgressNetwork shop/net lets it out'],
    ],
    [
      'that Linkerd says nothing of',
      explained(onLinkerd),
      [
        'allow',
        'own proxy of Pod shop/cart, on the way out (allow)',
        '  allow: no EgressNetwork is for it, which lets it out',
      ],
    ],
    ['of nobody', explained(shop, {}, 'x'), ['unknown']],
  ]
  for (const [title, found, expected] of table) it(title, () => assert.deepEqual(found, expected))

  it('is certain of what holds for all who may make it', () => {
    const other = pod('shop/other', { annotations: { 'sidecar.istio.io/interceptionMode': 'NONE' } })
    const { layer } = readAll([...shop, other])
    const of = (...names: readonly string[]): string =>
      explainOutside(layer, { ...asked, callers: layer.workloads.filter(({ name }) => names.includes(name)) }).verdict
        .verdict
    assert.deepEqual([of('cart'), of('other'), of('cart', 'other')], ['deny', 'unknown', 'unknown'])
  })

  it('has the reasons of what decides alone', () => {
    const { layer } = readAll([...bare, network()])
    assert.deepEqual(explainOutside(layer, { ...asked, callers: layer.workloads }).verdict.because, [
      'nothing is let out to there on that port, by NetworkPolicy shop/n',
    ])
  })
})
