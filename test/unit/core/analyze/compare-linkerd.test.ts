import assert from 'node:assert/strict'
import { compareWithIntent } from '../../../../core/analyze/compare'
import { printFloor } from '../../../../core/analyze/floor'
import { compile } from '../../../../core/compile/compile'
import { termsOf } from '../../../../core/compile/terms'
import type { LinkerdTarget } from '../../../../core/compile/target'
import { defineGraph, grpc, http } from '../../../../core/graph/define'
import { intentOf } from '../../../../core/graph/intent'
import { linkerdTarget } from '../../../support/linkerd'
import { objectsOf, prove, proveObjects, reachOf } from '../../../support/prove'

const nodes = ['10.0.0.0/16']
const to: LinkerdTarget = { ...linkerdTarget, nodeNetworks: nodes }
const graph = defineGraph({
  services: {
    web: { namespace: 'shop', ports: { http: http(8080) } },
    cart: {
      namespace: 'shop',
      ports: { grpc: grpc(7070) },
      probes: { liveness: 'grpc:7070' },
      metrics: { port: 9102, path: '/metrics' },
    },
  },
  ingress: { front: { gateway: 'edge', hosts: ['shop.example.com'], routes: { web: { http: ['GET /'] } } } },
  scraper: { namespace: 'monitoring', serviceAccount: 'prometheus' },
}).calls({ web: { cart: { grpc: ['shop.Cart/Get'] } } })
const rendered = objectsOf(compile(graph, to))
const texts = (expected: Partial<ReturnType<typeof termsOf>>): readonly string[] =>
  compareWithIntent(reachOf(rendered), intentOf(graph), { ...termsOf(to), ...expected }).differences.map(
    ({ kind, text }) => `${kind}: ${text}`,
  )

describe('comparing reach with intent on Linkerd', () => {
  it('finds nothing in what was compiled', () => {
    assert.deepEqual(prove(graph, to).differences, [])
  })

  it('takes whoever calls from the networks of the nodes for the kubelet, and nobody else', () => {
    const probe = 'shop/cart:7070 POST /grpc.health.v1.Health/Check'
    assert.deepEqual(
      texts({ nodeNetworks: ['10.0.1.0/24'] }).filter(text => text.includes('Health')),
      [`admitted: anybody without identity at 10.0.0.0 → ${probe}`],
    )
    assert.deepEqual(
      texts({ nodeNetworks: ['192.0.2.0/24'] }).filter(text => text.startsWith('cut')),
      [`cut: kubelet at 192.0.2.0 → ${probe}`],
    )
  })

  it('knows what a namespace’s scraper and the kubelet ask of the proxies’ own port, and nothing else there', () => {
    const admin = rendered.find(({ kind, metadata }) => kind === 'HTTPRoute' && metadata.name === 'proxy-admin.metrics')
    assert.ok(admin)
    const wide = JSON.parse(JSON.stringify(admin).replace('"Exact"', '"PathPrefix"')) as typeof admin
    const { differences } = proveObjects([...rendered.filter(object => object !== admin), wide], graph, to)
    assert.deepEqual(
      differences.map(({ kind, callee }) => `${kind} ${callee.port}`),
      ['admitted 4191', 'admitted 4191'],
    )
  })

  it('leaves to the floor what a gRPC route takes in below its method', () => {
    assert.deepEqual(prove(graph, to).nonCanonical, [])
    assert.match(printFloor(reachOf(rendered).floor).join('\n'), /gRPC: with a method goes what is below its path/)
  })

  it('leaves gateways to those who know them, and asks for them where they are ours', () => {
    assert.deepEqual(
      compareWithIntent(reachOf(rendered), intentOf(graph), {
        trustDomain: 'td.example',
        nodeNetworks: nodes,
      }).differences.map(({ kind, text }) => `${kind}: ${text}`),
      ['unjudged: no workload was read that stands for the gateway edge/edge'],
    )
  })
})
