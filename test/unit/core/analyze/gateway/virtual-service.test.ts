import assert from 'node:assert/strict'
import { authorization, layerOf, mesh } from '../objects'
import {
  created,
  door,
  edge,
  edgeLayer,
  enters,
  goes,
  listens,
  onHttp,
  onHttps,
  to,
  virtualService,
} from './gateway-objects'

const shop = door('edge/door', [onHttp('shop.example.com')])
const cart = virtualService('edge/shop', {
  hosts: ['shop.example.com'],
  gateways: ['door'],
  http: [to('cart', { uri: { prefix: '/cart' } })],
})

describe('what a gateway of Istio’s own API listens on', () => {
  it('stands on the port that the Service leads to, and on the number itself where no Service has it', () => {
    assert.deepEqual(listens(edgeLayer(shop, cart)), ['8080 shop.example.com'])
    const odd = door('edge/door', [
      { ...onHttp('shop.example.com'), port: { number: 9000, name: 'x', protocol: 'HTTP' } },
    ])
    assert.deepEqual(listens(edgeLayer(odd, cart)), ['9000 shop.example.com'])
  })

  it('lets in what a virtual host serves and policies allow, and refuses other hosts', () => {
    const layer = edgeLayer(shop, cart)
    assert.equal(enters(layer), 'allow')
    assert.equal(enters(layer, { path: '/elsewhere' }), 'allow', 'no route takes it further, but it is in')
    assert.equal(enters(layer, { host: 'SHOP.example.com:80' }), 'allow', 'neither case nor port counts')
    assert.equal(enters(layer, { host: 'other.example.com' }), 'deny')
    const guarded = edgeLayer(
      shop,
      cart,
      authorization('edge/only-get', { rules: [{ to: [{ operation: { methods: ['GET'] } }] }] }),
    )
    assert.equal(enters(guarded), 'allow')
    assert.equal(enters(guarded, { method: 'POST' }), 'deny')
  })

  it('says nothing of a port that no Gateway names, but for what policies refuse', () => {
    assert.equal(enters(edgeLayer(shop, cart), { port: 9999 }), 'unknown')
    const closed = authorization('edge/closed', { action: 'DENY', rules: [{}] })
    assert.equal(enters(edgeLayer(shop, cart, closed), { port: 9999 }), 'deny')
  })

  it('serves a host only where a VirtualService names one that its servers cover, or that covers theirs', () => {
    assert.deepEqual(listens(edgeLayer(shop)), ['8080 '])
    const wide = door('edge/door', [onHttp('*.example.com')])
    assert.deepEqual(listens(edgeLayer(wide, cart)), ['8080 shop.example.com'])
    const all = virtualService('edge/all', { hosts: ['*'], gateways: ['edge/door'], http: [to('cart')] })
    assert.deepEqual(listens(edgeLayer(wide, all)), ['8080 *.example.com'])
  })

  it('opens a server with a namespace to VirtualServices of that namespace alone', () => {
    const own = door('edge/door', [onHttp('./shop.example.com')])
    const foreign = virtualService('shop/shop', {
      hosts: ['shop.example.com'],
      gateways: ['edge/door'],
      http: [to('cart')],
    })
    assert.deepEqual(listens(edgeLayer(own, cart)), ['8080 shop.example.com'])
    assert.deepEqual(listens(edgeLayer(own, foreign)), ['8080 '])
    assert.deepEqual(listens(edgeLayer(shop, foreign)), ['8080 shop.example.com'])
    const named = door('edge/door', [onHttp('shop/shop.example.com')])
    assert.deepEqual(listens(edgeLayer(named, foreign)), ['8080 shop.example.com'])
  })

  it('leaves out VirtualServices that are not exported to its namespace', () => {
    const kept = (exportTo: readonly string[]) =>
      virtualService('shop/shop', {
        hosts: ['shop.example.com'],
        gateways: ['edge/door'],
        exportTo,
        http: [to('cart')],
      })
    assert.deepEqual(listens(edgeLayer(shop, kept(['.']))), ['8080 '])
    assert.deepEqual(listens(edgeLayer(shop, kept(['edge']))), ['8080 shop.example.com'])
    assert.deepEqual(listens(edgeLayer(shop, kept(['*']))), ['8080 shop.example.com'])
  })

  it('has a Gateway without selector for every gateway, and one for others for none', () => {
    const everywhere = door('edge/door', [onHttp('shop.example.com')])
    assert.deepEqual(listens(edgeLayer({ ...everywhere, spec: { servers: [onHttp('shop.example.com')] } }, cart)), [
      '8080 shop.example.com',
    ])
    const others = { ...everywhere, spec: { selector: { istio: 'other' }, servers: [onHttp('shop.example.com')] } }
    assert.deepEqual(listens(edgeLayer(others, cart)), [])
  })

  it('believes a trusted proxy before it that it took TLS off', () => {
    const redirecting = door('edge/door', [{ ...onHttp('shop.example.com'), tls: { httpsRedirect: true } }])
    const trusting = (count: number) =>
      layerOf([
        ...edge.slice(1),
        redirecting,
        cart,
        mesh({ defaultConfig: { gatewayTopology: { numTrustedProxies: count } } }),
      ])
    const headers = { 'x-forwarded-proto': 'https' }
    assert.equal(goes(trusting(0), { headers }), 'nowhere')
    assert.equal(goes(trusting(1), { headers }), 'cart.edge:80')
    assert.equal(goes(trusting(1)), 'nowhere')
  })

  it('only redirects where a server asks for TLS', () => {
    const redirecting = door('edge/door', [
      { ...onHttp('./shop.example.com'), tls: { httpsRedirect: true } },
      onHttps('SIMPLE', './shop.example.com'),
    ])
    const layer = edgeLayer(redirecting, cart)
    assert.equal(enters(layer), 'allow')
    assert.equal(goes(layer), 'nowhere')
    assert.equal(goes(layer, { port: 8443 }), 'cart.edge:80')
  })

  it('asks for the mesh’s certificate on a server with ISTIO_MUTUAL, and no other', () => {
    const layer = edgeLayer(door('edge/door', [onHttps('ISTIO_MUTUAL', '*')]), cart)
    const identity = { trustDomain: 'cluster.local', namespace: 'shop', serviceAccount: 'web' }
    assert.equal(enters(layer, { port: 8443 }), 'deny')
    assert.equal(enters(layer, { port: 8443, from: { kind: 'identity', identity } }), 'allow')
  })

  it('sees no identity where it asks for none', () => {
    const identity = { trustDomain: 'cluster.local', namespace: 'shop', serviceAccount: 'web' }
    const principals = ['cluster.local/ns/shop/sa/web']
    const layer = edgeLayer(shop, cart, authorization('edge/web', { rules: [{ from: [{ source: { principals } }] }] }))
    assert.equal(enters(layer, { from: { kind: 'identity', identity } }), 'deny')
  })

  it('tells servers of TLS apart by the name in the handshake', () => {
    const layer = edgeLayer(
      door(
        'edge/door',
        [onHttps('SIMPLE', 'shop.example.com'), onHttps('ISTIO_MUTUAL', 'inside.example.com')].map((server, i) => ({
          ...server,
          port: { number: 443, name: `https-${i}`, protocol: 'HTTPS' },
        })),
      ),
      virtualService('edge/all', {
        hosts: ['shop.example.com', 'inside.example.com'],
        gateways: ['door'],
        http: [to('cart')],
      }),
    )
    assert.equal(enters(layer, { port: 8443 }), 'allow')
    assert.equal(enters(layer, { port: 8443, host: 'inside.example.com' }), 'deny')
    assert.equal(enters(layer, { port: 8443, host: 'inside.example.com', sni: 'shop.example.com' }), 'deny')
  })

  it('takes the older of two servers that clash, and neither for certain where ages are not known', () => {
    const tcp = { port: { number: 80, name: 'tcp', protocol: 'TCP' }, hosts: ['*'] }
    const older = [door('edge/door', [onHttp('shop.example.com')], created(1)), door('edge/tcp', [tcp], created(2))]
    assert.deepEqual(listens(edgeLayer(...older, cart)), ['8080 shop.example.com'])
    const twins = [door('edge/tcp', [tcp], created(1)), door('edge/door', [onHttp('shop.example.com')], created(1))]
    assert.deepEqual(listens(edgeLayer(...twins, cart)), ['8080 shop.example.com'], 'of one age, by name')
    const undated = [shop, door('edge/tcp', [tcp])]
    assert.deepEqual(listens(edgeLayer(...undated, cart)), ['8080? shop.example.com?', '8080? '])
  })
})

