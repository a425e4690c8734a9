import { sorted } from '../order'
import { authorize } from './authorize'
import { audienceOf } from './branch'
import type { Outcome } from '../objects'
import type { Grant } from './grant'
import type { Place } from './port'
import { grpcBranches } from './requests'
import { routed } from './route'

/**
 * What a port needs at stage `strict` beside the Server's own `accessPolicy`, which lets in whoever shows an identity: callers from outside, who show none,
 * and the kubelet's gRPC calls, for which the proxy has no allowance of its own.
 */
export function strictAdmissions(place: Place, grants: readonly Grant[]): Outcome {
  const { callee, server } = place
  const probes = grants.filter(({ source }) => source.name === 'kubelet')
  const outside = grants.filter(grant => grant.source.kind === 'networks' && !probes.includes(grant))
  const because = sorted(outside.map(grant => grant.because))
  const target = { namespace: callee.namespace, kind: 'Server', name: server } as const
  return {
    manifests: [
      ...authorize(target, { audience: audienceOf(outside), because }),
      ...grpcBranches(probes).branches.flatMap(branch => [
        // Once there is a route, what no route takes is refused: one for all the rest, which names nobody since the Server does.
        ...routed({ ...route(place, 'calls'), branch: { ...branch, audience: [], matches: [] } }),
        ...routed({ ...route(place, 'probes'), branch }),
      ]),
    ],
    problems: [],
  }
}

function route({ callee: { namespace }, server }: Place, what: string) {
  return { namespace, kind: 'GRPCRoute', server, name: `${server}.${what}` } as const
}
