import { groupBy } from '../model/group'
import type { ExternalCallee, WorkloadCaller } from '../model/flow'
import type { IntendedFlow, Intent } from '../model/intent'
import { Language } from '../model/language'
import { once } from '../model/once'
import { canonicalPaths } from '../model/path-set'
import { Region } from '../model/region'
import type { Difference } from './difference'
import { describeWitness } from './describe'
import type { Expected } from './expect'
import { namesOf, requestRegion } from './expect'
import type { GatewayReach, Routed } from './gateway/gateway-reach'
import type { Reach } from './reach'
import { virtualHostSets } from './regions/hosts'
import { compareOpenings, spokenIn } from './compare-openings'

/** A declared call to a host outside. */
interface Leaving {
  readonly flow: IntendedFlow
  readonly from: WorkloadCaller
  readonly to: ExternalCallee
}

/**
 * How calls to hosts outside differ from what is meant. What is declared has to be certain to get there, by the caller's own configuration and the gateways
 * that it leads through. And at a gateway that declared calls leave through, nothing else may leave; beyond gateways a caller can go round its own proxy, so
 * that nothing can be said there, but of Linkerd's proxies: what these let out of a namespace has to be what something there declares.
 */
export function compareEgress(reach: Reach, intent: Intent, expected: Expected): readonly Difference[] {
  const leaving = intent.flows.flatMap((flow): readonly Leaving[] => {
    const { from, to } = flow
    return from.kind === 'workload' && to.kind === 'external' ? [{ flow, from, to }] : []
  })
  const through = leaving.filter(({ to }) => to.via)
  const byExit = groupBy(through, ({ to: { via } }) => `${via?.namespace ?? ''}/${via?.serviceAccount ?? ''}`)
  return [
    ...leaving.flatMap(one => cut(one, reach, expected)),
    ...[...byExit.values()].flatMap(same => atExit(same, reach, expected)),
    ...compareOpenings(reach, intent, expected),
  ]
}

const canonical = once(() =>
  Region.union([
    Region.where('protocol', Language.literals(['http'])).complement(),
    Region.where('path', canonicalPaths()),
  ]),
)

/** A workload has an identity of the one mesh that it is in, whose trust domain may be any of those that are expected. */
function cut(
  { flow, from, to }: Leaving,
  reach: Reach,
  { trustDomain, trustDomainAliases = [] }: Expected,
): readonly Difference[] {
  const { host, port, via } = to
  const exit = via && { via: `${via.namespace}/${via.serviceAccount}` }
  const outside = { host, port, speaks: spokenIn(flow), ...exit }
  const answers = [trustDomain, ...trustDomainAliases].map(domain =>
    reach.egress({ ...from, trustDomain: domain }, outside),
  )
  const meant = requestRegion(flow.http).intersect(canonical())
  if (answers.some(({ certain }) => meant.within(certain))) return []
  const callee = { namespace: from.namespace, serviceAccount: from.serviceAccount, port }
  const { because = [] } = answers.find(({ open }) => open !== 'unknown') ?? answers[0] ?? {}
  return [{ kind: 'cut', service: to.name, callee, text: flow.text, because }]
}

/** What may leave through one gateway beside what is declared to. */
function atExit(leaving: readonly Leaving[], reach: Reach, expected: Expected): readonly Difference[] {
  const via = leaving[0]?.to.via
  if (!via || expected.stages?.[via.namespace] === 'strict') return []
  const { namespace, serviceAccount } = via
  const own = reach.gateways.filter(
    ({ workload }) => workload.namespace === namespace && workload.serviceAccount === serviceAccount,
  )
  if (own.length === 0) {
    const callee = { ...via, port: 'other' } as const
    const text = `no gateway was read that stands for ${namespace}/${serviceAccount}`
    return [{ kind: 'unjudged', service: serviceAccount, callee, text, because: [] }]
  }
  return own.flatMap(one => [
    ...one.routed.flatMap(routed => undeclared(one, beyondDeclared(routed, leaving, expected), reach)),
    ...undeclared(one, one.astray, reach),
  ])
}

function beyondDeclared({ host, bounds }: Routed, leaving: readonly Leaving[], expected: Expected): Region {
  const meant = leaving.filter(({ to }) => to.host.toLowerCase() === host)
  const byRequest = groupBy(meant, ({ flow }) => JSON.stringify(flow.http))
  const [headers = Language.none] = virtualHostSets([host])
  const allowed = [...byRequest.values()].map(same =>
    Region.where('caller', Language.literals(same.flatMap(({ from }) => namesOf(from, expected))))
      .intersect(requestRegion(same[0]?.flow.http))
      .intersect(Region.where('host', headers)),
  )
  return bounds.may.intersect(canonical()).minus(Region.union(allowed))
}

function undeclared(reached: GatewayReach, region: Region, { domains, questions }: Reach): readonly Difference[] {
  const { namespace, serviceAccount } = reached.workload
  const { port } = reached
  const extra = region.intersect(canonical())
  const witness = extra.witness()
  if (!witness) return []
  const text = describeWitness(witness, `${namespace}/${serviceAccount}:${port}`, { domains, questions })
  const callee = { namespace, serviceAccount, port }
  return [{ kind: 'admitted', service: serviceAccount, callee, text, because: reached.because(extra) }]
}
