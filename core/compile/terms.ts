import type { IstioTarget, Stage, Target } from './target'

/** What a comparison of effective reach with an intent has to know of the target; nothing of it is read from what was compiled. */
export interface Terms {
  readonly trustDomain: string
  readonly stages: Readonly<Record<string, Stage>>
  /** Gateways, `namespace/serviceAccount`, that somebody else tells what to listen on and where to send it. */
  readonly unrouted: readonly string[]
  /** Gateways belong to no mesh that we know, so that nothing can be said of what enters; absent where they are ours. */
  readonly entries?: 'elsewhere'
  /** CIDR blocks that kubelets probe from; absent where they are not told by address, or may be anywhere. */
  readonly nodeNetworks?: readonly string[]
}

/** The terms of a target. */
export function termsOf(target: Target): Terms {
  const { trustDomain, stages = {} } = target
  if (target.kind !== 'linkerd') return { trustDomain, stages, unrouted: unrouted(target) }
  const { nodeNetworks } = target
  return { trustDomain, stages, unrouted: [], entries: 'elsewhere', ...(nodeNetworks && { nodeNetworks }) }
}

function unrouted({ gateways = {} }: Pick<IstioTarget, 'gateways'>): readonly string[] {
  return Object.entries(gateways)
    .filter(([, { routing }]) => routing === 'elsewhere')
    .map(([name]) => name)
}
