import type { Callee, WorkloadCallee, WorkloadCaller } from '../model/flow'
import type { Graph } from './graph'
import { groupBy } from '../model/group'
import { own } from './plain'
import { accountOf, byText, gatewayOf, portsOf } from './resolve'

type Account = NonNullable<Graph['scraper']>

/**
 * Who is behind a name. Services that share a ServiceAccount are one identity: no mesh can tell them apart as callers,
 * so what one of them may do, all of them may, and who may call a port of one may call that port of all.
 */
export interface Directory {
  /** Every caller with the identity of a service. */
  readonly service: (name: string) => readonly WorkloadCaller[]
  /** Every caller with an identity that the graph need not declare: a gateway's, the scraper's. */
  readonly account: (account: Account, role?: 'gateway') => readonly WorkloadCaller[]
  /** Everybody who listens where `name` does under this port's name: services, or the hosts of an external. */
  readonly callees: (name: string, portName: string) => readonly Callee[]
  /** As `callees`, by the number of the port, which may be one that only metrics are read from. */
  readonly listeners: (name: string, port: number) => readonly WorkloadCallee[]
}

export function directory(graph: Graph): Directory {
  const workloads = workloadsOf(graph)
  const members = groupBy(workloads.values(), accountKey)
  const open = new Set(
    Object.entries(graph.services).flatMap(([name, service]) => portsOf(service).map(({ port }) => `${name}:${port}`)),
  )
  const service: Directory['service'] = name => {
    const workload = workloads.get(name)
    return workload ? (members.get(accountKey(workload)) ?? []) : []
  }
  const listeners = remembered((name: string, port: number) =>
    service(name)
      .filter(member => open.has(`${member.service}:${port}`))
      .map(member => Object.freeze({ ...member, port })),
  )
  const callees: Directory['callees'] = (name, portName) => {
    const port = own(own(graph.services, name)?.ports ?? {}, portName)
    return port ? listeners(name, port.port) : externals(graph, name, portName)
  }
  return {
    service,
    account: (account, role) => members.get(accountKey(account)) ?? [stranger(account, role)],
    callees,
    listeners,
  }
}

function workloadsOf(graph: Graph): ReadonlyMap<string, WorkloadCaller> {
  const services = Object.entries(graph.services).sort(([a], [b]) => byText(a, b))
  return new Map(
    services.map(([name, service]) => {
      const { namespace } = service
      const serviceAccount = accountOf(name, service)
      return [name, Object.freeze({ kind: 'workload', service: name, namespace, serviceAccount })]
    }),
  )
}

/** A service is called on the same port by many: one answer for all of them. */
function remembered<T>(answer: (name: string, port: number) => T): (name: string, port: number) => T {
  const known = new Map<string, T>()
  return (name, port) => {
    const key = `${name}:${port}`
    const found = known.get(key) ?? answer(name, port)
    known.set(key, found)
    return found
  }
}

function accountKey({ namespace, serviceAccount }: Account): string {
  return `${namespace}/${serviceAccount}`
}

/** A workload that is no service of the graph; people know it by its ServiceAccount. */
function stranger({ namespace, serviceAccount }: Account, role?: 'gateway'): WorkloadCaller {
  const gateway = role === 'gateway' && { gateway: true as const }
  return Object.freeze({ kind: 'workload', service: serviceAccount, namespace, serviceAccount, ...gateway })
}

function externals(graph: Graph, name: string, portName: string): readonly Callee[] {
  const external = own(graph.external, name)
  const port = own(external?.ports ?? {}, portName)
  if (!external || !port) return []
  const { gateway, tls } = external
  const more = {
    ...(gateway !== undefined && { via: Object.freeze(gatewayOf({ gateway })) }),
    ...(tls && { originated: true as const }),
  }
  return external.hosts.map(host => Object.freeze({ kind: 'external', name, host, port: port.port, ...more }))
}
