import type { Layer, Workload } from '../layer'
import type { RequestTarget } from '../request'
import { remembering } from '../remember'
import { containsLabels } from './attachment'
import { hostOf } from './client'
import { servicesNear, targetPort } from './protocol'

/**
 * The server names a caller's own proxy may send in the TLS handshake: one for each Service port that leads to the container
 * port, or just that of the Service the call is addressed to. Empty where none leads there.
 * Source: istio `pilot/pkg/model/service.go` BuildDNSSrvSubsetKey.
 */
export function serverNames(layer: Layer, workload: Workload, to: RequestTarget): readonly string[] {
  return knownNames(layer, workload, to)
}

const knownNames = remembering(
  namesSent,
  ({ port, viaService, servicePort }) => `${port} ${servicePort ?? ''} ${viaService ?? ''}`,
)

function namesSent(layer: Layer, workload: Workload, to: RequestTarget): readonly string[] {
  return servicesNear(layer, workload)
    .filter(({ namespace, name }) => namespace === workload.namespace && name === (to.viaService ?? name))
    .filter(({ selector }) => Object.keys(selector).length > 0 && containsLabels(workload.labels, selector))
    .flatMap(service =>
      service.ports
        .filter(entry => targetPort(entry, workload) === to.port && entry.port === (to.servicePort ?? entry.port))
        .map(entry => `outbound_.${entry.port}_._.${hostOf(service, layer.mesh)}`),
    )
}
