import { canonicalCidr } from '../../graph/cidrs'
import type { FlowLine } from '../../graph/flows'
import { pathFlaws } from '../../graph/paths'
import { own } from '../../graph/plain'
import { methods } from '../../graph/routes'
import type { Caller, Route } from '../../model/flow'
import type { Protocol } from '../../graph/graph'
import type { GovernedPort } from '../../model/intent'
import { limits } from '../limits'
import { sorted } from '../order'
import type { Context } from './context'
import { anywhere } from './settings'
import { isLabel, isName } from '../settings'

/** Whom an authorization names: an identity, or where calls come from. */
export interface Source {
  readonly kind: 'identity' | 'networks'
  /** For the name of the object that says so. */
  readonly name: string
  /** One identity, or blocks of addresses, sorted. */
  readonly values: readonly string[]
}

/** What is asked, in Linkerd's words. */
export type Asked =
  | { readonly kind: 'http'; readonly method: string; readonly path: string }
  | { readonly kind: 'grpc'; readonly service: string; readonly method: string }
  | { readonly kind: 'bytes' }

/** One flow in Linkerd's words: who may ask what of a port. */
export interface Grant {
  readonly source: Source
  readonly asked: Asked
  /** The flow's text. */
  readonly because: string
}

/** A reason why a flow has no form in Linkerd. */
export interface Inexpressible {
  readonly kind: 'inexpressible'
  readonly why: string
}

const inexpressible = (why: string): Inexpressible => ({ kind: 'inexpressible', why })

/** What must be said to admit a flow to a port, or why Linkerd cannot say it; then nothing is admitted. */
export function grantOf({ flow, text }: FlowLine, port: GovernedPort, context: Context): Grant | Inexpressible {
  const source = sourceOf(flow.from, context)
  if (source.kind === 'inexpressible') return source
  if (flow.jwt) return inexpressible('proxies do not look at tokens')
  const asked = askedOf(flow.route, port.protocol)
  return asked.kind === 'inexpressible' ? asked : { source, asked, because: text }
}

/**
 * `<account>.<namespace>.serviceaccount.identity.<control plane>.<trust domain>`: linkerd2 `policy-controller/k8s/index/src/cluster_info.rs`,
 * `controller/identity/domain.go`. Nothing where a part is no DNS label, since then there is no such certificate
 * (`controller/identity/validator.go`).
 */
export function identityOf({ namespace, serviceAccount }: Account, { settings }: Context): string | undefined {
  const { controlPlane, trustDomain } = settings
  if (![namespace, serviceAccount, controlPlane].every(isLabel) || !isName(trustDomain)) return undefined
  return `${serviceAccount}.${namespace}.serviceaccount.identity.${controlPlane}.${trustDomain}`
}

/** What a caller with identity is known by. */
export interface Account {
  readonly namespace: string
  readonly serviceAccount: string
}

/** An account as those name it who admit it. */
export function accountSource(account: Account, context: Context): Source | Inexpressible {
  const identity = identityOf(account, context)
  if (identity === undefined) return inexpressible('the caller can have no identity of Linkerd’s')
  return { kind: 'identity', name: `${account.serviceAccount}.${account.namespace}`, values: [identity] }
}

/** The kubelets of all nodes, which show no identity. */
export function kubelet({ settings }: Context): Source {
  return { kind: 'networks', name: 'kubelet', values: settings.nodeNetworks }
}

function sourceOf(caller: Caller, context: Context): Source | Inexpressible {
  switch (caller.kind) {
    case 'kubelet':
      return kubelet(context)
    case 'workload':
      return accountSource(caller, context)
    case 'outside': {
      const { kind, cidrs } = own(context.graph.outside, caller.name) ?? {}
      const told = kind === 'cidr' || cidrs !== undefined
      if (told && caller.cidrs.length === 0) return inexpressible('the caller is told by its addresses and has none')
      const bad = caller.cidrs.find(cidr => canonicalCidr(cidr) === undefined)
      if (bad !== undefined) return inexpressible(`\`${bad}\` is no block of addresses`)
      return { kind: 'networks', name: `outside-${caller.name}`, values: told ? sorted(caller.cidrs) : anywhere }
    }
  }
}

const kinds: Readonly<Record<Protocol, Asked['kind']>> = { http: 'http', grpc: 'grpc', tcp: 'bytes', tls: 'bytes' }

function askedOf(route: Route, protocol: Protocol): Asked | Inexpressible {
  const wanted = kinds[route.kind]
  if (kinds[protocol] !== wanted) return inexpressible(`the port speaks ${protocol}`)
  switch (route.kind) {
    case 'http': {
      const [flaw] = pathFlaws(route.path)
      if (!methods.includes(route.method)) return inexpressible(`\`${route.method}\` is no HTTP method`)
      if (flaw) return inexpressible(`its path ${flaw.message}`)
      return route.path.length > limits.routePath
        ? inexpressible(`its path is longer than ${limits.routePath} characters`)
        : route
    }
    case 'grpc':
      return route.service === '' || route.method === ''
        ? inexpressible('a gRPC route is `package.Service/Method`')
        : route
    case 'tcp':
    case 'tls':
      return { kind: 'bytes' }
  }
}
