import type { KubernetesObject } from '../../../model/manifest'
import { sorted } from '../../order'
import type { Context } from '../context'
import { namespaceLabels } from '../labels'
import { gatewayLabels } from './gateway-pods'
import type { IngressGateway } from './gateways'
import { object } from '../../objects'

/**
 * The Pod and the Service of each gateway that calls come in through, and its namespace where no service lies in it: those of Istio's gateway chart, or those that istiod makes for a Gateway. A gateway
 * is a proxy of its own, which no policy meets but by its labels, and which goes through waypoints where a sidecar would not (istio
 * `manifests/charts/gateway/values.yaml`, `manifests/charts/istio-control/istio-discovery/files/gateway-injection-template.yaml`, `files/kube-gateway.yaml`).
 */
export function gatewayObjects(gateways: readonly IngressGateway[], context: Context): KubernetesObject[] {
  const taken = new Set(context.workloads.map(({ namespace, name }) => `${namespace}/${name}`))
  const governed = new Set(context.workloads.map(({ namespace }) => namespace))
  const apart = sorted(gateways.map(({ namespace }) => namespace)).filter(namespace => !governed.has(namespace))
  const namespaces = apart.map(name => object('Namespace', { name, labels: namespaceLabels(context.settings, name) }))
  const each = gateways.flatMap(gateway => {
    const { namespace, account } = gateway
    const name = taken.has(`${namespace}/${account}`) ? `${account}-gateway` : account
    const labels = podLabels(gateway)
    const annotations = { 'inject.istio.io/templates': 'gateway' }
    const spec = { serviceAccountName: account, containers: [{ name: 'gateway' }] }
    const service = { selector: { ...gatewayLabels(gateway, gateway.target.routing) }, ports: portsOf(gateway) }
    return [
      object('Pod', { name, namespace, labels, annotations }, { spec }),
      ...(service.ports.length > 0 ? [object('Service', { name, namespace }, { spec: service })] : []),
    ]
  })
  return [...namespaces, ...each]
}

/** The chart keeps its Pods out of ztunnel's hands, and has them injected whatever their namespace says. */
function podLabels(gateway: IngressGateway): Record<string, string> {
  const { routing } = gateway.target
  return {
    ...gatewayLabels(gateway, routing),
    ...(routing !== 'gateway-api' && { 'istio.io/dataplane-mode': 'none', 'sidecar.istio.io/inject': 'true' }),
  }
}

/** The chart has both ports whatever is served; istiod opens those that a Gateway listens on. */
function portsOf({ target, doors }: IngressGateway): object[] {
  const all = [
    { name: 'http2', port: 80, targetPort: 80 },
    { name: 'https', port: 443, targetPort: 443 },
  ]
  if (target.routing !== 'gateway-api') return all
  const secure = doors.some(({ entry }) => entry.secret !== undefined)
  return all.filter(({ port }) => (port === 443 ? secure : doors.length > 0))
}
