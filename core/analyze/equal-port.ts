import { Language } from '../model/language'
import { once } from '../model/once'
import { Region } from '../model/region'
import { canonicalRequests, witnessOf } from './compare'
import type { Words } from './describe'
import { toldApart } from './equal-apart'
import { anyhow, byAnyIdentity, notKubelet } from './equal-callers'
import type { Side, ToldApart, Unequal } from './equal-difference'
import type { PortPair } from './equal-ports'
import { housed } from './network/at-home'
import type { Homes } from './network/layer-network'
import { fromLocalhost } from './regions/linkerd/networks'

/** What ports are compared with. */
export interface Terms {
  /** The callers of each mesh as the first names them; done twice, it is undone. */
  readonly rename: Readonly<Record<Side, (region: Region) => Region>>
  /** The trust domains of each; absent where unknown. */
  readonly domains: Readonly<Record<Side, readonly string[] | undefined>>
  /** Where callers with an identity run in each; empty where the network tells nobody apart. */
  readonly homes: Readonly<Record<Side, Homes>>
  /** Callers of the first mesh's trust domains, and those without identity. */
  readonly ordinary: Region
  readonly words: Words
}

/** What differs at one port. */
export interface Compared {
  readonly differences: readonly Unequal[]
  readonly apart: readonly (Pick<ToldApart, 'kind' | 'only'> & { readonly text: string })[]
}

/** Compares one port of two meshes. */
export function comparePorts(ports: PortPair, terms: Terms): Compared {
  const [a, b] = [sided('a', ports, terms), sided('b', ports, terms)]
  const question = { ports, terms }
  const found = [admittedBy(a, b, question), admittedBy(b, a, question)]
  const doubtful = a.doubtful.intersect(b.doubtful).intersect(terms.ordinary).intersect(canonical())
  const unknown = (): Unequal => ({ only: 'neither', bound: 'possible', ...told(doubtful, question) })
  return {
    differences: [...found.flatMap(({ differences }) => differences), ...(doubtful.isEmpty ? [] : [unknown()])],
    apart: found.flatMap(({ apart }) => apart),
  }
}

/** There are no others than requests of HTTP and bytes. */
const canonical = once(() =>
  canonicalRequests().intersect(Region.where('protocol', Language.literals(['http', 'tcp']))),
)

interface Question {
  readonly ports: PortPair
  readonly terms: Terms
}

/** One side of a port, with callers as the first mesh names them. */
interface Sided {
  readonly side: Side
  readonly must: Region
  /** What somebody could do, whatever certificate they show or leave at home. */
  readonly may: Region
  /** The part of each that the data plane does not let in by itself. */
  readonly beyond: { readonly must: Region; readonly may: Region }
  /** What the callee lets in for certain without asking who calls, or for any identity. */
  readonly open: Region
  /** What the callee lets in or does not: it is not known which. */
  readonly doubtful: Region
}

function sided(side: Side, ports: PortPair, { rename, domains, homes }: Terms): Sided {
  const { bounds, served, floor = Region.none } = ports[side]
  const must = (region: Region): Region => rename[side](housed(region, homes[side], 'must'))
  const may = (region: Region): Region => rename[side](housed(anyhow(region), homes[side], 'may'))
  const beyond = floor.complement().intersect(notKubelet)
  const outside = rename[side](floor.complement()).intersect(notKubelet)
  const sure = must(anyhow(served.must))
  return {
    side,
    must: must(bounds.must),
    may: may(bounds.may),
    beyond: {
      must: must(bounds.must).intersect(outside),
      may: may(bounds.may.intersect(beyond)).intersect(outside),
    },
    open: must(anyhow(bounds.must)).union(byAnyIdentity(served.must, domains[side])),
    doubtful: may(served.may.intersect(beyond)).minus(sure),
  }
}

/** What one mesh lets in, and the other does not. */
function admittedBy(by: Sided, other: Sided, question: Question): Compared {
  const { ports, terms } = question
  const beyond = by.beyond.may.minus(other.may).intersect(canonical())
  const apart = toldApart(beyond, {
    by: ports[by.side],
    other: ports[other.side],
    domains: terms.domains[by.side],
    rename: terms.rename[by.side],
  })
  const admitted = apart.reduce((rest, { requests }) => rest.minus(requests), beyond)
  const certain = admitted.intersect(by.must)
  const unsure = Region.intersection([by.beyond.must, terms.ordinary, canonical()]).minus(other.must).minus(beyond)
  const open = unsure.intersect(other.open)
  const kinds = [
    ['certain', certain],
    ['possible', certain.isEmpty ? admitted : Region.none],
    ['unsure', unsure.minus(open)],
  ] as const
  return {
    differences: kinds.flatMap(([bound, region]) =>
      region.isEmpty ? [] : [{ only: by.side, bound, ...told(region, question) }],
    ),
    apart: [...apart, ...(open.isEmpty ? [] : [{ kind: 'open-port' as const, requests: open }])].map(
      ({ kind, requests }) => ({ kind, only: by.side, text: told(requests, question).text }),
    ),
  }
}

/** A witness of a region, and what decides about it in either mesh. */
function told(region: Region, { ports, terms }: Question): Pick<Unequal, 'callee' | 'text' | 'because'> {
  const { a, port } = ports
  const wide = region.without('address')
  // That localhost is let in anyway need not be told with every request.
  const shown = wide.minus(region).within(fromLocalhost) ? wide : region
  const callee = `${a.workload.namespace}/${a.workload.name}:${port}`
  const because = (side: Side): readonly string[] => ports[side].because(terms.rename[side](region))
  return {
    callee,
    text: witnessOf(shown, callee, { words: terms.words, known: [] }),
    because: { a: because('a'), b: because('b') },
  }
}
