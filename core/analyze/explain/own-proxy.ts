import type { Verdict } from '../istio/verdict'
import { nameOf } from '../istio/verdict'
import { addressesTo } from '../istio/addresses'
import type { ClientPath } from '../istio/client'
import { pathsTo } from '../istio/client'
import { rulesOf, tlsChoices } from '../istio/client-tls'
import { planesOf } from '../istio/data-plane'
import type { Ternary } from '../istio/kleene'
import { agreed } from '../istio/kleene'
import type { Layer, Workload } from '../layer'
import type { Request, RequestSource } from '../request'
import type { Hop, Note } from './trace'

/** The workloads that a request may come from, by the name or the identity that it gives. */
export function callersOf({ workloads }: Layer, from: RequestSource): readonly Workload[] {
  const namespace = from.kind === 'identity' ? from.identity.namespace : from.namespace
  const near = workloads.filter(one => one.namespace === namespace)
  if (from.workload !== undefined) return near.filter(({ names }) => names.includes(from.workload ?? ''))
  return from.kind === 'identity' ? near.filter(one => one.serviceAccount === from.identity.serviceAccount) : []
}

/**
 * What the caller's own sidecar makes of a call to a Service, before it leaves; nothing where it lets it pass, or has no say. It protects nobody, so that `decide` leaves it out:
 * whoever goes round it gets as far as the rest of the explanation says.
 */
export function refusedAtHome(layer: Layer, request: Request): Hop | undefined {
  const { addresses, callers } = calledFromHome(layer, request)
  if (addresses.length === 0 || callers.length === 0) return undefined
  const each = callers.map(caller => {
    const ways = addresses.map(({ service, port }) => ({
      service,
      paths: pathsTo(layer, caller, { kind: 'service', service, port: port.port }),
    }))
    const best = ways.find(({ paths }) => passes(paths) === 'yes') ?? ways.find(({ paths }) => passes(paths) !== 'no')
    return best ?? ways[0]
  })
  const open = agreed(each.map(way => passes(way?.paths ?? [])))
  if (open === 'yes') return undefined
  const verdict = open === 'no' ? 'deny' : 'unknown'
  const steps = each.flatMap(way => (way ? [said(nameOf(way.service), way.paths, verdict)] : []))
  return { kind: 'hop', title: homeOf(callers), verdict, steps }
}

/** What a caller's own sidecar is told to speak in place of the mesh's TLS. */
export interface OtherTls {
  readonly hop: Hop
  /** The request as the callee sees it: nobody is shown to it. */
  readonly seen: Request
  /** Whether that is all that can become of it, or one of several ways; and whether what is spoken is plaintext, or TLS that is nobody's of the mesh. */
  readonly sure: boolean
  readonly plain: boolean
}

/**
 * What DestinationRules make of a call: with a TLS mode that is not the mesh's, the caller's sidecar shows no identity, which `decide` is told of the request and does not
 * look for. Nothing where calls are spoken as the mesh would, or no sidecar is in it.
 */
export function otherTlsAtHome(layer: Layer, request: Request): OtherTls | undefined {
  const { from } = request
  const { addresses, callers } = calledFromHome(layer, request)
  const ways = callers.flatMap(caller =>
    addresses.map(({ service, port }) => ({ caller, address: { service, port: port.port } })),
  )
  const choices = ways.flatMap(({ caller, address }) => tlsChoices(layer, caller, address))
  const others = [...new Set(choices.filter(choice => choice !== 'auto' && choice !== 'ISTIO_MUTUAL'))]
  if (others.length === 0 || from.kind !== 'identity') return undefined
  const rules = ways.flatMap(({ caller, address }) => rulesOf(layer, caller, address) ?? [])
  const by = [...new Set(rules.flatMap(rule => (rule ? nameOf(rule) : [])))]
  const sure = others.length === new Set(choices).size
  const whose = by.length === 0 ? 'DestinationRules that could not be read' : by.join(', ')
  const text = `${whose} ${sure ? 'has' : 'may have'} it call in TLS mode ${others.join(' or ')}, so that the callee sees nobody's identity`
  const { identity: _, ...origin } = from
  return {
    hop: { kind: 'hop', title: homeOf(callers), verdict: 'allow', steps: [{ kind: 'note', text }] },
    seen: { ...request, from: { ...origin, kind: 'plaintext', namespace: from.identity.namespace } },
    sure,
    plain: others.every(choice => choice === 'DISABLE'),
  }
}

/** The Services that a call may be addressed to, and those who may make it that have a sidecar. */
function calledFromHome(layer: Layer, { from, to }: Request) {
  const callee = layer.workloads.find(one => one.namespace === to.namespace && one.names.includes(to.workload))
  const addresses = callee
    ? addressesTo(layer, callee, to.port).filter(({ service }) => (to.viaService ?? service.name) === service.name)
    : []
  const callers = from.kind === 'identity' ? callersOf(layer, from) : []
  return { addresses, callers: callers.filter(one => planesOf(layer, one).every(({ plane }) => plane === 'sidecar')) }
}

function homeOf(callers: readonly Workload[]): string {
  return `own sidecar of ${callers.map(titleOf).join(', ')}, on the way out`
}

function passes(paths: readonly ClientPath[]): Ternary {
  return agreed(paths.map(({ kind }) => (kind === 'blocked' ? 'no' : 'yes')))
}

function said(service: string, paths: readonly ClientPath[], verdict: Verdict['verdict']): Note {
  const by = [...new Set(paths.flatMap(({ because }) => because))]
  const whose = by.length === 0 ? 'outboundTrafficPolicy' : by.join(', ')
  const text =
    verdict === 'deny'
      ? `it knows of no ${service}, and drops calls to what it does not know: by ${whose}`
      : `whether it knows of ${service}, and what it makes of calls to what it does not know, is not certain: by ${whose}`
  return { kind: 'note', text, decides: verdict }
}

/** A workload as the headings of explanations have it. */
export function titleOf({ kind, namespace, name }: Workload): string {
  return `${kind} ${namespace}/${name}`
}
