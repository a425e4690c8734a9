import type { IstioTarget } from './target'

/** Gateways, `namespace/serviceAccount`, that somebody else tells what to listen on and where to send it. */
export function unrouted({ gateways = {} }: Pick<IstioTarget, 'gateways'>): readonly string[] {
  return Object.entries(gateways)
    .filter(([, { routing }]) => routing === 'elsewhere')
    .map(([name]) => name)
}
