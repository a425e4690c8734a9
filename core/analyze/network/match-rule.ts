import { every, some, ternary, type Ternary } from '../istio/kleene'
import { inBlock } from '../istio/match-ip'
import { meets } from './isolation'
import type { NetworkPeer, NetworkPolicy, NetworkPort, NetworkRule } from './layer-network'
import type { Pod } from './pods'

/** Where a connection comes from, or goes to: a Pod, or an address that is none's. */
export type End =
  | { readonly kind: 'pod'; readonly pod: Pod; readonly ip?: string }
  /** Of a node, or of something outside the cluster. */
  | { readonly kind: 'outside'; readonly ip?: string }

/** A connection by TCP, as a rule sees it. */
export interface Connection {
  /** At the end that the rule's peers are for. */
  readonly far: End
  /** What is entered. */
  readonly to: End
  /** On the wire. */
  readonly port: number
}

/** Whether a rule lets a connection pass: any of its peers on any of its ports; where it lists none, whoever and whatever it is. */
export function admits(rule: NetworkRule, policy: NetworkPolicy, connection: Connection): Ternary {
  const { peers, ports } = rule
  const { far } = connection
  return every([
    ports ? some(ports.map(port => isPort(port, connection))) : 'yes',
    peers ? some(peers.map(peer => isPeer(peer, policy, far))) : 'yes',
  ])
}

/** A name is that of a container port of the Pod that is entered; of a container that has ended when others start, perhaps (kubernetes `types.go` NetworkPolicyPort). */
function isPort({ protocol, port, endPort }: NetworkPort, { to, port: actual }: Connection): Ternary {
  if (protocol !== 'TCP') return 'no'
  if (port === undefined) return 'yes'
  if (typeof port === 'number') return ternary(port <= actual && actual <= (endPort ?? port))
  if (to.kind === 'outside') return 'no'
  if (to.pod.workload?.unreadable === true) return 'unknown'
  const named = to.pod.ports.filter(one => one.name === port && one.port === actual && one.protocol === 'TCP')
  return some(named.map(({ init }) => (init ? 'unknown' : 'yes')))
}

function isPeer(peer: NetworkPeer, { namespace }: NetworkPolicy, far: End): Ternary {
  if (peer.kind === 'block') return isInBlock(peer, far)
  if (far.kind === 'outside') return 'no'
  const { pod } = far
  const near = peer.namespaces ? meets(peer.namespaces, pod.around) : ternary(pod.namespace === namespace)
  const found = every([near, peer.pods ? meets(peer.pods, pod) : 'yes'])
  // Some plugins take a Pod on its node's network for the node.
  return pod.hostNetwork && found === 'yes' ? 'unknown' : found
}

/** Whether a block takes in Pods by their addresses is up to the network plugin (kubernetes documentation, "Network Policies", "ipBlock"). */
function isInBlock({ cidr, except }: Extract<NetworkPeer, { kind: 'block' }>, far: End): Ternary {
  const lies = (ip: string): boolean => inBlock(ip, cidr) && !except.some(hole => inBlock(ip, hole))
  const isOfPod = (ip: string): boolean => lies(ip) && !linkLocal.some(block => inBlock(ip, block))
  if (far.kind === 'outside') return far.ip === undefined ? 'unknown' : ternary(lies(far.ip))
  const known = far.pod.ips.length > 0 ? far.pod.ips : far.ip === undefined ? [] : [far.ip]
  const impossible = known.length > 0 ? !known.some(isOfPod) : linkLocal.some(block => isPart(cidr, block))
  return impossible ? 'no' : 'unknown'
}

/** No Pod has such an address, link-local or the one that the kubelet's probes of ambient Pods come from by IPv6 (istio `cni/pkg/nodeagent/options.go` DefaultHostProbeSNATIPV6). */
const linkLocal = ['169.254.0.0/16', 'fe80::/10', 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128']

function isPart(cidr: string, block: string): boolean {
  return inBlock(cidr.split('/')[0] ?? '', block) && Number(cidr.split('/')[1]) >= Number(block.split('/')[1])
}
