import assert from 'node:assert/strict'
import type { Opening } from '../../../../../core/analyze/linkerd/outbound/leaving'
import { inNamespace, object, type Json } from '../objects'
import { caller, itself, network, reached, route } from './outbound-objects'

describe('all that a Linkerd proxy may let out', () => {
  const told = (found: readonly Opening[] | 'unknown' | undefined): unknown =>
    typeof found === 'object' ? found.map(({ port, host, speaks }) => `${host ?? '*'}:${port} ${speaks}`) : found

  it('is nothing under a network that denies, and anything under one that allows, or under none', () => {
    assert.deepEqual(told(reached(network('web/net')).openings(caller)), [])
    const allowing = network('web/net', { trafficPolicy: 'Allow' })
    assert.deepEqual(told(reached(allowing).openings(caller)), ['*:other anything'])
    assert.deepEqual(told(reached().openings(caller)), ['*:other anything'])
  })

  it('is what routes name, by port and host', () => {
    const routes = [
      route('HTTPRoute', 80, { hostnames: ['a.example', '*.b.example'] }),
      route('HTTPRoute', 81),
      route('TLSRoute', 443, { hostnames: ['a.example'] }),
      route('TCPRoute', 5432),
    ]
    assert.deepEqual(told(reached(network('web/net'), ...routes).openings(caller)), [
      'a.example:80 requests',
      '*.b.example:80 requests',
      '*:81 requests',
      'a.example:443 tls',
      '*:5432 bytes',
    ])
  })

  it('is what routes send out, beside what none takes', () => {
    const away = { backendRefs: [{ name: 'cart', port: 443 }] }
    const allow = network('web/net', { trafficPolicy: 'Allow' })
    const all = (...objects: readonly Json[]) => told(reached(...objects).openings(caller))
    assert.deepEqual(all(network('web/net'), route('TLSRoute', 443, { rules: [away] })), [])
    assert.deepEqual(all(network('web/net'), route('HTTPRoute', 80, { rules: [away] })), [])
    assert.deepEqual(all(allow, route('TLSRoute', 443, { rules: [away] })), ['*:443 anything', '*:other anything'])
    assert.deepEqual(all(allow, route('TCPRoute', 5432, { rules: [away] })), ['*:other anything'])
    assert.deepEqual(all(network('web/net'), route('TLSRoute', 443, { hostnames: ['a.example', '*.b.example'] })), [
      'a.example:443 tls',
      '*.b.example:443 tls',
    ])
    assert.deepEqual(all(network('shop/net'), network('web/net'), route('TCPRoute', 5432)), ['*:5432 bytes'])
    const service = inNamespace('HTTPRoute', 'web/r', {
      parentRefs: [{ kind: 'Service', group: '', name: 'net', port: 90 }],
      rules: [{}],
    })
    assert.deepEqual(all(network('web/net'), service), [])
    const lost = inNamespace('TLSRoute', 'web/lost', { parentRefs: 'net', rules: [itself] })
    assert.equal(all(network('web/net'), lost), 'unknown')
  })

  it('is unknown where a network lies nobody knows where, and not asked of who has no proxy', () => {
    const nowhere = object('EgressNetwork', { name: 'net' }, { spec: { trafficPolicy: 'Deny' } })
    assert.equal(reached(nowhere).openings(caller), 'unknown')
    assert.equal(reached().openings({ ...caller, serviceAccount: 'nobody' }), undefined)
  })
})
