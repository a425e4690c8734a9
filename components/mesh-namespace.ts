import { Namespace, NamespacePatch } from '@pulumi/kubernetes/core/v1'
import * as pulumi from '@pulumi/pulumi'
import { namespaceLabels } from '../core/compile/compile'
import type { Target } from '../core/compile/target'
import { dependenciesOf } from './dependencies'
import type { PodSecurity } from './settings'

/** What a namespace of the mesh is made from. */
export interface MeshNamespaceArgs {
  readonly name: string
  /** Whose control plane the namespace follows. */
  readonly follows: Pick<Target, 'revision' | 'tag'>
  /** It is there already, and only labelled. @default false */
  readonly existing?: boolean
  /** The Pod Security Standard it enforces. @default none */
  readonly podSecurity?: PodSecurity
}

/**
 * A namespace whose Pods get a sidecar.
 *
 * It outlives the component: a namespace that drops out of the graph, or a stack that is destroyed, would otherwise take
 * with it the workloads of everybody who deployed there.
 */
export class MeshNamespace extends pulumi.ComponentResource {
  /** What to depend on for whatever is put there. */
  readonly namespace: Namespace | NamespacePatch

  constructor(name: string, args: MeshNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super('zero-trust-mesh:index:MeshNamespace', name, {}, opts)
    const metadata = { name: args.name, labels: labelsOf(args) }
    const under = { parent: this, ...dependenciesOf(opts) }
    this.namespace = args.existing
      ? new NamespacePatch(`${name}-namespace`, { metadata }, under)
      : new Namespace(`${name}-namespace`, { metadata }, { ...under, retainOnDelete: true })
    this.registerOutputs({ name: args.name })
  }
}

function labelsOf({ follows, podSecurity }: MeshNamespaceArgs): Record<string, string> {
  return {
    'app.kubernetes.io/managed-by': 'zero-trust-mesh',
    ...namespaceLabels(follows),
    ...(podSecurity !== undefined && { 'pod-security.kubernetes.io/enforce': podSecurity }),
  }
}
