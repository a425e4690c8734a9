import type { Expected } from '../../core/analyze/expect'
import { declaredEntries } from '../../core/analyze/expect-entries'
import type { GatewayReach, Routed } from '../../core/analyze/gateway/gateway-reach'
import type { Reach } from '../../core/analyze/reach'
import { groupBy } from '../../core/model/group'
import { printIdentity } from '../../core/model/identity'
import type { IntendedEntry, Intent } from '../../core/model/intent'
import { Language } from '../../core/model/language'
import { canonicalPaths } from '../../core/model/path-set'
import { Region } from '../../core/model/region'

/*
 * Requests that may enter through a gateway before an edit and after it are let in and get to somebody all the while: to whom either side says, which
 * is for the comparison with what both declare to find. Whoever they are sent to lets the gateway in.
 */

type Gateway = IntendedEntry['gateway']

const keyOf = ({ namespace, serviceAccount }: Gateway): string => `${namespace}/${serviceAccount}`
const canonical = Region.where('path', canonicalPaths())

/** What is lost at some gateway, a text each. */
export function lostEntries(
  reach: Reach,
  [old, wanted]: readonly [Intent, Intent],
  { trustDomain, unrouted = [] }: Expected,
): readonly string[] {
  const after = groupBy(wanted.entries ?? [], ({ gateway }) => keyOf(gateway))
  return [...groupBy(old.entries ?? [], ({ gateway }) => keyOf(gateway))].flatMap(([key, own]) => {
    const kept = meant(own).intersect(meant(after.get(key) ?? []))
    const ports = reach.gateways.filter(({ workload }) => keyOf(workload) === key)
    const [gateway] = own.map(entry => entry.gateway)
    if (!gateway || kept.isEmpty || unrouted.includes(key)) return []
    const caller = printIdentity({ ...gateway, trustDomain })
    return [...lostAt(kept, ports, key), ...refused({ kept, ports, caller }, reach)]
  })
}

function meant(entries: readonly IntendedEntry[]): Region {
  return declaredEntries(entries, entries).must.intersect(canonical)
}

function lostAt(kept: Region, ports: readonly GatewayReach[], key: string): readonly string[] {
  const sure = [...groupBy(ports, ({ workload }) => workload).values()].map(own =>
    Region.union(own.flatMap(({ routed }) => routed.map(({ bounds }) => bounds.must))),
  )
  const lost = kept.minus(sure.length === 0 ? Region.none : Region.intersection(sure))
  return lost.isEmpty ? [] : [`lost: ${key} ${said(lost)}`]
}

interface Sent {
  readonly kept: Region
  readonly ports: readonly GatewayReach[]
  readonly caller: string
}

/** What is sent on, and its callee may refuse. */
function refused({ kept, ports, caller }: Sent, reach: Reach): readonly string[] {
  const from = Region.where('caller', Language.literals([caller]))
  return ports.flatMap(({ routed }) =>
    routed.flatMap(({ bounds, callees = [] }: Routed) => {
      const sent = bounds.may.intersect(kept).without('caller').without('address').without('host').intersect(from)
      return callees.flatMap(({ workload, port }) => {
        const closed = reach.portsOf(workload).filter(one => one.workload === workload && one.port === port)
        const missing = sent.minus(Region.union(closed.map(one => one.bounds.must)))
        return missing.isEmpty ? [] : [`refused: ${workload.namespace}/${workload.name}:${port} ${said(missing)}`]
      })
    }),
  )
}

function said(region: Region): string {
  return JSON.stringify(Object.fromEntries(region.witness() ?? []))
}
