import type { AcceptedFragment, MeshedNamespace, MeshedService, MeshOutput } from '../core/graph/fragments/mesh-output'
import type { Merged, MergedFragment } from '../core/graph/fragments/merge'
import type { Graph } from '../core/graph/graph'
import { mapValues } from '../core/graph/plain'
import { accountOf } from '../core/graph/resolve'
import { readCertificates } from '../core/trust/read'
import { digestOf, sha256 } from './digest'
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
  const owners = ownersOf(fragments, ({ fragment }) =>
    fragment ? [...Object.keys(fragment.services), ...Object.keys(fragment.external)] : [],
  )
  return {
    version: 1,
    digest,
    trustDomains: { ...(istio && { istio: istio.trustDomain }), ...(linkerd && { linkerd: linkerd.trustDomain }) },
    anchors: anchors.map(fingerprint),
    namespaces: namespacesOf(telling, fragments),
    services: servicesOf(telling, owners),
    external: mapValues(graph.external, ({ hosts, ports }, name) => ({
      hosts,
      ports: mapValues(ports, ({ protocol, port }) => ({ protocol, port })),
      ...ownerIn(owners, name),
    })),
    fragments: mapValues(fragments, accepted),
    waiting: parts?.waiting ?? [],
  }
}

type Fragments = Merged['fragments']
/** The fragment that something is of, by its name; what is the graph's own is not there. */
type Owners = ReadonlyMap<string, string>

function ownersOf(fragments: Fragments, namesIn: (one: MergedFragment) => readonly string[]): Owners {
  return new Map(Object.entries(fragments).flatMap(([owner, one]) => namesIn(one).map(name => [name, owner] as const)))
}

function ownerIn(owners: Owners, name: string): { readonly fragment?: string } {
  const fragment = owners.get(name)
  return fragment === undefined ? {} : { fragment }
}

function namespacesOf(
  { namespaces, settings }: Telling,
  fragments: Fragments,
): Readonly<Record<string, MeshedNamespace>> {
  const { istio, linkerd, meshes = {}, stages = {} } = settings
  const alone = istio && !linkerd ? 'istio' : 'linkerd'
  const owners = ownersOf(fragments, one => one.namespaces)
  return Object.fromEntries(
    namespaces.map(name => {
      const mesh = istio && linkerd ? (meshes[name] ?? 'istio') : alone
      return [name, { mesh, stage: stages[name] ?? 'enforce', ...ownerIn(owners, name) }]
    }),
  )
}

function servicesOf(
  { graph, settings: { istio, linkerd } }: Telling,
  owners: Owners,
): Readonly<Record<string, MeshedService>> {
  const endpoints = endpointsOf(graph, (istio ?? linkerd)?.clusterDomain)
  return mapValues(graph.services, (service, name) => ({
    namespace: service.namespace,
    serviceAccount: accountOf(name, service),
    ports: mapValues(service.ports, ({ protocol, port }, key) => {
      return { protocol, port, address: endpoints[name]?.[key] ?? '' }
    }),
    ...ownerIn(owners, name),
  }))
}

function accepted({ state, namespaces, fragment }: MergedFragment): AcceptedFragment {
  return { state, namespaces, ...(fragment && { digest: digestOf(fragment) }) }
}

/** As `openssl x509 -fingerprint -sha256` has it, in lower case and without colons. */
function fingerprint(pem: string): string {
  const [certificate] = readCertificates({ text: pem, at: 'the anchors' }, { sha256 }).certificates
  if (certificate === undefined) throw new TypeError('an anchor is no certificate')
  return certificate.fingerprint
}
