import type { Homes } from '../analyze/network/layer-network'
import type { Reach } from '../analyze/reach'
import { groupBy } from '../model/group'
import { printIdentity } from '../model/identity'
import { Language } from '../model/language'

/**
 * Where those run whom a graph may name, in a mesh or without one yet: all workloads of each account, since the graph lets in the account. Nothing where no
 * NetworkPolicy makes a difference between Pods.
 */
export function homesIn({ ports }: Pick<Reach, 'ports'>, trustDomain: string): Homes {
  const matters = ports.some(({ bounds: { may } }) => may.asks('pod'))
  if (!matters) return new Map()
  const workloads = [...new Set(ports.map(({ workload }) => workload))]
  const byAccount = groupBy(workloads, workload => printIdentity({ ...workload, trustDomain }))
  return new Map(
    [...byAccount].map(([identity, own]) => [
      identity,
      Language.literals(own.map(({ namespace, name }) => `${namespace}/${name}`)),
    ]),
  )
}
