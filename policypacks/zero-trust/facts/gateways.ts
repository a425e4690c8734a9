import { at, flag, gather, given, items, labels, required, text, type Field, type Gathered } from '../field'
import { ofKind, type Context } from '../rule'
import { chartName, isIstioChart, releases } from './charts'
import { namespaceOf, type Labels } from './policies'
import { waypointClass } from './target-refs'

/** Gateways of the Kubernetes Gateway API. */
export function gateways(context: Pick<Context, 'objects'>): readonly Field[] {
  return ofKind(context, 'gateway.networking.k8s.io', 'Gateway')
}

/** Classes whose Pods are waypoints, of which the one is at the border of a cluster (istio pilot/pkg/config/kube/gatewaycommon/classinfo.go). */
const waypointClasses = [waypointClass, 'istio-east-west']

/** A gateway or a waypoint, and the Pods that it is. */
export interface GatewayFact {
  readonly field: Field
  readonly namespace: string
  readonly name: string
  /** A waypoint's Pods heed no selector. */
  readonly waypoint: boolean
  /** Of its Pods, as far as policies select by them. */
  readonly labels: Labels
  /** The ServiceAccount of its Pods; absent where it is not known who makes them. */
  readonly account: string | undefined
}

/** Reads a Gateway; its Pods carry its name and what it says of labels (istio manifests/charts/istio-control/istio-discovery/files/kube-gateway.yaml). */
export function readGateway(field: Field): GatewayFact {
  const name = required(at(field, 'metadata', 'name'))
  const gatewayClass = required(at(field, 'spec', 'gatewayClassName'))
  return {
    field,
    namespace: namespaceOf(field),
    name,
    waypoint: waypointClasses.includes(gatewayClass),
    labels: { ...ownLabels(field), 'gateway.networking.k8s.io/gateway-name': name },
    account: text(at(field, 'metadata', 'annotations', 'gateway.istio.io/service-account')) ?? accountOf(field),
  }
}

/** Those of `infrastructure` replace the Gateway's own (istio pilot/pkg/config/kube/gatewaycommon/deploymentcontroller.go extractInfrastructureLabels). */
function ownLabels(gateway: Field): Labels {
  const infrastructure = at(gateway, 'spec', 'infrastructure', 'labels')
  return labels(given(infrastructure) ? infrastructure : at(gateway, 'metadata', 'labels'))
}

/**
 * The account that istiod makes for a Gateway, called after it and, but for waypoints, after its class; none where the Gateway names Pods that are there already by an address
 * (istio pilot/pkg/config/kube/gatewaycommon/gateway_utils.go GetDefaultName, IsManaged).
 */
function accountOf(gateway: Field): string | undefined {
  const name = required(at(gateway, 'metadata', 'name'))
  const gatewayClass = required(at(gateway, 'spec', 'gatewayClassName'))
  if (waypointClasses.includes(gatewayClass)) return name
  const addresses = items(at(gateway, 'spec', 'addresses'))
  const managed = addresses.every(address => (text(at(address, 'type')) ?? 'IPAddress') === 'IPAddress')
  return gatewayClass === 'istio' && managed ? `${name}-istio` : undefined
}

/** Every gateway of the stack, whether it is a Gateway or a Release of Istio's chart. */
export function gatherGateways(context: Pick<Context, 'objects'>): Gathered<GatewayFact> {
  const declared = gather(gateways(context), readGateway)
  const installed = gather(releases(context), readGatewayRelease)
  return {
    facts: [...declared.facts, ...installed.facts.flatMap(fact => fact ?? [])],
    findings: [...declared.findings, ...installed.findings],
  }
}

/**
 * What a Release of Istio's gateway chart brings (istio manifests/charts/gateway/templates/_helpers.tpl); nothing for
 * another chart, or for a Release whose name only its provider chooses.
 */
function readGatewayRelease(field: Field): GatewayFact | undefined {
  if (chartName(field) !== 'gateway' || !isIstioChart(field)) return undefined
  const values = at(field, 'values')
  const name = text(at(values, 'name')) ?? text(at(field, 'name'))
  if (name === undefined) return undefined
  const own = at(values, 'serviceAccount')
  return {
    field,
    namespace: required(at(field, 'namespace')),
    name,
    waypoint: false,
    labels: {
      'app.kubernetes.io/name': name,
      app: name,
      istio: name.replace(/^istio-/, ''),
      ...labels(at(values, 'labels')),
    },
    account: text(at(own, 'name')) ?? (flag(at(own, 'create')) === false ? 'default' : name),
  }
}
