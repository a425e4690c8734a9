import type { Grant } from '../../linkerd/grants'
import type { LinkerdMesh } from '../../linkerd/layer-linkerd'
import type { Match } from '../bounds'
import { any, both, choose, exactly, never } from '../bounds'
import { callersOf } from './identities'
import { callsFrom, fromLocalhost } from './networks'

/** Whom grants let in: any of them will do, none refuses, and localhost needs none (proxy `linkerd/app/inbound/src/policy.rs` is_authorized). */
export function admitted(grants: readonly Grant[], mesh: LinkerdMesh): Match {
  return any([exactly(fromLocalhost), ...grants.map(grant => admittedBy(grant, mesh))])
}

/** Whom one grant lets in. */
export function admittedBy({ applies, networks, client }: Grant, mesh: LinkerdMesh): Match {
  return choose(applies, both(callsFrom(networks, mesh), callersOf(client, mesh)), never)
}
