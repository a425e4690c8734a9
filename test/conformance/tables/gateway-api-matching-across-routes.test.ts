import { backend, frontOf, gateway, httpRoute, leads, prefix, toBackend, version } from './gateway'
import { mesh } from './objects'

const routes = [
  httpRoute('matching-part1', {
    parent: 'same-namespace',
    hostnames: ['example.com', 'example.net'],
    rules: [toBackend(1, prefix('/'), version('one'))],
  }),
  httpRoute('matching-part2', {
    parent: 'same-namespace',
    hostnames: ['example.com'],
    rules: [toBackend(2, prefix('/v2'), version('two'))],
    made: 2,
  }),
]

/** gateway-api `conformance/tests/httproute-matching-across-routes.go`. */
describe('table: rules of two HTTPRoutes of one host', () => {
  leads([mesh(), gateway('same-namespace', { http: '' }), ...routes], frontOf('same-namespace'), [
    [backend(1), { host: 'example.com', path: '/' }],
    [backend(1), { host: 'example.com', path: '/example' }],
    [backend(1), { host: 'example.net', path: '/example' }],
    [backend(1), { host: 'example.com', path: '/example', headers: { Version: 'one' } }],
    [backend(2), { host: 'example.com', path: '/v2' }],
    [backend(1), { host: 'example.net', path: '/v2' }],
    [backend(2), { host: 'example.com', path: '/v2/example' }],
    [backend(2), { host: 'example.com', path: '/', headers: { Version: 'two' } }],
  ])
})
