import type { ExpectedByMesh } from '../../../core/analyze/compare-meshes'
import type { Expected } from '../../../core/analyze/expect'
import type { Intent } from '../../../core/model/intent'
import { unknownSetting, unreadable } from '../mesh'
import type { Context, Finding } from '../rule'
import { dataPlanes, type Planes } from './data-plane'
import { gatewaysIn } from './intent-gateways'
import { blocksOf } from './linkerd-install/installation'
import { ownProxies } from './own-proxies'

/** Which meshes the namespaces that an intent speaks of are on. One whose plane is not known is taken to be on Istio, as the mesh's own policies have it. */
export interface Meshes {
  readonly onLinkerd: ReadonlySet<string>
  /** Whether anything that the intent speaks of is on Istio. */
  readonly istio: boolean
  /** Name the objects by which a plane could not be told. */
  readonly findings: readonly Finding[]
}

/** By the planes of all namespaces that it speaks of, and what their Pods say of themselves. */
export function meshesOf(intent: Intent, context: Context): Meshes {
  const planes = dataPlanes(context)
  const proxies = ownProxies(context, planes)
  const governed = namesOf(intent.governed)
  const all = namesOf([...intent.governed, ...endsOf(intent), ...gatewaysIn(intent).values()])
  const onLinkerd = new Set(all.filter(name => planes(name).kind === 'linkerd' || proxies.ofNamespace(name)))
  const rest = all.filter(name => !onLinkerd.has(name))
  // On a mesh that is Linkerd alone, whoever is not on it is on none.
  const kind = onLinkerd.size > 0 && rest.length > 0 ? context.mesh('kind') : undefined
  const isHybrid = kind?.kind === 'known' && kind.value === 'hybrid'
  return {
    onLinkerd,
    istio: onLinkerd.size === 0 || isHybrid || rest.some(name => governed.includes(name) || isOnIstio(name, planes)),
    findings: [
      ...all.map(planes).flatMap(plane => (plane.kind === 'unknown' ? plane.findings : [])),
      ...proxies.findings(),
      ...(kind ? unreadable(kind) : []),
    ],
  }
}

function namesOf(places: readonly { readonly namespace: string }[]): readonly string[] {
  return [...new Set(places.map(({ namespace: of }) => of))]
}

/** The workloads that call and are called. */
function endsOf({ flows }: Intent): readonly { readonly namespace: string }[] {
  return flows.flatMap(({ from, to }) => [from, to].flatMap(end => (end.kind === 'workload' ? [end] : [])))
}

function isOnIstio(name: string, planes: Planes): boolean {
  const { kind } = planes(name)
  return kind === 'ambient' || kind === 'sidecar'
}

/** What an intent is judged on, or why that is not known. */
export type Judgement<Terms = Expected | ExpectedByMesh> =
  | { readonly kind: 'known'; readonly expected: Terms }
  | { readonly kind: 'unknown'; readonly findings: readonly Finding[] }

/** The terms of the mesh that all of an intent is on, or of each of both. `aliases` are further trust domains of Istio's. */
export function expectedOn(meshes: Meshes, context: Context, aliases: readonly string[] | undefined): Judgement {
  if (meshes.onLinkerd.size === 0) return ofIstio(context, aliases)
  if (!meshes.istio) return ofLinkerd(context)
  const istio = ofIstio(context, aliases)
  const linkerd = ofLinkerd(context)
  const pods = context.mesh('podNetworks')
  if (istio.kind === 'unknown') return istio
  if (linkerd.kind === 'unknown') return linkerd
  if (unreadable(pods).length > 0) return { kind: 'unknown', findings: unreadable(pods) }
  const podNetworks = pods.kind === 'known' && { podNetworks: blocksOf(pods.value) }
  const both = { istio: istio.expected, linkerd: linkerd.expected, onLinkerd: [...meshes.onLinkerd], ...podNetworks }
  return { kind: 'known', expected: both }
}

function ofIstio(
  { mesh, config: { stages, unrouted } }: Context,
  aliases: readonly string[] | undefined,
): Judgement<Expected> {
  const trustDomain = mesh('trustDomain')
  if (trustDomain.kind === 'unknown') return { kind: 'unknown', findings: unknownSetting(trustDomain, undefined) }
  const more = aliases && { trustDomainAliases: aliases }
  return { kind: 'known', expected: { trustDomain: trustDomain.value, stages, unrouted, ...more } }
}

/** What enters is up to gateways, of which Linkerd has none. */
function ofLinkerd({ mesh, config: { stages } }: Context): Judgement<Expected> {
  const trustDomain = mesh('linkerdTrustDomain')
  if (trustDomain.kind === 'unknown') return { kind: 'unknown', findings: unknownSetting(trustDomain, undefined) }
  const probes = mesh('probeNetworks')
  const nodeNetworks = probes.kind === 'known' && { nodeNetworks: blocksOf(probes.value) }
  return { kind: 'known', expected: { trustDomain: trustDomain.value, stages, entries: 'elsewhere', ...nodeNetworks } }
}
