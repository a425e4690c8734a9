import { groupBy } from '../model/group'
import { printIdentity } from '../model/identity'
import type { GovernedService, IntendedFlow, Intent } from '../model/intent'
import { Language } from '../model/language'
import { once } from '../model/once'
import { canonicalPaths } from '../model/path-set'
import { Region } from '../model/region'
import { describeWitness } from './describe'
import type { Difference } from './difference'
import type { Expected } from './expect'
import { requestRegion } from './expect'
import type { Opening, Speaks } from './linkerd/outbound/leaving'
import type { Reach } from './reach'

/**
 * What a flow to a host outside looks like to the caller's own proxy. An intent keeps no routes; a flow's text ends with `tcp` where any bytes may pass, and what is neither that
 * nor a request comes in TLS.
 */
export function spokenIn({ http, text }: IntendedFlow): Speaks {
  if (http) return 'requests'
  return text.endsWith(' tcp') ? 'bytes' : 'tls'
}

/**
 * What Linkerd's proxies let out of each governed namespace beside what some service there declares to call. They know a namespace and no account, so that what one service may call
 * all may. At stage `strict` everything may leave.
 */
export function compareOpenings(reach: Reach, intent: Intent, expected: Expected): readonly Difference[] {
  const byNamespace = groupBy(intent.governed, ({ namespace }) => namespace)
  const leaving = groupBy(intent.flows, ({ from, to }) =>
    from.kind === 'workload' && to.kind === 'external' && !to.via ? from.namespace : '',
  )
  return [...byNamespace]
    .filter(([namespace]) => expected.stages?.[namespace] !== 'strict')
    .flatMap(([namespace, services]) => {
      const spoken = firstKnown(services, reach)
      if (!spoken) return []
      const declared = leaving.get(namespace) ?? []
      return undeclared(spoken, declared, { reach, expected })
    })
}

/** A service, and what its proxy lets out. */
interface Spoken {
  readonly service: GovernedService
  readonly openings: readonly Opening[] | 'unknown'
}

function firstKnown(services: readonly GovernedService[], reach: Reach): Spoken | undefined {
  for (const service of services) {
    const openings = reach.openings(service)
    if (openings) return { service, openings }
  }
  return undefined
}

interface Judging {
  readonly reach: Reach
  readonly expected: Expected
}

function undeclared(
  { service, openings }: Spoken,
  declared: readonly IntendedFlow[],
  judging: Judging,
): readonly Difference[] {
  if (openings === 'unknown') {
    const text = `what may leave ${service.namespace} cannot be known`
    return [{ ...difference(service, 'other'), kind: 'unjudged', text, because: [] }]
  }
  return openings.flatMap(opening => {
    const text = beyond(opening, declared, { service, ...judging })
    return text === undefined
      ? []
      : [{ ...difference(service, opening.port), kind: 'admitted' as const, text, because: opening.because }]
  })
}

function difference(
  { service, namespace, serviceAccount }: GovernedService,
  port: Opening['port'],
): Pick<Difference, 'service' | 'callee'> {
  return { service, callee: { namespace, serviceAccount, port } }
}

const canonical = once(() => Region.where('path', canonicalPaths()))

/** What may leave by an opening and is not declared, as a witness; nothing where all of it is. */
function beyond(
  opening: Opening,
  declared: readonly IntendedFlow[],
  { service, reach, expected }: Judging & { readonly service: GovernedService },
): string | undefined {
  const { host, port, speaks } = opening
  const meant = declared.filter(flow => isTo(flow, opening) && spokenIn(flow) === speaks)
  const place = `external ${host ?? 'any host'}:${port === 'other' ? 'any port' : port}`
  const caller = printIdentity({ ...service, trustDomain: reach.domains?.[0] ?? expected.trustDomain })
  if (speaks !== 'requests') {
    if (meant.length > 0) return undefined
    const what = speaks === 'bytes' ? 'tcp' : speaks
    return `${service.namespace}/${service.service} → ${place} ${what}`
  }
  const allowed = Region.union(meant.map(({ http }) => requestRegion(http)))
  const extra = opening.requests.intersect(canonical()).minus(allowed)
  const witness = extra.intersect(Region.where('caller', Language.literals([caller]))).witness()
  return witness && describeWitness(witness, place, { domains: reach.domains, questions: reach.questions })
}

/** Bytes are let out to every address; whatever else to the hosts that are named. */
function isTo({ to }: IntendedFlow, { host, port, speaks }: Opening): boolean {
  if (to.kind !== 'external' || to.port !== port) return false
  return speaks === 'bytes' ? host === undefined : to.host.toLowerCase() === host
}
