import assert from 'node:assert/strict'
import type { Json } from '../objects'
import { authorization, inNamespace, layerOf, mesh, namespace } from '../objects'
import { targeted } from '../ambient-objects'
import { door, edge, edgeLayer, enters, onHttp, to, virtualService } from './gateway-objects'

const chart = [
  door('edge/door', [onHttp('*')]),
  virtualService('edge/all', { hosts: ['*'], gateways: ['door'], http: [to('cart')] }),
]
const nobody = { rules: [] }

describe('policies of a gateway', () => {
  it('follow selectors at the chart’s Pods, from beside them or the root namespace, and no targetRefs', () => {
    const under = (...policies: readonly Json[]) => enters(edgeLayer(...chart, ...policies))
    const selecting = { selector: { matchLabels: { istio: 'door' } }, ...nobody }
    assert.equal(under(authorization('edge/none', selecting)), 'deny')
    assert.equal(under(authorization('istio-system/none', selecting)), 'deny')
    assert.equal(under(authorization('shop/none', selecting)), 'allow')
    assert.equal(under(targeted('edge/none', 'Gateway door')), 'allow')
  })

  it('follow both at Pods of a Gateway of the Gateway API, each policy the one that it has', () => {
    const made = [
      mesh(),
      namespace('edge'),
      inNamespace('Gateway', 'edge/door', {
        gatewayClassName: 'istio',
        listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
      }),
      inNamespace('HTTPRoute', 'edge/all', {
        parentRefs: [{ name: 'door' }],
        rules: [{ backendRefs: [{ name: 'cart', port: 80 }] }],
      }),
    ]
    const under = (policy: Json) => enters(layerOf([...made, policy]), { workload: 'door-istio', port: 80 })
    assert.equal(under(targeted('edge/none', 'Gateway door')), 'deny')
    assert.equal(under(targeted('edge/none', 'Gateway other')), 'allow')
    assert.equal(under(targeted('istio-system/none', 'Gateway door')), 'allow', 'it lies elsewhere')
    assert.equal(under(authorization('edge/none', nobody)), 'deny')
    const named = { selector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'door' } }, ...nobody }
    assert.equal(under(authorization('edge/none', named)), 'deny')
  })

  it('see the host as it was sent, with its port', () => {
    const only = (hosts: readonly string[]) =>
      authorization('edge/only', { rules: [{ to: [{ operation: { hosts } }] }] })
    assert.equal(enters(edgeLayer(...chart, only(['shop.example.com'])), { host: 'shop.example.com:80' }), 'deny')
    assert.equal(
      enters(edgeLayer(...chart, only(['shop.example.com', 'shop.example.com:*'])), { host: 'shop.example.com:80' }),
      'allow',
    )
  })

  it('take X-Forwarded-For for as much as trusted proxies wrote', () => {
    const blocked = authorization('edge/blocked', {
      action: 'DENY',
      rules: [{ from: [{ source: { remoteIpBlocks: ['10.0.0.0/8'] } }] }],
    })
    const trusting = (numTrustedProxies: number) =>
      layerOf([
        ...edge.slice(1),
        ...chart,
        blocked,
        mesh({ defaultConfig: { gatewayTopology: { numTrustedProxies } } }),
      ])
    const asked = { headers: { 'x-forwarded-for': '10.1.1.1' }, from: { kind: 'plaintext', ip: '192.0.2.1' } } as const
    const verdicts = [0, 1].map(count => enters(trusting(count), asked))
    assert.deepEqual(verdicts, ['allow', 'deny'])
  })
})
