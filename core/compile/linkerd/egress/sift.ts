import { pathFlaws } from '../../../graph/paths'
import { methods } from '../../../graph/routes'
import type { Problem } from '../../../model/problem'
import { limits } from '../../limits'
import { sortedGroups } from '../../order'
import type { Use, Wire } from '../../outside'
import { isOutside, wireOf } from '../../outside'
import { patternMatch } from '../path-match'
import type { Settings } from '../settings'

/** The uses that can be said as they are meant, and the problems of the others, which are cut off. */
export interface Sifted {
  readonly kept: readonly Use[]
  readonly problems: readonly Problem[]
}

/**
 * Cuts off what a proxy of Linkerd's would not do as it is meant. Of one port it follows a single kind of routes: where there is one for requests, TLS is no
 * longer looked at, and where there is one for TLS, other bytes are not (linkerd2 `policy-controller/grpc/src/outbound.rs` to_proto, `policy-controller/k8s/status/src/index.rs`
 * parent_has_conflicting_routes). Hosts need not be told apart by port, since each proxy sends a call on to the address it was for.
 */
export function siftUses(uses: readonly Use[], settings: Settings): Sifted {
  const said = uses.map(use => ({ use, fault: faultOf(use, settings) }))
  const named = said.filter(({ fault }) => !fault).map(({ use }) => use)
  const kept = tellApart(named)
  return {
    kept: [...kept],
    problems: [
      ...said.flatMap(({ use, fault }) => (fault ? [narrowed(use, fault)] : [])),
      ...named.filter(use => !kept.has(use)).map(use => narrowed(use, crowded(use))),
    ],
  }
}

interface Fault {
  readonly why: string
  readonly hint: string
}

function faultOf(use: Use, { clusterDomain, gatewayApi }: Settings): Fault | undefined {
  const { host, via, tls } = use
  if (!isOutside(host, clusterDomain))
    return {
      why: `\`${host}\` is no name outside the cluster that DNS could answer`,
      hint: 'write a whole host name, without wildcards',
    }
  if (via) return { why: 'there are no gateways that calls leave through', hint: 'leave `gateway` out' }
  if (tls)
    return { why: 'its proxies speak TLS to nobody outside for callers', hint: 'let callers speak TLS themselves' }
  if (wireOf(use) === 'http') return unreadable(use)
  if (gatewayApi === 'experimental') return undefined
  return {
    why: `what admits ${wireOf(use) === 'tls' ? 'TLS' : 'bytes'} is not in the standard channel of the Gateway API`,
    hint: 'install the experimental channel and say `gatewayApi: experimental`, or leave the host out of `external`',
  }
}

function unreadable({ line }: Use): Fault | undefined {
  const { route } = line.flow
  if (route.kind !== 'http') return { why: 'the port carries requests', hint: 'name the requests' }
  const fits = pathFlaws(route.path).length === 0 && patternMatch(route.path).value.length <= limits.routePath
  if (fits && methods.includes(route.method)) return undefined
  return { why: 'a route has no words for the request', hint: 'ask for another path' }
}

function tellApart(uses: readonly Use[]): ReadonlySet<Use> {
  const byPort = sortedGroups(uses, ({ namespace, port }) => `${namespace} ${port}`)
  return new Set(
    [...byPort.values()].flatMap(same => {
      const wire = order.find(one => same.some(use => wireOf(use) === one))
      return same.filter(use => wireOf(use) === wire)
    }),
  )
}

/** The kind of routes that counts goes first. */
const order: readonly Wire[] = ['http', 'tls', 'tcp']

function crowded({ namespace, port }: Use): Fault {
  const why = `\`${namespace}\` calls others on port ${port} in another protocol, and proxies follow routes of one a port`
  return { why, hint: 'use another port, or the same protocol for all of them' }
}

/** The problem of a use that is cut off. */
function narrowed({ line, namespace, host, port }: Use, { why, hint }: Fault): Problem {
  const { to } = line.flow
  const at = `EgressNetwork ${namespace}/${to.kind === 'external' ? to.name : host}:${port}`
  const message = `Linkerd cannot express \`${line.text}\`: ${why}`
  return { code: 'inexpressible', severity: 'narrowed', at, message, hint }
}
