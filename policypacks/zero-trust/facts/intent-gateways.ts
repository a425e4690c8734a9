import type { Intent } from '../../../core/model/intent'

/** A gateway by its identity. */
export interface IntendedGateway {
  readonly namespace: string
  readonly serviceAccount: string
}

/** The gateways that an intent speaks of: those that calls come in by, and those that they leave through. Each once, by `namespace/serviceAccount`. */
export function gatewaysIn({ flows, entries = [] }: Intent): ReadonlyMap<string, IntendedGateway> {
  const all: readonly IntendedGateway[] = [
    ...flows.flatMap(({ from }) => (from.kind === 'workload' && from.gateway ? [from] : [])),
    ...entries.map(({ gateway }) => gateway),
    ...flows.flatMap(({ to }) => (to.kind === 'external' && to.via ? [to.via] : [])),
  ]
  return new Map(all.map(gateway => [`${gateway.namespace}/${gateway.serviceAccount}`, gateway]))
}

/** The labels of its Pods, as Istio's chart makes them (istio `manifests/charts/gateway/templates/_helpers.tpl` gateway.selectorLabels). */
export function chartLabels({ serviceAccount }: IntendedGateway): { readonly app: string; readonly istio: string } {
  return { app: serviceAccount, istio: serviceAccount.replace(/^istio-/, '') }
}
