import * as pulumi from '@pulumi/pulumi'
import { sorted } from '../core/compile/order'
import type { Merged } from '../core/graph/fragments/merge'
import type { MeshOutput } from '../core/graph/fragments/mesh-output'
import { waitingProblems } from '../core/graph/fragments/waiting'
import type { Graph } from '../core/graph/graph'
import { pickNames } from '../core/graph/plain'
import { blocks } from '../core/model/problem'
import { anchorSource } from './anchor-source'

import { spanningIdentities } from './east-west'
import type { Endpoints } from './endpoints'
import { endpointsOf } from './endpoints'
import type { Told } from './intent-settings'
import { Istio } from './istio'
import { systemNamespace } from './istio-names'
import type { Judged } from './judged'
import { judge } from './judged'
import { Linkerd } from './linkerd'
import { probeNetworks } from './linkerd-values'
import { MeshNamespace } from './mesh-namespace'
import { meshOutput } from './mesh-output'
import { isWaypoint } from './order'
import { refuse } from './refused'
import { ServicePolicies } from './service-policies'
import type { MeshSettings } from './settings'
import { settingsProblems } from './settings-problems'
import { networkOf, targetOf } from './target'
import { registerTrustAlerts } from './trust-alerts'
import { nextOrderProblems, tellUpgrade } from './upgrade'

/**
 * What a mesh is made from. All of it is known when the program runs, and nothing is an output of another resource (but
 * the anchors): what is proved and reviewed at preview is what is deployed.
 */
export interface ZeroTrustMeshArgs extends MeshSettings {
  /** The services and their calls; where there are fragments, all of them together. */
  readonly graph: Graph
  /** What became of the fragments that the graph was merged from, to be told. @default there are none */
  readonly parts?: Pick<Merged, 'fragments' | 'waiting' | 'problems'>
}

/**
 * A mesh that lets exactly the calls of a graph through: Istio, Linkerd or both, the graph's namespaces, whom to trust, and the policies.
 *
 * Give it the Kubernetes provider of the cluster: `{ providers: { kubernetes } }`.
 */
export class ZeroTrustMesh extends pulumi.ComponentResource {
  /** `host:port` by service and port name. */
  readonly endpoints: pulumi.Output<Endpoints>
  /** Istio's, where there are two meshes. */
  readonly trustDomain: pulumi.Output<string>
  /** The anchors in PEM, public; empty where none were given. */
  readonly anchors: pulumi.Output<readonly string[]>
  /** `sha256:…` over the canonical JSON of what the graph means. */
  readonly digest: pulumi.Output<string>
  /** What the mesh tells those who use it, for stack references. */
  readonly output: pulumi.Output<MeshOutput>
  readonly istio?: Istio
  readonly linkerd?: Linkerd
  readonly policies: ServicePolicies

  /** @throws Refused with all that is wrong with the graph and the settings, before anything is registered */
  constructor(name: string, args: ZeroTrustMeshArgs, opts?: pulumi.ComponentResourceOptions) {
    const { graph, istio, linkerd, acknowledged = [] } = args
    const target = targetOf(args)
    const network = networkOf(args)
    const judged = withParts(
      judge({ graph, target, acknowledged, schemas: args, ...(network && { network }) }),
      args.parts,
    )
    refuse('the mesh is not deployed', [
      ...settingsProblems(args),
      ...(istio ? nextOrderProblems({ ...args, istio }, namespacesOnIstio(args, judged)) : []),
      ...judged.blocking,
    ])
    super('zero-trust-mesh:index:ZeroTrustMesh', name, {}, opts)
    const source = anchorSource(`${name}-anchor`, args, this)
    const shared = source ? { source } : {}
    if (istio) {
      const what = { ...args, istio, labels: judged.namespaces, ...shared }
      this.istio = new Istio(`${name}-istio`, what, { parent: this })
    }
    if (linkerd) {
      const after = this.istio?.gatewayApi ?? []
      this.linkerd = new Linkerd(`${name}-linkerd`, { ...args, linkerd, after, ...shared }, { parent: this })
    }
    registerTrustAlerts(`${name}-trust-alerts`, args, { parent: this })
    const meshes = [this.istio, this.linkerd].flatMap(mesh => mesh ?? [])
    this.policies = new ServicePolicies(
      `${name}-policies`,
      {
        graph,
        target,
        judged: { ...judged, told: [...judged.told, ...(istio ? spanningIdentities(istio) : [])] },
        ...toldOf(args),
        after: meshes.flatMap(({ ready }) => ready),
        gatewayApi: meshes.flatMap(({ gatewayApi }) => gatewayApi),
        namespaces: this.namespaces(name, args, judged),
      },
      { parent: this },
    )
    if (istio) tellUpgrade({ ...args, istio }, namespacesOnIstio(args, judged), this)
    const { clusterDomain, trustDomain } = istio ?? linkerd ?? { trustDomain: '' }
    this.endpoints = pulumi.output(endpointsOf(graph, clusterDomain))
    this.trustDomain = pulumi.output(trustDomain)
    this.anchors = this.istio?.trust.anchors ?? this.linkerd?.anchors ?? pulumi.output([])
    this.digest = this.policies.digest
    const { endpoints, anchors, digest } = this
    const telling = { graph, settings: args, digest: judged.digest ?? '', namespaces: Object.keys(judged.namespaces) }
    this.output = anchors.apply(known => meshOutput({ ...telling, ...(args.parts && { parts: args.parts }) }, known))
    this.registerOutputs({ endpoints, trustDomain: this.trustDomain, anchors, digest })
  }

