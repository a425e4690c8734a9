import type { Expression } from '../../../model/language'
import { Language } from '../../../model/language'
import { once } from '../../../model/once'
import { Region } from '../../../model/region'
import { kubelet } from '../../expect'
import { skippedEverywhere } from '../../linkerd/assume'
import { adminPort, proxyPorts } from '../../linkerd/own-ports'
import { listsPort } from '../../linkerd/port-set'
import { servingOf } from '../../linkerd/serving'
import { skipped } from '../../linkerd/settings'
import type { Match } from '../bounds'
import { always, any, both, choose, exactly, oneOf } from '../bounds'
import { trustedCallers } from '../callers'
import { shown } from './identities'
import type { LinkerdPort, Ruled } from './port'
import { ruledBy } from './port'

/** What gets into a port of a workload behind a Linkerd proxy, and what an adversary may get in beside, by sending otherwise than a proxy would. */
export interface LinkerdEntrance {
  readonly served: Match
  smuggled(): Region
  /** What of this the proxy lets in whatever policies say. */
  readonly floor: Region
}

/** The requests that the proxy of a workload lets into a port. */
export function intoLinkerdPort(at: LinkerdPort): LinkerdEntrance {
  const { layer, workload, port } = at
  const own = intoProxy(port)
  if (own) return { served: withKubelet(own), smuggled: () => Region.none, floor: Region.all }
  const { served, smuggled, floor } = ruled(at)
  const inside = pastHandshake(at, withKubelet(port === adminPort ? both(exactly(http), served) : served))
  const round = port === adminPort ? 'no' : skipped(layer, workload, port)
  return {
    served: choose(round, always, inside),
    smuggled: () => smuggled,
    floor: isLeftOut(at) ? Region.all : floor,
  }
}

const http = Region.where('protocol', Language.literals(['http']))

function ruled(at: LinkerdPort): Ruled {
  const each = servingOf(at.layer, at.workload, at.port).map(serving => ruledBy(at, serving))
  return {
    served: oneOf(each.map(({ served }) => served)),
    smuggled: Region.union(each.map(({ smuggled }) => smuggled)),
    floor: Region.intersection(each.map(({ floor }) => floor)),
  }
}

/** Whether the installation leaves the port out of capture everywhere, and the Pod does not say that it listens there. */
function isLeftOut({ layer: { linkerd }, workload, port }: LinkerdPort): boolean {
  const said = [workload, linkerd.namespaces.get(workload.namespace)].some(
    place => place?.annotations['config.linkerd.io/skip-inbound-ports'] !== undefined,
  )
  const declared = workload.ports.some(entry => entry.port === port)
  return !said && !declared && listsPort(skippedEverywhere(linkerd.mesh), port)
}

/**
 * Port 4190 may be open to the tap service's identity (proxy `linkerd/app/src/tap.rs`). Port 4143 takes calls to all other ports from proxies, which say
 * inside mTLS which one they mean (proxy `linkerd/app/inbound/src/direct.rs`): what is asked there is not known.
 */
function intoProxy(port: number): Match | undefined {
  if (port === proxyPorts.control) return { must: Region.none, may: tap() }
  return port === proxyPorts.inbound ? { must: Region.none, may: shown() } : undefined
}

const segment: Expression = { star: { except: '/' } }
const tap = once(() => Region.where('caller', Language.of({ sequence: [segment, '/ns/', segment, '/sa/tap'] })))

/**
 * Identities of other trust domains than the mesh's own are verified by its trust anchors or are not, which nothing here tells (proxy
 * `linkerd/meshtls/src/creds/store.rs`).
 */
function pastHandshake({ layer }: LinkerdPort, { must, may }: Match): Match {
  if (layer.assume === 'recorded') return { must, may }
  const { trustDomain } = layer.linkerd.mesh
  const own = trustDomain === undefined ? Region.none : Region.where('caller', trustedCallers([trustDomain]))
  return { must: must.minus(shown().minus(own)), may }
}

/** The kubelet is a caller without identity like any other. */
function withKubelet(match: Match): Match {
  const plain = { must: match.must.given('caller', ''), may: match.may.given('caller', '') }
  return any([both(match, exactly(byKubelet.complement())), both(plain, exactly(byKubelet))])
}

const byKubelet = Region.where('caller', Language.literals([kubelet]))
