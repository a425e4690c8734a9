import type { IntendedFlow } from '../model/intent'

/**
 * What a Linkerd proxy's own port 4191 may be asked, beside what the data plane leaves open there: its metrics, by those who scrape a service of the namespace, and
 * what the injector has the kubelet ask (linkerd2 `charts/partials/templates/_proxy.tpl`). No graph declares that port, so that nobody relies on it.
 */
export function adminFlows(flows: readonly IntendedFlow[], namespace: string): readonly IntendedFlow[] {
  const scrapes = flows.filter(({ purpose, to }) => purpose === 'scrape' && isIn(to, namespace))
  const probes = scrapes.slice(0, 1).map(flow => ({ ...flow, from: { kind: 'kubelet' } as const }))
  return [
    ...scrapes.map(flow => asking(flow, '/metrics')),
    ...probes.flatMap(flow => ['/live', '/ready'].map(path => asking(flow, path))),
  ]
}

function isIn(to: IntendedFlow['to'], namespace: string): boolean {
  return to.kind === 'workload' && to.namespace === namespace
}

function asking({ text, from, to }: IntendedFlow, path: string): IntendedFlow {
  return { text, from, to, http: { methods: ['GET'], path } }
}
