import type { IstioSettings } from './settings'

/*
 * What parts of Istio are called, and where they are.
 */

/** The Secret that istiod reads its signing certificate from; the chart knows no other name. */
export const signingSecret = 'cacerts'

/** Where istiod runs. */
export function systemNamespace(settings: IstioSettings): string {
  return settings.systemNamespace ?? 'istio-system'
}

/** Where the node agents run. */
export function nodeNamespace(settings: IstioSettings): string {
  return settings.nodeNamespace ?? systemNamespace(settings)
}

/** Where policies hold for the whole mesh. */
export function rootNamespace(settings: IstioSettings): string {
  return settings.rootNamespace ?? systemNamespace(settings)
}
