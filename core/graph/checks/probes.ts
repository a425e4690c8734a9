import type { Problem } from '../../model/problem'
import type { Service } from '../graph'
import { literalPathFlaws } from '../paths'
import { defect, listing, place } from '../place'
import { probedPorts, probeProtocols, probesOf, readProbe } from '../probes'
import type { Probe } from '../probes'
import { portsOf } from '../resolve'

/** What is wrong with what the kubelet is said to ask of a service. */
export function probeProblems(name: string, service: Service): readonly Problem[] {
  return probesOf(service).flatMap(([which, text]) => {
    const at = place('services', name, 'probes', which)
    const probe = readProbe(text)
    if (probe) return [...pathProblems(probe, at), ...portProblems(probe, service, at)]
    const hint = 'write `GET /healthz`, `GET:8080 /healthz`, `tcp:6379` or `grpc:7070`'
    return [defect({ code: 'malformed-probe', at, message: `\`${text}\` is not a probe`, hint })]
  })
}

function pathProblems(probe: Probe, at: string): readonly Problem[] {
  if (probe.kind !== 'http') return []
  return literalPathFlaws(probe.path).map(({ message, ...hint }) =>
    defect({ code: 'malformed-path', at, message: `path \`${probe.path}\` ${message}`, ...hint }),
  )
}

function portProblems(probe: Probe, service: Service, at: string): readonly Problem[] {
  const [port, ...others] = probedPorts(probe, service)
  if (!port) return [noPort(probe, service, at)]
  if (others.length > 0) {
    if (probe.port !== undefined) return [] // one number under two names is a problem of its own
    const names = listing([port, ...others].map(({ name }) => name))
    const hint = `say which, as in \`GET:${port.port} /…\``
    return [defect({ code: 'ambiguous-probe', at, message: `the probe may mean any of the http ports ${names}`, hint })]
  }
  if (probeProtocols[probe.kind].includes(port.protocol)) return []
  return [wrongProtocol(probe, port, at)]
}

function noPort(probe: Probe, service: Service, at: string): Problem {
  const numbers = portsOf(service).map(({ port }) => String(port))
  const hint = numbers.length === 0 ? 'the service has no ports' : `declared ports: ${listing(numbers)}`
  if (probe.port === undefined)
    return defect({ code: 'unknown-port', at, message: 'the service has no http port to probe', hint })
  return defect({ code: 'unknown-port', at, message: `the service has no port \`${probe.port}\` to probe`, hint })
}

function wrongProtocol(probe: Probe, { port, protocol }: { port: number; protocol: string }, at: string): Problem {
  const message = `port \`${port}\` speaks ${protocol}, and the probe is ${probe.kind}`
  const hints: Readonly<Record<string, string>> = {
    http: `write \`GET:${port} /…\``,
    grpc: `write \`grpc:${port}\``,
    tcp: `write \`tcp:${port}\``,
    tls: `write \`tcp:${port}\``,
  }
  const hint = hints[protocol]
  return defect({ code: 'probe-protocol', at, message, ...(hint !== undefined && { hint }) })
}
