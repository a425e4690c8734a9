import assert from 'node:assert/strict'
import { serverNamesTo, tlsChoices } from '../../../../core/analyze/istio/client-tls'
import { inNamespace, layerOf, mesh, object, readAll, shop, type Json } from './objects'

const tls = (mode: string, more: Json = {}): Json => ({ trafficPolicy: { tls: { mode, ...more } } })
const selecting = (matchLabels: Json): Json => ({ workloadSelector: { matchLabels } })
const rule = (id: string, spec: Json, metadata: Json = {}) =>
  inNamespace('DestinationRule', id, { host: 'cart.shop.svc.cluster.local', ...spec }, metadata)

/** How the proxies of `app: frontend` in several namespaces speak to port 80 of `shop/cart`. */
function choices(objects: readonly Json[], from = 'web'): string {
  const { layer } = readAll([...shop, ...objects])
  const target = layer.services.find(({ name }) => name === 'cart') ?? assert.fail('no Service')
  return tlsChoices(layer, { namespace: from, labels: { app: 'frontend' } }, { service: target, port: 80 }).join()
}

describe('the DestinationRule that counts for a call', () => {
  // istio `pilot/pkg/model/push_context.go` setDestinationRules, destinationRule, getExportedDestinationRuleFromNamespace;
  // `pilot/pkg/model/sidecar.go` DestinationRule; `pilot/pkg/model/config.go` MostSpecificHostMatch, ResolveShortnameToFQDN.
  // Callers of `web`, of `shop` itself, and of the root namespace.
  const table: readonly (readonly [
    why: string,
    rules: readonly Json[],
    found: readonly [web: string, shop: string, root: string],
  ])[] = [
    ['of the caller’s namespace', [rule('web/a', tls('SIMPLE'))], ['SIMPLE', 'auto', 'auto']],
    ['of the Service’s', [rule('shop/a', tls('SIMPLE'))], ['SIMPLE', 'SIMPLE', 'SIMPLE']],
    ['of the root', [rule('istio-system/a', tls('SIMPLE'))], ['SIMPLE', 'SIMPLE', 'SIMPLE']],
    ['of any other', [rule('pay/a', tls('SIMPLE'))], ['auto', 'auto', 'auto']],
    ['of any other, exported to all', [rule('pay/a', { exportTo: ['*'], ...tls('SIMPLE') })], ['auto', 'auto', 'auto']],
    [
      'of the Service’s, for itself',
      [rule('shop/a', { exportTo: ['.'], ...tls('SIMPLE') })],
      ['auto', 'SIMPLE', 'auto'],
    ],
    [
      'of the Service’s, by its name',
      [rule('shop/a', { exportTo: ['shop'], ...tls('SIMPLE') })],
      ['auto', 'SIMPLE', 'auto'],
    ],
    [
      'of the Service’s, for web',
      [rule('shop/a', { exportTo: ['web'], ...tls('SIMPLE') })],
      ['SIMPLE', 'auto', 'auto'],
    ],
    [
      'of the Service’s, for web and itself',
      [rule('shop/a', { exportTo: ['web', '.'], ...tls('SIMPLE') })],
      ['SIMPLE', 'SIMPLE', 'auto'],
    ],
    [
      'of the Service’s, for all',
      [rule('shop/a', { exportTo: ['*'], ...tls('SIMPLE') })],
      ['SIMPLE', 'SIMPLE', 'SIMPLE'],
    ],
    [
      'of the root, for itself',
      [rule('istio-system/a', { exportTo: ['.'], ...tls('SIMPLE') })],
      ['auto', 'auto', 'SIMPLE'],
    ],
    [
      'of the root, by its name',
      [rule('istio-system/a', { exportTo: ['istio-system'], ...tls('SIMPLE') })],
      ['auto', 'auto', 'SIMPLE'],
    ],
    [
      'of the root, for web',
      [rule('istio-system/a', { exportTo: ['web'], ...tls('SIMPLE') })],
      ['SIMPLE', 'auto', 'auto'],
    ],
    ['of the caller’s, for others', [rule('web/a', { exportTo: ['pay'], ...tls('SIMPLE') })], ['auto', 'auto', 'auto']],
    [
      'of the caller’s, by its name',
      [rule('web/a', { exportTo: ['web'], ...tls('SIMPLE') })],
      ['SIMPLE', 'auto', 'auto'],
    ],
    [
      'of the caller’s, for others and itself',
      [rule('web/a', { exportTo: ['pay', '.'], ...tls('SIMPLE') })],
      ['SIMPLE', 'auto', 'auto'],
    ],
    [
      'of the root’s own callers, the private one before the Service’s',
      [rule('istio-system/a', { exportTo: ['.'], ...tls('SIMPLE') }), rule('shop/a', tls('MUTUAL'))],
      ['MUTUAL', 'MUTUAL', 'SIMPLE'],
    ],
    [
      'of the root’s own callers, the public one after the Service’s',
      [rule('istio-system/a', tls('SIMPLE')), rule('shop/a', tls('MUTUAL'))],
      ['MUTUAL', 'MUTUAL', 'MUTUAL'],
    ],
    [
      'of the Service’s with the best host, shown or not, and then of the root',
      [
        rule('shop/a', { exportTo: ['pay'], ...tls('SIMPLE') }),
        rule('shop/b', { host: '*.local', ...tls('MUTUAL') }),
        rule('istio-system/a', tls('DISABLE')),
      ],
      ['DISABLE', 'MUTUAL', 'DISABLE'],
    ],
    [
      'of the Service’s with the best host that is not private',
      [rule('shop/a', { exportTo: ['.'], ...tls('SIMPLE') }), rule('shop/b', { host: '*.local', ...tls('MUTUAL') })],
      ['MUTUAL', 'SIMPLE', 'MUTUAL'],
    ],
    [
      'with a host that is not the Service’s',
      [rule('web/a', { host: 'pay.shop.svc.cluster.local', ...tls('SIMPLE') })],
      ['auto', 'auto', 'auto'],
    ],
    [
      'with a short name, beside the Service',
      [rule('shop/a', { host: 'cart', ...tls('SIMPLE') })],
      ['SIMPLE', 'SIMPLE', 'SIMPLE'],
    ],
    ['with a short name, elsewhere', [rule('web/a', { host: 'cart', ...tls('SIMPLE') })], ['auto', 'auto', 'auto']],
    ['with half a name', [rule('shop/a', { host: 'cart.shop', ...tls('SIMPLE') })], ['auto', 'auto', 'auto']],
    [
      'with a short pattern, beside the Service',
      [rule('shop/a', { host: '*art', ...tls('SIMPLE') })],
      ['SIMPLE', 'SIMPLE', 'SIMPLE'],
    ],
    ['with a short pattern, elsewhere', [rule('web/a', { host: '*art', ...tls('SIMPLE') })], ['auto', 'auto', 'auto']],
    ['with a pattern of all', [rule('web/a', { host: '*', ...tls('SIMPLE') })], ['SIMPLE', 'auto', 'auto']],
    [
      'with the longer pattern',
      [
        rule('web/a', { host: '*.local', ...tls('SIMPLE') }),
        rule('web/b', { host: '*.svc.cluster.local', ...tls('MUTUAL') }),
      ],
      ['MUTUAL', 'auto', 'auto'],
    ],
    [
      'with the longer pattern, first',
      [
        rule('web/a', { host: '*.svc.cluster.local', ...tls('SIMPLE') }),
        rule('web/b', { host: '*.local', ...tls('MUTUAL') }),
      ],
      ['SIMPLE', 'auto', 'auto'],
    ],
    [
      'with the name rather than a pattern',
      [rule('web/a', { host: '*art.shop.svc.cluster.local', ...tls('SIMPLE') }), rule('web/b', tls('MUTUAL'))],
      ['MUTUAL', 'auto', 'auto'],
    ],
    [
      'that selects the caller',
      [rule('web/a', tls('SIMPLE')), rule('web/b', { ...selecting({ app: 'frontend' }), ...tls('MUTUAL') })],
      ['MUTUAL', 'auto', 'auto'],
    ],
    [
      'that selects everybody',
      [rule('web/a', tls('SIMPLE')), rule('web/b', { ...selecting({}), ...tls('MUTUAL') })],
      ['MUTUAL', 'auto', 'auto'],
    ],
    [
      'that selects others',
      [rule('web/a', tls('SIMPLE')), rule('web/b', { ...selecting({ app: 'other' }), ...tls('MUTUAL') })],
      ['SIMPLE', 'auto', 'auto'],
    ],
    [
      'that selects others, alone',
      [rule('web/b', { ...selecting({ app: 'other' }), ...tls('MUTUAL') })],
      ['auto', 'auto', 'auto'],
    ],
    [
      'that selects others, which keeps the Service’s from counting',
      [rule('web/b', { ...selecting({ app: 'other' }), ...tls('MUTUAL') }), rule('shop/a', tls('SIMPLE'))],
      ['auto', 'SIMPLE', 'SIMPLE'],
    ],
    [
      'that selects callers beside the Service',
      [rule('shop/a', { ...selecting({ app: 'frontend' }), ...tls('MUTUAL') })],
      ['auto', 'MUTUAL', 'auto'],
    ],
    [
      'that selects callers beside the Service, whatever it exports',
      [rule('shop/a', { exportTo: ['*'], ...selecting({ app: 'frontend' }), ...tls('MUTUAL') })],
      ['auto', 'MUTUAL', 'auto'],
    ],
    [
      'of the root, past one that selects callers beside the Service',
      [rule('shop/b', { ...selecting({ app: 'frontend' }), ...tls('MUTUAL') }), rule('istio-system/a', tls('SIMPLE'))],
      ['SIMPLE', 'MUTUAL', 'SIMPLE'],
    ],
    [
      'that selects callers of the root',
      [rule('istio-system/a', { ...selecting({ app: 'frontend' }), ...tls('MUTUAL') })],
      ['auto', 'auto', 'MUTUAL'],
    ],
  ]
  for (const [why, rules, found] of table)
    it(`is, or is not, the one ${why}`, () => {
      assert.deepEqual(
        ['web', 'shop', 'istio-system'].map(from => choices(rules, from)),
        found,
      )
      assert.deepEqual(
        ['web', 'shop', 'istio-system'].map(from => choices([...rules].reverse(), from)),
        found,
      )
    })

  it('is not known beside one that lies nobody knows where, or could not be read', () => {
    const { spec } = rule('web/a', tls('SIMPLE')) as { readonly spec: Json }
    const any = 'auto,DISABLE,SIMPLE,MUTUAL,ISTIO_MUTUAL'
    assert.equal(choices([object('DestinationRule', { name: 'a' }, { spec })]), any)
    assert.equal(choices([rule('pay/a', { ...tls('SIMPLE'), host: 1 })]), any)
  })
  it('is of its own namespace alone where the mesh exports none by default', () => {
    const own = mesh({ defaultDestinationRuleExportTo: ['.'] })
    const from = (rules: readonly Json[]) =>
      ['web', 'shop', 'istio-system'].map(place => choices([own, ...rules], place))
    assert.deepEqual(from([rule('shop/a', tls('SIMPLE'))]), ['auto', 'SIMPLE', 'auto'])
    assert.deepEqual(from([rule('shop/a', { exportTo: ['*'], ...tls('SIMPLE') })]), ['SIMPLE', 'SIMPLE', 'SIMPLE'])
    assert.deepEqual(from([rule('istio-system/a', tls('SIMPLE'))]), ['auto', 'auto', 'SIMPLE'])
  })
})

