import { intoGateway } from './gateway/hop'
import { alternative, hop, note } from './explain/trace'
import { assumeRecorded } from './istio/assume'
import { captured } from './istio/capture'
import { planesOf, type PlaneChoice } from './istio/data-plane'
import { intoSidecar, type Arrival } from './istio/sidecar-hop'
import { agreement, allow, nameOf, unknown, type Verdict } from './istio/verdict'
import type { Layer } from './layer'
import { intoLinkerd } from './linkerd/hop'
import { overNetwork } from './network/hop'
import { indexing } from './remember'
import type { Request } from './request'
import { intoAmbient } from './waypoint/ambient'
import { byDetour } from './waypoint/detour'

export type { Verdict } from './istio/verdict'

export interface DecideOptions {
  /**
   * `recorded`: judge as the recorded verdicts were made: the target is proxied, only the first hop judged, and what the mesh or a timestamp does not say
   * is Istio's default.
   */
  readonly assume?: 'recorded'
}

/**
 * Whether one request gets through to one workload: THE definition of what policies mean, which `reach` must agree with for all
 * requests at once. It judges the hops between the caller's own proxy and the workload, on the network and in the mesh; whether that proxy would let the
 * call out, and whether it shows the identity the request has, are other questions.
 */
export function decide(layer: Layer, request: Request, { assume }: DecideOptions = {}): Verdict {
  const world = assume === 'recorded' ? assumeRecorded(layer) : layer
  const { namespace, workload: name } = request.to
  const targets = workloadsNamed(world, `${namespace}/${name}`)
  if (targets.length === 0) return unknown(`no workload ${namespace}/${name} is among the objects`)
  return agreement(
    targets.map(workload =>
      alternative(
        () => nameOf(workload),
        () => intoWorkload({ layer: world, workload, request }),
      ),
    ),
  )
}

const workloadsNamed = indexing(
  ({ workloads }) => workloads,
  ({ namespace, names }) => names.map(name => `${namespace}/${name}`),
)

function intoWorkload(arrival: Arrival): Verdict {
  const { layer, workload } = arrival
  if (workload.unreadable) return unknown(`${nameOf(workload)} could not be read`)
  return agreement(
    planesOf(layer, workload).map(choice =>
      alternative(
        () => `${planes[choice.plane]}: ${choice.because}`,
        () => intoPlane(arrival, choice),
      ),
    ),
  )
}

const planes: Readonly<Record<PlaneChoice['plane'], string>> = {
  none: 'it has no proxy',
  sidecar: 'it has a sidecar of Istio',
  ztunnel: 'ztunnel guards it',
  gateway: 'it is a gateway',
  linkerd: 'it has a proxy of Linkerd',
}

/** A workload without a proxy enforces nothing. */
function intoPlane(arrival: Arrival, { plane, because }: PlaneChoice): Verdict {
  const past = (onward: () => Verdict) => overNetwork({ ...arrival, plane, port: arrival.request.to.port }, onward)
  switch (plane) {
    case 'none':
      return byDetour(arrival, { plane, tunnel: false, straight: () => unguarded(arrival, because) })
    case 'sidecar':
      return byDetour(arrival, { plane, tunnel: arrival.layer.mesh.hbone, straight: pastCapture })
    case 'ztunnel':
      return intoAmbient(arrival)
    case 'gateway':
      return past(() =>
        hop(
          () => `gateway ${nameOf(arrival.workload)}, port ${arrival.request.to.port}`,
          () => intoGateway(arrival),
        ),
      )
    case 'linkerd':
      return past(() =>
        hop(
          () => `Linkerd proxy of ${nameOf(arrival.workload)}, port ${arrival.request.to.port}`,
          () => intoLinkerd(arrival),
        ),
      )
  }
}

function unguarded({ workload }: Arrival, because: string): Verdict {
  return hop(
    () => `${nameOf(workload)} has no proxy`,
    () => {
      note(() => `${because}: no mesh judges what comes to it`, 'allow')
      return allow(because)
    },
  )
}

/** Neither does a sidecar on a port whose traffic goes round it. */
function pastCapture(arrival: Arrival): Verdict {
  return hop(
    () => `sidecar of ${nameOf(arrival.workload)}, port ${arrival.request.to.port}`,
    () => whereCaptured(arrival),
  )
}

function whereCaptured(arrival: Arrival): Verdict {
  const { layer, workload, request } = arrival
  const { port } = request.to
  const open = allow(`port ${port} of ${nameOf(workload)} is not captured by its proxy`)
  const answer = captured(layer.mesh, workload, port)
  if (answer !== 'yes')
    note(() => `port ${port} ${answer === 'no' ? 'goes' : 'may go'} round the proxy, which then sees nothing of it`)
  switch (answer) {
    case 'yes':
      return intoSidecar(arrival)
    case 'no':
      return open
    case 'unknown':
      return agreement([open, intoSidecar(arrival)])
  }
}
