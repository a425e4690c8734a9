import type { Kind } from '../../model/kinds'
import type {
  AuthorizationPolicy,
  DestinationRule,
  Gateway,
  IstioGateway,
  Namespace,
  PeerAuthentication,
  ReferenceGrant,
  RequestAuthentication,
  Routes,
  Service,
  ServiceEntry,
  Sidecar,
  WorkloadKind,
} from '../layer'
import { linkerdReaders, type LinkerdDraft } from '../linkerd/read-linkerd'
import { readNetworkPolicy, type NetworkDraft } from '../network/read-network-policy'
import { reportEnvoyFilter } from './envoy-filter'
import { readDestinationRule, readSidecar } from './read-client'
import { readGateway } from './read-gateway'
import { readRoute } from './read-http-route'
import { readIstioGateway } from './read-istio-gateway'
import * as mesh from './read-mesh'
import { readLabels, readNamed, type RawObject } from './read-object'
import { readAuthorizationPolicy, readPeerAuthentication, readRequestAuthentication } from './read-policies'
import { readReferenceGrant } from './read-reference-grant'
import { readService, readServiceEntry } from './read-services'
import { readVirtualService } from './read-virtual-service'
import { readWorkload, type OwnedWorkload } from './read-workload'

/** A layer in the making. */
export interface Draft {
  readonly meshParts: mesh.MeshPart[]
  readonly revisions: Set<string>
  readonly namespaces: Map<string, Namespace>
  readonly workloads: OwnedWorkload[]
  readonly services: Service[]
  readonly serviceEntries: ServiceEntry[]
  readonly sidecars: Sidecar[]
  readonly destinationRules: DestinationRule[]
  readonly authorizationPolicies: AuthorizationPolicy[]
  readonly peerAuthentications: PeerAuthentication[]
  readonly requestAuthentications: RequestAuthentication[]
  readonly gateways: Gateway[]
  readonly istioGateways: IstioGateway[]
  readonly routes: Routes[]
  readonly referenceGrants: ReferenceGrant[]
  readonly linkerd: LinkerdDraft
  readonly network: NetworkDraft
}

type Reader = (object: RawObject, draft: Draft) => void

const workload =
  (kind: WorkloadKind): Reader =>
  (object, draft) => {
    const read = readWorkload(object, kind)
    if (read) draft.workloads.push(read)
  }

const readNamespace: Reader = (object, { namespaces, linkerd }) => {
  const { value: labels, damaged } = readLabels(object)
  namespaces.set(object.name, { ...readNamed(object), labels, unreadable: damaged })
  linkerdReaders.Namespace(object, linkerd)
}

const readConfigMap: Reader = (object, draft) => {
  linkerdReaders.ConfigMap(object, draft.linkerd)
  if (mesh.isMeshConfig(object)) {
    draft.meshParts.push(mesh.readMeshConfig(object))
    draft.revisions.add(mesh.revisionOf(object))
  } else if (mesh.isInjectorConfig(object)) draft.meshParts.push(mesh.readInjectorConfig(object))
}

const readWebhooks: Reader = (object, draft) => {
  for (const revision of mesh.webhookRevisions(object)) draft.revisions.add(revision)
}

/** Of a kind that only Linkerd knows, or one that it reads in its own way. */
const forLinkerd =
  (kind: keyof typeof linkerdReaders): Reader =>
  (object, { linkerd }) => {
    linkerdReaders[kind](object, linkerd)
  }

/** A Route, which both meshes read, each in its own way. */
const inBoth =
  (kind: 'HTTPRoute' | 'GRPCRoute'): Reader =>
  (object, draft) => {
    draft.routes.push(readRoute(object, kind))
    linkerdReaders[kind](object, draft.linkerd)
  }

/** Known, and nothing in it says who reaches whom. */
const ignore: Reader = () => undefined

/** How each kind gets into a layer. */
export const readers: Readonly<Record<Kind, Reader>> = {
  Namespace: readNamespace,
  ConfigMap: readConfigMap,
  ServiceAccount: ignore,
  Service: (object, draft) => draft.services.push(readService(object)),
  Pod: workload('Pod'),
  Deployment: workload('Deployment'),
  StatefulSet: workload('StatefulSet'),
  DaemonSet: workload('DaemonSet'),
  ReplicaSet: workload('ReplicaSet'),
  Job: workload('Job'),
  CronJob: workload('CronJob'),
  NetworkPolicy: (object, { network }) => readNetworkPolicy(object, network),
  MutatingWebhookConfiguration: readWebhooks,
  AuthorizationPolicy: (object, draft) => draft.authorizationPolicies.push(readAuthorizationPolicy(object)),
  PeerAuthentication: (object, draft) => draft.peerAuthentications.push(readPeerAuthentication(object)),
  RequestAuthentication: (object, draft) => draft.requestAuthentications.push(readRequestAuthentication(object)),
  Sidecar: (object, draft) => draft.sidecars.push(readSidecar(object)),
  ServiceEntry: (object, draft) => draft.serviceEntries.push(readServiceEntry(object)),
  DestinationRule: (object, draft) => draft.destinationRules.push(readDestinationRule(object)),
  Gateway: (object, draft) => draft.gateways.push(readGateway(object)),
  IstioGateway: (object, draft) => draft.istioGateways.push(readIstioGateway(object)),
  VirtualService: (object, draft) => draft.routes.push(readVirtualService(object)),
  HTTPRoute: inBoth('HTTPRoute'),
  GRPCRoute: inBoth('GRPCRoute'),
  ReferenceGrant: (object, draft) => draft.referenceGrants.push(readReferenceGrant(object)),
  Server: forLinkerd('Server'),
  ServerAuthorization: forLinkerd('ServerAuthorization'),
  LinkerdAuthorizationPolicy: forLinkerd('LinkerdAuthorizationPolicy'),
  MeshTLSAuthentication: forLinkerd('MeshTLSAuthentication'),
  NetworkAuthentication: forLinkerd('NetworkAuthentication'),
  LinkerdHTTPRoute: forLinkerd('LinkerdHTTPRoute'),
  HTTPLocalRateLimitPolicy: forLinkerd('HTTPLocalRateLimitPolicy'),
  EgressNetwork: forLinkerd('EgressNetwork'),
  TLSRoute: forLinkerd('TLSRoute'),
  TCPRoute: forLinkerd('TCPRoute'),
  EnvoyFilter: reportEnvoyFilter,
}
