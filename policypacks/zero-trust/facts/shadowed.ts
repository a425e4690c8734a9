import type { AuthorizationPolicy, Layer, Rule, Selector, Workload } from '../../../core/analyze/layer'
import type { LinkerdAuthorizationPolicy, Server } from '../../../core/analyze/linkerd/layer-linkerd'
import { matchLabels } from '../../../core/analyze/linkerd/match-labels'
import { reach, type PortReach, type Reach } from '../../../core/analyze/reach'
import { scopes } from '../../../core/analyze/regions/scopes'
import { groupBy } from '../../../core/model/group'

/** Something of a policy that admits callers, and can be taken away alone: a rule of Istio's, a whole policy of Linkerd's. */
interface Grant {
  readonly of: AuthorizationPolicy | LinkerdAuthorizationPolicy
  /** `spec.rules[1]`; empty for a whole policy. */
  readonly path: string
  readonly rule?: Rule
  /** The Pods it may be for. */
  readonly workloads: readonly Workload[]
  /** What it is for, by name: two grants without a common one have nothing to do with each other. */
  readonly places: ReadonlySet<unknown>
  /** Single callers by name, where there are no others. */
  readonly callers: ReadonlySet<string> | 'any'
}

/** A grant that changes no decision, and the objects that decide without it. */
export interface Shadowed {
  readonly at: string
  readonly path: string
  readonly because: readonly string[]
}

/** Beyond these nobody waits: a grant for so many workloads, and so many grants of a stack, are not judged. */
const mostWorkloads = 12
const mostGrants = 150

/**
 * The grants without which every workload that they are for is reached exactly as with them. Of several that say the same all but the first are: each is taken away for
 * good before the next is judged, the last one first.
 */
export function shadowed(layer: Layer): readonly Shadowed[] {
  const all = [...istioGrants(layer), ...linkerdGrants(layer)]
  const candidates = candidatesOf(all).slice(0, mostGrants)
  if (candidates.length === 0) return []
  const cut = new Map(scopes(layer).map(({ workload, layer: own }) => [workload, { ...own, workloads: [workload] }]))
  const reached = new Map<Workload, Reach>()
  const gone = new Set<Grant>()
  const reachOf = (workload: Workload): Reach => reach(without(cut.get(workload) ?? layer, gone))
  const found: Shadowed[] = []
  for (const grant of [...candidates].reverse()) {
    const before = grant.workloads.map(workload => {
      const known = reached.get(workload) ?? reachOf(workload)
      reached.set(workload, known)
      return known
    })
    gone.add(grant)
    const after = grant.workloads.map(reachOf)
    if (before.every((one, i) => isSame(one, after[i]))) {
      found.push(told(grant, before, after))
      for (const workload of grant.workloads) reached.delete(workload)
    } else gone.delete(grant)
  }
  return found.reverse()
}

/** Only what somebody else may admit too can be in vain: callers that no other grant for the same workloads names need this one. */
function candidatesOf(all: readonly Grant[]): readonly Grant[] {
  const placed = all.flatMap(grant => [...grant.places].map(place => ({ place, grant })))
  const byPlace = groupBy(placed, ({ place }) => place)
  return all.filter(grant => {
    const { workloads, callers, places } = grant
    if (workloads.length === 0 || workloads.length > mostWorkloads) return false
    const near = new Set([...places].flatMap(place => byPlace.get(place) ?? []).map(one => one.grant))
    const others = [...near].filter(other => other !== grant)
    if (others.some(other => other.callers === 'any')) return true
    const named = new Set(others.flatMap(other => [...(other.callers === 'any' ? [] : other.callers)]))
    return callers !== 'any' && [...callers].every(caller => named.has(caller))
  })
}

function istioGrants(layer: Layer): readonly Grant[] {
  const byNamespace = groupBy(layer.workloads, ({ namespace }): string | undefined => namespace)
  return layer.authorizationPolicies
    .filter(({ action, dryRun, targeted }) => action === 'ALLOW' && dryRun === 'no' && targeted === 'no')
    .flatMap(policy => {
      const { selector, namespace, rules } = policy
      const near = namespace === layer.mesh.rootNamespace ? layer.workloads : (byNamespace.get(namespace) ?? [])
      const workloads = near.filter(({ labels }) => isSelected(selector, labels))
      const places = new Set(workloads)
      return rules.map((rule, i) => ({
        ...{ of: policy, path: `spec.rules[${i}]`, rule, workloads, places },
        callers: callersOf(rule),
      }))
    })
}

function isSelected(selector: Selector, labels: Workload['labels']): boolean {
  if (selector.kind === 'unknown') return false
  return selector.kind === 'all' || Object.entries(selector.labels).every(([key, value]) => labels[key] === value)
}

function callersOf(rule: Rule): Grant['callers'] {
  if (rule.kind === 'unreadable' || rule.from.length === 0) return 'any'
  const each = rule.from.map(({ principals }) => principals)
  const isOpen = each.some(names => names.length === 0 || names.some(name => name.includes('*')))
  return isOpen ? 'any' : new Set(each.flat())
}

