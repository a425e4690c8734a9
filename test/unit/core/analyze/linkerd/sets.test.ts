import assert from 'node:assert/strict'
import { linkerdPorts } from '../../../../../core/analyze/regions/linkerd/ports'
import { textsOf } from '../../../../../core/analyze/regions/linkerd/text'
import { matchesWhole } from '../../../../../core/analyze/linkerd/rust-regex'
import { intoLinkerdPort } from '../../../../../core/analyze/regions/linkerd/entrance'
import { callersOf } from '../../../../../core/analyze/regions/linkerd/identities'
import { besideFloor } from '../../../../../core/analyze/beside-floor'
import { reach, type Reach } from '../../../../../core/analyze/reach'
import type { Layer } from '../../../../../core/analyze/layer'
import { kubelet } from '../../../../../core/analyze/expect'
import { Region } from '../../../../../core/model/region'
import { Language } from '../../../../../core/model/language'
import { addressBits } from '../../../../../core/model/address'
import { pod, readAll, type Json } from '../objects'
import { frontend, linkerdConfig, linkerdShop, policy, server } from './objects'

const layerOf = (...objects: readonly Json[]): Layer =>
  readAll(objects, { base: linkerdShop.map((value, i) => ({ object: value, at: `base ${i}` })) }).layer

const cart = (layer: Layer) => layer.workloads.find(({ name }) => name === 'cart') ?? assert.fail()
const portOf = ({ ports }: Reach, wanted: number | 'other') =>
  ports.find(({ port }) => port === wanted) ?? assert.fail(`no port ${wanted}`)

const named = (caller: string): Region => Region.where('caller', Language.literals([caller]))
const fromIp = (ip: string): Region => Region.where('address', Language.literals([addressBits(ip) ?? '']))

describe("what gets in behind Linkerd's proxies", () => {
  it('is exactly the caller a policy names, and localhost', () => {
    const all = reach(layerOf(server('shop/cart', { proxyProtocol: 'opaque' }), policy('shop/p', [frontend])))
    const { must, may } = besideFloor(portOf(all, 8080)).bounds
    assert.equal(must, may)
    assert.equal(must.without('address'), named('cluster.local/ns/web/sa/frontend'))
  })

  it('names the objects that decide', () => {
    const all = reach(layerOf(server('shop/cart'), policy('shop/p', [frontend])))
    assert.deepEqual(portOf(all, 8080).because(Region.all), ['Server shop/cart', 'AuthorizationPolicy shop/p'])
    assert.deepEqual(portOf(all, 'other').because(Region.all), ['default inbound policy deny'])
  })

  it('treats the kubelet as anybody without identity', () => {
    const all = reach(layerOf(server('shop/cart', { accessPolicy: 'all-unauthenticated' })))
    assert.ok(named(kubelet).within(portOf(all, 8080).bounds.must))
    assert.ok(!named(kubelet).within(portOf(reach(layerOf(server('shop/cart'))), 8080).bounds.may))
  })

  it('is more than the routes say where an adversary may hide requests among bytes', () => {
    const open = server('shop/cart', { accessPolicy: 'all-unauthenticated' })
    const http = Region.where('protocol', Language.literals(['http']))
    const hidden = (objects: Json) => {
      const layer = layerOf(objects)
      return intoLinkerdPort({ layer, workload: cart(layer), port: 8080 }).smuggled()
    }
    assert.equal(hidden(open), http)
    assert.equal(
      hidden(server('shop/cart', { accessPolicy: 'all-unauthenticated', proxyProtocol: 'HTTP/1' })),
      Region.none,
    )
  })

  it("is nothing certain at the ports of the proxy's own, and nobody without identity", () => {
    const layer = layerOf()
    for (const port of [4143, 4190]) {
      const { served } = intoLinkerdPort({ layer, workload: cart(layer), port })
      assert.equal(served.must, Region.none)
      assert.ok(served.may.intersect(named('')).isEmpty && !served.may.isEmpty)
    }
  })

  it('is everything at ports that are not captured', () => {
    assert.equal(portOf(reach(layerOf()), 4567).bounds.must, Region.all)
    assert.equal(besideFloor(portOf(reach(layerOf()), 4567)).bounds.may, Region.none)
  })

  it('is not known at the ports that a wide range treats otherwise than the rest', () => {
    const skip = { annotations: { 'config.linkerd.io/skip-inbound-ports': '10000-60000' } }
    const { must, may } = portOf(reach(layerOf(pod('shop/cart', skip))), 'other').bounds
    assert.equal(may, Region.all)
    const plain = named('')
    assert.ok(plain.intersect(fromIp('127.0.0.1')).within(must) && !plain.intersect(fromIp('10.1.0.7')).within(must))
  })

  it('is asked of the ports that settings, Servers and probes name', () => {
    const skip = { annotations: { 'config.linkerd.io/skip-inbound-ports': '7000-7002,10000-60000' } }
    const layer = layerOf(pod('shop/cart', skip), server('shop/cart'), server('shop/more', { port: 9000 }))
    const ports = new Set(linkerdPorts(layer, cart(layer)))
    assert.deepEqual(
      [8080, 9000, 4191, 7000, 7001, 7002, 10_000, 60_000, 4567, 4568].filter(port => !ports.has(port)),
      [],
    )
    assert.ok(!ports.has(4143) && !ports.has(30_000))
  })

  it('prints the floor with the networks of probes and the skipped ports', () => {
    const { floor } = reach(layerOf(linkerdConfig({ policyController: { probeNetworks: ['10.9.0.0/16'] } })))
    const told = floor.map(({ what }) => what).join('\n')
    assert.match(told, /localhost/)
    assert.match(told, /10\.9\.0\.0\/16/)
    assert.match(told, /4567,4568/)
    assert.ok(floor.every(({ source }) => source.includes('/')))
  })
})

