import { groupBy } from '../model/group'
import type { IntendedFlow } from '../model/intent'

/**
 * What the own port 4191 of a namespace's Linkerd proxies may be asked, beside what the data plane leaves open there: its metrics, by those who scrape a service of the namespace, and
 * what the injector has the kubelet ask (linkerd2 `charts/partials/templates/_proxy.tpl`). No graph declares that port, so that nobody relies on it.
 */
export function adminFlows(flows: readonly IntendedFlow[]): ReadonlyMap<string, readonly IntendedFlow[]> {
  const scrapes = flows.flatMap(flow =>
    flow.purpose === 'scrape' && flow.to.kind === 'workload' ? [{ flow, namespace: flow.to.namespace }] : [],
  )
  return new Map(
    [...groupBy(scrapes, ({ namespace }) => namespace)].map(([namespace, same]) => {
      const probes = same.slice(0, 1).map(({ flow }) => ({ ...flow, from: { kind: 'kubelet' } as const }))
      return [
        namespace,
        [
          ...same.map(({ flow }) => asking(flow, '/metrics')),
          ...probes.flatMap(flow => ['/live', '/ready'].map(path => asking(flow, path))),
        ],
      ]
    }),
  )
}

function asking({ text, from, to }: IntendedFlow, path: string): IntendedFlow {
  return { text, from, to, http: { methods: ['GET'], path } }
}
