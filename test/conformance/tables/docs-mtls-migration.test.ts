import { app, deployment, mesh, namespace } from './objects'
import { arrives, type Arrival } from './table'

const objects = [
  mesh(),
  ...['foo', 'bar'].flatMap(name => [namespace(name), app(`${name}/httpbin`, { http: [8000, 8080] })]),
  namespace('legacy', {}),
  ...['foo', 'bar', 'legacy'].map(name => deployment(`${name}/sleep`, {})),
]

const strict = (space: string) => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: ${space} }
spec: { mtls: { mode: STRICT } }
`

/** What the calls of `sleep` without a sidecar come to; the others speak mTLS. */
const table = (legacy: Readonly<Record<'foo' | 'bar', Arrival[0]>>): readonly Arrival[] =>
  (['foo', 'bar'] as const).flatMap(to =>
    ['foo', 'bar', 'legacy'].map((from): Arrival => [
      from === 'legacy' ? legacy[to] : 'mtls',
      {
        from: `${from}/sleep`,
        to: `${to}/httpbin`,
        port: 8080,
        via: 'httpbin:8000',
        http: 'GET /ip',
      },
    ]),
  )

/** istio.io `content/en/docs/tasks/security/authentication/mtls-migration/index.md`. */
describe('table: the page on migration to mTLS', () => {
  describe('at first', () => {
    arrives(objects, table({ foo: 'plaintext', bar: 'plaintext' }))
  })

  describe('one namespace locked down', () => {
    arrives([...objects, strict('foo')], table({ foo: 'fails', bar: 'plaintext' }))
  })

  describe('the mesh locked down', () => {
    arrives([...objects, strict('foo'), strict('istio-system')], table({ foo: 'fails', bar: 'fails' }))
  })
})
