import type { HybridTarget, IstioTarget, MeshTarget, Stage } from './target'

/** What a comparison of effective reach with an intent has to know of the target; nothing of it is read from what was compiled. */
export interface Terms {
  readonly trustDomain: string
  /** Absent where there are none. */
  readonly trustDomainAliases?: readonly string[]
  readonly stages: Readonly<Record<string, Stage>>
  /** Gateways, `namespace/serviceAccount`, that somebody else tells what to listen on and where to send it. */
  readonly unrouted: readonly string[]
  /** Gateways belong to no mesh that we know, so that nothing can be said of what enters; absent where they are ours. */
  readonly entries?: 'elsewhere'
  /** CIDR blocks that kubelets probe from; absent where they are not told by address, or may be anywhere. */
  readonly nodeNetworks?: readonly string[]
}

/** The terms of each of two meshes. */
export interface TermsByMesh {
  readonly istio: Terms
  readonly linkerd: Terms
  readonly onLinkerd: readonly string[]
  /** CIDR blocks that calls across the border come from; absent where they may come from anywhere. */
  readonly podNetworks?: readonly string[]
}

/** The terms of a mesh. */
export function termsOf(target: Exclude<MeshTarget, HybridTarget>): Terms
export function termsOf(target: MeshTarget): Terms | TermsByMesh
export function termsOf(target: MeshTarget): Terms | TermsByMesh {
  if (target.kind === 'hybrid') return termsByMesh(target)
  const { trustDomain, stages = {} } = target
  if (target.kind !== 'linkerd') {
    const { trustDomainAliases: aliases = [] } = target
    const also = aliases.length > 0 ? { trustDomainAliases: aliases } : {}
    return { trustDomain, ...also, stages, unrouted: unrouted(target) }
  }
  const { nodeNetworks } = target
  return { trustDomain, stages, unrouted: [], entries: 'elsewhere', ...(nodeNetworks && { nodeNetworks }) }
}

/** What holds on each mesh of a target: its own terms, or those of both. */
export function eachOf(terms: Terms | TermsByMesh): readonly Terms[] {
  return 'onLinkerd' in terms ? [terms.istio, terms.linkerd] : [terms]
}

/** The stages of a mesh's namespaces, by name. */
export function stagesOf(target: MeshTarget): Readonly<Record<string, Stage>> {
  return Object.fromEntries(eachOf(termsOf(target)).flatMap(({ stages }) => Object.entries(stages)))
}

function termsByMesh({ istio, linkerd, namespaces, podNetworks }: HybridTarget): TermsByMesh {
  return {
    istio: termsOf(istio),
    linkerd: termsOf(linkerd),
    onLinkerd: Object.keys(namespaces).filter(name => namespaces[name] === 'linkerd'),
    ...(podNetworks && { podNetworks }),
  }
}

function unrouted({ gateways = {} }: Pick<IstioTarget, 'gateways'>): readonly string[] {
  return Object.entries(gateways)
    .filter(([, { routing }]) => routing === 'elsewhere')
    .map(([name]) => name)
}
