import { printIdentity } from '../../model/identity'
import { Language } from '../../model/language'
import { identitiesOf } from '../identities'
import type { Layer } from '../layer'
import type { Homes } from './layer-network'
import { censusOf, isLimited, type Census } from './pods'

const found = new WeakMap<Census, Homes>()

/** Where those run that show an identity, waypoints among them; nothing where nothing limits the network. */
export function homesOf(layer: Layer): Homes {
  if (!isLimited(layer)) return new Map()
  const census = censusOf(layer)
  const known = found.get(census) ?? findHomes(layer, census)
  found.set(census, known)
  return known
}

function findHomes(layer: Layer, { byWorkload, byWaypoint }: Census): Homes {
  const { trustDomain } = layer.mesh
  const pods = new Map<string, Set<string>>()
  const add = (name: string, key: string): void => {
    const keys = pods.get(name)
    if (keys) keys.add(key)
    else pods.set(name, new Set([key]))
  }
  for (const [workload, { key }] of byWorkload) for (const name of identitiesOf(layer, workload)) add(name, key)
  for (const [{ namespace = '', serviceAccount }, stops] of byWaypoint) {
    if (trustDomain === undefined) continue
    for (const { key } of stops) add(printIdentity({ trustDomain, namespace, serviceAccount }), key)
  }
  return new Map([...pods].map(([name, keys]) => [name, Language.literals(keys)]))
}
