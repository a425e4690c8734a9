import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseAccessLog } from '../../../../../core/analyze/explain/access-log'

describe('an access log', () => {
  it('of Istio is read from its text', () => {
    const line =
      '[2026-01-01T00:00:00.000Z] "GET /a?b=c HTTP/1.1" 200 - via_upstream - "-" 0 19 0 1 "-" "curl/8 x" "id" "cart.shop:80" "10.0.0.5:8080" inbound|8080|| 127.0.0.6:1 10.0.0.5:8080 10.0.0.9:5123 outbound_.80_._.cart.shop.svc.cluster.local default'
    assert.deepEqual(parseAccessLog(line), {
      proxy: 'envoy',
      method: 'GET',
      path: '/a?b=c',
      host: 'cart.shop:80',
      status: 200,
      details: 'via_upstream',
      userAgent: 'curl/8 x',
      ip: '10.0.0.9',
      local: '10.0.0.5:8080',
      upstreamHost: '10.0.0.5:8080',
      cluster: 'inbound|8080||',
      serverName: 'outbound_.80_._.cart.shop.svc.cluster.local',
    })
  })

  it('of Envoy is read from its shorter default', () => {
    const line = '[2026-01-01T00:00:00Z] "POST /a HTTP/2" 503 UF 0 91 3 - "-" "agent" "id" "cart:80" "10.0.0.5:8080"'
    const { method, status, flags, host, upstreamHost } = parseAccessLog(line) ?? {}
    assert.deepEqual([method, status, flags, host, upstreamHost], ['POST', 503, 'UF', 'cart:80', '10.0.0.5:8080'])
  })

  it('of Linkerd is read from both of its forms, with who called', () => {
    const id = 'frontend.shop.serviceaccount.identity.linkerd.cluster.local'
    const identity = { trustDomain: 'cluster.local', namespace: 'shop', serviceAccount: 'frontend' }
    const json = parseAccessLog(
      JSON.stringify({
        'client.addr': '10.0.0.9:5',
        'client.id': id,
        method: 'GET',
        uri: '/a',
        status: 403,
        host: 'cart.shop',
      }),
    )
    assert.deepEqual(json, {
      proxy: 'linkerd',
      method: 'GET',
      path: '/a',
      host: 'cart.shop',
      status: 403,
      ip: '10.0.0.9',
      identity,
    })
    const apache = parseAccessLog(`[::1]:5 ${id} - [2026-01-01T00:00:00Z] "GET http://cart.shop/a HTTP/2.0" 403 `)
    assert.deepEqual(apache, {
      proxy: 'linkerd',
      method: 'GET',
      path: '/a',
      host: 'cart.shop',
      status: 403,
      ip: '::1',
      identity,
    })
    const nobody = parseAccessLog('10.0.0.9:5 - - [2026-01-01T00:00:00Z] "GET /a HTTP/1.1" 403')
    assert.deepEqual([nobody?.identity, nobody?.anonymous], [undefined, true])
    const unanswered = parseAccessLog('10.0.0.9:5 - - [2026-01-01T00:00:00.5Z] "GET /a HTTP/1.1"')
    assert.deepEqual(unanswered, { proxy: 'linkerd', method: 'GET', path: '/a', ip: '10.0.0.9', anonymous: true })
    const spiffe = parseAccessLog('10.0.0.9:5 spiffe://a.test/ns/shop/sa/vm - [x] "GET /a HTTP/1.1" 200')
    assert.deepEqual(spiffe?.identity, { trustDomain: 'a.test', namespace: 'shop', serviceAccount: 'vm' })
    assert.equal(parseAccessLog('10.0.0.9 - somebody [01/Jan/2026:00:00:00 +0000] "GET /a HTTP/1.1" 200 17'), undefined)
  })

  it('is any text without a fault', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      '"',
      ' ',
      '-',
      'GET /',
      '200',
      '{',
      '}',
      ':',
      'HTTP/1.1',
      '\\',
      '10.0.0.1:80',
      'a',
    )
    fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), pieces => void parseAccessLog(pieces.join(''))))
  })
})
