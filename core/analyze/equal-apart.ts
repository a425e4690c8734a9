import { Language } from '../model/language'
import { Region } from '../model/region'
import type { ApartKind } from './equal-difference'
import { byAnyIdentity, ordinary } from './equal-callers'
import type { Workload } from './layer'
import type { PortReach } from './reach'

/** One kind of requests that are told apart, and which of them. */
export interface Apart {
  readonly kind: ApartKind
  readonly requests: Region
}

interface Admitting {
  readonly by: PortReach
  readonly other: PortReach
  /** The trust domains of the mesh that admits, as it calls them itself; absent where unknown. */
  readonly domains: readonly string[] | undefined
  /** Its callers as the first mesh names them. */
  readonly rename: (region: Region) => Region
}

/**
 * Of what one mesh admits and another refuses at a port, what is only due to Linkerd's way. Sources: linkerd2-proxy `linkerd/app/inbound/src/policy.rs` is_authorized
 * (a client without identity is its address), `linkerd/meshtls/src/creds/store.rs`, `linkerd/http/route/src/grpc/match.rs`.
 */
export function toldApart(admitted: Region, { by, other, domains, rename }: Admitting): readonly Apart[] {
  if (!by.floor || other.floor || admitted.isEmpty) return []
  const { may } = by.bounds
  const probes = admitted.intersect(may.given('caller', '')).intersect(probesOf([by.workload, other.workload], by.port))
  const strange = rename(ordinary(domains)).complement()
  const foreign = admitted.minus(probes).intersect(strange).intersect(byAnyIdentity(may, domains))
  const suffix = admitted.minus(probes).minus(foreign).intersect(behindCalls(other.bounds.may))
  const all: readonly Apart[] = [
    { kind: 'probes', requests: probes },
    { kind: 'foreign-domains', requests: foreign },
    { kind: 'grpc-suffix', requests: suffix },
  ]
  return all.filter(({ requests }) => !requests.isEmpty)
}

const http = Region.where('protocol', Language.literals(['http']))
const asking = (method: string, path: string): Region =>
  Region.intersection([
    http,
    Region.where('method', Language.literals([method])),
    Region.where('path', Language.literals([path])),
  ])
const health = asking('POST', '/grpc.health.v1.Health/Check')

/** What the kubelet asks of a port; of one that it only connects to, anything. */
function probesOf(workloads: readonly Workload[], port: PortReach['port']): Region {
  return Region.union(
    workloads.flatMap(({ probes, ports }) =>
      probes
        .filter(probe => probe.port === port || ports.some(named => named.name === probe.port && named.port === port))
        .map(({ kind, path = '/' }) => {
          if (kind === 'tcp') return Region.all
          return kind === 'http' ? asking('GET', path) : health.union(behindCalls(health))
        }),
    ),
  )
}

/** Calls of gRPC to paths that begin with a service and method of `calls`, and go on. */
function behindCalls(calls: Region): Region {
  return longer(calls).intersect(post)
}

const post = http.intersect(Region.where('method', Language.literals(['POST'])))

function longer({ variable, edges }: Region): Region {
  if (variable === undefined) return Region.none
  return Region.union(
    edges.map(({ values, to }) =>
      variable === 'path'
        ? Region.where('path', continued(values)).intersect(to)
        : Region.where(variable, values).intersect(longer(to)),
    ),
  )
}

function continued(paths: Language): Language {
  const calls = [...(paths.words ?? [])].filter(path => /^\/[^/]+\/[^/]+$/.test(path))
  if (calls.length === 0) return Language.none
  return Language.of({ sequence: [{ choice: calls }, '/', { any: true }] })
}
