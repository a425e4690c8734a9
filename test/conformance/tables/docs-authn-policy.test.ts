import { app, deployment, mesh, namespace } from './objects'
import { arrives, type Arrival } from './table'

const spaces = ['foo', 'bar', 'legacy'] as const
type Space = (typeof spaces)[number]

const objects = [
  mesh(),
  ...spaces.flatMap(name => [
    namespace(name, name === 'legacy' ? {} : undefined),
    app(`${name}/httpbin`, { http: [8000, 8080] }),
    deployment(`${name}/sleep`, {}),
  ]),
]

const peers = (id: string, spec: string) => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: ${id.split('/')[1]}, namespace: ${id.split('/')[0]} }
spec: ${spec}
`
const httpbin = 'selector: { matchLabels: { app: httpbin } }'

/** Every `sleep` calls every `httpbin`; all succeed but those of `legacy` to the ones named. */
const table = (...closed: readonly Space[]): readonly Arrival[] =>
  spaces.flatMap(from =>
    spaces.map((to): Arrival => {
      const via = 'httpbin:8000'
      const call = { from: `${from}/sleep`, to: `${to}/httpbin`, port: 8080, via, http: 'GET /ip' }
      if (from === 'legacy' && closed.includes(to)) return ['fails', call]
      return [from === 'legacy' || to === 'legacy' ? 'plaintext' : 'mtls', call]
    }),
  )

/**
 * istio.io `content/en/docs/tasks/security/authentication/authn-policy/index.md`, sections "Setup" to "Policy precedence", with the
 * expected output as `snips.sh` beside it has it. The container port is that of today's httpbin sample.
 */
describe('table: the page on authentication policy', () => {
  describe('without a policy', () => {
    arrives(objects, table())
  })

  describe('STRICT for the mesh', () => {
    arrives([...objects, peers('istio-system/default', '{ mtls: { mode: STRICT } }')], table('foo', 'bar'))
  })

  const foo = peers('foo/default', '{ mtls: { mode: STRICT } }')
  describe('STRICT for a namespace', () => {
    arrives([...objects, foo], table('foo'))
  })

  describe('STRICT for a workload', () => {
    const bar = peers('bar/httpbin', `{ ${httpbin}, mtls: { mode: STRICT } }`)
    arrives([...objects, foo, bar], table('foo', 'bar'))
  })

  const bar = peers('bar/httpbin', `{ ${httpbin}, mtls: { mode: STRICT }, portLevelMtls: { 8080: { mode: DISABLE } } }`)
  const plain = (rows: readonly Arrival[], ...disabled: readonly Space[]): readonly Arrival[] =>
    rows.map(([met, call]) => [
      met === 'mtls' && disabled.some(space => call.to.startsWith(`${space}/`)) ? 'plaintext' : met,
      call,
    ])

  describe('DISABLE for its port', () => {
    arrives([...objects, foo, bar], plain(table('foo'), 'bar'))
  })

  describe('DISABLE for a workload of the STRICT namespace', () => {
    const overwrite = peers('foo/overwrite-example', `{ ${httpbin}, mtls: { mode: DISABLE } }`)
    arrives([...objects, foo, bar, overwrite], plain(table(), 'foo', 'bar'))
  })
})
