import type { Bounds } from '../model/flow-set'
import { FlowSet } from '../model/flow-set'
import { groupBy } from '../model/group'
import type { Identity } from '../model/identity'
import type { Problem } from '../model/problem'
import type { Region } from '../model/region'
import { bounded, TooComplex } from '../model/region'
import type { ClientView, Egress } from './client-view'
import { clientView } from './client-view'
import type { FloorEntry } from './floor'
import { otherPorts, sidecarFloor } from './floor'
import type { Layer, Workload } from './layer'
import type { Match } from './regions/bounds'
import { unknowable } from './regions/bounds'
import type { Questions } from './regions/tokens'
import { mentionedPorts, spare } from './regions/ports'
import type { Scope } from './regions/scopes'
import { scopes } from './regions/scopes'
import type { Asked } from './regions/workload'
import { deciders, domainsOf, served, smuggledInto } from './regions/workload'

/** Who may reach one port of one workload. */
export interface PortReach {
  readonly workload: Workload
  /** A container port, or `other` for all those that no object names. */
  readonly port: number | typeof otherPorts
  /** What a well-behaved client is certain to get, and what an adversary could: with each caller's own configuration taken in. */
  readonly bounds: Match
  /** The same as the callee alone decides it. */
  readonly served: Match
  /** The objects that decide about the requests of a region. */
  because(region: Region): readonly string[]
}

/** Effective reachability: who can really call whom. */
export interface Reach {
  readonly ports: readonly PortReach[]
  /** What the data plane leaves open whatever any policy says. */
  readonly floor: readonly FloorEntry[]
  /** The mesh's trust domain and aliases; absent where unknown. */
  readonly domains: readonly string[] | undefined
  /** What a claim attribute of a region asks. */
  readonly questions: Questions
  readonly problems: readonly Problem[]
  /** The ports of the workloads that run under one ServiceAccount. */
  portsOf(account: Pick<Identity, 'namespace' | 'serviceAccount'>): readonly PortReach[]
  egress(caller: Identity, host: string, port: number): Egress
}

/** New products of diagram nodes that one port may take before its answer is `unknown`. */
const stepsPerPort = 300_000

/**
 * All requests at once: for every port of every workload, who may ask what. A second implementation of what `decide` defines.
 */
export function reach(layer: Layer): Reach {
  const questions: Questions = new Map()
  const problems: Problem[] = []
  const cut = scopes(layer)
  const view = clientView(layer, cut)
  const ports = cut.flatMap(scope => {
    const named = mentionedPorts(scope.layer, scope.workload)
    return [...named, otherPorts].map(port => portReach({ scope, port, named, questions, problems, view }))
  })
  const byAccount = groupBy(ports, ({ workload }) => `${workload.namespace}/${workload.serviceAccount}`)
  return {
    ports,
    floor: sidecarFloor,
    domains: domainsOf(layer),
    questions,
    problems,
    portsOf: ({ namespace, serviceAccount }) => byAccount.get(`${namespace}/${serviceAccount}`) ?? [],
    egress: (caller, host, port) => view.egress(caller, host, port),
  }
}

/** Certain and possible flows as sets, by `namespace/workload:port`. */
export function flowBounds(reached: Reach): Bounds<FlowSet> {
  const of = (bound: keyof Match): FlowSet =>
    FlowSet.of(
      reached.ports.map(({ workload, port, bounds }) => [
        `${workload.namespace}/${workload.name}:${port}`,
        bounds[bound],
      ]),
    )
  return { must: of('must'), may: of('may') }
}

interface PortQuestion {
  readonly scope: Scope
  readonly port: number | typeof otherPorts
  readonly named: readonly number[]
  readonly questions: Questions
  readonly problems: Problem[]
  readonly view: ClientView
}

function portReach({ scope, port, named, questions, problems, view }: PortQuestion): PortReach {
  const { workload } = scope
  const number = port === otherPorts ? spare(named) : port
  const asked = { ...scope, port: number, questions }
  const exact = attempt(() => served(asked))
  if (!exact) problems.push(tooComplex(workload, port))
  const own = exact ?? unknowable
  const bounds = attempt(() => boundsOf(asked, own, view)) ?? { must: unknowable.must, may: own.may }
  return { workload, port, served: own, bounds, because: region => deciders(asked, region) }
}

function boundsOf(asked: Asked, own: Match, view: ClientView): Match {
  const { must } = view.narrow(own, asked, asked.port)
  return { must, may: own.may.union(smuggledInto(asked)) }
}

function attempt(compute: () => Match): Match | undefined {
  try {
    return bounded(stepsPerPort, compute)
  } catch (error) {
    if (error instanceof TooComplex) return undefined
    throw error
  }
}

function tooComplex(workload: Workload, port: number | typeof otherPorts): Problem {
  return {
    code: 'too-complex',
    severity: 'error',
    message: `the policies of port \`${port}\` make more distinctions than can be computed exactly; who may reach it is unknown`,
    at: `${workload.kind} ${workload.namespace}/${workload.name}`,
    hint: 'split the workload, or use fewer patterns in its policies',
  }
}
