import { backend, exact, frontOf, gateway, httpRoute, leads, prefix, toBackend } from './gateway'
import { mesh } from './objects'

const route = httpRoute('path-matching-order', {
  parent: 'same-namespace',
  rules: [
    toBackend(1, prefix('/match/prefix'), exact('/match')),
    toBackend(2, prefix('/match/prefix/one'), exact('/match/exact')),
    toBackend(3, prefix('/match'), exact('/match/exact/one')),
  ],
})

const host = 'any.example'

/** gateway-api `conformance/tests/httproute-path-match-order.go`. */
describe('table: which path of an HTTPRoute goes first', () => {
  leads([mesh(), gateway('same-namespace', { http: '' }), route], frontOf('same-namespace'), [
    [backend(3), { host, path: '/match/exact/one' }],
    [backend(2), { host, path: '/match/exact' }],
    [backend(1), { host, path: '/match' }],
    [backend(2), { host, path: '/match/prefix/one/any' }],
    [backend(1), { host, path: '/match/prefix/any' }],
    [backend(3), { host, path: '/match/any' }],
  ])
})