  /** By name: one for each namespace of the graph, and of a waypoint apart from them, beside those that are made already. */
  private namespaces(prefix: string, args: ZeroTrustMeshArgs, judged: Judged): ReadonlyMap<string, pulumi.Resource> {
    const { existing = [], podSecurity } = args.namespaces ?? {}
    const there = [...existing, ...(args.istio ? [systemNamespace(args.istio)] : [])]
    const made = this.istio?.namespaces ?? new Map<string, MeshNamespace>()
    const apart = waypointNamespaces(judged).filter(name => !there.includes(name))
    const dependsOn = [this.istio, this.linkerd].flatMap(mesh => mesh?.ready ?? [])
    const own = (name: string) => {
      const labels = judged.namespaces[name] ?? {}
      const annotations = judged.annotations[name] ?? {}
      const more = { existing: existing.includes(name), ...(podSecurity !== undefined && { podSecurity }) }
      return new MeshNamespace(`${prefix}-${name}`, { name, labels, annotations, ...more }, { parent: this, dependsOn })
    }
    const names = sorted([...Object.keys(judged.namespaces), ...apart, ...made.keys()])
    return new Map(names.map(name => [name, (made.get(name) ?? own(name)).namespace]))
  }
}

/** With what became of the fragments: what contradicts itself stops, the rest is told. */
function withParts(judged: Judged, parts: ZeroTrustMeshArgs['parts']): Judged {
  if (!parts) return judged
  const stops = parts.problems.filter(problem => blocks([problem]))
  const told = [...parts.problems.filter(problem => !stops.includes(problem)), ...waitingProblems(parts.waiting)]
  return { ...judged, blocking: [...judged.blocking, ...stops], told: [...told, ...judged.told] }
}

/** Which namespaces an upgrade of Istio concerns. */
function namespacesOnIstio({ meshes = {} }: MeshSettings, { namespaces }: Judged): Judged['namespaces'] {
  return pickNames(namespaces, name => meshes[name] !== 'linkerd')
}

/** Where waypoints are written. Gateways that calls come in through stand where somebody put them. */
function waypointNamespaces({ manifests }: Judged): readonly string[] {
  return manifests.flatMap(({ object }) =>
    isWaypoint(object) && object.metadata.namespace !== undefined ? [object.metadata.namespace] : [],
  )
}

function toldOf({ istio, linkerd }: MeshSettings): Told {
  const known = istio?.pathNormalization ?? (istio?.install === false ? undefined : 'DECODE_AND_MERGE_SLASHES')
  const probes = linkerd && probeNetworks(linkerd)
  return {
    ...(istio && known !== undefined && { pathNormalization: known }),
    ...(linkerd?.clusterNetworks && { clusterNetworks: linkerd.clusterNetworks }),
    ...(probes && { probeNetworks: probes }),
  }
}
