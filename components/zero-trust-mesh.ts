import * as pulumi from '@pulumi/pulumi'
import { sorted } from '../core/compile/order'
import type { Graph } from '../core/graph/graph'
import { spanningIdentities } from './east-west'
import type { Endpoints } from './endpoints'
import { endpointsOf } from './endpoints'
import { Istio } from './istio'
import { systemNamespace } from './istio-values'
import type { Judged } from './judged'
import { judge } from './judged'
import { MeshNamespace } from './mesh-namespace'
import { isWaypoint } from './order'
import { refuse } from './refused'
import { ServicePolicies } from './service-policies'
import type { IstioSettings, MeshSettings, PathNormalization } from './settings'
import { settingsProblems } from './settings-problems'
import { targetOf } from './target'
import { nextOrderProblems, tellUpgrade } from './upgrade'

/**
 * What a mesh is made from. All of it is known when the program runs, and nothing is an output of another resource (but
 * the anchors): what is proved and reviewed at preview is what is deployed.
 */
export interface ZeroTrustMeshArgs extends MeshSettings {
  /** The services and their calls. */
  readonly graph: Graph
}

/**
 * A mesh that lets exactly the calls of a graph through: Istio, the graph's namespaces, whom to trust, and the policies.
 *
 * Give it the Kubernetes provider of the cluster: `{ providers: { kubernetes } }`.
 */
export class ZeroTrustMesh extends pulumi.ComponentResource {
  /** `host:port` by service and port name. */
  readonly endpoints: pulumi.Output<Endpoints>
  readonly trustDomain: pulumi.Output<string>
  /** The anchors in PEM, public; empty where none were given. */
  readonly anchors: pulumi.Output<readonly string[]>
  /** `sha256:…` over the canonical JSON of what the graph means. */
  readonly digest: pulumi.Output<string>
  readonly istio: Istio
  readonly policies: ServicePolicies

  /** @throws Refused with all that is wrong with the graph and the settings, before anything is registered */
  constructor(name: string, args: ZeroTrustMeshArgs, opts?: pulumi.ComponentResourceOptions) {
    const { graph, istio, acknowledged = [] } = args
    const target = targetOf(args)
    const judged = judge({ graph, target, acknowledged })
    refuse('the mesh is not deployed', [
      ...settingsProblems(args),
      ...nextOrderProblems(args, judged.namespaces),
      ...judged.blocking,
    ])
    super('zero-trust-mesh:index:ZeroTrustMesh', name, {}, opts)
    this.istio = new Istio(`${name}-istio`, { ...args, labels: judged.namespaces }, { parent: this })
    this.policies = new ServicePolicies(
      `${name}-policies`,
      {
        graph,
        target,
        judged: { ...judged, told: [...judged.told, ...spanningIdentities(istio)] },
        ...pathNormalization(istio),
        after: this.istio.ready,
        gatewayApi: this.istio.gatewayApi,
        namespaces: this.namespaces(name, args, judged),
      },
      { parent: this },
    )
    tellUpgrade(args, judged.namespaces, this)
    this.endpoints = pulumi.output(endpointsOf(graph, istio.clusterDomain))
    this.trustDomain = pulumi.output(istio.trustDomain)
    this.anchors = this.istio.trust.anchors
    this.digest = this.policies.digest
    const { endpoints, trustDomain, anchors, digest } = this
    this.registerOutputs({ endpoints, trustDomain, anchors, digest })
  }

  /** By name: one for each namespace of the graph, and of a waypoint apart from them, beside those that are made already. */
  private namespaces(prefix: string, args: ZeroTrustMeshArgs, judged: Judged): ReadonlyMap<string, pulumi.Resource> {
    const { existing = [], podSecurity } = args.namespaces ?? {}
    const there = [...existing, systemNamespace(args.istio)]
    const made = this.istio.namespaces
    const apart = waypointNamespaces(judged).filter(name => !there.includes(name))
    const own = (name: string) => {
      const labels = judged.namespaces[name] ?? {}
      const more = { existing: existing.includes(name), ...(podSecurity !== undefined && { podSecurity }) }
      const opts = { parent: this, dependsOn: [...this.istio.ready] }
      return new MeshNamespace(`${prefix}-${name}`, { name, labels, ...more }, opts)
    }
    const names = sorted([...Object.keys(judged.namespaces), ...apart, ...made.keys()])
    return new Map(names.map(name => [name, (made.get(name) ?? own(name)).namespace]))
  }
}

/** Where waypoints are written. Gateways that calls come in through stand where somebody put them. */
function waypointNamespaces({ manifests }: Judged): readonly string[] {
  return manifests.flatMap(({ object }) =>
    isWaypoint(object) && object.metadata.namespace !== undefined ? [object.metadata.namespace] : [],
  )
}

function pathNormalization(istio: IstioSettings): { readonly pathNormalization?: PathNormalization } {
  const known = istio.pathNormalization ?? (istio.install === false ? undefined : 'DECODE_AND_MERGE_SLASHES')
  return known === undefined ? {} : { pathNormalization: known }
}
