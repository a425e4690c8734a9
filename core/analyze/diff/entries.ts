import { Region } from '../../model/region'
import type { GatewayReach, Routed } from '../gateway/gateway-reach'
import { housed } from '../network/at-home'
import type { Reach } from '../reach'
import type { Match } from '../regions/bounds'
import { any, never } from '../regions/bounds'
import type { Change } from './change'
import { isEmpty, patchOf } from './patch'

/** What one port of a gateway sends to one destination. */
export interface Entry {
  /** `istio-ingress/istio-ingress:443 → boutique/frontend:8080` */
  readonly name: string
  readonly bounds: Match
  because(region: Region): readonly string[]
}

/** What enters through gateways, by port and destination; of callers with a home from there. */
export function entriesOf({ gateways, homes }: Pick<Reach, 'gateways' | 'homes'>): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>()
  const add = (gateway: GatewayReach, to: string, { must, may }: Match): void => {
    const bounds = { must: housed(must, homes, 'must'), may: housed(may, homes, 'may') }
    const name = `${gateway.workload.namespace}/${gateway.workload.name}:${gateway.port} → ${to}`
    const known = entries.get(name)
    const because = (region: Region): readonly string[] => gateway.because(region)
    entries.set(name, { name, bounds: known ? any([known.bounds, bounds]) : bounds, because })
  }
  for (const gateway of gateways) {
    for (const routed of gateway.routed) add(gateway, destinationOf(routed), routed.bounds)
    if (!gateway.astray.isEmpty) add(gateway, 'nobody can tell where', { must: Region.none, may: gateway.astray })
  }
  return entries
}

/** How what enters through gateways differs. */
export function entryChanges(old: Reach, now: Reach): readonly Change[] {
  const [before, after] = [entriesOf(old), entriesOf(now)]
  return [...new Set([...after.keys(), ...before.keys()])].flatMap((callee): readonly Change[] => {
    const [a, b] = [before.get(callee), after.get(callee)]
    const [was, is] = [a?.bounds ?? never, b?.bounds ?? never]
    const patch = patchOf(was, is)
    if (isEmpty(patch)) return []
    const because = { old: (r: Region) => a?.because(r) ?? [], now: (r: Region) => b?.because(r) ?? [] }
    return [{ kind: 'entry', callee, patch, before: was, after: is, because }]
  })
}

function destinationOf({ host, port, callees = [] }: Routed): string {
  if (callees.length === 0) return `${host}:${port ?? ''}`
  const names = callees.map(({ workload, port: at }) => `${workload.namespace}/${workload.name}:${at}`)
  return [...new Set(names)].sort().join(', ')
}
