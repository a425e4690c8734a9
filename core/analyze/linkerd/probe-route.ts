import type { Layer, Workload } from '../layer'
import type { HttpRequest } from '../request'
import type { Grant } from './grants'

/** What the injector's own probes ask (`charts/partials/templates/_proxy.tpl`). */
const proxyProbes = [
  { port: 4191, path: '/live' },
  { port: 4191, path: '/ready' },
]

/**
 * What lets the kubelet probe a port that has no routes: whoever comes from the probes' networks may GET the path of an `httpGet` probe, exactly, its query aside.
 * By default these networks are everything. Source: `policy-controller/k8s/index/src/inbound/index.rs` default_inbound_http_routes.
 */
export function probeGrants(layer: Layer, workload: Workload, { port, http }: Probing): readonly Grant[] {
  const { probes, proxyContainer } = workload.linkerd
  const [path = ''] = http.path.split(/[?#]/)
  const asked = [...probes, ...(proxyContainer ? [] : proxyProbes)]
  if (http.method !== 'GET' || !asked.some(probe => probe.port === port && probe.path === path)) return []
  const networks = layer.linkerd.mesh.probeNetworks
  const because = `probe ${path} of ${workload.kind} ${workload.namespace}/${workload.name}`
  return [
    {
      because,
      applies: 'yes',
      networks: networks?.map(cidr => ({ cidr, except: [] })) ?? 'unknown',
      client: 'anyone',
    },
  ]
}

export interface Probing {
  readonly port: number
  readonly http: HttpRequest
}
