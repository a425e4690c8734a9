import assert from 'node:assert/strict'
import { pathsTo } from '../../../../core/analyze/istio/client'
import { presented, tlsChoices } from '../../../../core/analyze/istio/client-tls'
import { inNamespace, layerOf, mesh, namespace, peers, pod, readAll, service, shop, type Json } from './objects'

const caller = { namespace: 'web', labels: { app: 'frontend' } }

const sidecar = (id: string, hosts: readonly string[] | undefined, spec: Json = {}, metadata: Json = {}) =>
  inNamespace('Sidecar', id, { ...(hosts ? { egress: [{ hosts }] } : {}), ...spec }, metadata)

const selecting = (app: string) => ({ workloadSelector: { labels: { app } } })

function toCart(objects: readonly Json[], port = 80): readonly string[] {
  const layer = layerOf([...shop, ...objects])
  const target = layer.services.find(({ name }) => name === 'cart')
  assert.ok(target)
  return pathsTo(layer, caller, { kind: 'service', service: target, port: port }).map(({ kind }) => kind)
}

describe('what a caller’s proxy makes of a call to a Service', () => {
  it('knows every Service where there is no Sidecar', () => {
    assert.deepEqual(toCart([]), ['registry'])
  })
  it('knows every Service under a Sidecar without egress', () => {
    assert.deepEqual(toCart([sidecar('web/default', undefined)]), ['registry'])
    assert.deepEqual(toCart([sidecar('web/default', undefined, { egress: [] })]), ['registry'])
  })
  it('knows what egress imports, by namespace and host', () => {
    for (const host of ['shop/*', '*/*', 'shop/cart.shop.svc.cluster.local', '*/*.shop.svc.cluster.local']) {
      assert.deepEqual(toCart([sidecar('web/default', [host])]), ['registry'], host)
    }
  })
  it('passes on, without identity, what egress leaves out', () => {
    for (const host of ['./*', 'pay/*', 'shop/cart', 'shop/pay.shop.svc.cluster.local', '~/*', 'cart']) {
      assert.deepEqual(toCart([sidecar('web/default', [host])]), ['passthrough'], host)
    }
  })
  it('blocks it where only the registry may be called', () => {
    const only = { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } }
    assert.deepEqual(toCart([sidecar('web/default', ['./*'], only)]), ['blocked'])
    assert.deepEqual(toCart([sidecar('web/default', ['shop/*'], only)]), ['registry'])
  })
  it('asks the mesh where the Sidecar does not say', () => {
    const strict = mesh({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } })
    const layer = layerOf([...shop.slice(1), strict, sidecar('web/default', ['./*'])])
    const [target] = layer.services
    assert.ok(target)
    assert.deepEqual(
      pathsTo(layer, caller, { kind: 'service', service: target, port: 80 }).map(({ kind }) => kind),
      ['blocked'],
    )
  })
  it('does not know what becomes of it where the mesh’s policy is not known', () => {
    const layer = layerOf([...shop.slice(1), sidecar('web/default', ['./*'])])
    const [target] = layer.services
    assert.ok(target)
    assert.deepEqual(
      pathsTo(layer, caller, { kind: 'service', service: target, port: 80 }).map(({ kind }) => kind),
      ['passthrough', 'blocked'],
    )
  })
  it('takes the Sidecar that selects the caller before the namespace’s, and that before the root namespace’s', () => {
    const root = sidecar('istio-system/default', ['./*'])
    const own = sidecar('web/default', ['shop/*'])
    const chosen = sidecar('web/frontend', ['pay/*'], selecting('frontend'))
    assert.deepEqual(toCart([root]), ['passthrough'])
    assert.deepEqual(toCart([root, own]), ['registry'])
    assert.deepEqual(toCart([root, own, chosen]), ['passthrough'])
    assert.deepEqual(toCart([own, sidecar('web/other', ['pay/*'], selecting('other'))]), ['registry'])
  })
  it('leaves a Sidecar of another namespace alone', () => {
    assert.deepEqual(toCart([sidecar('pay/default', ['./*'])]), ['registry'])
  })
  it('takes the older of two, and does not know which where it is not told', () => {
    const at = (created: string) => ({ creationTimestamp: created })
    const narrow = (metadata: Json) => sidecar('web/a', ['./*'], {}, metadata)
    const wide = (metadata: Json) => sidecar('web/b', ['*/*'], {}, metadata)
    assert.deepEqual(toCart([narrow(at('2026-01-02T00:00:00Z')), wide(at('2026-01-01T00:00:00Z'))]), ['registry'])
    assert.deepEqual(toCart([narrow({}), wide({})]), ['passthrough', 'registry'])
  })
  it('imports for the port of a listener only', () => {
    const egress = [{ port: { number: 80 }, hosts: ['shop/*'] }]
    const world = [inNamespace('Sidecar', 'web/default', { egress })]
    assert.deepEqual(toCart(world), ['registry'])
    assert.deepEqual(toCart(world, 81), ['passthrough'])
  })
  it('knows no port that the Service does not have', () => {
    assert.deepEqual(toCart([], 8080), ['passthrough'])
  })
  it('does not know a Service that is not exported to its namespace', () => {
    const exported = (to: string) =>
      layerOf([...shop.slice(0, 3), service('shop/cart', {}, { annotations: { 'networking.istio.io/exportTo': to } })])
    for (const [to, kind] of [
      ['.', 'passthrough'],
      ['web', 'registry'],
      ['pay, web', 'registry'],
      ['~', 'passthrough'],
    ] as const) {
      const layer = exported(to)
      const [target] = layer.services
      assert.ok(target)
      assert.deepEqual(
        pathsTo(layer, caller, { kind: 'service', service: target, port: 80 }).map(path => path.kind),
        [kind],
        to,
      )
    }
  })
  it('reads `~` beside other hosts both ways, since versions differ', () => {
    assert.deepEqual(toCart([sidecar('web/default', ['~shop/*', 'shop/*'])]), ['registry', 'passthrough'])
  })
  it('names the Sidecar that decided', () => {
    const layer = layerOf([...shop, sidecar('web/default', ['./*'])])
    const [target] = layer.services
    assert.ok(target)
    assert.deepEqual(pathsTo(layer, caller, { kind: 'service', service: target, port: 80 })[0]?.because, [
      'Sidecar web/default',
    ])
  })
})

