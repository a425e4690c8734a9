import { Namespace, NamespacePatch } from '@pulumi/kubernetes/core/v1'
import * as pulumi from '@pulumi/pulumi'
import { managed } from '../core/model/managed'
import { dependenciesOf } from './dependencies'
import type { PodSecurity } from './settings'

/** What a namespace of the mesh is made from. */
export interface MeshNamespaceArgs {
  readonly name: string
  /** The labels by which it joins the mesh, as the compiler says them. */
  readonly labels: Readonly<Record<string, string>>
  /** The annotations by which it does, in the same way; where there are any, it is Linkerd that it joins. @default {} */
  readonly annotations?: Readonly<Record<string, string>>
  /** Whether Pods are injected there by labels of their own, as gateways are. @default false */
  readonly injected?: boolean
  /** It is there already, and only labelled. @default false */
  readonly existing?: boolean
  /** The Pod Security Standard it enforces. @default none */
  readonly podSecurity?: PodSecurity
}

/**
 * A namespace whose Pods are part of the mesh.
 *
 * It outlives the component: a namespace that drops out of the graph, or a stack that is destroyed, would otherwise take
 * with it the workloads of everybody who deployed there.
 */
export class MeshNamespace extends pulumi.ComponentResource {
  /** What to depend on for whatever is put there. */
  readonly namespace: Namespace | NamespacePatch

  constructor(name: string, args: MeshNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super('zero-trust-mesh:index:MeshNamespace', name, {}, opts)
    const under = { parent: this, ...dependenciesOf(opts) }
    const own = labelsOf(args)
    this.namespace = args.existing
      ? new NamespacePatch(`${name}-namespace`, metadata(args, { ...refusals(args), ...own }), under)
      : new Namespace(`${name}-namespace`, metadata(args, own), { ...under, retainOnDelete: true })
    this.registerOutputs({ name: args.name })
  }
}

function metadata({ name, annotations = {} }: MeshNamespaceArgs, labels: Readonly<Record<string, string>>) {
  return { metadata: { name, labels, ...(Object.keys(annotations).length > 0 && { annotations }) } }
}

function labelsOf({ labels, podSecurity }: MeshNamespaceArgs): Record<string, string> {
  return {
    ...managed,
    ...labels,
    ...(podSecurity !== undefined && { 'pod-security.kubernetes.io/enforce': podSecurity }),
  }
}

/**
 * The words by which a namespace is on no data plane but its own, and behind no waypoint but its own.
 *
 * Server-side apply removes a label that is no longer applied, unless somebody else has set it too: on a namespace once
 * labelled by hand, the other plane's label would stay. A word of our own replaces it, or is a conflict that names who set
 * it. Not so `istio-injection` where Pods follow a revision or, as gateways, a label of their own: it would win over both
 * (istio `manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml`).
 */
function refusals({ labels, annotations, injected = false }: MeshNamespaceArgs): Record<string, string> {
  const elsewhere = labels['istio.io/dataplane-mode'] === 'ambient' || annotations?.['linkerd.io/inject'] === 'enabled'
  return {
    ...(elsewhere && !injected && { 'istio-injection': 'disabled' }),
    'istio.io/dataplane-mode': 'none',
    'istio.io/use-waypoint': 'none',
  }
}
