import type { Manifest } from '../../model/manifest'
import { authorize, linkerdGroup } from './authorize'
import type { Source } from './grant'
import { accountSource, kubelet } from './grant'
import type { Context } from './context'
import { manifest } from '../objects'

/**
 * What lets the scraper read the metrics of a namespace's proxies, on their port 4191, which the namespace's default closes. Its routes take the
 * kubelet's own allowance away, so that one of them gives it back (linkerd2 `viz/cmd/allow-scrapes.go`).
 *
 * Where the scraper has nothing to read in the namespace there is nothing.
 */
export function proxyAdmin(namespace: string, context: Context): Manifest[] {
  const { graph, lines } = context
  const because = lines
    .filter(({ flow: { purpose, to } }) => purpose === 'scrape' && to.kind === 'workload' && to.namespace === namespace)
    .map(({ text }) => text)
  const scraper = graph.scraper && accountSource(graph.scraper, context)
  if (because.length === 0 || !scraper || 'why' in scraper) return []
  const name = 'proxy-admin'
  const podSelector = { matchExpressions: [{ key: 'linkerd.io/control-plane-ns', operator: 'Exists' }] }
  const spec = { podSelector, port: 'linkerd-admin', proxyProtocol: 'HTTP/1', accessPolicy: 'deny' }
  const route = (of: string, source: Source, paths: readonly string[]): Manifest[] => {
    const matches = paths.map(value => ({ path: { type: 'Exact', value }, method: 'GET' }))
    const parentRefs = [{ group: linkerdGroup, kind: 'Server', name }]
    const target = { namespace, kind: 'HTTPRoute', name: `${name}.${of}` } as const
    return [
      manifest({ ...target, spec: { parentRefs, rules: [{ matches }] }, because }),
      ...authorize(target, { audience: [source], because }),
    ]
  }
  return [
    manifest({ kind: 'Server', namespace, name, spec, because }),
    ...route('metrics', scraper, ['/metrics']),
    ...route('probes', kubelet(context), ['/live', '/ready']),
  ]
}