describe('what a caller’s proxy makes of a call to a host outside', () => {
  const entry = (host: string, spec: Json = {}) =>
    inNamespace('ServiceEntry', 'web/stripe', {
      hosts: [host],
      ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
      resolution: 'DNS',
      ...spec,
    })
  const only = mesh({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } })
  const kinds = (objects: readonly Json[], port = 443) =>
    pathsTo(layerOf([only, ...objects]), caller, { kind: 'host', host: 'api.stripe.com', port: port }).map(
      ({ kind }) => kind,
    )

  it('blocks hosts that no ServiceEntry names', () => {
    assert.deepEqual(kinds([]), ['blocked'])
    assert.deepEqual(kinds([entry('api.other.com')]), ['blocked'])
    assert.deepEqual(kinds([entry('api.stripe.com')], 80), ['blocked'])
  })
  it('knows hosts a ServiceEntry names, exactly or by wildcard', () => {
    assert.deepEqual(kinds([entry('api.stripe.com')]), ['registry'])
    assert.deepEqual(kinds([entry('*.stripe.com')]), ['registry'])
  })
  it('knows only what is exported to it and imported by its Sidecar', () => {
    assert.deepEqual(kinds([inNamespace('ServiceEntry', 'pay/stripe', { ...entrySpec(), exportTo: ['.'] })]), [
      'blocked',
    ])
    assert.deepEqual(kinds([entry('api.stripe.com'), sidecar('web/default', ['shop/*'])]), ['blocked'])
    assert.deepEqual(kinds([entry('api.stripe.com'), sidecar('web/default', ['./api.stripe.com'])]), ['registry'])
  })
  it('passes everything on where anything may be called', () => {
    assert.deepEqual(
      pathsTo(layerOf([mesh()]), caller, { kind: 'host', host: 'api.stripe.com', port: 443 }).map(({ kind }) => kind),
      ['passthrough'],
    )
  })

  function entrySpec(): Json {
    return { hosts: ['api.stripe.com'], ports: [{ number: 443, name: 'tls' }] }
  }
})

