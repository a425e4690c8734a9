import { compile } from '../../../../../core/compile/compile'
import type { Compiled, NetworkPolicyTarget } from '../../../../../core/compile/target'
import type { Graph } from '../../../../../core/graph/graph'
import type { KubernetesObject } from '../../../../../core/model/manifest'
import { graphOf } from '../../../../support/compiled'

/** A graph as NetworkPolicies. */
export function network(parts: Partial<Graph>, more: Partial<NetworkPolicyTarget> = {}): Compiled {
  return compile(graphOf(parts), { ...more, kind: 'network-policy' })
}

/** What a policy says; what is absent is absent at run time too. */
export interface Spec {
  readonly podSelector: Selector
  readonly policyTypes: readonly string[]
  readonly ingress?: readonly Rule[]
  readonly egress?: readonly Rule[]
}

export interface Rule {
  readonly from?: readonly Peer[]
  readonly to?: readonly Peer[]
  readonly ports?: readonly Port[]
}

export interface Port {
  readonly protocol: string
  readonly port?: number | string
  readonly endPort?: number
}

export interface Peer {
  readonly namespaceSelector?: Selector
  readonly podSelector?: Selector
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] }
}

export interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values: string[] }[]
}

export function specIn({ spec }: KubernetesObject): Spec {
  return spec as Spec // assertions on its fields fail where it is not
}

/** Each opening in a line: `cart ← 8080 from shop/app=frontend`, `cart → 53/UDP to kube-system/k8s-app=kube-dns`. */
export function rows({ manifests }: Compiled): string[] {
  return manifests.flatMap(({ object }) => {
    const name = object.metadata.name.replace('calls-of-', '')
    const { ingress = [], egress = [] } = specIn(object)
    return [
      ...ingress.map(({ from, ports = [] }) => `${name} ← ${portsIn(ports)} from ${peersIn(from)}`),
      ...egress.map(({ to, ports = [] }) => `${name} → ${portsIn(ports)} to ${peersIn(to)}`),
    ]
  })
}

/** Without what every proxy needs of the platform. */
export function calls(compiled: Compiled): string[] {
  return rows(compiled).filter(row => !/ to (kube-system|istio-system|mesh)\//.test(row))
}

function portsIn(ports: readonly Port[]): string {
  return ports.map(({ protocol, port = 'any' }) => (protocol === 'TCP' ? port : `${port}/${protocol}`)).join()
}

function peersIn(peers: readonly Peer[] | undefined): string {
  return peers?.map(printPeer).join(' and ') ?? 'anybody'
}

function printPeer({ namespaceSelector, podSelector, ipBlock }: Peer): string {
  if (ipBlock) return ipBlock.except ? `${ipBlock.cidr} but ${ipBlock.except.join()}` : ipBlock.cidr
  const namespace = namespaceSelector ? (namespaceSelector.matchLabels?.['kubernetes.io/metadata.name'] ?? '*') : '.'
  return `${namespace}/${podSelector ? printSelector(podSelector) : '*'}`
}

function printSelector({ matchLabels = {}, matchExpressions = [] }: Selector): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  return [...labels, ...matchExpressions.map(({ key, values }) => `${key}=${values.join('|')}`)].join()
}
