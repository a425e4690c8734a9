import { groupBy } from '../../model/group'
import { Region } from '../../model/region'
import type { RoutedCallee } from '../gateway/gateway-reach'
import type { GatewayListener } from '../gateway/listener'
import { listenersOf } from '../gateway/listeners'
import { containsLabels, gatewayPoliciesFor, gatewayTokensFor } from '../istio/attachment'
import { hostOf } from '../istio/client'
import { targetPort } from '../istio/protocol'
import { nameOf } from '../istio/verdict'
import type { Destination, Layer, Service, Workload } from '../layer'
import { matchingAt } from './deciders'
import { acceptedBy, domainsOf } from './domains'
import type { GatewayFacts, Passage } from './gateway'
import { passageOf } from './gateway'
import { headersFor } from './hosts'
import type { Questions } from './tokens'

/** What is known of gateways, asked once for each. */
export interface GatewayView {
  /** The Pod's ports on which somebody listens, or may. */
  ports(workload: Workload): readonly number[]
  /** What becomes of what comes to one port. */
  passage(workload: Workload, port: number): Passage
  /** The port of a Service that a route names; the only one, where it names none. Absent where none such was read. */
  leads(
    to: Pick<Destination, 'host'> & { readonly port: number | undefined },
  ): { readonly port: number; readonly callees: readonly RoutedCallee[] } | undefined
  /** The objects that decide about the requests of a region at one port. */
  deciders(workload: Workload, port: number, region: Region): readonly string[]
}

/** Gateways as one layer has them. */
export function gatewayView(layer: Layer, questions: Questions): GatewayView {
  const facts = remembered((workload: Workload) => factsOf(layer, workload, questions))
  const at = (workload: Workload, port: number): GatewayFacts => {
    const { listeners, ...known } = facts(workload)
    return { ...known, port, listeners: listeners.filter(listener => listener.port === port) }
  }
  const passages = remembered((workload: Workload) => remembered((port: number) => passageOf(at(workload, port))))
  const services = remembered(() => servicesByHost(layer))
  return {
    ports: workload => [...new Set(facts(workload).listeners.map(({ port }) => port))],
    passage: (workload, port) => passages(workload)(port),
    leads: to => leadsTo(to, services(layer)),
    deciders: (workload, port, region) => deciders(at(workload, port), region),
  }
}

/** Each answer is computed once. */
function remembered<Question, Answer>(compute: (question: Question) => Answer): (question: Question) => Answer {
  const known = new Map<Question, Answer>()
  return question => {
    const answer = known.get(question) ?? compute(question)
    known.set(question, answer)
    return answer
  }
}

function factsOf(layer: Layer, workload: Workload, questions: Questions): Omit<GatewayFacts, 'port'> {
  return {
    listeners: listenersOf(layer, workload),
    ips: workload.ips,
    trustDomain: layer.mesh.trustDomain,
    questions,
    domains: domainsOf(layer),
    accepted: acceptedBy(layer),
    policies: gatewayPoliciesFor(layer, workload),
    requestAuthentications: gatewayTokensFor(layer, workload),
  }
}

interface Fronted {
  readonly service: Service
  /** Those that its selector takes. */
  readonly workloads: readonly Workload[]
}

function servicesByHost({ mesh, services, workloads }: Layer): ReadonlyMap<string, Fronted> {
  const near = groupBy(workloads, ({ namespace }) => namespace)
  const known = services.filter(
    ({ namespace, unreadable, type, selector }) =>
      namespace !== undefined && !unreadable && type !== 'ExternalName' && Object.keys(selector).length > 0,
  )
  return new Map(
    known.map(service => [
      hostOf(service, mesh).toLowerCase(),
      {
        service,
        workloads: (near.get(service.namespace ?? '') ?? []).filter(({ labels }) =>
          containsLabels(labels, service.selector),
        ),
      },
    ]),
  )
}

/** Without a port the only one of the Service is meant (istio `pilot/pkg/networking/core/route/route.go` GetDestinationCluster). */
function leadsTo(
  { host, port }: Parameters<GatewayView['leads']>[0],
  services: ReadonlyMap<string, Fronted>,
): ReturnType<GatewayView['leads']> {
  const fronted = services.get(host)
  if (!fronted) return undefined
  const { ports } = fronted.service
  const entry = port === undefined && ports.length === 1 ? ports[0] : ports.find(known => known.port === port)
  if (!entry) return undefined
  const callees = fronted.workloads.flatMap((workload): readonly RoutedCallee[] => {
    const target = targetPort(entry, workload)
    return target === undefined ? [] : [{ workload, port: target }]
  })
  return { port: entry.port, callees }
}

/** Policies that match some of the requests, or that there is none; what listens; and the routes. */
function deciders(facts: GatewayFacts, region: Region): readonly string[] {
  const { policies, listeners } = facts
  const open = policies.every(({ policy }) => policy.action !== 'ALLOW' || policy.dryRun === 'yes')
  return [
    ...(open ? ['no AuthorizationPolicy limits what the gateway lets in'] : []),
    ...matchingAt(facts, region).map(nameOf),
    ...new Set(listeners.flatMap(listener => [...listener.because, ...routesOf(listener, region)])),
  ]
}

/** Of the hosts that are asked for; what stands for several may serve any. */
function routesOf({ hosts }: GatewayListener, region: Region): readonly string[] {
  return hosts.flatMap(({ host, rules }) => {
    const named = host.startsWith('*') || !region.intersect(Region.where('host', headersFor(host))).isEmpty
    return named ? rules.map(({ from }) => from) : []
  })
}