describe('how a caller’s proxy speaks to a Service', () => {
  const rule = (id: string, spec: Json, metadata: Json = {}) =>
    inNamespace('DestinationRule', id, { host: 'cart.shop.svc.cluster.local', ...spec }, metadata)
  const tls = (mode: string) => ({ trafficPolicy: { tls: { mode } } })

  function choices(objects: readonly Json[]): readonly string[] {
    const layer = layerOf([...shop, ...objects])
    const target = layer.services.find(({ name }) => name === 'cart')
    assert.ok(target)
    return tlsChoices(layer, caller, { service: target, port: 80 })
  }

  it('is left to the mesh without a DestinationRule, and by one that says nothing of TLS', () => {
    assert.deepEqual(choices([]), ['auto'])
    assert.deepEqual(choices([rule('web/cart', { trafficPolicy: {} })]), ['auto'])
  })
  it('is what a DestinationRule says, of the caller’s namespace before the Service’s before the root’s', () => {
    const root = rule('istio-system/all', { host: '*.local', ...tls('DISABLE') })
    const callee = rule('shop/cart', { host: 'cart', ...tls('SIMPLE') })
    const own = rule('web/cart', tls('ISTIO_MUTUAL'))
    assert.deepEqual(choices([root]), ['DISABLE'])
    assert.deepEqual(choices([root, callee]), ['SIMPLE'])
    assert.deepEqual(choices([root, callee, own]), ['ISTIO_MUTUAL'])
  })
  it('follows the most specific host of the place that counts', () => {
    assert.deepEqual(choices([rule('web/all', { host: '*', ...tls('DISABLE') }), rule('web/cart', tls('MUTUAL'))]), [
      'MUTUAL',
    ])
  })
  it('is not what a rule of the Service’s namespace says to nobody else', () => {
    assert.deepEqual(choices([rule('shop/cart', { exportTo: ['.'], ...tls('DISABLE') })]), ['auto'])
  })
  it('follows the port’s own level, also where that says nothing of TLS', () => {
    const ports = (settings: Json) => ({
      trafficPolicy: { tls: { mode: 'DISABLE' }, portLevelSettings: [{ port: { number: 80 }, ...settings }] },
    })
    assert.deepEqual(choices([rule('web/cart', ports({ tls: { mode: 'SIMPLE' } }))]), ['SIMPLE'])
    assert.deepEqual(choices([rule('web/cart', ports({}))]), ['auto'])
  })
  it('follows the rule that selects the caller', () => {
    const chosen = rule('web/frontend', { workloadSelector: { matchLabels: { app: 'frontend' } }, ...tls('DISABLE') })
    const other = rule('web/other', { workloadSelector: { matchLabels: { app: 'other' } }, ...tls('DISABLE') })
    assert.deepEqual(choices([chosen, rule('web/cart', tls('SIMPLE'))]), ['DISABLE'])
    assert.deepEqual(choices([other, rule('web/cart', tls('SIMPLE'))]), ['SIMPLE'])
  })
  it('is not known where a rule could not be read, or has no namespace', () => {
    const unread = readAll([...shop, rule('web/odd', { host: 1 })]).layer
    const target = unread.services.find(({ name }) => name === 'cart') ?? assert.fail('no Service')
    const known = tlsChoices(layerOf([...shop]), caller, { service: target, port: 80 })
    const odd = tlsChoices(unread, caller, { service: target, port: 80 })
    assert.deepEqual(known, ['auto'])
    assert.ok(odd.length > 1 && odd.includes('auto'), odd.join())
  })
  it('may be what a rule of any namespace says, where the root namespace is not known', () => {
    const anywhere = [rule('admin/all', { host: '*.local', ...tls('DISABLE') })]
    assert.deepEqual(choices(anywhere), ['auto'])
    const layer = layerOf([...shop.slice(1), ...anywhere])
    const target = layer.services.find(({ name }) => name === 'cart') ?? assert.fail('no Service')
    assert.deepEqual([...tlsChoices(layer, caller, { service: target, port: 80 })].sort(), ['DISABLE', 'auto'])
  })
  it('is a guess where it is not known whether the mesh speaks mTLS by itself', () => {
    const layer = layerOf([...shop.slice(1)])
    const [callee, target] = [layer.workloads[0], layer.services[0]]
    assert.ok(callee && target)
    assert.deepEqual(presented(layer, caller, { service: target, port: 80, callee }), ['mtls', 'plaintext'])
  })
  it('leaves open which of several rules for one host wins', () => {
    assert.deepEqual(choices([rule('web/a', tls('SIMPLE')), rule('web/b', tls('DISABLE'))]), ['SIMPLE', 'DISABLE'])
  })
})

