import { frontOf, gateway, httpRoute, infra, leads, nobody } from './gateway'
import { mesh } from './objects'

const elsewhere = 'gateway-conformance-web-backend'
const route = httpRoute('reference-grant', {
  parent: 'same-namespace',
  rules: [{ backendRefs: [{ name: 'web-backend', namespace: elsewhere, port: 8080 }] }],
})
const grant = (from: { readonly kind: string; readonly namespace: string }, to: object, namespace = elsewhere) =>
  JSON.stringify({
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    kind: 'ReferenceGrant',
    metadata: { name: 'reference-grant', namespace },
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', ...from }],
      to: [{ group: '', kind: 'Service', name: 'web-backend', ...to }],
    },
  })
const right = { kind: 'HTTPRoute', namespace: infra }

/** gateway-api `conformance/tests/httproute-reference-grant.go`, `httproute-invalid-reference-grant.go`. */
describe('table: backends of other namespaces', () => {
  const through = (expected: string, ...grants: readonly string[]) =>
    leads([mesh(), gateway('same-namespace', { http: '' }), route, ...grants], frontOf('same-namespace'), [
      [expected, { host: 'any.example', path: '/' }],
    ])

  describe('that a ReferenceGrant opens to the Route', () => through(`web-backend.${elsewhere}:8080`, grant(right, {})))
  describe('that nothing opens', () => through(nobody))
  describe('that are opened to another kind', () => through(nobody, grant({ ...right, kind: 'Gateway' }, {})))
  describe('that are opened to another namespace', () => through(nobody, grant({ ...right, namespace: elsewhere }, {})))
  describe('of which another is opened', () => through(nobody, grant(right, { name: 'nonexistent' })))
  describe('of which another kind is opened', () => through(nobody, grant(right, { kind: 'Secret' })))
  describe('that are opened from the wrong namespace', () => through(nobody, grant(right, {}, infra)))
})
