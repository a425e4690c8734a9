import assert from 'node:assert/strict'
import type { Graph, Service, Traffic } from '../../../../core/graph/graph'
import { validate } from '../../../../core/graph/validate'
import { graphOf, service } from '../../../support/compiled'

const even = { v1: { weight: 50 }, v2: { weight: 50 } }

function told(traffic: unknown, more: Partial<Service> = {}, others: Graph['services'] = {}): readonly string[] {
  const a = service('http', 8080, { ...more, traffic: traffic as Traffic })
  return validate(graphOf({ services: { a, ...others } })).map(({ severity, code, at, message }) => {
    assert.equal(severity, 'error')
    return `${code} ${at.replace('services.a.', '')}: ${message}`
  })
}

describe('the traffic of a service', () => {
  it('may say all there is, or nothing', () => {
    const versions = { v1: { weight: 80 }, canary: { weight: 20, labels: { version: 'v2', track: 'canary' } } }
    const retries = { attempts: 2, perTryTimeout: '1s' }
    const outlierDetection = { consecutiveErrors: 3, ejectionTime: '1m', maxEjected: 50 }
    assert.deepEqual(told({ versions, timeout: '1500ms', retries, outlierDetection }), [])
    assert.deepEqual(told({}), [])
    assert.deepEqual(told({ retries: { attempts: 0 }, outlierDetection: {} }), [])
    assert.deepEqual(told({ versions: { v1: { weight: 100 }, v2: { weight: 0 } } }), [])
  })

  it('spreads all calls over at least two versions', () => {
    assert.deepEqual(told({ versions: { v1: { weight: 80 }, v2: { weight: 30 } } }), [
      'weights traffic.versions: the weights are `110` together, not `100`',
    ])
    assert.deepEqual(told({ versions: { v1: { weight: 100 } } }), [
      'lone-version traffic.versions: calls are spread over two versions or more',
    ])
    assert.deepEqual(told({ versions: {} }).length, 1)
  })

  it('does not also judge the sum of weights of which one could not be read', () => {
    assert.deepEqual(
      told({ versions: { v1: { weight: 80 }, v2: { weight: 120 } } }).map(text => text.replace(/:.*/, '')),
      ['out-of-range traffic.versions.v2.weight'],
    )
  })

  it('tells versions apart by labels that no Pod has of both', () => {
    const labelled = (one: object, other: object) =>
      told({ versions: { v1: { weight: 50, labels: one }, v2: { weight: 50, labels: other } } })
    assert.deepEqual(labelled({ track: 'a' }, { track: 'b', tier: 'x' }), [])
    for (const labels of [{ track: 'a' }, { tier: 'x' }, { track: 'a', tier: 'x' }]) {
      assert.deepEqual(labelled({ track: 'a' }, labels), [
        'overlapping-labels traffic.versions: a Pod may have the labels of `v1` and of `v2`',
      ])
    }
    assert.equal(labelled({}, { track: 'a' })[0]?.startsWith('empty-labels'), true)
    assert.deepEqual(
      labelled({ 'a b': 'x', track: 'a' }, { track: 'b/c' }).map(text => text.replace(/:.*/, '')),
      ['malformed-name traffic.versions.v1.labels["a b"]', 'malformed-name traffic.versions.v2.labels.track'],
    )
  })

  it('keeps every version among the Pods that the service selects, and out of those of others', () => {
    const versions = {
      v1: { weight: 50, labels: { app: 'a', version: 'v1' } },
      v2: { weight: 50, labels: { app: 'b', version: 'v2' } },
    }
    assert.deepEqual(told({ versions }), [
      'contradicting-labels traffic.versions.v2.labels: `app: b` contradicts `app: a`, by which the service selects its Pods',
    ])
    const b = service('http', 8081, { labels: { version: 'v2' } })
    assert.deepEqual(told({ versions: even }, {}, { b }), [
      'overlapping-labels traffic.versions.v2: with its labels its Pods are those of `b` too',
    ])
    assert.deepEqual(told({ versions: even }, {}, { b: { ...b, namespace: 'pay' } }), [])
  })

  it('gives no version a name that is none, or whose Service would be another’s', () => {
    assert.deepEqual(
      told({ versions: { V1: { weight: 50 }, v2: { weight: 50 } } }).map(text => text.replace(/:.*/, '')),
      ['malformed-name traffic.versions.V1'],
    )
    const clash = 'version-clash traffic.versions.v2: its Service would be `a-v2`, a name that another has in `shop`'
    const plain = service('http', 8081)
    assert.deepEqual(told({ versions: even }, {}, { 'a-v2': plain }), [clash])
    assert.deepEqual(told({ versions: even }, {}, { 'a-v2': { ...plain, namespace: 'pay' } }), [])
  })

  it('is not spread over the Pods of a headless Service', () => {
    assert.deepEqual(
      told({ versions: even }, { headless: true }).map(text => text.replace(/:.*/, '')),
      ['headless-versions traffic.versions'],
    )
    assert.deepEqual(told({ timeout: '1s' }, { headless: true }), [])
  })

  it('has durations that pass, and an attempt that takes no longer than the call', () => {
    assert.deepEqual(told({ timeout: '0s' }), ['malformed-duration traffic.timeout: `0s` is no time at all'])
    for (const timeout of ['10', '1.5s', '-1s', '123456s', '1d', '']) {
      assert.deepEqual(told({ timeout }), [`malformed-duration traffic.timeout: \`${timeout}\` is no duration`])
    }
    assert.deepEqual(
      told({ outlierDetection: { ejectionTime: 'soon' }, retries: { attempts: 1, perTryTimeout: '0ms' } }).map(text =>
        text.replace(/:.*/, ''),
      ),
      ['malformed-duration traffic.retries.perTryTimeout', 'malformed-duration traffic.outlierDetection.ejectionTime'],
    )
    assert.deepEqual(told({ timeout: '1s', retries: { attempts: 1, perTryTimeout: '1001ms' } }), [
      'needless-timeout traffic.retries.perTryTimeout: an attempt may take `1001ms`, and all of them together `1s`',
    ])
    assert.deepEqual(told({ timeout: '1m', retries: { attempts: 1, perTryTimeout: '60s' } }), [])
    assert.deepEqual(told({ retries: { attempts: 0, perTryTimeout: '1s' } }).length, 1)
  })

  it('leaves Pods out at all, where it says that it does', () => {
    assert.deepEqual(told({ outlierDetection: { maxEjected: 0 } }), [
      'never-ejected traffic.outlierDetection.maxEjected: with `0` no Pod would ever be left out',
    ])
  })

  it('is of requests, but for Pods that are left out', () => {
    const ports = { tcp: { protocol: 'tcp', port: 6379 } } as const
    assert.deepEqual(told({ versions: even, timeout: '1s' }, { ports }), [
      'traffic-without-requests traffic: `versions` and `timeout` are of requests, and no port speaks http or grpc',
    ])
    assert.deepEqual(told({ outlierDetection: {} }, { ports }), [])
  })
})