describe('how a call arrives', () => {
  function arrivals(objects: readonly Json[], from: readonly Json[] = shop): readonly string[] {
    const layer = layerOf([...from, ...objects])
    const callee = layer.workloads.find(({ name }) => name === 'cart')
    const target = layer.services.find(({ name }) => name === 'cart')
    assert.ok(callee && target)
    return presented(layer, caller, { service: target, port: 80, callee })
  }

  it('is mTLS to a proxied Pod', () => {
    assert.deepEqual(arrivals([]), ['mtls'])
  })
  it('is plaintext to a Pod without a proxy, and unsure where that is', () => {
    assert.deepEqual(arrivals([], [mesh(), namespace('shop', {}), pod('shop/cart'), service('shop/cart')]), [
      'plaintext',
    ])
    assert.deepEqual(arrivals([], [mesh(), pod('shop/cart'), service('shop/cart')]), ['mtls', 'plaintext'])
  })
  it('is plaintext to a port that disables mTLS', () => {
    const policy = peers('shop/cart', { selector: { matchLabels: { app: 'cart' } }, mtls: { mode: 'DISABLE' } })
    assert.deepEqual(arrivals([policy]), ['plaintext'])
  })
  it('is plaintext where the namespace disables mTLS, even to a port that requires it', () => {
    const wide = peers('shop/default', { mtls: { mode: 'DISABLE' } })
    const own = peers('shop/cart', { selector: { matchLabels: { app: 'cart' } }, mtls: { mode: 'STRICT' } })
    assert.deepEqual(arrivals([wide, own]), ['plaintext'])
  })
  it('is mTLS to a headless Service whatever one of its ports disables', () => {
    const headless = inNamespace('Service', 'shop/cart', {
      clusterIP: 'None',
      selector: { app: 'cart' },
      ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    })
    const own = peers('shop/cart', { selector: { matchLabels: { app: 'cart' } }, mtls: { mode: 'DISABLE' } })
    assert.deepEqual(arrivals([headless, own], shop.slice(0, 3)), ['mtls'])
  })
  it('is plaintext without auto-mTLS', () => {
    assert.deepEqual(arrivals([], [mesh({ enableAutoMtls: false }), ...shop.slice(1)]), ['plaintext'])
  })
  it('is plaintext past the registry, and nothing at all where that is blocked', () => {
    assert.deepEqual(arrivals([sidecar('web/default', ['./*'])]), ['plaintext'])
    assert.deepEqual(
      arrivals([sidecar('web/default', ['./*'], { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } })]),
      [],
    )
  })
})
