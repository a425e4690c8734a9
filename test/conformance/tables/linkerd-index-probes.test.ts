import { account, each, holdsBehindLinkerd, unmeshed, type LinkerdRow } from './linkerd'
import { cluster, domain, namespaces } from './linkerd-index'
import { server } from './linkerd-objects'

interface Container {
  readonly ports?: readonly object[]
  readonly livenessProbe?: object
  readonly readinessProbe?: object
}

function pod(containers: readonly Container[], initContainers: readonly Container[] = []): string {
  const named = (list: readonly Container[], prefix: string) =>
    list.map((one, i) => ({ name: `${prefix}${i}`, ...one }))
  const metadata = { name: 'pod-0', namespace: 'ns-0', labels: { app: 'app-0' } }
  const spec = { containers: named(containers, 'app'), initContainers: named(initContainers, 'init') }
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec })
}

const get = (port: number | string, path?: string) => ({ httpGet: { port, ...(path !== undefined && { path }) } })
const prober = { from: unmeshed, to: 'ns-0/pod-0', ip: '10.0.0.9' }
const asked = (port: number, path: string) => ({ ...prober, port, http: `GET ${path}` })

function probed(objects: string, rows: readonly LinkerdRow[]): void {
  holdsBehindLinkerd([cluster('deny', ['10.0.0.0/8']), ...namespaces, objects], rows)
}

/** linkerd2 `policy-controller/k8s/index/src/inbound/workload.rs` tests: which paths of a Pod are probes. */
describe('table: probes in the index', () => {
  describe('probe_multiple_paths', () => {
    const first = { livenessProbe: get(5432, '/liveness-container-1'), readinessProbe: get(5432, '/ready-container-1') }
    const second = {
      ports: [{ name: 'named-1', containerPort: 6543 }],
      livenessProbe: get('named-1', '/liveness-container-2'),
      readinessProbe: get(6543, '/ready-container-2'),
    }
    const init = { livenessProbe: get(4191, '/live'), readinessProbe: get(4191, '/ready') }
    probed(pod([first, second], [init]), [
      ['allow', asked(5432, '/liveness-container-1')],
      ['allow', asked(5432, '/ready-container-1')],
      ['deny', asked(5432, '/liveness-container-2')],
      ['allow', asked(6543, '/liveness-container-2')],
      ['allow', asked(6543, '/ready-container-2')],
      ['deny', asked(6543, '/live')],
      ['allow', asked(4191, '/live')],
      ['allow', asked(4191, '/ready')],
    ])
  })

  describe('probe_ignores_udp', () => {
    const container = {
      ports: [{ name: 'named', containerPort: 6543, protocol: 'UDP' }],
      livenessProbe: get('named'),
    }
    probed(pod([container]), [['deny', asked(6543, '/')]])
  })

  describe('probe_only_references_within_container', () => {
    const other = { ports: [{ name: 'named', containerPort: 6543, protocol: 'TCP' }] }
    probed(pod([{ livenessProbe: get('named') }, other]), [['deny', asked(6543, '/')]])
  })

  describe('probe_ports_optional', () => {
    probed(pod([{ livenessProbe: get(8080) }]), [
      ['allow', asked(8080, '/')],
      ['deny', asked(8080, '/x')],
    ])
  })

  describe('probe_with_params', () => {
    probed(pod([{ livenessProbe: get(5432, '/liveness-container-1?foo=bar') }]), [
      ['allow', asked(5432, '/liveness-container-1')],
      ['allow', asked(5432, '/liveness-container-1?foo=bar')],
      ['deny', asked(5432, '/liveness')],
    ])
  })

  describe('tcp_ports_by_name', () => {
    const tcp = (containerPort: number, name: string) => ({ containerPort, name, protocol: 'TCP' })
    const objects = pod([{ ports: [tcp(8080, 'http'), tcp(8801, 'grpc')] }], [{ ports: [tcp(4191, 'linkerd-admin')] }])
    const foo = account('ns-0/foo', domain)
    for (const [name, port] of [
      ['http', 8080],
      ['grpc', 8801],
      ['linkerd-admin', 4191],
    ] as const) {
      const ruled = server('ns-0/srv', { pods: { app: 'app-0' }, port: name, accessPolicy: 'all-authenticated' })
      const others = [8080, 8801, 4191].filter(each => each !== port)
      holdsBehindLinkerd(
        [cluster('deny'), ...namespaces, objects, ruled],
        [port, ...others].flatMap(number =>
          each(number === port ? 'allow' : 'deny', [foo], { to: 'ns-0/pod-0', port: number, http: 'GET /' }),
        ),
      )
    }
  })
})
