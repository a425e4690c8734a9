import type { Route } from '../model/flow'
import type { GovernedPort } from '../model/intent'
import type { Protocol, Service } from './graph'
import { own } from './plain'
import { portsOf } from './resolve'

/** A probe as the Pod would spell it. */
export type Probe =
  | { readonly kind: 'http'; readonly port?: number; readonly path: string }
  | { readonly kind: 'tcp' | 'grpc'; readonly port: number }

/** Which of the three probes, and its text: `['readiness', 'GET /healthz']`. */
export function probesOf(service: Service): readonly (readonly [name: string, text: string])[] {
  const probes: Readonly<Record<string, string>> = service.probes ?? {}
  return ['liveness', 'readiness', 'startup'].flatMap(name => {
    const text = own(probes, name)
    return text === undefined ? [] : [[name, text] as const]
  })
}

/** Reads `GET /healthz`, `GET:8080 /healthz`, `tcp:6379`, `grpc:7070`. */
export function readProbe(text: string): Probe | undefined {
  const http = /^GET(?::(\d{1,5}))? (.*)$/su.exec(text)
  if (http) {
    const [, port, path = ''] = http
    return { kind: 'http', path, ...(port !== undefined && { port: Number(port) }) }
  }
  const [, kind, port] = /^(tcp|grpc):(\d{1,5})$/.exec(text) ?? []
  if (kind !== 'tcp' && kind !== 'grpc') return undefined
  return { kind, port: Number(port) }
}

/** The ports a probe may mean: one, unless the graph is wrong or, for a bare `GET /…`, ambiguous. */
export function probedPorts(probe: Probe, service: Service): readonly GovernedPort[] {
  const { port } = probe
  if (port !== undefined) return portsOf(service).filter(candidate => candidate.port === port)
  return portsOf(service).filter(({ name, protocol }) => protocol === 'http' && Object.hasOwn(service.ports, name))
}

/** Protocols that a probe of a kind may be asked in. */
export const probeProtocols: Readonly<Record<Probe['kind'], readonly Protocol[]>> = {
  http: ['http'],
  grpc: ['grpc'],
  // A bare connection to an http port would have to be admitted as every request there is.
  tcp: ['tcp', 'tls'],
}

/** The one port a probe asks, or nothing where `validate` complains of it. */
export function probedPort(probe: Probe, service: Service): GovernedPort | undefined {
  const ports = probedPorts(probe, service)
  return ports.length === 1 ? ports.find(({ protocol }) => probeProtocols[probe.kind].includes(protocol)) : undefined
}

/**
 * What the kubelet asks when it probes: Kubernetes `pkg/probe/{http,tcp,grpc}`. A gRPC probe calls the health service,
 * a TCP probe opens a connection and says nothing.
 */
export function probeRoute(probe: Probe): Route {
  switch (probe.kind) {
    case 'http':
      return { kind: 'http', method: 'GET', path: probe.path }
    case 'grpc':
      return { kind: 'grpc', service: 'grpc.health.v1.Health', method: 'Check' }
    case 'tcp':
      return { kind: 'tcp' }
  }
}