describe("Linkerd's names of identities as callers", () => {
  const mesh = { namespace: 'linkerd', trustDomain: 'td' }
  const meant = (text: string, known: typeof mesh | Record<string, never> = mesh) =>
    callersOf([{ kind: 'text', text }], known)
  const admits = (text: string, caller: string): readonly boolean[] =>
    [meant(text).must, meant(text).may].map(region => named(caller).within(region))

  it('are whole names, or suffixes from a dot on', () => {
    const place = 'serviceaccount.identity.linkerd'
    const caller = 'td/ns/shop/sa/cart'
    for (const text of [`cart.shop.${place}.td`, `*.shop.${place}.td`, `*.${place}.td`, '*.linkerd.td', '*.td', '*'])
      assert.deepEqual(admits(text, caller), [true, true], text)
    for (const text of [
      `cart.shop.${place}.other`,
      `*.hop.${place}.td`,
      `*.cart.shop.${place}.td`,
      '*.d',
      'spiffe://td',
    ])
      assert.deepEqual(admits(text, caller), [false, false], text)
    assert.deepEqual(admits('*.td', 'a.td/ns/shop/sa/cart'), [true, true])
    assert.deepEqual(admits('*', ''), [false, false])
  })

  it("may be anybody's where the control plane's namespace is not known", () => {
    const { must, may } = meant('*.td', {})
    assert.ok(must.isEmpty && named('td/ns/shop/sa/cart').within(may))
  })
})

describe('expressions by their leftmost-first match, as sets', () => {
  const of = (value: string, text: string): string => {
    const { must, may } = textsOf({ kind: 'regex', value })
    return must.contains(text) ? 'yes' : may.contains(text) ? 'unknown' : 'no'
  }
  it('leave out what an alternative before cuts short', () => {
    assert.equal(of('/a|/ab', '/ab'), 'no')
    assert.equal(of('/ab|/a', '/ab'), 'yes')
    assert.equal(of('^(/a|/ab)$', '/ab'), 'yes')
  })
  it('are not certain where that takes more than a look', () => {
    assert.equal(of('(/a|/ab)c?', '/ab'), 'unknown')
    assert.equal(of('a*?', 'a'), 'unknown')
  })
  it('take repetitions at the end whole', () => {
    for (const [value, text] of [
      ['/a(/.*)?', '/a/b'],
      ['/[a-z]+', '/abc'],
      ['/n/[0-9]+/x', '/n/12/x'],
    ] as const)
      assert.equal(of(value, text), 'yes', value)
  })
  it('are unknown beyond ASCII where Rust has classes of its own', () => {
    assert.equal(of('\\w+', 'é'), 'unknown')
    assert.equal(of('[^/]+', 'é'), 'yes')
    assert.equal(of('(?i)abc', 'aBc'), 'yes')
    assert.equal(of('(?i)a[bc]+|[^x]y*|z', 'AbC'), 'yes')
    assert.equal(of('(?i)[^x]y*', 'aYy'), 'yes')
    assert.equal(of('(?i)[^x]y*', 'Xy'), 'no')
    assert.equal(of('(?i)(ab|cd)?e', 'CDE'), 'yes')
    assert.equal(of('\\bx', 'x'), 'unknown')
  })
  it('never say of a text what one match of it denies', () => {
    const texts = ['', '/', '/a', '/ab', '/abc', '/a/b', '/b', '/aa', '/12', '/1', 'a', 'ab', '/a$', '/A', '/a\n']
    const certain = [
      '/a',
      '/a|/b',
      '/ab|/a',
      '/a|/ab',
      '/a$|/ab',
      '^/a|^/ab$',
      '/a.*',
      '/[a-z]+',
      '/(a|b)',
      '/a{2}',
      '/\\d+',
      '',
      '.+',
      '/a|',
      '(/a)',
      '^(/a|/b)$',
      '/[^/]+',
    ]
    const doubtful = ['/a?b*', '/a*?', '(/a|/ab)c?', '/a+?b', '(a|ab)(c|bcd)?', '/(a*)*', '(?i)/a|/AB', '(?i)/[a-b]+']
    for (const pattern of [...certain, ...doubtful])
      for (const text of texts) {
        const [one, all] = [matchesWhole(pattern, text), of(pattern, text)]
        const told = `${pattern} of ${JSON.stringify(text)}: ${all}, but ${one}`
        assert.ok(all === 'unknown' || all === one, told)
        assert.ok(doubtful.includes(pattern) || all !== 'unknown', told)
      }
  })
})
