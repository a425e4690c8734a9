import { echo, port, servicePort } from './echo'
import { deployment, mesh, namespace, service } from './objects'
import { arrives, type Arrival, type Call } from './table'

const naked = { labels: { 'sidecar.istio.io/inject': 'false' } }
const objects = [
  mesh(),
  namespace('echo1'),
  echo('echo1/a'),
  echo('echo1/b'),
  echo('echo1/headless', { headless: true }),
  echo('echo1/naked', naked),
]

const peers = (space: string, mode: string) => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: ${space} }
spec: { mtls: { mode: ${mode} } }
`
/** For every host, and left out for the callers of the root namespace. */
const rule = (policy: string) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: istio-system }
spec: { host: '*', trafficPolicy: ${policy} }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: eastwest-opt-out, namespace: istio-system }
spec: { exportTo: ['.'], host: '*', trafficPolicy: { loadBalancer: { simple: UNSPECIFIED } } }
`
const tls = (mode: string) => rule(`{ tls: { mode: ${mode} } }`)

const servers = ['a', 'b', 'headless', 'naked'] as const
/** The same for each server by name. */
const each = (make: (name: string) => string) => servers.map(make).join('\n---\n')
const workloadPeers = (spec: string) =>
  each(
    name => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: ${name}, namespace: echo1 }
spec: { selector: { matchLabels: { app: ${name} } }, ${spec} }`,
  )
const workloadTls = (mode: string) =>
  each(
    name => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name}, namespace: echo1 }
spec: { host: ${name}.echo1.svc.cluster.local, trafficPolicy: { tls: { mode: ${mode} } } }`,
  )

type Condition = (call: Pick<Call, 'from' | 'to'>) => boolean
const always: Condition = () => true
const never: Condition = () => false
const notFromNaked: Condition = ({ from }) => from !== 'echo1/naked'
const notToNaked: Condition = ({ to }) => to !== 'echo1/naked'
const notNaked: Condition = call => notFromNaked(call) && notToNaked(call)

interface Scenario {
  readonly name: string
  readonly config: string
  readonly mtls: Condition
  readonly success: Condition
  /** @default all of them */
  readonly servers?: readonly string[]
}

/** Upstream's cases, but for those of the app `migration`. */
const scenarios: readonly Scenario[] = [
  {
    name: 'global mtls strict',
    config: `${peers('istio-system', 'STRICT')}---${tls('ISTIO_MUTUAL')}`,
    mtls: notNaked,
    success: notNaked,
  },
  {
    name: 'global mtls permissive',
    config: `${peers('istio-system', 'PERMISSIVE')}---${tls('ISTIO_MUTUAL')}`,
    mtls: notNaked,
    success: notToNaked,
  },
  {
    name: 'global mtls disabled',
    config: `${peers('istio-system', 'DISABLE')}---${tls('DISABLE')}`,
    mtls: never,
    success: always,
  },
  {
    name: 'global plaintext to mtls permissive',
    config: `${peers('istio-system', 'PERMISSIVE')}---${tls('DISABLE')}`,
    mtls: never,
    success: always,
  },
  { name: 'global automtls strict', config: peers('istio-system', 'STRICT'), mtls: notNaked, success: notFromNaked },
  { name: 'global automtls disable', config: peers('istio-system', 'DISABLE'), mtls: never, success: always },
  {
    name: 'global automtls passthrough',
    config: rule('{ loadBalancer: { simple: PASSTHROUGH } }'),
    mtls: notNaked,
    success: always,
  },
  { name: 'global no peer authn', config: tls('ISTIO_MUTUAL'), mtls: notNaked, success: notToNaked },
  {
    name: 'mtls strict',
    config: `${workloadPeers('mtls: { mode: STRICT }')}\n---${workloadTls('ISTIO_MUTUAL')}`,
    mtls: notNaked,
    success: notNaked,
  },
  {
    name: 'mtls permissive',
    config: `${workloadPeers('mtls: { mode: PERMISSIVE }')}\n---${workloadTls('ISTIO_MUTUAL')}`,
    mtls: notNaked,
    success: notToNaked,
  },
  {
    name: 'mtls disabled',
    config: `${workloadPeers('mtls: { mode: DISABLE }')}\n---${workloadTls('DISABLE')}`,
    mtls: never,
    success: always,
  },
  {
    name: 'mtls port override',
    config: workloadPeers(
      `mtls: { mode: STRICT }, portLevelMtls: { ${Object.values(port)
        .map(number => `${number}: { mode: DISABLE }`)
        .join(', ')} }`,
    ),
    mtls: never,
    success: always,
    servers: ['a', 'b', 'naked'],
  },
]

const protocols = ['http', 'https', 'tcp'] as const

function rows({ mtls, success, servers: to = servers }: Scenario): readonly Arrival[] {
  const pairs = ['a', 'naked'].flatMap(from => to.filter(name => name !== from).map(name => [from, name] as const))
  return pairs.flatMap(([client, server]) =>
    protocols.map((protocol): Arrival => {
      const ends = { from: `echo1/${client}`, to: `echo1/${server}` }
      const number = server === 'headless' ? port[protocol] : servicePort[protocol]
      const call = { ...ends, port: port[protocol], via: `${server}:${number}` }
      const met = success(ends) ? (mtls(ends) ? 'mtls' : 'plaintext') : 'fails'
      return [met, protocol === 'http' ? { ...call, http: 'GET /' } : call]
    }),
  )
}

/**
 * istio `tests/integration/security/reachability_test.go` TestReachability, with `testdata/reachability/*.yaml.tmpl`: servers with and
 * without a sidecar, headless or not.
 */
describe('table: reachability under mTLS', () => {
  for (const scenario of scenarios) {
    describe(scenario.name, () => {
      arrives([...objects, scenario.config], rows(scenario))
    })
  }
})

const ports = { http: [80, 18080] } as const
const migration = [
  deployment('echo1/migration', ports, { labels: { version: 'vistio' } }),
  deployment('echo1/migration-legacy', ports, { labels: { app: 'migration', version: 'vlegacy', ...naked.labels } }),
  service('echo1/migration', ports),
]
const subsets = (mode: string) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: migration, namespace: echo1 }
spec:
  host: migration.echo1.svc.cluster.local
  ${mode === '' ? '' : `trafficPolicy: { tls: { mode: ${mode} } }`}
  subsets:
    - name: vistio
      labels: { version: vistio }
      ${mode === '' ? '' : `trafficPolicy: { tls: { mode: ${mode} } }`}
    - name: vlegacy
      labels: { version: vlegacy }
      ${mode === '' ? '' : `trafficPolicy: { tls: { mode: ${mode} } }`}
`

/** Upstream's cases of the app `migration`, which has Pods with and without a sidecar behind one Service. */
describe('table: reachability while a service moves into the mesh', () => {
  const to = (workload: string) => ({
    from: 'echo1/a',
    to: `echo1/${workload}`,
    port: 18080,
    via: 'migration:80',
    http: 'GET /',
  })
  const line = (mode: string, injected: Arrival[0], legacy: Arrival[0]) =>
    arrives(
      [...objects, ...migration, peers('echo1', 'STRICT'), subsets(mode)],
      [
        [injected, to('migration')],
        [legacy, to('migration-legacy')],
      ],
    )

  describe('migration no tls', () => {
    line('', 'mtls', 'plaintext')
  })
  describe('migration tls disabled', () => {
    line('DISABLE', 'fails', 'plaintext')
  })
  describe('migration tls mutual', () => {
    line('ISTIO_MUTUAL', 'mtls', 'fails')
  })
})
