import { X509Certificate } from 'node:crypto'
import type { AcceptedFragment, MeshedNamespace, MeshedService, MeshOutput } from '../core/graph/fragments/mesh-output'
import type { Merged, MergedFragment } from '../core/graph/fragments/merge'
import type { Graph } from '../core/graph/graph'
import { mapValues } from '../core/graph/plain'
import { accountOf } from '../core/graph/resolve'
import { digestOf } from './digest'
import { endpointsOf } from './endpoints'
import type { MeshSettings } from './settings'

/** What a mesh has to tell, but for the anchors, which may not be known yet. */
export interface Telling {
  readonly graph: Graph
  readonly settings: MeshSettings
  readonly parts?: Pick<Merged, 'fragments' | 'waiting'>
  /** Of the merged intent. */
  readonly digest: string
  /** The namespaces of the graph. */
  readonly namespaces: readonly string[]
}

/** The stack's output `mesh`. */
export function meshOutput(telling: Telling, anchors: readonly string[]): MeshOutput {
  const { graph, settings, parts, digest } = telling
  const { istio, linkerd } = settings
  const fragments = parts?.fragments ?? {}
  return {
    version: 1,
    digest,
    trustDomains: { ...(istio && { istio: istio.trustDomain }), ...(linkerd && { linkerd: linkerd.trustDomain }) },
    anchors: anchors.map(fingerprint),
    namespaces: namespacesOf(telling, fragments),
    services: servicesOf(telling, fragments),
    external: mapValues(graph.external, ({ hosts, ports }, name) => ({
      hosts,
      ports: mapValues(ports, ({ protocol, port }) => ({ protocol, port })),
      ...fragmentOf('external', name, fragments),
    })),
    fragments: mapValues(fragments, accepted),
    waiting: parts?.waiting ?? [],
  }
}

type Fragments = Merged['fragments']

function namespacesOf(
  { namespaces, settings }: Telling,
  fragments: Fragments,
): Readonly<Record<string, MeshedNamespace>> {
  const { istio, linkerd, meshes = {}, stages = {} } = settings
  const alone = istio && !linkerd ? 'istio' : 'linkerd'
  return Object.fromEntries(
    namespaces.map(name => {
      const mesh = istio && linkerd ? (meshes[name] ?? 'istio') : alone
      const [owner] = Object.entries(fragments).find(([, one]) => one.namespaces.includes(name)) ?? []
      const fragment = owner === undefined ? {} : { fragment: owner }
      return [name, { mesh, stage: stages[name] ?? 'enforce', ...fragment }]
    }),
  )
}

function servicesOf(
  { graph, settings: { istio, linkerd } }: Telling,
  fragments: Fragments,
): Readonly<Record<string, MeshedService>> {
  const endpoints = endpointsOf(graph, (istio ?? linkerd)?.clusterDomain)
  return mapValues(graph.services, (service, name) => ({
    namespace: service.namespace,
    serviceAccount: accountOf(name, service),
    ports: mapValues(service.ports, ({ protocol, port }, key) => {
      return { protocol, port, address: endpoints[name]?.[key] ?? '' }
    }),
    ...fragmentOf('services', name, fragments),
  }))
}

function fragmentOf(section: 'services' | 'external', name: string, fragments: Fragments): { fragment?: string } {
  const holds = ({ fragment }: MergedFragment) => fragment !== undefined && Object.hasOwn(fragment[section], name)
  const [owner] = Object.entries(fragments).find(([, one]) => holds(one)) ?? []
  return owner === undefined ? {} : { fragment: owner }
}

function accepted({ state, namespaces, fragment }: MergedFragment): AcceptedFragment {
  return { state, namespaces, ...(fragment && { digest: digestOf(fragment) }) }
}

/** As `openssl x509 -fingerprint -sha256` has it, in lower case and without colons. */
function fingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase()
}
