import assert from 'node:assert/strict'
import { grpcFits } from '../../../../../core/analyze/regions/linkerd/grpc-fits'
import { hostFits } from '../../../../../core/analyze/regions/linkerd/hosts'
import { httpFits } from '../../../../../core/analyze/regions/linkerd/http-fits'
import { linkerdPorts } from '../../../../../core/analyze/regions/linkerd/ports'
import { headerMatch } from '../../../../../core/analyze/regions/linkerd/values'
import { reach } from '../../../../../core/analyze/reach'
import { kubelet } from '../../../../../core/analyze/expect'
import { Language } from '../../../../../core/model/language'
import { outboundLists } from '../../../../../core/analyze/linkerd/settings'
import { Region, absent } from '../../../../../core/model/region'
import { inNamespace, pod, readAll, type Json } from '../objects'
import { frontend, grpcRoute, group, linkerdConfig, linkerdShop, linkerdVerdict, policy, server } from './objects'

const layerOf = (...objects: readonly Json[]) =>
  readAll(objects, { base: linkerdShop.map((value, i) => ({ object: value, at: `base ${i}` })) }).layer

describe('how well what a route asks for fits', () => {
  it('is by the lengths of a service and a method of gRPC, then by headers', () => {
    const header = { kind: 'exact', name: 'x', value: '1' } as const
    const fits = (rpc: Json, headers = [header]) => grpcFits({ rpc, headers }).map(({ fit }) => fit)
    assert.deepEqual(fits({ service: 'a.Bc', method: 'De' }), [[4, 2, 1]])
    assert.deepEqual(fits({}, []), [[0, 0, 0]])
  })

  it('is by the length of a path, whose slashes at the end count where it is meant exactly', () => {
    const match = (kind: 'exact' | 'prefix', value: string) =>
      httpFits([])({ path: { kind, value }, headers: [], query: [] }).map(({ fit }) => fit)
    assert.deepEqual(match('exact', '/a/'), [[3, 0, 0, 0]])
    assert.deepEqual(match('prefix', '/a/'), [[2, 0, 0, 0]])
    assert.deepEqual(match('prefix', '/'), [[1, 0, 0, 0]])
  })

  it('is by a host’s name, and not known of one that is none', () => {
    const fits = (...names: readonly string[]) => hostFits(names).map(({ fit }) => fit)
    assert.deepEqual(fits('a.example', '*.example'), [[2, 9], [1, 8], 'any'])
    assert.deepEqual(fits('a*b'), ['any', 'any'])
    assert.deepEqual(fits(), [[0, 0]])
  })

  it('asks for a header that is there, and perhaps for that of the host, which need not be seen', () => {
    const without = (name: string) => {
      const { must, may } = headerMatch({ kind: 'exact', name, value: '1' })
      return [must, may].map(region => region.contains(() => absent))
    }
    assert.deepEqual(
      [without('x'), without('host')],
      [
        [false, false],
        [false, true],
      ],
    )
  })
})

describe('the settings of what leaves a Linkerd proxy', () => {
  it('are the mesh’s own lists of ports where it has any, and those of the chart where it has none', () => {
    const lists = (config: Json) => {
      const layer = layerOf(linkerdConfig(config))
      return outboundLists(layer, layer.workloads[0] ?? assert.fail('no Pod'))
    }
    const own = lists({ proxy: { opaquePorts: '3307' }, proxyInit: { ignoreOutboundPorts: '4569' } })
    assert.deepEqual(own, ['4569', '3307'])
    const other = lists({ proxy: { opaquePorts: undefined }, proxyInit: { ignoreOutboundPorts: undefined } })
    assert.ok(other.length === 2 && other.join('').includes('3306') && !other.includes('3307'), other.join())
  })
})

describe('what rules a port behind Linkerd', () => {
  it('is entered by the kubelet as by anybody without identity: not where all have to show one', () => {
    const port = (accessPolicy: string) =>
      reach(layerOf(server('shop/cart', { accessPolicy, proxyProtocol: 'opaque' }))).ports.find(
        one => one.port === 8080,
      ) ?? assert.fail('no port')
    const asks = Region.where('caller', Language.literals([kubelet]))
    const { bounds, floor = Region.none } = port('all-authenticated')
    for (const bound of [bounds.must, bounds.may]) assert.ok(asks.intersect(bound).within(floor))
    assert.ok(asks.within(port('all-unauthenticated').bounds.must))
  })

  it('is asked at the ports that probes name', () => {
    const containers = [{ name: 'app', livenessProbe: { httpGet: { path: '/', port: 9191 } } }]
    const layer = layerOf(pod('shop/cart', {}, { containers }))
    const cart = layer.workloads.find(({ name }) => name === 'cart') ?? assert.fail('no Pod')
    assert.ok(linkerdPorts(layer, cart).includes(9191))
  })

  it('is opened to nobody by a policy that asks for, or is for, what the control plane does not support', () => {
    const odd: Json = { group: 'example.com', kind: 'Odd', name: 'x' }
    const under = (refs: readonly Json[], target: Json = {}) =>
      linkerdVerdict([server('shop/cart'), policy('shop/p', refs, target)])
    assert.deepEqual([under([frontend]), under([odd]), under([frontend, odd])], ['allow', 'deny', 'deny'])
    assert.equal(under([frontend], { group: 'example.com', kind: 'Odd' }), 'deny')
  })

  it('names the routes of gRPC at a Server of gRPC', () => {
    const grpc = server('shop/cart', { proxyProtocol: 'gRPC' })
    const own = policy('shop/p', [frontend], { kind: 'GRPCRoute', name: 'r', group: 'gateway.networking.k8s.io' })
    const all = reach(layerOf(grpc, grpcRoute('shop/r', [{ method: { service: 'a.B' } }]), own))
    const found = all.ports.find(({ port }) => port === 8080)
    assert.deepEqual(found?.because(Region.all), ['Server shop/cart', 'AuthorizationPolicy shop/p'])
  })

  it('may refuse all of gRPC where a route that cannot be read may hang there', () => {
    const open = server('shop/cart', { proxyProtocol: 'gRPC', accessPolicy: 'all-unauthenticated' })
    const call: Json = {
      http: { method: 'POST', path: '/a.B/C', host: 'cart', headers: { 'content-type': 'application/grpc' } },
    }
    const odd = inNamespace('GRPCRoute', 'shop/odd', {
      parentRefs: [{ group, kind: 'Server', name: 'cart' }],
      rules: [{ matches: [{ method: { service: 'a.B', type: 'Regex' } }] }, 1],
    })
    assert.equal(linkerdVerdict([open], call), 'allow')
    assert.equal(linkerdVerdict([open, odd], call), 'unknown')
  })
})
