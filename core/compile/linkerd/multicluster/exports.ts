import { own } from '../../../graph/plain'
import type { Problem } from '../../../model/problem'
import { blocking, didYouMean } from '../../../model/problem'
import { sorted } from '../../order'
import type { LinkerdExport } from '../../target-linkerd'
import type { Context, Workload } from '../context'

/**
 * The label by which the clusters that are linked with this one find a Service and know how to come to it (linkerd2 `pkg/k8s/labels.go`, linkerd.io, multicluster).
 * Services are deployed by their owners, so that it is among what is assumed.
 */
const labels: Readonly<Record<LinkerdExport, Readonly<Record<string, string>>>> = {
  gateway: { 'mirror.linkerd.io/exported': 'true' },
  pods: { 'mirror.linkerd.io/exported': 'remote-discovery' },
  federated: { 'mirror.linkerd.io/federated': 'member' },
}

/** The labels of an exported service; nothing where it stays in its cluster. */
export function exportLabels(
  { namespace, name }: Workload,
  { settings }: Context,
): Readonly<Record<string, string>> | undefined {
  const how = own(settings.exports, `${namespace}/${name}`)
  return how && labels[how]
}

/**
 * Who calls an exported service from another cluster shows what a caller of this one does: under the gateway's identity all of them do, and where clusters share a
 * trust anchor and a trust domain, an account of one is that of its name in every other.
 */
export function exportProblems({ workloads, settings, lines }: Context): Problem[] {
  const known = workloads.map(({ namespace, name }) => `${namespace}/${name}`)
  return sorted(Object.keys(settings.exports)).flatMap((service): Problem[] => {
    const at = `target.exports.${service}`
    if (!known.includes(service)) {
      const message = `no service is called \`${service}\``
      return [blocking({ code: 'unknown-service', at, message, ...didYouMean(service, known) })]
    }
    if (own(settings.exports, service) !== 'gateway') return [alike(service, at)]
    const entered = lines.some(({ flow: { from, to } }) => {
      return (
        to.kind === 'workload' &&
        `${to.namespace}/${to.service}` === service &&
        from.kind === 'workload' &&
        from.gateway
      )
    })
    return entered ? [] : [nobody(service, at)]
  })
}

function alike(service: string, at: string): Problem {
  const message = `callers of \`${service}\` in other clusters are told by namespace and ServiceAccount alone: those of this cluster’s names are let in as these are`
  const hint = 'give the accounts of each cluster names of their own, or each cluster a trust domain'
  return { code: 'identities-across-clusters', severity: 'delegated', at, message, hint }
}

function nobody(service: string, at: string): Problem {
  const message = `no gateway may call \`${service}\`, so that nobody in another cluster gets through`
  const hint =
    'declare the multicluster gateway under `ingress`, `linkerd-multicluster/linkerd-gateway`, with the routes it may ask for'
  return { code: 'unreachable-export', severity: 'narrowed', at, message, hint }
}