function linkerdGrants({ linkerd, workloads }: Layer): readonly Grant[] {
  return linkerd.authorizationPolicies
    .filter(({ unreadable, target }) => !unreadable && target.kind !== 'unsupported')
    .map(policy => {
      const { servers, places } = targetOf(policy, linkerd)
      const isFor = ({ namespace, labels }: Workload): boolean =>
        namespace === policy.namespace &&
        servers.some(({ selector }) => selector !== 'external' && matchLabels(selector, labels))
      return { of: policy, path: '', workloads: workloads.filter(isFor), places, callers: shownBy(policy, linkerd) }
    })
}

interface Target {
  readonly servers: readonly Server[]
  readonly places: ReadonlySet<unknown>
}

/** The Servers a policy of Linkerd is for, and their routes, which are among its places: it is for all of them, or for one. */
function targetOf({ target, namespace }: LinkerdAuthorizationPolicy, linkerd: Layer['linkerd']): Target {
  const here = linkerd.servers.filter(one => one.namespace === namespace)
  const routes = [...linkerd.httpRoutes, ...linkerd.grpcRoutes].filter(one => one.namespace === namespace)
  const isOn = ({ parents }: (typeof routes)[number], { name }: Server): boolean =>
    parents === 'unknown' || parents.some(parent => parent.name === name)
  if (target.kind === 'route') {
    const own = routes.filter(
      ({ group, kind, name }) => group === target.group && kind === target.routeKind && name === target.name,
    )
    return { servers: here.filter(server => own.some(route => isOn(route, server))), places: new Set(own) }
  }
  const servers = here.filter(({ name }) => target.kind !== 'server' || name === target.name)
  return {
    servers,
    places: new Set([...servers, ...routes.filter(route => servers.some(server => isOn(route, server)))]),
  }
}

/** The identities that a policy of Linkerd asks for, where it names each in full. */
function shownBy(
  { authentications, namespace }: LinkerdAuthorizationPolicy,
  linkerd: Layer['linkerd'],
): Grant['callers'] {
  const asked = authentications.find(({ kind }) => kind === 'mesh-tls')
  const known = linkerd.meshTlsAuthentications.find(
    one => one.name === asked?.name && one.namespace === (asked.namespace ?? namespace) && !one.unreadable,
  )
  if (known === undefined) return 'any'
  const names = known.identities.map(one => (one.kind === 'text' && !one.text.includes('*') ? one.text : undefined))
  return names.includes(undefined) ? 'any' : new Set(names.flatMap(name => name ?? []))
}

function without(layer: Layer, gone: ReadonlySet<Grant>): Layer {
  const rules = new Set([...gone].flatMap(({ rule }) => rule ?? []))
  const policies = new Set([...gone].filter(({ rule }) => rule === undefined).map(({ of }) => of))
  return {
    ...layer,
    // Without rules an ALLOW policy still refuses everybody: what is taken away here opens nothing.
    authorizationPolicies: layer.authorizationPolicies.map(policy =>
      policy.rules.some(rule => rules.has(rule))
        ? { ...policy, rules: policy.rules.filter(rule => !rules.has(rule)) }
        : policy,
    ),
    linkerd: {
      ...layer.linkerd,
      authorizationPolicies: layer.linkerd.authorizationPolicies.filter(policy => !policies.has(policy)),
    },
  }
}

/** Whether two layers are reached alike, port by port; what is too complex to be computed is not. A port that only one of them names is among the other's spare ones. */
function isSame(before: Reach, after: Reach | undefined): boolean {
  if (after === undefined || before.problems.length + after.problems.length > 0) return false
  const ports = [...before.ports, ...after.ports].map(({ port }) => port)
  return [...new Set(ports)].every(port => {
    const [old, own] = [portOf(before, port), portOf(after, port)]
    return old !== undefined && own !== undefined && isSamePort(old, own)
  })
}

function portOf({ ports }: Reach, asked: PortReach['port']): PortReach | undefined {
  return ports.find(({ port }) => port === asked) ?? ports.find(({ port }) => port === 'other')
}

/** Regions are interned: equal ones are the same object. What comes straight counts beside what comes through waypoints, whose policies are no part of a cut layer. */
function isSamePort(old: PortReach, own: PortReach): boolean {
  return matchesOf(old).every((one, i) => {
    const other = matchesOf(own)[i]
    return one?.must === other?.must && one?.may === other?.may
  })
}

function matchesOf({ bounds, served, direct }: PortReach): readonly (PortReach['bounds'] | undefined)[] {
  return [bounds, served, direct]
}

/** The policies that decide about the same callers with the grant and without it. */
function told({ of: { at }, path }: Grant, before: readonly Reach[], after: readonly Reach[]): Shadowed {
  const namedBy = (all: readonly Reach[]): readonly string[] =>
    all.flatMap(({ ports }) => ports.flatMap(port => port.because(port.served.may)))
  const known = new Set(namedBy(before))
  return { at, path, because: [...new Set(namedBy(after))].filter(name => known.has(name)) }
}
