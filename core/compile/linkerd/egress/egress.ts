import type { Manifest } from '../../../model/manifest'
import type { Problem } from '../../../model/problem'
import type { Outcome } from '../../objects'
import { manifest } from '../../objects'
import { sorted, sortedGroups } from '../../order'
import type { Use } from '../../outside'
import { usesOf, wireOf } from '../../outside'
import { stageOf } from '../../settings'
import { usuallyOpaque } from '../assumptions'
import type { Context } from '../context'
import { portRoutes } from './routes'
import { siftUses } from './sift'

/** What the EgressNetwork of a namespace is called; one is enough, since it takes every address outside the cluster. */
const networkName = 'egress'

/**
 * What may leave each namespace: an EgressNetwork that lets nothing through, and routes for the hosts and ports that services there call.
 *
 * It takes every address but the cluster's own networks, as the control plane knows them (linkerd2 `policy-controller/k8s/index/src/outbound/index/egress_network.rs`
 * from_resource). The callers' own proxies enforce it, for all Pods of the namespace alike, which a Problem says. At stage `strict` the routes are there already,
 * and what none of them takes passes, so that the step to `enforce` changes little more than a word.
 */
export function egress(namespaces: readonly string[], context: Context): Outcome {
  const uses = sortedGroups(
    context.lines.flatMap(line => usesOf(line, context.graph)),
    ({ namespace }) => namespace,
  )
  const all = namespaces.map(namespace => ofNamespace(namespace, uses.get(namespace) ?? [], context))
  return {
    manifests: all.flatMap(({ manifests }) => manifests),
    problems: all.flatMap(({ problems }) => problems),
  }
}

function ofNamespace(namespace: string, uses: readonly Use[], { settings }: Context): Outcome {
  const { kept, problems } = siftUses(uses, settings)
  if (stageOf(namespace, settings) === 'enforce')
    return {
      manifests: networkObjects(namespace, kept, 'Deny'),
      problems: [...problems, ...(kept.length > 0 ? weakness(namespace, kept) : [])],
    }
  const undisturbed = kept.filter(use => disturbsNobody(use, uses))
  return { manifests: networkObjects(namespace, undisturbed, 'Allow'), problems: [] }
}

/** A route of TLS or of bytes makes nothing of what else comes on its port, also where all else may pass. */
function disturbsNobody(use: Use, uses: readonly Use[]): boolean {
  return wireOf(use) === 'http' || uses.every(other => other.port !== use.port || wireOf(other) === wireOf(use))
}

function networkObjects(namespace: string, uses: readonly Use[], trafficPolicy: 'Allow' | 'Deny'): Manifest[] {
  const because =
    uses.length > 0 ? sorted(uses.map(({ line }) => line.text)) : [`${namespace} (nobody may call anybody outside)`]
  const annotations = opaquePorts(uses)
  const byPort = sortedGroups(uses, ({ port }) => String(port).padStart(5, '0'))
  return [
    manifest({
      kind: 'EgressNetwork',
      namespace,
      name: networkName,
      ...(annotations && { annotations }),
      spec: { trafficPolicy },
      because,
    }),
    ...[...byPort.values()].flatMap(same => portRoutes({ namespace, network: networkName }, same)),
  ]
}

/**
 * The list that takes the usual one's place, where a port is among those whose bytes are to be read: of an opaque port nothing but routes of bytes count (linkerd2
 * `policy-controller/grpc/src/outbound.rs` to_proto).
 */
function opaquePorts(uses: readonly Use[]): Readonly<Record<string, string>> | undefined {
  const read = uses.filter(use => wireOf(use) !== 'tcp')
  if (!read.some(({ port }) => usuallyOpaque.includes(port))) return undefined
  const bytes = [...new Set(uses.filter(use => wireOf(use) === 'tcp').map(({ port }) => port))]
  return { 'config.linkerd.io/opaque-ports': bytes.sort((a, b) => a - b).join(',') }
}

/** What no EgressNetwork holds: who goes round the proxy, and a neighbour's calls; and of what is read no further, the rest. */
function weakness(namespace: string, uses: readonly Use[]): Problem[] {
  const at = `EgressNetwork ${namespace}/${networkName}`
  const message = `what leaves \`${namespace}\` is limited for all its Pods alike, and by their own proxies, which a workload can go round`
  const hint = 'limit it by a NetworkPolicy'
  return [
    { code: 'egress-needs-network-policy', severity: 'delegated', at, message, hint },
    ...uses.flatMap(use => unenforced(use, at)),
  ]
}

function unenforced(use: Use, at: string): Problem[] {
  const { line, port } = use
  const told = { code: 'unenforced-route', severity: 'delegated', at } as const
  switch (wireOf(use)) {
    case 'http':
      return []
    case 'tcp':
      return [
        { ...told, message: `the host of \`${line.text}\` is not enforced: any address may be called on port ${port}` },
      ]
    case 'tls':
      return line.flow.route.kind === 'tls'
        ? []
        : [{ ...told, message: `the route of \`${line.text}\` is not enforced: the caller may ask the host anything` }]
  }
}
