import { backend, frontOf, gateway, httpRoute, leads, nobody, prefix, toBackend, version } from './gateway'
import { mesh } from './objects'

const route = httpRoute('method-matching', {
  parent: 'same-namespace',
  rules: [
    toBackend(1, { method: 'POST' }),
    toBackend(2, { method: 'GET' }),
    toBackend(1, { ...prefix('/path1'), method: 'GET' }),
    toBackend(2, { ...version('one'), method: 'PUT' }),
    toBackend(3, { ...prefix('/path2'), ...version('two'), method: 'POST' }),
    toBackend(
      1,
      { ...prefix('/path3'), method: 'PATCH' },
      { ...prefix('/path4'), ...version('three'), method: 'DELETE' },
    ),
    toBackend(1, prefix('/path5')),
    toBackend(2, { method: 'PATCH' }),
    toBackend(3, version('four')),
  ],
})

const host = 'any.example'

/** gateway-api `conformance/tests/httproute-method-matching.go`. */
describe('table: methods of an HTTPRoute', () => {
  leads([mesh(), gateway('same-namespace', { http: '' }), route], frontOf('same-namespace'), [
    [backend(1), { host, path: 'POST /' }],
    [backend(2), { host, path: 'GET /' }],
    [nobody, { host, path: 'HEAD /' }],
    [backend(1), { host, path: 'GET /path1' }],
    [backend(2), { host, path: 'PUT /', headers: { version: 'one' } }],
    [backend(3), { host, path: 'POST /path2', headers: { version: 'two' } }],
    [backend(1), { host, path: 'PATCH /path3' }],
    [backend(1), { host, path: 'DELETE /path4', headers: { version: 'three' } }],
    [nobody, { host, path: 'PUT /' }],
    [nobody, { host, path: 'DELETE /path4' }],
    [backend(1), { host, path: 'PATCH /path5' }],
    [backend(2), { host, path: 'PATCH /', headers: { version: 'four' } }],
  ])
})
