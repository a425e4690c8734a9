import { stringify } from 'yaml'
import type { GovernedPort } from '../../core/model/intent'
import type { KubernetesObject } from '../../core/model/manifest'
import { defaultInboundPolicy, linkerdInject } from './facts/linkerd-install/annotations'
import { linkerdConfigMap } from './facts/linkerd-install/settings'

/*
 * What stands, on Linkerd, for what others deploy. Paths are linkerd2's.
 */

type Protocol = GovernedPort['protocol']

/** How far a namespace has been taken. */
export type Stage = 'strict' | 'enforce'

/** What a stack says of its installation of Linkerd; what nobody says stays unknown. */
export interface LinkerdFacts {
  /** The control plane's. */
  readonly namespace: string | undefined
  /** As the chart writes them down (`charts/linkerd-control-plane/templates/config.yaml`). */
  readonly values: Readonly<Record<string, unknown>>
}

/** A Namespace that is on Linkerd and closed by default; at stage `strict` to callers without identity. `linkerd-default-deny` holds it to that. */
export function linkerdNamespace(name: string, stage: Stage): KubernetesObject {
  const annotations = {
    [linkerdInject]: 'enabled',
    [defaultInboundPolicy]: stage === 'strict' ? 'all-authenticated' : 'deny',
  }
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } }
}

/** Ports whose bytes proxies pass on unread, unless annotations name others (`charts/linkerd-control-plane/values.yaml` proxy.opaquePorts). */
const usuallyOpaque = [25, 587, 3306, 4444, 5432, 6379, 9300, 11211]

/** The annotation of a Pod that speaks HTTP on one of these ports: all its ports that are opaque, and no others. */
export function opaquePorts(ports: readonly GovernedPort[]): Readonly<Record<string, string>> | undefined {
  const speaks = ({ protocol }: GovernedPort) => protocol === 'http' || protocol === 'grpc'
  if (!ports.some(own => speaks(own) && usuallyOpaque.includes(own.port))) return undefined
  const opaque = ports.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port)
  return { 'config.linkerd.io/opaque-ports': opaque.join(',') }
}

/** The words of Services that Linkerd knows (`policy-controller/core/src/outbound.rs` AppProtocol). */
export const linkerdWords: Readonly<Record<Protocol, string>> = {
  http: 'http',
  grpc: 'kubernetes.io/h2c',
  tcp: 'linkerd.io/opaque',
  tls: 'linkerd.io/tcp',
}

/** The ConfigMap of an installation. */
export function linkerdConfig({ namespace, values }: LinkerdFacts): KubernetesObject {
  const metadata = { name: linkerdConfigMap, ...(namespace === undefined ? {} : { namespace }) }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { values: stringify(values) } }
}
