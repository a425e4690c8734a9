import type { Verdict } from '../istio/verdict'
import { nameOf } from '../istio/verdict'
import { addressesTo } from '../istio/addresses'
import type { ClientPath } from '../istio/client'
import { pathsTo } from '../istio/client'
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
export function refusedAtHome(layer: Layer, { from, to }: Request): Hop | undefined {
  if (from.kind !== 'identity') return undefined
  const callee = layer.workloads.find(one => one.namespace === to.namespace && one.names.includes(to.workload))
  const addresses = callee
    ? addressesTo(layer, callee, to.port).filter(({ service }) => (to.viaService ?? service.name) === service.name)
    : []
  const callers = callersOf(layer, from).filter(one => planesOf(layer, one).every(({ plane }) => plane === 'sidecar'))
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
  return { kind: 'hop', title: `own sidecar of ${callers.map(titleOf).join(', ')}, on the way out`, verdict, steps }
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
