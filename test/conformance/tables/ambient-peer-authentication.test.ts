import { ambient, identityOf, servers, toService, uncaptured, type Server } from './ambient'
import { port } from './echo'
import { holds, type Row } from './table'

const peers = (space: string, name: string, spec: string) => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: ${name}, namespace: ${space} }
spec: { ${spec} }
`
const ports = (mode: string) => `portLevelMtls: { ${port.http}: { mode: ${mode} }, ${port.tcp}: { mode: ${mode} } }`

interface Case {
  readonly name: string
  readonly policies: (to: Server) => readonly string[]
  /** Whether callers without a proxy are refused. */
  readonly strict: boolean
}

const cases: readonly Case[] = [
  {
    name: 'permissive',
    policies: () => [peers('echo', 'global-permissive', 'mtls: { mode: PERMISSIVE }')],
    strict: false,
  },
  { name: 'strict', policies: () => [peers('echo', 'global-strict', 'mtls: { mode: STRICT }')], strict: true },
  {
    name: 'strict-permissive-ports',
    policies: to => [
      peers(
        'echo',
        'global-strict',
        `selector: { matchLabels: { app: ${to} } }, mtls: { mode: STRICT }, ${ports('PERMISSIVE')}`,
      ),
    ],
    strict: false,
  },
  {
    name: 'global-strict-permissive-workload-ports',
    policies: to => [
      peers('istio-system', 'global-strict', 'mtls: { mode: STRICT }'),
      peers('echo', 'local-port-override', `selector: { matchLabels: { app: ${to} } }, ${ports('PERMISSIVE')}`),
    ],
    strict: false,
  },
  {
    name: 'global-permissive-strict-workload-ports',
    policies: to => [
      peers('istio-system', 'global-permissive', 'mtls: { mode: PERMISSIVE }'),
      peers('echo', 'local-port-override', `selector: { matchLabels: { app: ${to} } }, ${ports('STRICT')}`),
    ],
    strict: true,
  },
]

/** istio `tests/integration/ambient/baseline_test.go` TestPeerAuthentication: every server calls every other's HTTP and TCP port. */
describe('table: ambient peer authentication', () => {
  for (const { name, policies, strict } of cases) {
    describe(name, () => {
      for (const to of servers) {
        const rows = servers.flatMap((from): readonly Row[] => {
          const verdict = strict && from === uncaptured && to !== uncaptured ? 'deny' : 'allow'
          const caller = { from: identityOf(from) }
          return [
            [verdict, { ...caller, ...toService(to, 'http'), http: 'GET /' }],
            [verdict, { ...caller, ...toService(to, 'tcp') }],
          ]
        })
        holds([...ambient(), ...policies(to)], rows)
      }
    })
  }
})
