import { backend, frontOf, gateway, httpRoute, leads, prefix, toBackend, version } from './gateway'
import { mesh } from './objects'

const route = httpRoute('matching', {
  parent: 'same-namespace',
  rules: [toBackend(1, prefix('/'), version('one')), toBackend(2, prefix('/v2'), version('two'))],
})

const host = 'any.example'

/** gateway-api `conformance/tests/httproute-matching.go`. */
describe('table: paths and headers of one HTTPRoute', () => {
  leads([mesh(), gateway('same-namespace', { http: '' }), route], frontOf('same-namespace'), [
    [backend(1), { host, path: '/' }],
    [backend(1), { host, path: '/example' }],
    [backend(1), { host, path: '/', headers: { Version: 'one' } }],
    [backend(2), { host, path: '/v2' }],
    [backend(2), { host, path: '/v2/example' }],
    [backend(2), { host, path: '/', headers: { Version: 'two' } }],
    [backend(1), { host, path: '/v2example' }],
  ])
})
