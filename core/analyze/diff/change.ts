import type { Region } from '../../model/region'
import type { Match } from '../regions/bounds'
import type { Patch } from './patch'

/** Somewhere that who may ask what has changed. */
export interface Change {
  readonly kind: 'port' | 'entry' | 'leaving'
  /** `shop/cart:7070`; of what enters through a gateway `istio-ingress/istio-ingress:443 → boutique/frontend:8080`; of what leaves the mesh `shop/cart → outside:443`. */
  readonly callee: string
  /**
   * Of what somebody could do whatever certificate they show or leave at home, and of what a well-behaved client is certain to get: both beyond
   * what data planes leave open by themselves.
   */
  readonly patch: Patch
  /** The bounds that the patch is between. */
  readonly before: Match
  readonly after: Match
  /** The objects that decide about the requests of a region. */
  readonly because: Readonly<Record<'old' | 'now', (region: Region) => readonly string[]>>
}
