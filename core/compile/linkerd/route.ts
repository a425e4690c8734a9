import type { Manifest } from '../../model/manifest'
import { fitName } from '../names'
import { authorize, linkerdGroup } from './authorize'
import type { Branch } from './branch'
import { manifest } from '../objects'

/** A route of a Server, and who may take it. */
export interface Routing {
  readonly namespace: string
  readonly kind: 'HTTPRoute' | 'GRPCRoute'
  /** The Server's name. */
  readonly server: string
  readonly name: string
  readonly branch: Branch
}

/** Matches of one rule (Gateway API, HTTPRouteRule and GRPCRouteRule `matches`). */
const mostMatches = 64

/**
 * The route with its authorizations; several where one would have too many matches. It names its Server without port, section and namespace, any of which
 * would void it (linkerd2 `policy-controller/k8s/index/src/inbound/routes.rs`; recorded).
 */
export function routed({ namespace, kind, server, name, branch }: Routing): Manifest[] {
  const { audience, matches, because } = branch
  const parentRefs = [{ group: linkerdGroup, kind: 'Server', name: server }]
  return parts(matches).flatMap((part, index) => {
    const target = { namespace, kind, name: fitName(name, index === 0 ? '' : `.${index + 1}`) }
    // A rule without matches takes everything.
    const rules = [part.length === 0 ? {} : { matches: part }]
    return [manifest({ ...target, spec: { parentRefs, rules }, because }), ...authorize(target, { audience, because })]
  })
}

function parts(matches: readonly object[]): readonly (readonly object[])[] {
  const count = Math.max(1, Math.ceil(matches.length / mostMatches))
  return Array.from({ length: count }, (_, i) => matches.slice(i * mostMatches, (i + 1) * mostMatches))
}
