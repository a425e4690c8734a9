import type { Layer, Service, ServicePort, Workload } from '../layer'
import { containsLabels } from './attachment'
import { targetPort } from './protocol'

/** A Service's port that leads to a container port. */
export interface ServiceAddress {
  readonly service: Service
  readonly port: ServicePort
}

/** The Services, and their ports, through which a container port of a workload is called. */
export function addressesTo(layer: Layer, workload: Workload, port: number): readonly ServiceAddress[] {
  return layer.services
    .filter(({ namespace }) => namespace === undefined || namespace === workload.namespace)
    .filter(({ selector }) => Object.keys(selector).length > 0 && containsLabels(workload.labels, selector))
    .flatMap(service =>
      service.ports.filter(entry => targetPort(entry, workload) === port).map(entry => ({ service, port: entry })),
    )
}

/** Whether calls name the Service by an address of its own, by which ztunnel tells that a waypoint is meant. */
export function hasAddress({ headless, type }: Service): boolean {
  return !headless && type !== 'ExternalName'
}
