import { groupBy } from '../model/group'
import type { GovernedService, IntendedEntry, Intent } from '../model/intent'
import { Language } from '../model/language'
import { once } from '../model/once'
import { canonicalPaths } from '../model/path-set'
import { Region } from '../model/region'
import type { Difference } from './difference'
import type { Words } from './describe'
import { describeEntry } from './describe'
import type { Expected } from './expect'
import { canonicalHosts, declaredEntries, takenFor } from './expect-entries'
import type { GatewayReach, Routed, RoutedCallee } from './gateway/gateway-reach'
import { fromAnywhere } from './network/at-home'
import type { Reach } from './reach'

/**
 * Whether what enters through each gateway, and where it goes, is what the intent declares.
 *
 * Admission: whoever asks, only declared requests are let in. Routing: what is sent to a callee is declared for it, and each declared request is certain to
 * be let in, from anybody, and to be sent to a callee that declares it; what is to come in TLS gets no further in plaintext.
 *
 * At stage `strict` of the gateway's namespace policies are only shadowed, so that anything may be let in; routes are held to what is declared all the same. Of a
 * gateway that somebody else routes for ({@link Expected.unrouted}) only that is asked that nothing else is let in. Equality is over canonical paths and hosts: a
 * policy for `*.example.com` matches `shop.example.org:.example.com` too, which the proxy takes for `shop.example.org` and sends on as the routes of that host say, and the callee lets in what is
 * declared for the gateway on whatever host ({@link foreignHosts}). A gateway that is
 * itself a governed service is compared as that.
 */
export function compareEntries(reach: Reach, intent: Intent, expected: Expected): readonly Difference[] {
  if (expected.entries === 'elsewhere') return []
  const governed = new Set(intent.governed.map(nameOf))
  const entries = (intent.entries ?? []).filter(({ gateway }) => !governed.has(nameOf(gateway)))
  const words = { domains: reach.domains, questions: reach.questions }
  return [...groupBy(entries, ({ gateway }) => nameOf(gateway))].flatMap(([name, own]) => {
    const ports = reach.gateways.filter(({ workload }) => nameOf(workload) === name)
    if (ports.length === 0) return own.slice(0, 1).map(unjudged)
    return own
      .slice(0, 1)
      .flatMap(({ gateway }) =>
        compareGateway({ gateway, entries: own, ports, words, governed: intent.governed, expected }),
      )
  })
}

/** Requests that gateways let in by the rules of another host than the one they send them on for, a witness each; for the reader, no difference. */
export function foreignHosts(reach: Reach, intent: Intent, { stages, entries }: Expected): readonly string[] {
  if (entries === 'elsewhere') return []
  const words = { domains: reach.domains, questions: reach.questions }
  const limited = (intent.entries ?? []).filter(({ gateway }) => stages?.[gateway.namespace] !== 'strict')
  return [...groupBy(limited, ({ gateway }) => nameOf(gateway))].flatMap(([name, own]) => {
    const { may } = declaredEntries(own, own)
    const ports = reach.gateways.filter(({ workload }) => nameOf(workload) === name)
    const entered = Region.union(ports.map(port => port.entered.may)).minus(may)
    const witness = entered.intersect(canonical()).minus(canonicalHosts()).witness()
    return witness ? [describeEntry(witness, { gateway: name }, words)] : []
  })
}

interface Question {
  readonly gateway: IntendedEntry['gateway']
  readonly entries: readonly IntendedEntry[]
  /** Of all workloads that are this gateway. */
  readonly ports: readonly GatewayReach[]
  readonly words: Words
  readonly governed: readonly GovernedService[]
  readonly expected: Expected
}

function compareGateway(question: Question): readonly Difference[] {
  const { gateway, expected } = question
  const isStrict = expected.stages?.[gateway.namespace] === 'strict'
  const isRouted = expected.unrouted?.includes(nameOf(gateway)) !== true
  return [
    ...(isStrict ? [] : letIn(question)),
    ...(isRouted ? [...sentOn(question), ...cutOff(question), ...inPlaintext(question)] : []),
  ]
}

const http = Region.where('protocol', Language.literals(['http']))
const canonical = once(() => Region.where('path', canonicalPaths()).union(http.complement()))

/** What is let in that is not declared, of requests for canonical hosts. A port says nothing that another one has said. */
function letIn(question: Question): readonly Difference[] {
  const { may } = declaredEntries(question.entries, question.entries)
  const asked = canonical().intersect(canonicalHosts())
  let told = may
  return question.ports.flatMap(reached => {
    const extra = reached.entered.may.minus(told).intersect(asked)
    told = told.union(extra)
    return admitted(question, { reached, region: extra })
  })
}

