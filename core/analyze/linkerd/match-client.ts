import ipaddr from 'ipaddr.js'
import type { Identity } from '../../model/identity'
import { parseAddress } from '../istio/match-ip'
import { every, some, ternary, type Ternary } from '../istio/kleene'
import type { Grant } from './grants'
import type { IdentityMatch, LinkerdMesh, Network } from './layer-linkerd'

/** Who calls, as the callee's proxy sees it. */
export interface Client {
  /** From its certificate; absent where it shows none. */
  readonly identity?: Identity
  /** Absent where not known. */
  readonly ip?: string
}

/** Whether a grant admits a client: it comes from one of the networks, and is who it has to be (proxy `linkerd/app/inbound/src/policy.rs` is_authorized). */
export function admits(grant: Grant, client: Client, mesh: LinkerdMesh): Ternary {
  return every([grant.applies, comesFrom(grant.networks, client, mesh), shows(grant.client, client, mesh)])
}

type Address = NonNullable<ReturnType<typeof parseAddress>>

function comesFrom(networks: Grant['networks'], { ip }: Client, mesh: LinkerdMesh): Ternary {
  if (networks === 'unknown') return 'unknown'
  const listed = networks === 'cluster' ? mesh.clusterNetworks?.map(cidr => ({ cidr, except: [] })) : networks
  if (!listed) return 'unknown'
  const address = ip === undefined ? undefined : parseAddress(ip)
  if (address) return ternary(listed.some(network => contains(network, address)))
  const whole = (cidr: string) => listed.some(network => network.cidr === cidr && network.except.length === 0)
  return whole('0.0.0.0/0') && whole('::/0') ? 'yes' : 'unknown'
}

/** In its block and in none of the exceptions (proxy `linkerd/proxy/server-policy/src/authz/network.rs`). */
function contains({ cidr, except }: Network, address: Address): boolean {
  return inBlock(cidr, address) && !except.some(block => inBlock(block, address))
}

/** Families never mix; a connection's IPv4 address is never taken for one of IPv6 (proxy `linkerd/proxy/transport/src/listen.rs`), a block's stays as it is written. */
function inBlock(block: string, address: Address): boolean {
  const [head = '', length] = block.split('/')
  const network = ipaddr.parse(head)
  const bits = length === undefined ? (network.kind() === 'ipv4' ? 32 : 128) : Number(length)
  return address.kind() === network.kind() && address.match(network, bits)
}

/** Source: proxy `linkerd/app/inbound/src/policy.rs` is_tls_authorized. */
function shows(wanted: Grant['client'], { identity }: Client, mesh: LinkerdMesh): Ternary {
  if (wanted === 'anyone') return 'yes'
  if (!identity) return wanted === 'unknown' ? 'unknown' : 'no'
  if (wanted === 'unknown') return 'unknown'
  return wanted === 'tls' ? 'yes' : some(wanted.map(match => matchIdentity(match, identity, mesh)))
}

/**
 * Whether a certificate's name is one of those meant. Linkerd's own certificates carry a DNS name, `<account>.<namespace>.serviceaccount.identity.<control plane>.<trust
 * domain>`, which a SPIFFE id never equals (`policy-controller/k8s/index/src/cluster_info.rs`, `controller/identity/domain.go`). References mean the mesh's own
 * trust domain; text takes any.
 */
function matchIdentity(match: IdentityMatch, caller: Identity, mesh: LinkerdMesh): Ternary {
  switch (match.kind) {
    case 'text':
      return matchText(match.text, caller, mesh)
    case 'account':
      return caller.namespace === match.namespace && caller.serviceAccount === match.name ? isOwn(caller, mesh) : 'no'
    case 'namespace':
      return caller.namespace === match.name ? isOwn(caller, mesh) : 'no'
  }
}

function isOwn({ trustDomain }: Identity, mesh: LinkerdMesh): Ternary {
  return mesh.trustDomain === undefined ? 'unknown' : ternary(mesh.trustDomain === trustDomain)
}

/** `*`, `*.` and the last labels, or the whole name; a star anywhere else is a star (`policy-controller/core/src/identity_match.rs`, proxy `authz.rs` Suffix). */
function matchText(text: string, caller: Identity, { namespace }: LinkerdMesh): Ternary {
  if (text === '*') return 'yes'
  if (text.startsWith('spiffe://')) return 'no'
  if (namespace === undefined) return 'unknown'
  const name = `${caller.serviceAccount}.${caller.namespace}.serviceaccount.identity.${namespace}.${caller.trustDomain}`
  return ternary(text.startsWith('*.') ? name.endsWith(text.slice(1)) : name === text)
}
