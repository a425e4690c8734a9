import type { Problem } from '../../model/problem'
import { calleeProblems } from '../checks/callees'
import { wholeOf } from '../checks/context'
import { issuersUsed } from '../checks/issuers'
import type { Accepts, Callees, Graph, Routes } from '../graph'
import { frozen, mapValues, own, pickNames } from '../plain'
import { byText, gatewayOf } from '../resolve'
import { routeText } from '../routes'
import { settle } from './consent'
import type { Fragment } from './fragment'

/** A call that waits: the caller's side declares it, the callee's has not accepted it. */
export interface Waiting {
  /** `namespace/service`, a gateway's `namespace/serviceAccount`, or the name of a caller outside the mesh. */
  readonly caller: string
  /** The callee's name. */
  readonly callee: string
  /** The port's name. */
  readonly port: string
  /** What waits: routes, or the one word `tcp` or `tls`. */
  readonly routes: readonly string[]
  /** Whose consent is missing: the name of a fragment, empty for the graph itself; absent where nobody declares the callee. */
  readonly owner?: string
  readonly why: string
}

/** One part of a graph: all that says who calls whom, with whatever of it stands by itself. */
interface Part {
  /** A fragment's name; empty for the graph. */
  readonly owner: string
  readonly accepts: Accepts
}

interface World {
  readonly graph: Graph
  readonly ownerOf: ReadonlyMap<string, Part>
  /** Names that the graph expects of fragments. */
  readonly elsewhere: ReadonlySet<string>
}

interface Calling {
  /** Whose part declares it. */
  readonly by: string
  /** As consents name him. */
  readonly caller: string
}

/** Puts parts together, and leaves out what waits. */
export function together(
  graph: Graph,
  fragments: Readonly<Record<string, { readonly fragment?: Fragment }>>,
): { readonly graph: Graph; readonly waiting: readonly Waiting[] } {
  const parts = Object.entries(fragments).flatMap(([owner, { fragment }]) => (fragment ? [{ owner, fragment }] : []))
  const { elsewhere = {}, accepts = {}, ...rest } = graph
  const services = Object.assign(
    {},
    graph.services,
    ...parts.map(({ fragment }) => fragment.services),
  ) as Graph['services']
  const external = Object.assign(
    {},
    graph.external,
    ...parts.map(({ fragment }) => fragment.external),
  ) as Graph['external']
  const owners = [
    ...callees(graph).map(name => [name, { owner: '', accepts }] as const),
    ...parts.flatMap(({ owner, fragment }) =>
      callees(fragment).map(name => [name, { owner, accepts: fragment.accepts }] as const),
    ),
  ]
  const whole = { ...rest, services, external }
  const world: World = { graph: whole, ownerOf: new Map(owners), elsewhere: new Set(Object.keys(elsewhere)) }
  const waiting: Waiting[] = []
  const stand = (calling: Calling, callees: Callees): Callees => {
    const outcome = standing(world, calling, callees)
    waiting.push(...outcome.waiting)
    return outcome.callees
  }
  const called = (by: string, calls: Graph['calls']): Graph['calls'] =>
    mapValues(calls, (callees, name) => stand({ by, caller: callerIn(services, name) }, callees))
  // Callers are each part's own.
  const calls = Object.assign(
    called('', graph.calls),
    ...parts.map(({ owner, fragment }) => called(owner, fragment.calls)),
  ) as Graph['calls']
  const ingress = routed(graph.ingress, entry => {
    const { namespace, serviceAccount } = gatewayOf(entry)
    return stand({ by: '', caller: `${namespace}/${serviceAccount}` }, entry.routes)
  })
  const outside = routed(graph.outside, (entry, caller) => stand({ by: '', caller }, entry.routes))
  const alone = Object.keys(fragments).length + Object.keys(elsewhere).length === 0
  const merged: Graph = { ...whole, ingress, outside, calls }
  return { graph: frozen(alone ? merged : pruned(merged)), waiting: waiting.sort((a, b) => byText(keyOf(a), keyOf(b))) }
}

