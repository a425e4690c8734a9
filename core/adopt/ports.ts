import { targetPort } from '../analyze/istio/protocol'
import type { ServicePort, Workload } from '../analyze/layer'
import type { Protocol } from '../graph/graph'
import { isName } from '../graph/names'
import type { Group } from './groups'
import type { PodFacts } from './pods'

/** A port of a service, as far as manifests tell. */
export interface FoundPort {
  readonly name: string
  /** The container's. */
  readonly port: number
  readonly servicePort?: number
  /** What is spoken, where anything says so. */
  readonly declared?: Protocol
  /** By how its own probes ask it, where nothing declares it. */
  readonly probed?: 'http' | 'grpc'
}

/**
 * What `appProtocol`, or a port's name up to the first dash, says is spoken: istio `pkg/config/kube/conversion.go` ConvertProtocol; Linkerd reads the port of an
 * HTTP probe and a Server's `proxyProtocol` beside, and no names.
 */
const spoken: Readonly<Record<string, Protocol>> = {
  http: 'http',
  http2: 'http',
  http_proxy: 'http',
  'kubernetes.io/h2c': 'http',
  'kubernetes.io/ws': 'http',
  grpc: 'grpc',
  https: 'tls',
  tls: 'tls',
  'kubernetes.io/wss': 'tls',
  tcp: 'tcp',
  mongo: 'tcp',
  redis: 'tcp',
  mysql: 'tcp',
}

function spokenBy(text: string | undefined): Protocol | undefined {
  if (text === undefined) return undefined
  const lower = text.toLowerCase()
  if (lower.startsWith('grpc-web')) return 'http'
  const word = Object.hasOwn(spoken, lower) ? lower : (lower.split('-')[0] ?? '')
  return Object.hasOwn(spoken, word) ? spoken[word] : undefined
}

/** That a port speaks HTTP/2 leaves open whether it is gRPC, which its name may say. */
function declaredBy(from: From): Protocol | undefined {
  const byName = spokenBy(from.name)
  const said = 'appProtocol' in from ? (spokenBy(from.appProtocol) ?? byName) : byName
  return said === 'http' && byName === 'grpc' ? 'grpc' : said
}

/** The TCP ports of a service: those its Services lead to, by the names they have there; without any Service those its containers declare. */
export function portsFound(group: Group, facts: ReadonlyMap<Workload, PodFacts>): readonly FoundPort[] {
  const served = group.services.flatMap(service => service.ports.flatMap(port => leadingTo(port, group)))
  const bare = group.workloads.flatMap(({ ports }) =>
    ports.flatMap(({ port, name, protocol, init }) =>
      protocol === 'TCP' && !init && port !== metricsPort(group) ? [{ port, from: { port, name } }] : [],
    ),
  )
  const found = new Map<number, FoundPort>()
  for (const { port, from } of group.services.length > 0 ? served : bare) {
    if (found.has(port)) continue
    const declared = declaredBy(from)
    const probed = probedAs(port, group, facts)
    const servicePort = !group.headless && from.port !== port && { servicePort: from.port }
    const taken = [...found.values()]
    const name = nameOf(from.name, { port, group, taken, protocol: declared ?? probed ?? 'tcp' })
    found.set(port, { name, port, ...servicePort, ...(declared && { declared }), ...(probed && { probed }) })
  }
  return unambiguous([...found.values()])
}

type From = { readonly port: number; readonly name?: string | undefined } | ServicePort

function leadingTo(from: ServicePort, { workloads }: Group): readonly { readonly port: number; readonly from: From }[] {
  if (from.protocol !== 'TCP') return []
  const ports = new Set(workloads.flatMap(workload => targetPort(from, workload) ?? []))
  return [...ports].map(port => ({ port, from }))
}

function probedAs(
  port: number,
  { workloads }: Group,
  facts: ReadonlyMap<Workload, PodFacts>,
): 'http' | 'grpc' | undefined {
  const probes = workloads.flatMap(workload => facts.get(workload)?.probes ?? [])
  const kinds = probes.filter(probe => probe.port === port).map(({ kind }) => kind)
  return (['grpc', 'http'] as const).find(kind => kinds.includes(kind))
}

interface Naming {
  readonly port: number
  readonly group: Group
  readonly taken: readonly FoundPort[]
  readonly protocol: Protocol
}

/** The Service's name for it, else the container's, else what it speaks. */
function nameOf(name: string | undefined, { port, group, taken, protocol }: Naming): string {
  const containers = group.workloads.flatMap(({ ports }) => ports.filter(one => one.port === port).map(one => one.name))
  const choices = [name, ...containers, protocol, `${protocol}-${port}`]
  const isFree = (choice: string): boolean => isName('port', choice) && !taken.some(other => other.name === choice)
  return choices.find(choice => choice !== undefined && isFree(choice)) ?? `port-${port}`
}

/** A Service's port that leads to several container ports is told of the first alone. */
function unambiguous(ports: readonly FoundPort[]): readonly FoundPort[] {
  const seen = new Set<number>()
  return ports.map(found => {
    const { servicePort, ...rest } = found
    const number = servicePort ?? found.port
    if (!seen.has(number)) {
      seen.add(number)
      return found
    }
    seen.add(found.port)
    return rest
  })
}

/** What the annotations of a Pod say that Prometheus reads: `prometheus.io/scrape`, `prometheus.io/port`, `prometheus.io/path`. */
export function annotatedMetrics({ workloads }: Group): { readonly port: number; readonly path: string } | undefined {
  const annotations = workloads.find(one => one.annotations['prometheus.io/scrape'] === 'true')?.annotations
  const port = Number(annotations?.['prometheus.io/port'])
  if (!annotations || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined
  return { port, path: annotations['prometheus.io/path'] ?? '/metrics' }
}

function metricsPort(group: Group): number | undefined {
  return annotatedMetrics(group)?.port
}
