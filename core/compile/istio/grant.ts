import type { Caller, Route } from '../../model/flow'
import type { Identity } from '../../model/identity'
import { isTrustDomain, printIdentity } from '../../model/identity'
import type { Protocol } from '../../graph/graph'
import { canonicalCidr } from '../../graph/cidrs'
import { own } from '../../graph/plain'
import { methods } from '../../graph/routes'
import { sorted } from '../order'
import type { Context, Workload } from './context'
import type { FlowLine } from '../../graph/flows'
import { istioPath } from './path'
import type { Settings } from './settings'
import { isLabel, isName } from '../settings'
import type { Demand } from './token'
import { demandOf } from './token'

/** Whom a rule names: an identity, addresses, or nobody in particular. */
export type Source =
  | {
      readonly kind: 'identity'
      readonly principal: string
      /** What else the same caller may be called, to one who takes principals as they stand. */
      readonly alsoCalled: readonly string[]
    }
  | { readonly kind: 'addresses'; readonly cidrs: readonly string[] }
  | { readonly kind: 'anyone' }

/** One flow in Istio's words: who may do what at one container port. */
export interface Grant {
  readonly source: Source
  readonly port: number
  /** Absent where any bytes may pass. */
  readonly http?: { readonly method: string; readonly path: string }
  /** What it asks of a token; absent where it needs none. */
  readonly token?: Demand
  /** The flow's text. */
  readonly because: string
}

/** A reason why a flow has no Istio form. */
export interface Inexpressible {
  readonly kind: 'inexpressible'
  readonly why: string
}

const inexpressible = (why: string): Inexpressible => ({ kind: 'inexpressible', why })

/** What a rule must say to admit a flow from `source` to `callee`, or why Istio cannot say it. Then nothing is admitted. */
export function grantOf({ flow, text }: FlowLine, callee: Workload, source: Source): Grant | Inexpressible {
  const layer = layerOf(callee, flow.to.port)
  if (layer.kind === 'inexpressible') return layer
  const wanted = flow.route.kind === 'http' || flow.route.kind === 'grpc' ? 'http' : 'tcp'
  if (layer.kind !== wanted)
    return inexpressible(`port ${flow.to.port} is no ${wanted === 'http' ? 'HTTP' : 'TCP'} port`)
  if (wanted === 'tcp') {
    return flow.jwt ? inexpressible('it has no request') : { source, port: flow.to.port, because: text }
  }
  const http = requestOf(flow.route)
  if ('kind' in http) return http
  const token = flow.jwt && demandOf(flow.jwt)
  if (token && 'kind' in token) return token
  return { source, port: flow.to.port, http, ...(token && { token }), because: text }
}

/**
 * An identity of the mesh. Ztunnel knows no aliases of the trust domain (ztunnel `src/rbac.rs`), so that wherever it is there policies name each; istiod puts
 * them into what it tells Envoy by itself (istio `pilot/pkg/security/trustdomain/bundle.go`).
 */
export function identitySource(account: Omit<Identity, 'trustDomain'>, settings: Settings): Source {
  const { trustDomain, trustDomainAliases, plane, dataPlanes } = settings
  const hasZtunnel = [plane, ...Object.values(dataPlanes)].includes('ambient')
  const named = (domain: string) => printIdentity({ ...account, trustDomain: domain })
  const alsoCalled = hasZtunnel ? trustDomainAliases.map(named) : []
  return { kind: 'identity', principal: named(trustDomain), alsoCalled }
}

/** Whom a rule must name. Exact, or refused: a `*` in a principal would be a pattern, and a bad address must not turn into no address at all. */
export function sourceOf(caller: Caller, { settings, graph }: Context): Source | Inexpressible {
  switch (caller.kind) {
    case 'kubelet':
      return inexpressible('the kubelet has no identity; its probes go to the agent')
    case 'workload': {
      const { namespace, serviceAccount } = caller
      const { trustDomain, trustDomainAliases } = settings
      if (
        ![trustDomain, ...trustDomainAliases].every(isTrustDomain) ||
        !isLabel(namespace) ||
        !isName(serviceAccount)
      ) {
        return inexpressible(`\`${printIdentity({ trustDomain, namespace, serviceAccount })}\` is no exact identity`)
      }
      return identitySource({ namespace, serviceAccount }, settings)
    }
    case 'outside': {
      if (caller.cidrs.length === 0) {
        const { kind, cidrs } = own(graph.outside, caller.name) ?? {}
        const addressed = kind === 'cidr' || cidrs !== undefined
        return addressed ? inexpressible('the caller is told by its addresses and has none') : { kind: 'anyone' }
      }
      const bad = caller.cidrs.find(cidr => canonicalCidr(cidr) === undefined)
      return bad === undefined
        ? { kind: 'addresses', cidrs: sorted(caller.cidrs) }
        : inexpressible(`\`${bad}\` is no block of addresses`)
    }
  }
}

const layers: Readonly<Record<Protocol, 'http' | 'tcp'>> = { http: 'http', grpc: 'http', tcp: 'tcp', tls: 'tcp' }

/**
 * How the sidecar reads a container port, which is what the Service says of it. One HTTP field on a TCP port drops its
 * whole rule, so a port that is declared as both is refused.
 */
function layerOf({ servicePorts }: Workload, port: number): { readonly kind: 'http' | 'tcp' } | Inexpressible {
  const declared = servicePorts.filter(({ targetPort }) => targetPort === port)
  const [kind, other] = new Set(declared.map(({ protocol }) => layers[protocol]))
  if (kind === undefined) return inexpressible(`no Service port leads to port ${port}, so its protocol is unknown`)
  return other === undefined ? { kind } : inexpressible(`port ${port} is declared as HTTP and as TCP`)
}

function requestOf(route: Route): { readonly method: string; readonly path: string } | Inexpressible {
  switch (route.kind) {
    case 'http': {
      if (!methods.includes(route.method)) return inexpressible(`\`${route.method}\` is no HTTP method`)
      const path = istioPath(route.path)
      return path.kind === 'path' ? { method: route.method, path: path.path } : path
    }
    case 'grpc': {
      if (route.service === '' || route.method === '') return inexpressible('a gRPC route is `package.Service/Method`')
      const path = istioPath(`/${route.service}/${route.method}`)
      return path.kind === 'path' ? { method: 'POST', path: path.path } : path
    }
    case 'tcp':
    case 'tls':
      return inexpressible('it has no request')
  }
}