function callees({ services, external }: Pick<Graph, 'services' | 'external'>): readonly string[] {
  return [...Object.keys(services), ...Object.keys(external)]
}

function callerIn(services: Graph['services'], name: string): string {
  const service = own(services, name)
  return service ? `${service.namespace}/${name}` : name
}

/** What had routes and has none left is left out; what had none before is for `validate`. */
function routed<T extends { readonly routes: Callees }>(
  section: Readonly<Record<string, T>>,
  routesOf: (entry: T, name: string) => Callees,
): Readonly<Record<string, T>> {
  const settled = mapValues(section, (entry, name) => ({ ...entry, routes: routesOf(entry, name) }))
  const isLeft = (name: string) =>
    Object.keys(settled[name]?.routes ?? {}).length > 0 || Object.keys(section[name]?.routes ?? {}).length === 0
  return pickNames(settled, isLeft)
}

/** Leaves out what may be there for calls that wait: issuers that no route names, crossings of calls that are not there. */
function pruned({ jwt, border, ...graph }: Graph): Graph {
  const used = issuersUsed(graph)
  const issuers = jwt && pickNames(jwt, name => used.has(name))
  const isCalled = (caller: string, callee: string) =>
    own(graph.services, caller) === undefined || own(own(graph.calls, caller) ?? {}, callee) !== undefined
  const crossings =
    border && mapValues(border, (callees, caller) => pickNames(callees, callee => isCalled(caller, callee)))
  return { ...graph, ...(issuers && { jwt: issuers }), ...(crossings && { border: crossings }) }
}

function standing(world: World, calling: Calling, callees: Callees): Outcome {
  const waiting: Waiting[] = []
  const kept = Object.entries(callees).flatMap(([callee, ports]) => {
    const part = world.ownerOf.get(callee)
    // A name that nobody has and nobody expects is misspelt: `validate` says so.
    const stays = part ? part.owner === calling.by : calling.by === '' && !world.elsewhere.has(callee)
    if (stays) return [[callee, ports] as const]
    const settled = Object.entries(ports).flatMap(([port, routes]) => {
      const { stand, wait, why } = asked(world, part, { caller: calling.caller, callee, port, routes })
      if (wait) {
        const { caller } = calling
        waiting.push({ caller, callee, port, routes: textsOf(wait), ...(part && { owner: part.owner }), why })
      }
      return stand ? [[port, stand] as const] : []
    })
    return settled.length === 0 ? [] : [[callee, Object.fromEntries(settled)] as const]
  })
  return { callees: Object.fromEntries(kept), waiting }
}

interface Outcome {
  readonly callees: Callees
  readonly waiting: readonly Waiting[]
}

interface Call {
  readonly caller: string
  readonly callee: string
  readonly port: string
  readonly routes: Routes
}

/** What stands of a call to another part. */
function asked(world: World, part: Part | undefined, { caller, callee, port, routes }: Call) {
  if (!part) return { wait: routes, why: 'no part of the mesh declares it' }
  const [flaw] = flaws(world, callee, { [port]: routes })
  if (flaw) return { wait: routes, why: flaw.message }
  const consent = own(own(part.accepts, callee) ?? {}, caller)
  const what = consent === undefined ? 'this caller' : 'these routes of this caller'
  return { ...settle(routes, consent, port), why: `it does not accept ${what}` }
}

/** What is wrong with a call to another part, as that part is now. */
function flaws({ graph }: World, callee: string, ports: Callees[string]): readonly Problem[] {
  return calleeProblems(wholeOf(graph), { callees: { [callee]: ports }, path: [], among: 'services and externals' })
}

function textsOf(routes: Routes): readonly string[] {
  return typeof routes === 'string' ? [routes] : routes.map(routeText)
}

function keyOf({ caller, callee, port, routes }: Waiting): string {
  return [caller, callee, port, ...routes].join('\n')
}
