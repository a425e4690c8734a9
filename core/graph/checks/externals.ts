import type { Problem } from '../../model/problem'
import type { External } from '../graph'
import { nameProblems } from '../names'
import { defect, place } from '../place'
import type { Context } from './context'
import { leavingProblems } from './egress'
import { hostProblems } from './hosts'

/** What is wrong with the hosts outside the cluster. */
export function externalProblems({ graph }: Context): readonly Problem[] {
  const each = Object.entries(graph.external).flatMap(([name, external]) => [
    ...nameProblems('entry', name, place('external', name)),
    ...(Object.hasOwn(graph.services, name) ? [sameName(name)] : []),
    ...hostProblems(external.hosts, ['external', name, 'hosts'], 'exact'),
    ...external.hosts.flatMap((host, index) => clusterHost(host, place('external', name, 'hosts', index))),
    ...portProblems(name, external),
  ])
  return [...each, ...endpointProblems(Object.entries(graph.external)), ...leavingProblems(graph)]
}

function sameName(name: string): Problem {
  const message = `\`${name}\` is a service too, so a call to it may mean either`
  return defect({ code: 'ambiguous-name', at: place('external', name), message, hint: 'name it otherwise' })
}

function clusterHost(host: string, at: string): readonly Problem[] {
  if (!/\.svc(\.|$)/.test(host)) return []
  const message = `\`${host}\` is a Service of the cluster`
  return [defect({ code: 'cluster-host', at, message, hint: 'declare it under `services`' })]
}

function portProblems(name: string, { ports }: External): readonly Problem[] {
  const at = place('external', name, 'ports')
  if (Object.keys(ports).length === 0) {
    return [defect({ code: 'empty-ports', at, message: `\`${name}\` has no ports, so nobody can call it` })]
  }
  return Object.entries(ports).flatMap(([port, { servicePort }]) => [
    ...nameProblems('port', port, place('external', name, 'ports', port)),
    ...(servicePort === undefined ? [] : [noServicePort(place('external', name, 'ports', port, 'servicePort'))]),
  ])
}

function noServicePort(at: string): Problem {
  const message = 'a host outside has no Service, so no port of one'
  return defect({ code: 'external-service-port', at, message, hint: 'leave `servicePort` out' })
}

/** A host and port are one place, whatever it is called: two declarations of it would contradict each other. */
function endpointProblems(externals: readonly (readonly [string, External])[]): readonly Problem[] {
  const seen = new Map<string, string>()
  return externals.flatMap(([name, { hosts, ports }]) =>
    Object.entries(ports).flatMap(([portName, { port }]) =>
      [...new Set(hosts)].flatMap(host => {
        const first = seen.get(`${host}:${port}`)
        const here = place('external', name, 'ports', portName)
        if (first === undefined) seen.set(`${host}:${port}`, here)
        const message = `\`${host}:${port}\` is declared at \`${first ?? ''}\` already`
        return first === undefined ? [] : [defect({ code: 'duplicate-host', at: here, message })]
      }),
    ),
  )
}
