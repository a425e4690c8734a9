import { Namespace, NamespacePatch } from '@pulumi/kubernetes/core/v1'
import type * as pulumi from '@pulumi/pulumi'
import { managed } from '../core/model/managed'
import { namespaceLabels } from '../core/compile/compile'
import type { IstioArgs } from './istio'
import { nodeNamespace, rootNamespace, systemNamespace } from './istio-names'
import { MeshNamespace } from './mesh-namespace'

/** Where namespaces are registered. */
interface Place {
  /** What the resources' names start with. */
  readonly prefix: string
  readonly parent: pulumi.Resource
}

/** The namespaces of istiod and of the node agents; those that are there already are left alone, but for the network. */
export function systemNamespaces({ istio, namespaces }: IstioArgs, { prefix, parent }: Place): pulumi.Resource[] {
  const system = systemNamespace(istio)
  const nodes = nodeNamespace(istio)
  const network = istio.multiCluster?.network
  // By this label of istiod's own namespace the mesh knows which network the cluster is on.
  const labels = network === undefined ? {} : { 'topology.istio.io/network': network }
  const there = (name: string) => name === 'kube-system' || namespaces?.existing?.includes(name) === true
  const all = [
    { id: `${prefix}-namespace`, name: system, labels },
    ...(nodes === system ? [] : [{ id: `${prefix}-node-namespace`, name: nodes, labels: {} }]),
  ]
  return all
    .filter(one => !there(one.name) || Object.keys(one.labels).length > 0)
    .map(({ id, name, labels }) => {
      const Kind = there(name) ? NamespacePatch : Namespace
      return new Kind(id, { metadata: { name, labels: { ...managed, ...labels } } }, { parent })
    })
}

/** The namespaces of gateways, and the mesh's root where it lies apart, by name. */
export function meshNamespaces(
  args: IstioArgs,
  { prefix, parent, dependsOn }: Place & { readonly dependsOn: pulumi.Resource[] },
): ReadonlyMap<string, MeshNamespace> {
  const { istio, gateways = {}, namespaces, labels = {} } = args
  const existing = namespaces?.existing ?? []
  const ofGateways = new Set(Object.entries(gateways).map(([name, { namespace = name }]) => namespace))
  // A root that is there already has nothing to be labelled with.
  const root = [rootNamespace(istio)].filter(name => name !== systemNamespace(istio) && !existing.includes(name))
  return new Map(
    [...new Set([...ofGateways, ...root])].map(name => {
      // Also where istiod makes the Pods of a Gateway whole: nothing else is to run there outside the mesh.
      const injected = ofGateways.has(name)
      const own = labels[name] ?? (injected ? namespaceLabels(istio, name) : {})
      const namespace = { name, labels: own, injected, existing: existing.includes(name) }
      return [name, new MeshNamespace(`${prefix}-${name}`, namespace, { parent, dependsOn })]
    }),
  )
}
