import { Provider } from '@pulumi/kubernetes/provider'
import * as pulumi from '@pulumi/pulumi'
import { Refused } from './refused'

/** Which cluster: one of the two at least. */
export interface ClusterSettings {
  /** A context of the kubeconfig. @default the kubeconfig's own current context; none without a kubeconfig */
  readonly context?: string
  /** The contents of a kubeconfig, a secret. @default the machine's, of which only the named context is used */
  readonly kubeconfig?: pulumi.Output<string>
}

/**
 * A kubeconfig that knows no cluster, and a context that is not in it. Both are given: without the first the SDK takes
 * `$KUBECONFIG`, without the second client-go takes the current context.
 */
const nowhere = {
  kubeconfig: JSON.stringify({ apiVersion: 'v1', kind: 'Config', clusters: [], contexts: [], users: [] }),
  context: 'set-zero-trust-mesh-context',
}

/**
 * The Kubernetes provider of the stack's cluster, and never that of whatever context happens to be current: a default
 * deny there is an outage.
 *
 * A preview without a cluster gets a provider that leads nowhere, so that nothing is compared with a cluster and none is
 * asked; the real thing is refused.
 *
 * @throws Refused where no cluster is named and this is no preview
 */
export function kubernetesProvider(name: string, cluster: ClusterSettings): Provider {
  return new Provider(name, {
    ...destination(cluster),
    // A stack is a cluster. Otherwise a context that was renamed, or a preview without one, reads as another cluster, and
    // all objects are to be replaced.
    clusterIdentifier: `${pulumi.getProject()}/${pulumi.getStack()}`,
    // Otherwise a new digest of the intent deletes its ConfigMap before it writes the new one.
    enableConfigMapMutable: true,
  })
}

function destination(cluster: ClusterSettings): ClusterSettings | typeof nowhere {
  if (cluster.context !== undefined || cluster.kubeconfig !== undefined) return cluster
  if (!pulumi.runtime.isDryRun()) throw new Refused('nothing is deployed', [noCluster])
  void pulumi.log.warn('no cluster is named: this preview is not compared with one')
  return nowhere
}

const noCluster = {
  code: 'no-cluster',
  severity: 'error',
  at: 'config',
  message: 'the stack names no cluster, and the current context may be any',
  hint: '`pulumi config set context <name>`, or `pulumi config set --secret kubeconfig < <file>`',
} as const
