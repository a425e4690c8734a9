import type { KubernetesObject } from '../../model/manifest'
import { objectName } from '../../model/manifest'
import { accounts, containerProbes } from '../assumed'
import { object } from '../objects'
import { groupBy } from '../../model/group'
import { sorted } from '../order'
import { podsOf, versionsOf } from '../versions'
import type { Context, Workload } from './context'
import type { Labels } from './peers'
import type { Plane } from './ports'
import { strangersOf } from './strangers'

/**
 * What the policies rest on and others deploy: namespaces, ServiceAccounts, one Pod a service with its labels and ports, Services, and a Pod for each
 * gateway and for the scraper. Namespaces carry the label that says their name, since the API server gives it to all of them.
 */
export function assumptions(context: Context): KubernetesObject[] {
  const { workloads, graph } = context
  const strangers = strangersOf(context)
  const outside = Object.values(graph.outside).flatMap(({ namespace }) => namespace ?? [])
  const namespaces = sorted([...context.governed, ...strangers.map(({ namespace }) => namespace), ...outside])
  const all = [...workloads.values()]
  const callable = all.filter(({ ports }) => ports.length > 0)
  return [
    ...namespaces.map(name => object('Namespace', { name })),
    ...accounts(graph),
    ...all.flatMap(podsOf).map(podOf),
    ...strangers.map(stranger => strangerPod(stranger, context)),
    ...callable.map(serviceOf),
    ...callable.flatMap(each => (versionsOf(each).length === 0 ? [] : podsOf(each).map(serviceOf))),
  ]
}

/** What a mesh and the network below it assume: where both speak of one object, the mesh's says more. */
export function together(mesh: readonly KubernetesObject[], network: readonly KubernetesObject[]): KubernetesObject[] {
  const known = groupBy(mesh, objectName)
  return [...mesh, ...network.filter(each => !known.has(objectName(each)))]
}

function podOf({ name, namespace, labels, serviceAccount, ports, service }: Workload): KubernetesObject {
  const containerPorts = ports.map(port => ({ name: port.name, containerPort: port.port }))
  const container = { name, ...(ports.length > 0 && { ports: containerPorts }), ...containerProbes(service) }
  return object(
    'Pod',
    { name, namespace, labels },
    { spec: { serviceAccountName: serviceAccount, containers: [container] } },
  )
}

function serviceOf({ name, namespace, labels, ports, service }: Workload): KubernetesObject {
  const all = ports.map(({ name: port, port: targetPort, servicePort = targetPort }) => ({
    name: port,
    port: servicePort,
    targetPort,
  }))
  const spec = { ...(service.headless && { clusterIP: 'None' }), selector: labels, ports: all }
  return object('Service', { name, namespace }, { spec })
}

/** Of a gateway or the scraper, which the mesh has taken in as it does services. */
function strangerPod(
  { namespace, serviceAccount, labels = {}, role }: ReturnType<typeof strangersOf>[number],
  context: Context,
): KubernetesObject {
  const taken = [...context.workloads.values()].some(
    each => each.namespace === namespace && each.name === serviceAccount,
  )
  const name = taken ? `${serviceAccount}-${role}` : serviceAccount
  const plane = context.planeOf(namespace)
  // In a mesh none of whose services is ambient, nothing says that ztunnel is there at all.
  const isThere = plane !== 'ambient' || [...context.governed].some(each => context.planeOf(each) === 'ambient')
  const { labels: joined, annotations } = joining[isThere ? plane : 'sidecar']
  const metadata = { name, namespace, labels: { ...labels, ...joined }, ...(annotations && { annotations }) }
  return object('Pod', metadata, {
    spec: { serviceAccountName: serviceAccount, containers: [{ name: serviceAccount }] },
  })
}

/** How a Pod says that it is in the mesh, whatever its namespace does. */
const joining: Readonly<Record<Plane, { readonly labels: Labels; readonly annotations?: Labels }>> = {
  plaintext: { labels: {} },
  sidecar: { labels: { 'sidecar.istio.io/inject': 'true' } },
  ambient: { labels: { 'istio.io/dataplane-mode': 'ambient' } },
  linkerd: { labels: {}, annotations: { 'linkerd.io/inject': 'enabled' } },
}
