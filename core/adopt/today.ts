import { otherPorts } from '../analyze/floor'
import type { PortReach, Reach } from '../analyze/reach'
import { besideFloor } from '../analyze/beside-floor'
import { housed } from '../analyze/network/at-home'
import type { Homes } from '../analyze/network/layer-network'
import type { Workload } from '../analyze/layer'
import type { Identity } from '../model/identity'
import { parseIdentity, printIdentity } from '../model/identity'
import { Region } from '../model/region'
import { unconditionally } from './routes'

/** A ServiceAccount, `namespace/name`: by it alone callers are told apart. */
export type Account = Pick<Identity, 'namespace' | 'serviceAccount'>

export function accountKey({ namespace, serviceAccount }: Account): string {
  return `${namespace}/${serviceAccount}`
}

/** Who may ask what of a port today. */
export interface Today {
  /** Every way into it, but for what the data plane leaves open by itself. */
  readonly requests: Region
  /** The same for callers that have a home, from wherever they run: what they may ask from all of these Pods. */
  readonly atHome: Region
  /** Callers that somebody named, and what they may ask whatever else their requests carry. */
  readonly named: readonly Named[]
  /** Who else gets in, the widest first; empty where nobody does. */
  readonly others: readonly Others[]
}

/** A caller that a policy names. */
export interface Named {
  readonly identity: Identity
  readonly requests: Region
  /** Whether more is asked of its requests than a method and a path: an address, a host, a header, a token. */
  readonly conditional: boolean
}

/** Callers that nobody named. */
export interface Others {
  /** `namespace`: any account of it. */
  readonly who: 'anybody' | 'mesh' | 'namespace' | 'foreign'
  readonly namespace?: string
  readonly requests: Region
}

/** What callers are told apart by. */
export interface Callers {
  /** The mesh's own; what Istio and Linkerd have by default where nothing says. */
  readonly trustDomain: string
  readonly namespaces: readonly string[]
  /** Where callers run, where NetworkPolicies tell. */
  readonly homes: Homes
}

/** Nobody is called so: names begin with a letter or a digit. */
const nobodys = '-'

/** What may be asked of a port of one identity, at every workload that listens there, since no mesh tells callers of one of them from those of another. */
export function todayAt(ports: readonly PortReach[], { trustDomain, namespaces, homes }: Callers): Today {
  const requests = Region.intersection(ports.map(port => besideFloor(port).bounds.may))
  const atHome = housed(requests, homes, 'must')
  const may = (namespace: string, serviceAccount: string): Region =>
    requests.given('caller', printIdentity({ trustDomain, namespace, serviceAccount }))
  const words = requests.by('caller').flatMap(({ values }) => [...(values.words ?? [])])
  const named = [...new Set(words)].sort().flatMap((word): readonly Named[] => {
    const identity = parseIdentity(word)
    if (!identity) return []
    const own = requests.given('caller', word)
    const stranger = requests.given('caller', printIdentity({ ...identity, serviceAccount: nobodys }))
    if (own.within(stranger)) return []
    const fromHome = atHome.given('caller', word)
    const asked = unconditionally(fromHome)
    return [{ identity, requests: asked, conditional: asked !== forgetting(fromHome) }]
  })
  const mesh = may(nobodys, nobodys)
  const anybody = requests.given('caller', '')
  const foreign = requests.given('caller', `${nobodys}/ns/${nobodys}/sa/${nobodys}`)
  const all: readonly Others[] = [
    { who: 'anybody', requests: anybody },
    { who: 'mesh', requests: mesh.minus(anybody) },
    { who: 'foreign', requests: foreign.minus(anybody).minus(mesh) },
    ...namespaces.map(namespace => ({
      who: 'namespace' as const,
      namespace,
      requests: may(namespace, nobodys).minus(mesh).minus(anybody),
    })),
  ]
  return { requests, atHome, named, others: all.filter(other => !other.requests.isEmpty) }
}

function forgetting(region: Region): Region {
  return unconditionally(region.complement()).complement()
}

/** What one caller may ask, whatever else its requests carry. */
export function askedBy({ atHome }: Today, identity: Identity): Region {
  return unconditionally(atHome.given('caller', printIdentity(identity)))
}

/** What was computed of a port of some workloads: where none of them names it, what holds of all such ports. */
export function portsAt(reached: Reach, workloads: readonly Workload[], port: number): readonly PortReach[] {
  return workloads.flatMap(workload => {
    const own = reached.portsOf(workload).filter(one => one.workload === workload)
    const named = own.filter(one => one.port === port)
    return named.length > 0 ? named : own.filter(one => one.port === otherPorts)
  })
}