describe('what a DestinationRule says of a port', () => {
  const levels = (...settings: readonly Json[]): Json => ({
    trafficPolicy: { tls: { mode: 'SIMPLE' }, portLevelSettings: settings },
  })
  const level = (number: number, more: Json = {}): Json => ({ port: { number }, ...more })
  const at = (spec: Json) => choices([rule('web/a', spec)])

  // istio `pilot/pkg/model/destination_rule.go` MergeTrafficPolicy; istio/api `networking/v1alpha3/destination_rule.proto`
  const table: readonly (readonly [why: string, spec: Json, found: string])[] = [
    ['nothing', {}, 'auto'],
    ['a policy without TLS', { trafficPolicy: { connectionPool: {} } }, 'auto'],
    ['TLS without a mode', { trafficPolicy: { tls: {} } }, 'DISABLE'],
    ['each mode', tls('ISTIO_MUTUAL'), 'ISTIO_MUTUAL'],
    ['a level of its own', levels(level(80, { tls: { mode: 'MUTUAL' } })), 'MUTUAL'],
    ['a level of another port', levels(level(81, { tls: { mode: 'MUTUAL' } })), 'SIMPLE'],
    ['a level of its own that says nothing', levels(level(80)), 'auto'],
    ['a level of another port that says nothing', levels(level(81)), 'SIMPLE'],
    ['a level without a mode', levels(level(80, { tls: {} })), 'DISABLE'],
    [
      'one of several levels',
      levels(level(81, { tls: { mode: 'DISABLE' } }), level(80, { tls: { mode: 'MUTUAL' } })),
      'MUTUAL',
    ],
  ]
  for (const [why, spec, found] of table)
    it(`is \`${found}\` by ${why}`, () => {
      assert.equal(at(spec), found)
    })

  it('is the server name, by the same levels, or the cluster’s', () => {
    const named = (spec: Json | undefined, port = 80) => {
      const layer = layerOf([...shop, ...(spec ? [rule('web/a', spec)] : [])])
      const target = layer.services.find(({ name }) => name === 'cart') ?? assert.fail('no Service')
      return serverNamesTo(layer, { namespace: 'web', labels: {} }, { service: target, port }).join()
    }
    const usual = 'outbound_.80_._.cart.shop.svc.cluster.local'
    const sni = (name: string): Json => ({ tls: { mode: 'ISTIO_MUTUAL', sni: name } })
    const both = {
      trafficPolicy: {
        ...sni('A.example'),
        portLevelSettings: [level(81, sni('b.example')), level(82, { tls: { mode: 'ISTIO_MUTUAL' } })],
      },
    }
    assert.equal(named(undefined), usual)
    assert.equal(named(tls('ISTIO_MUTUAL')), usual)
    assert.equal(named(both), 'a.example')
    assert.equal(named(both, 81), 'b.example')
    assert.equal(named(both, 82), 'outbound_.82_._.cart.shop.svc.cluster.local')
  })
})