describe('where a VirtualService at a gateway sends a request', () => {
  const routed = (...http: readonly object[]) =>
    edgeLayer(shop, virtualService('edge/shop', { hosts: ['shop.example.com'], gateways: ['door'], http }))

  it('lets the first rule that matches decide', () => {
    const layer = routed(to('cart', { uri: { prefix: '/cart' } }), to('items', { uri: { exact: '/items' } }), to('web'))
    assert.equal(goes(layer, { path: '/carts/1?x=1' }), 'cart.edge:80')
    assert.equal(goes(layer, { path: '/items' }), 'items.edge:80')
    assert.equal(goes(layer, { path: '/items/1' }), 'web.edge:80')
  })

  it('matches methods, headers, hosts and regular expressions, and all that one match asks', () => {
    const layer = routed(
      to('cart', { method: { exact: 'POST' }, headers: { 'X-Canary': { exact: 'yes' } } }),
      to('items', { uri: { regex: '/items/[0-9]+' } }),
      to('web', { authority: { prefix: 'SHOP' } }),
    )
    assert.equal(goes(layer, { method: 'POST', headers: { 'x-canary': 'yes' } }), 'cart.edge:80')
    assert.equal(goes(layer, { method: 'POST' }), 'nowhere')
    assert.equal(goes(layer, { path: '/items/42' }), 'items.edge:80')
    assert.equal(goes(layer, { path: '/items/42/x' }), 'nowhere')
    assert.equal(goes(layer, { host: 'SHOP.example.com' }), 'web.edge:80')
  })

  it('does not know where a request goes that a match it cannot follow may take', () => {
    const layer = routed(to('cart', { queryParams: { beta: { exact: '1' } } }), to('web'))
    assert.equal(goes(layer), 'unknown')
    assert.equal(goes(routed(to('web', { queryParams: { beta: { exact: '1' } } }), to('web'))), 'web.edge:80')
    // Claims are asked for as if they were headers, and are none (istio `pkg/jwt/routing.go` ToRoutingClaim).
    const claim = { '@request.auth.claims.group': { exact: 'admin' } }
    assert.equal(
      goes(routed(to('cart', { headers: claim }), to('web')), { headers: { '@request.auth.claims.group': 'no' } }),
      'unknown',
    )
  })

  it('counts rules for other Gateways and ports, and what follows a rule for everything, for nothing', () => {
    const layer = routed(
      to('mesh', { gateways: ['mesh'] }),
      to('late', { port: 443 }),
      to('cart', { port: 80 }),
      to('never'),
    )
    assert.equal(goes(layer), 'cart.edge:80')
  })

  it('spells short names out, spreads by weight, and answers redirects itself', () => {
    const destination = (host: string) => ({ destination: { host } })
    const layer = routed(
      { match: [{ uri: { exact: '/old' } }], redirect: { uri: '/new' } },
      { match: [{ uri: { exact: '/gone' } }], directResponse: { status: 410 } },
      {
        route: [
          { ...destination('cart'), weight: 90 },
          { ...destination('cart.blue.svc.cluster.local'), weight: 10 },
          { ...destination('never'), weight: 0 },
        ],
      },
    )
    assert.equal(goes(layer, { path: '/old' }), 'nowhere')
    assert.equal(goes(layer, { path: '/gone' }), 'nowhere')
    assert.equal(goes(layer), 'cart.edge: cart.blue:')
  })

  it('has several VirtualServices of a host follow one another by age, rules for everything last', () => {
    const one = (name: string, hour: number | undefined, ...http: readonly object[]) =>
      virtualService(
        `edge/${name}`,
        { hosts: ['shop.example.com'], gateways: ['door'], http },
        hour === undefined ? {} : created(hour),
      )
    const dated = edgeLayer(
      shop,
      one('b', 1, to('old')),
      one('a', 2, to('young', { uri: { prefix: '/cart' } }), to('never')),
    )
    assert.equal(goes(dated), 'young.edge:80')
    assert.equal(goes(dated, { path: '/' }), 'old.edge:80')
    const undated = edgeLayer(shop, one('b', undefined, to('b')), one('a', undefined, to('a')))
    assert.equal(goes(undated), 'unknown')
    assert.equal(enters(undated), 'allow')
  })

  it('prefers the most specific host', () => {
    const layer = edgeLayer(
      door('edge/door', [onHttp('*')]),
      virtualService('edge/wide', { hosts: ['*.example.com'], gateways: ['door'], http: [to('wide')] }),
      virtualService('edge/shop', {
        hosts: ['shop.example.com'],
        gateways: ['door'],
        http: [to('cart', { uri: { exact: '/cart' } })],
      }),
    )
    assert.equal(goes(layer), 'cart.edge:80')
    assert.equal(goes(layer, { path: '/' }), 'nowhere', 'the other virtual host is not fallen back to')
    assert.equal(goes(layer, { host: 'x.example.com' }), 'wide.edge:80')
  })

  it('does not know what a delegate does', () => {
    assert.equal(goes(routed({ delegate: { name: 'part', namespace: 'shop' } })), 'unknown')
  })
})
