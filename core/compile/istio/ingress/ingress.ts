import { listing } from '../../../graph/place'
import type { Manifest } from '../../../model/manifest'
import type { Problem } from '../../../model/problem'
import { admitting } from '../authorization'
import type { Context } from '../context'
import type { Outcome } from '../../objects'
import { attachedToGateway, policyHosts } from './gateway-pods'
import { gatewayApiRouting, mostListeners } from './gateway-api'
import type { IngressGateway } from './gateways'
import type { HostGroup } from './hosts'
import { hostGroups } from './hosts'
import { istioRouting } from './istio-api'
import { byteProblems, gatewayFaults, serviceGateways, unknownGateways } from './problems'

/**
 * The objects of the gateways that calls come in through. At each a policy with what may enter: hosts and their routes, for anybody. And, unless
 * somebody else sees to it, what it listens on and where it sends what it lets in.
 *
 * The policy names no ports: whoever routes says where a gateway listens. Hosts are read in requests only, so that a listener of bytes admits nothing
 * (istio `pilot/pkg/security/authz/model/generator.go` hostGenerator).
 */
export function ingress(gateways: readonly IngressGateway[], context: Context): Outcome {
  const each = gateways.map(gateway => outcomeOf(gateway, context))
  return {
    manifests: each.flatMap(({ manifests }) => manifests),
    problems: [...each.flatMap(({ problems }) => problems), ...serviceGateways(context), ...unknownGateways(context)],
  }
}

function outcomeOf(gateway: IngressGateway, context: Context): Outcome {
  const faults = gatewayFaults(gateway, context)
  if (faults.length > 0) return { manifests: [], problems: faults }
  const routed = routing(gateway, context)
  return {
    manifests: [...entriesOf(gateway, context), ...routed.manifests],
    problems: [...gateway.problems, ...byteProblems(gateway, context), ...routed.problems],
  }
}

/** The policy with what may enter; none where nothing may, at a gateway that is there for bytes. */
function entriesOf({ doors, ...gateway }: IngressGateway, context: Context): Manifest[] {
  return admitting(`entries-of-${gateway.account}`, {
    namespace: gateway.namespace,
    attached: attachedToGateway(gateway, gateway.target.routing),
    grants: doors.map(({ entry: { host, method, text }, path }) => ({
      source: { kind: 'anyone' },
      hosts: policyHosts(host),
      http: { method, path },
      because: text,
    })),
    context,
  })
}

function routing(gateway: IngressGateway, context: Context): Outcome {
  const groups = hostGroups(gateway.doors)
  switch (gateway.target.routing) {
    case 'elsewhere':
      return { manifests: [], problems: [] }
    case 'istio':
      return { manifests: istioRouting(gateway, groups, context), problems: [] }
    case 'gateway-api': {
      const { kept, left } = fitting(groups)
      const problems = left.length > 0 ? [crowded(gateway, left)] : []
      return { manifests: gatewayApiRouting(gateway, kept, context), problems }
    }
  }
}

/** As many hosts as a Gateway has listeners for. */
function fitting(groups: readonly HostGroup[]): { readonly kept: HostGroup[]; readonly left: readonly string[] } {
  let free = mostListeners
  const kept: HostGroup[] = []
  const left: string[] = []
  for (const group of groups) {
    const each = group.secure ? 2 : 1
    const hosts = group.hosts.slice(0, Math.floor(free / each))
    free -= hosts.length * each
    left.push(...group.hosts.slice(hosts.length))
    if (hosts.length > 0) kept.push({ ...group, hosts })
  }
  return { kept, left }
}

function crowded({ namespace, account }: IngressGateway, hosts: readonly string[]): Problem {
  const message = `a Gateway has ${mostListeners} listeners at most, so that it does not serve ${listing(hosts)}`
  const hint = 'spread the hosts over several gateways, or declare a wildcard'
  return { code: 'too-many-hosts', severity: 'narrowed', at: `gateway ${namespace}/${account}`, message, hint }
}
