import type { Intent } from '../../../core/model/intent'
import type { Setting } from '../mesh'
import type { Context, Finding } from '../rule'
import type { Planes } from './data-plane'
import { gatewaysIn } from './intent-gateways'

/** Which meshes the namespaces that an intent speaks of are on. One whose plane is not known is taken to be on Istio, as the mesh's own policies have it. */
export interface Meshes {
  readonly onLinkerd: ReadonlySet<string>
  /** Whether a governed service is on Istio. */
  readonly istio: boolean
  /** Name the objects by which a plane could not be told. */
  readonly findings: readonly Finding[]
}

/** By the planes of the namespaces of its services and gateways. */
export function meshesOf(intent: Intent, planes: Planes): Meshes {
  const governed = [...new Set(intent.governed.map(({ namespace: of }) => of))]
  const all = [...governed, ...[...gatewaysIn(intent).values()].map(({ namespace: of }) => of)]
  const found = all.map(planes)
  const onLinkerd = new Set(all.filter((_, i) => found[i]?.kind === 'linkerd'))
  return {
    onLinkerd,
    istio: governed.length === 0 || governed.some(name => !onLinkerd.has(name)),
    findings: found.flatMap(plane => (plane.kind === 'unknown' ? plane.findings : [])),
  }
}

/** What identities start with. Two meshes with two of them know nothing of each other's; callers are then told apart by more than is compared here. */
export function trustDomainOf({ onLinkerd, istio }: Meshes, { mesh }: Context): Setting {
  const own = mesh(istio ? 'trustDomain' : 'linkerdTrustDomain')
  const other = istio && onLinkerd.size > 0 ? mesh('linkerdTrustDomain') : own
  if (own.kind === 'unknown') return own
  if (other.kind === 'unknown' || other.value === own.value) return other
  return { kind: 'unknown', why: 'the trust domains of Istio and of Linkerd differ', findings: [] }
}
