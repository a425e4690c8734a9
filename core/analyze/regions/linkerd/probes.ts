import { Language } from '../../../model/language'
import { Region } from '../../../model/region'
import type { Match } from '../bounds'
import { both, exactly } from '../bounds'
import { callsFrom } from './networks'
import type { LinkerdPort } from './port'

/** What the proxy's own probes ask, where the injector adds them (`charts/partials/templates/_proxy.tpl`). */
export const proxyProbes: readonly { readonly port: number; readonly path: string }[] = [
  { port: 4191, path: '/live' },
  { port: 4191, path: '/ready' },
]

/**
 * What a Pod's probes by HTTP may ask without any authorization: GET of their paths, from the networks of probes
 * (`policy-controller/k8s/index/src/inbound/index.rs` default_inbound_http_routes).
 */
export function probed({ layer, workload: { linkerd }, port }: LinkerdPort): Match {
  const probes = [...linkerd.probes, ...(linkerd.proxyContainer ? [] : proxyProbes)].filter(
    probe => probe.port === port,
  )
  const asked = Region.where('method', Language.literals(['GET'])).intersect(
    Region.where('path', Language.literals(probes.map(({ path }) => path))),
  )
  const networks = layer.linkerd.mesh.probeNetworks?.map(cidr => ({ cidr, except: [] })) ?? 'unknown'
  return both(exactly(asked), callsFrom(networks, layer.linkerd.mesh))
}