/** What is sent to somebody, or who knows where, that is not declared for him, of requests for canonical hosts. */
function sentOn(question: Question): readonly Difference[] {
  const asked = canonical().intersect(canonicalHosts())
  return question.ports.flatMap(reached => [
    ...admitted(question, { reached, region: reached.astray.intersect(canonical()), to: 'nobody can tell where' }),
    ...reached.routed.flatMap(routed => {
      const region = routed.bounds.may.minus(declaredTo(routed, question)).intersect(asked)
      return admitted(question, { reached, region, to: calleeText(routed, question) })
    }),
  ])
}

/** The requests that may be sent to a destination: those declared for all that it may lead to; none where that is not known. */
function declaredTo({ callees = [] }: Routed, question: Question): Region {
  if (callees.length === 0) return Region.none
  return Region.intersection(
    callees.map(callee => {
      const meant = question.entries.filter(({ to }) => standsFor(callee, to, question))
      return declaredEntries(meant, question.entries).may
    }),
  )
}

/** Whether a workload's port is the callee's: of its account, told apart by labels where services share one. */
function standsFor({ workload, port }: RoutedCallee, to: IntendedEntry['to'], { governed }: Question): boolean {
  if (port !== to.port || nameOf(workload) !== nameOf(to)) return false
  const sharing = governed.filter(service => nameOf(service) === nameOf(to))
  const own = sharing.find(({ service }) => service === to.service)
  if (sharing.length < 2 || !own) return true
  return Object.entries(own.labels).every(([key, value]) => workload.labels[key] === value)
}

/** What is declared and not certain to get to a callee that declares it, by every workload that is the gateway. */
function cutOff(question: Question): readonly Difference[] {
  const { entries, gateway, words } = question
  const sure = Region.intersection(
    [...groupBy(question.ports, ({ workload }) => workload).values()].map(ports => certain(ports, question)),
  )
  return [...groupBy(entries, ({ to }) => `${to.namespace}/${to.service}:${to.port}`)].flatMap(([callee, own]) =>
    own.slice(0, 1).flatMap(({ to }): readonly Difference[] => {
      const lost = declaredEntries(own, entries).must.intersect(canonical()).minus(sure)
      const witness = lost.witness()
      if (!witness) return []
      const { service, namespace, serviceAccount, port } = to
      const text = describeEntry(witness, { gateway: nameOf(gateway), to: callee }, words)
      const because = [...new Set(question.ports.flatMap(reached => reached.because(lost)))]
      return [{ kind: 'cut', service, callee: { namespace, serviceAccount, port }, text, because }]
    }),
  )
}

/** What one workload is certain to send to somebody who declares it; what is to come in TLS, only by ports that do not serve it in plaintext. */
function certain(ports: readonly GatewayReach[], question: Question): Region {
  const secure = tlsHosts(question)
  return Region.union(
    ports.map(({ routed, plaintext }) =>
      Region.union(routed.map(one => fromAnywhere(one.bounds.must).intersect(declaredTo(one, question)))).minus(
        plaintext.intersect(secure),
      ),
    ),
  )
}

/** What gets further in plaintext, though its host is declared to be served in TLS. */
function inPlaintext(question: Question): readonly Difference[] {
  const secure = tlsHosts(question)
  return question.ports.flatMap(reached => {
    const region = reached.plaintext.intersect(secure).intersect(canonical())
    return admitted(question, { reached, region, how: 'in plaintext' })
  })
}

function tlsHosts({ entries }: Question): Region {
  const hosts = entries.filter(({ tls }) => tls).map(({ host }) => host)
  return Region.union([...new Set(hosts)].map(takenFor))
}

interface Admitted {
  readonly reached: GatewayReach
  readonly region: Region
  /** Whom it gets to. @default not told */
  readonly to?: string
  readonly how?: string
}

function admitted({ gateway, words }: Question, { reached, region, to, how }: Admitted): readonly Difference[] {
  const witness = region.witness()
  if (!witness) return []
  const place = { gateway: nameOf(gateway), ...(to !== undefined && { to }), ...(how !== undefined && { how }) }
  return [
    {
      kind: 'admitted',
      service: gateway.serviceAccount,
      callee: { ...gateway, port: reached.port },
      text: describeEntry(witness, place, words),
      because: reached.because(region),
    },
  ]
}

/** A service's name where it is known, else the one that the route has. */
function calleeText({ host, port, callees = [] }: Routed, question: Question): string {
  const [first] = callees
  const meant = first && question.governed.find(service => nameOf(service) === nameOf(first.workload))
  return first && meant ? `${meant.namespace}/${meant.service}:${first.port}` : `${host}:${port ?? ''}`
}

function unjudged({ gateway }: IntendedEntry): Difference {
  return {
    kind: 'unjudged',
    service: gateway.serviceAccount,
    callee: { ...gateway, port: 'other' },
    text: `no workload was read that stands for the gateway ${nameOf(gateway)}`,
    because: [],
  }
}

function nameOf({ namespace, serviceAccount }: IntendedEntry['gateway']): string {
  return `${namespace}/${serviceAccount}`
}
