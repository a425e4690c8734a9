import type { Region } from '../../../model/region'
import { nameOf } from '../../istio/verdict'
import { grpcRoutesOf, httpRoutesOf } from '../../linkerd/attach-routes'
import type { Grant } from '../../linkerd/grants'
import { defaultGrants, routeGrants, serverGrants } from '../../linkerd/grants'
import type { Route, Server } from '../../linkerd/layer-linkerd'
import type { Serving } from '../../linkerd/serving'
import { servingOf } from '../../linkerd/serving'
import { skipped } from '../../linkerd/settings'
import { admittedBy } from './admitted'
import type { LinkerdPort } from './port'

/** What decides about the requests of a region at a port behind a Linkerd proxy, in words: what rules the port, and what admits some of them. */
export function linkerdDeciders(at: LinkerdPort, region: Region): readonly string[] {
  const { layer, workload, port } = at
  const round = skipped(layer, workload, port) === 'no' ? [] : [`port ${port} is left out of what its proxy captures`]
  return [
    ...new Set([...round, ...servingOf(layer, workload, port).flatMap(serving => decidersBy(at, serving, region))]),
  ]
}

function decidersBy(at: LinkerdPort, serving: Serving, region: Region): readonly string[] {
  if (serving.kind === 'default') {
    const name = `default inbound policy ${serving.policy ?? 'that is not known'}`
    return [name, ...admitting(at, defaultGrants(serving.policy ?? 'deny', name), region)]
  }
  const { server } = serving
  const onServer = serverGrants(at.layer, server, at.workload.namespace)
  const onRoutes = routesOf(at, server).flatMap(route => routeGrants(at.layer, route, at.workload.namespace))
  return [nameOf(server), ...admitting(at, [...onServer, ...onRoutes], region)]
}

function routesOf({ layer, workload: { namespace } }: LinkerdPort, server: Server): readonly Route<unknown>[] {
  const { sure, perhaps } =
    server.protocol === 'gRPC' ? grpcRoutesOf(layer, server, namespace) : httpRoutesOf(layer, server, namespace)
  return [...sure, ...perhaps]
}

function admitting({ layer }: LinkerdPort, grants: readonly Grant[], region: Region): readonly string[] {
  return grants
    .filter(grant => !admittedBy(grant, layer.linkerd.mesh).may.intersect(region).isEmpty)
    .map(({ because }) => because)
}
