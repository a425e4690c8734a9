import type { Kind } from '../../model/kinds'
import type { Problem } from '../../model/problem'
import { readAnnotations, readLabels, type RawObject } from '../istio/read-object'
import type { LinkerdLayer, LinkerdNamespace } from './layer-linkerd'
import { readMeshTlsAuthentication, readNetworkAuthentication } from './read-authentication'
import { isLinkerdConfig, readLinkerdConfig, uniteLinkerdMesh, type MeshPart } from './read-config'
import { readEgressNetwork, readOutboundRoute } from './outbound/read-outbound'
import { readLinkerdAuthorizationPolicy, readRateLimit } from './read-policy'
import { readGrpcRoute, readHttpRoute } from './read-route'
import { readServer, readServerAuthorization } from './read-server'

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer I)[] ? I[] : T[K] }

/** What of Linkerd was read so far. */
export interface LinkerdDraft extends Omit<Writable<LinkerdLayer>, 'mesh' | 'namespaces'> {
  readonly meshParts: MeshPart[]
  readonly namespaces: Map<string, LinkerdNamespace>
}

export function emptyLinkerdDraft(): LinkerdDraft {
  return {
    meshParts: [],
    namespaces: new Map(),
    servers: [],
    authorizationPolicies: [],
    serverAuthorizations: [],
    meshTlsAuthentications: [],
    networkAuthentications: [],
    httpRoutes: [],
    grpcRoutes: [],
    rateLimits: [],
    egressNetworks: [],
    outboundRoutes: [],
  }
}

type Reader = (object: RawObject, draft: LinkerdDraft) => void

/** How each kind that means something to Linkerd gets into its part of a layer; some mean something to others too. */
export const linkerdReaders = {
  Namespace: (object, { namespaces }) => {
    const labels = readLabels(object)
    const annotations = readAnnotations(object)
    namespaces.set(object.name, {
      labels: labels.value,
      annotations: annotations.value,
      labelsUnreadable: labels.damaged,
      unreadable: annotations.damaged,
    })
  },
  ConfigMap: (object, draft) => {
    if (isLinkerdConfig(object)) draft.meshParts.push(readLinkerdConfig(object))
  },
  Server: (object, draft) => draft.servers.push(readServer(object)),
  ServerAuthorization: (object, draft) => draft.serverAuthorizations.push(readServerAuthorization(object)),
  LinkerdAuthorizationPolicy: (object, draft) =>
    draft.authorizationPolicies.push(readLinkerdAuthorizationPolicy(object)),
  MeshTLSAuthentication: (object, draft) => draft.meshTlsAuthentications.push(readMeshTlsAuthentication(object)),
  NetworkAuthentication: (object, draft) => draft.networkAuthentications.push(readNetworkAuthentication(object)),
  LinkerdHTTPRoute: readHttp,
  HTTPRoute: readHttp,
  GRPCRoute: (object, draft) => {
    const route = readGrpcRoute(object)
    if (route) draft.grpcRoutes.push(route)
    readOutbound(object, 'GRPCRoute', draft)
  },
  TLSRoute: (object, draft) => readOutbound(object, 'TLSRoute', draft),
  TCPRoute: (object, draft) => readOutbound(object, 'TCPRoute', draft),
  HTTPLocalRateLimitPolicy: (object, draft) => draft.rateLimits.push(readRateLimit(object)),
  EgressNetwork: (object, draft) => draft.egressNetworks.push(readEgressNetwork(object)),
} as const satisfies Partial<Readonly<Record<Kind, Reader>>>

function readHttp(object: RawObject, draft: LinkerdDraft): void {
  const route = readHttpRoute(object)
  if (route) draft.httpRoutes.push(route)
  readOutbound(object, 'HTTPRoute', draft)
}

/** A route of callers, in whose proxies it counts. */
function readOutbound(object: RawObject, kind: Parameters<typeof readOutboundRoute>[1], draft: LinkerdDraft): void {
  const route = readOutboundRoute(object, kind)
  if (route) draft.outboundRoutes.push(route)
}

export function finishLinkerd({ meshParts, ...rest }: LinkerdDraft, problems: Problem[]): LinkerdLayer {
  return { ...rest, mesh: uniteLinkerdMesh(meshParts, problems) }
}

/** The label keys that anything of Linkerd's selects Pods by. */
export function linkerdSelectedLabels({ servers }: LinkerdDraft): readonly string[] {
  return servers.flatMap(({ selector }) =>
    selector === 'external' ? [] : [...Object.keys(selector.labels), ...selector.expressions.map(({ key }) => key)],
  )
}
