import { portsOf } from '../../graph/resolve'
import type { KubernetesObject } from '../../model/manifest'
import { accounts, containerProbes } from '../assumed'
import { object } from '../objects'
import { sortedBy } from '../order'
import type { Context, Workload } from './context'
import { gatewayObjects } from './ingress/assumptions'
import type { IngressGateway } from './ingress/gateways'
import type { Namespaces } from './labels'
import { waypointLabels } from './labels'
import { meshObjects } from './mesh-objects'
import { podsOf } from '../versions'
import { versionServices } from './traffic/assumptions'
import type { Bound } from './waypoint/waypoints'

/** What is deployed beside the manifests: what carries labels of ours, and gateways. */
export interface Beside {
  readonly namespaces: Namespaces
  /** The services behind a waypoint, some of which say so themselves. */
  readonly bound: readonly Bound[]
  readonly gateways: readonly IngressGateway[]
}

/**
 * What the manifests rest on and others deploy, as the objects an analyzer or a rule would read: namespaces with their
 * labels, ServiceAccounts, one Pod a service with its labels, ports and probes, Services that name each port's protocol,
 * and the mesh's settings.
 *
 * Probes stand on the Pod as its owner writes them. Injection makes the agent perform them (HTTP, TCP and gRPC alike), so
 * they need no policy; a Pod that opts out of that breaks the assumption. ztunnel lets them pass.
 */
export function assumptions(context: Context, { namespaces, bound, gateways }: Beside): KubernetesObject[] {
  const { workloads, settings } = context
  const single = new Map(bound.filter(({ by }) => by === 'service').map(each => [each.workload.name, each]))
  const behind = new Map(bound.map(each => [each.workload.name, each]))
  const callable = workloads.filter(({ service }) => portsOf(service).length > 0)
  return [
    ...Object.entries(namespaces).map(([name, labels]) => object('Namespace', { name, labels: { ...labels } })),
    ...accounts(context.graph),
    ...workloads.flatMap(podsOf).map(pod),
    ...gatewayObjects(gateways, context),
    ...callable.map(workload => serviceOf(workload, single.get(workload.name))),
    ...callable.flatMap(workload =>
      versionServices(workload, behind.get(workload.name), context).map(each =>
        serviceOf(each, single.get(workload.name)),
      ),
    ),
    ...meshObjects(settings, Object.keys(namespaces)),
  ]
}

function pod({ name, namespace, labels, serviceAccount, service }: Workload): KubernetesObject {
  const named = sortedBy(portsOf(service), port => `${String(port.port).padStart(5, '0')} ${port.name}`)
  const ports = named.map(port => ({ name: port.name, containerPort: port.port }))
  const container = { name, ...(ports.length > 0 && { ports }), ...containerProbes(service) }
  const spec = { serviceAccountName: serviceAccount, containers: [container] }
  return object('Pod', { name, namespace, labels }, { spec })
}

/** Each port says its protocol: what Istio must sniff, it may take for TCP, where no rule with a route holds. */
function serviceOf({ name, namespace, labels, servicePorts, service }: Workload, bound?: Bound): KubernetesObject {
  const ports = servicePorts.map(({ protocol, ...port }) => ({ ...port, appProtocol: protocol }))
  const spec = { ...(service.headless && { clusterIP: 'None' }), selector: labels, ports }
  return object('Service', { name, namespace, ...(bound && { labels: waypointLabels(bound) }) }, { spec })
}
