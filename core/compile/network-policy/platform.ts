import type { FlowLine } from '../../graph/flows'
import { groupBy } from '../../model/group'
import { sorted } from '../order'
import type { AuthorityTarget } from '../target'
import type { Context, Side } from './context'
import type { Leg } from './legs'
import type { Peer } from './peers'
import { addressesIn, podsIn, podsWithAny } from './peers'
import type { WirePort } from './ports'
import { hbone, istioMetrics, linkerdAdmin, tcp } from './ports'
import { podsOf } from './strangers'
import { standing } from './waypoints'

/*
 * What Pods need of the platform beside the calls of the graph, and the platform of them.
 */

/** A way out that no flow of the graph takes. */
export interface Need {
  readonly to: readonly Peer[]
  readonly ports: readonly WirePort[]
}

/** What runs in the Pods that are closed. */
export type Runs = 'plaintext' | 'sidecar' | 'ambient' | 'linkerd' | 'envoy'

/**
 * The control plane, as far as what runs in a Pod asks it for certificates and for what it has to know: of sidecars, waypoints and gateways istiod (istio
 * `manifests/charts/istio-control/istio-discovery/templates/deployment.yaml`), whichever its revision; of Linkerd's proxies identity, destination and policy (linkerd2
 * `charts/linkerd-control-plane/templates/{identity,destination}.yaml`). Pods on ztunnel need none, since the node's ztunnel asks for them.
 */
export function controlPlane(
  runs: Runs,
  { settings: { mesh, certificateAuthority }, sides }: Context,
): readonly Need[] {
  switch (runs) {
    case 'plaintext':
    case 'ambient':
      return []
    case 'sidecar':
    case 'envoy': {
      const istio = sides.find(side => side.istio)?.istio
      if (!istio) return []
      const istiod = { to: [podsIn(istio.context.settings.systemNamespace, { app: 'istiod' })], ports: tcp(15012) }
      return [istiod, ...(certificateAuthority ? [authority(certificateAuthority)] : [])]
    }
    case 'linkerd': {
      const target = mesh?.kind === 'hybrid' ? mesh.linkerd : mesh?.kind === 'linkerd' ? mesh : undefined
      const namespace = target?.controlPlaneNamespace ?? 'linkerd'
      const components = podsWithAny(namespace, 'linkerd.io/control-plane-component', ['destination', 'identity'])
      return [{ to: [components], ports: tcp(8080, 8086, 8090) }]
    }
  }
}

/** Without it the proxies would be let run until their certificates end. */
function authority({ namespace, labels, ports }: AuthorityTarget): Need {
  return { to: [podsIn(namespace, labels)], ports: tcp(...ports) }
}

/** Whom names are asked of, by those who go anywhere at all. */
export function dns({ settings: { dns: asked } }: Context): Need {
  const { namespace, labels, ports, cidrs } = asked
  return {
    to: [podsIn(namespace, labels), ...cidrs.map(cidr => addressesIn(cidr))],
    ports: ports.flatMap(port => [
      { protocol: 'UDP' as const, port },
      { protocol: 'TCP' as const, port },
    ]),
  }
}

/**
 * What lets the scraper read the metrics of proxies, on ports that no service declares: of all in the namespaces where it has something to read, as the mesh's own policies have it
 * (`compile/linkerd/proxy-admin`).
 */
export function metricsLegs(context: Context): Leg[] {
  return context.sides.flatMap(side => {
    const scrapes = side.lines.filter(
      ({ flow: { purpose, to } }) => purpose === 'scrape' && to.kind === 'workload' && side.isHere(to.namespace),
    )
    const byNamespace = groupBy(scrapes, ({ flow: { to } }) => (to.kind === 'workload' ? to.namespace : ''))
    return [...byNamespace].flatMap(([namespace, lines]) => scraped(namespace, lines, { side, context }))
  })
}

interface Surroundings {
  readonly side: Side
  readonly context: Context
}

function scraped(namespace: string, lines: readonly FlowLine[], { side, context }: Surroundings): Leg[] {
  const [first] = lines
  if (first?.flow.from.kind !== 'workload') return []
  const scraper = podsOf(first.flow.from, context)
  const because = sorted(lines.map(({ text }) => text)).slice(0, 1)
  const leg = (to: Peer, ports: readonly number[]): Leg => ({ from: scraper, to, ports: tcp(...ports), because })
  const here = [...context.workloads.values()].filter(workload => workload.namespace === namespace)
  const waypoints = standing(context).filter(({ waypoint }) => waypoint.namespace === namespace)
  const ports = {
    plaintext: [],
    ambient: [],
    sidecar: side.istio?.mixed ? [...istioMetrics, hbone] : istioMetrics,
    linkerd: [linkerdAdmin],
  }[context.planeOf(namespace)]
  return [
    ...(ports.length > 0 ? here.map(({ pods }) => leg(pods, ports)) : []),
    ...waypoints.map(({ pods }) => leg(pods, istioMetrics.slice(0, 1))),
  ]
}
