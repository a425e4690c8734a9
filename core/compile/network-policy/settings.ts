import ipaddr from 'ipaddr.js'
import type { Problem } from '../../model/problem'
import { blocking } from '../../model/problem'
import { canonicalCidr } from '../../graph/cidrs'
import { sorted } from '../order'
import { isLabel } from '../settings'
import type { AuthorityTarget, MeshTarget, NetworkPolicyTarget, Stage } from '../target'
import { stagesOf } from '../terms'
import type { Labels } from './peers'

/** A target with its defaults filled in, and every block of addresses in its canonical form. */
export interface Settings {
  readonly mesh: MeshTarget | undefined
  readonly stages: Readonly<Record<string, Stage>>
  readonly nodeNetworks: readonly string[]
  /** None: from anywhere. */
  readonly apiServer: readonly string[]
  readonly clusterNetworks: readonly string[]
  readonly dns: {
    readonly namespace: string
    readonly labels: Labels
    readonly ports: readonly number[]
    readonly cidrs: readonly string[]
  }
  readonly certificateAuthority: AuthorityTarget | undefined
  readonly externals: Readonly<Record<string, readonly string[]>>
  /** By `namespace/serviceAccount`. */
  readonly callers: Readonly<Record<string, Labels>>
  /** By `namespace/serviceAccount`. */
  readonly gatewayPorts: Readonly<Record<string, readonly number[]>>
}

/** Fills in the defaults of a target and says what in it cannot be right. */
export function settle(target: NetworkPolicyTarget): {
  readonly settings: Settings
  readonly problems: readonly Problem[]
} {
  const { mesh, dns = {}, externals = {}, callers = {}, gatewayPorts = {}, apiServer, certificateAuthority } = target
  const problems: Problem[] = []
  const blocks = (at: string, cidrs: readonly string[] = []): readonly string[] => {
    problems.push(...cidrs.flatMap(cidr => badBlock(`target.${at}`, cidr)))
    return sorted(cidrs.flatMap(cidr => canonicalCidr(cidr) ?? []))
  }
  const { namespace = 'kube-system', labels = { 'k8s-app': 'kube-dns' }, ports = [53] } = dns
  problems.push(...badNamespace(namespace, 'dns'))
  if (certificateAuthority) problems.push(...badNamespace(certificateAuthority.namespace, 'certificateAuthority'))
  const allPorts = [...ports, ...Object.values(gatewayPorts).flat(), ...(certificateAuthority?.ports ?? [])]
  problems.push(...allPorts.flatMap(badPort))
  const hosts = Object.entries(externals).map(([name, cidrs]) => [name, blocks(`externals.${name}`, cidrs)] as const)
  const settings: Settings = {
    mesh,
    stages: target.stages ?? (mesh ? stagesOf(mesh) : {}),
    nodeNetworks: blocks('nodeNetworks', target.nodeNetworks),
    apiServer: blocks('apiServer.cidrs', apiServer?.cidrs),
    clusterNetworks: blocks('clusterNetworks', target.clusterNetworks),
    dns: { namespace, labels, ports, cidrs: blocks('dns.cidrs', dns.cidrs) },
    certificateAuthority,
    externals: Object.fromEntries(hosts),
    callers,
    gatewayPorts,
  }
  return { settings, problems }
}

/** Whether one block is a part of the other and not all of it, both in canonical form, as `except` asks of what it leaves out (kubernetes `pkg/apis/networking/validation/validation.go` ValidateIPBlock). */
export function isStrictlyWithin(inner: string, outer: string): boolean {
  const [small, within] = ipaddr.parseCIDR(inner)
  const [large, bits] = ipaddr.parseCIDR(outer)
  return small.kind() === large.kind() && within > bits && small.match(large, bits)
}

function badBlock(at: string, cidr: string): Problem[] {
  if (canonicalCidr(cidr) !== undefined) return []
  const message = `\`${cidr}\` is no block of addresses`
  return [blocking({ code: 'bad-cidr', at, message, hint: 'as in `10.0.0.0/16`' })]
}

function badNamespace(namespace: string, field: string): Problem[] {
  if (isLabel(namespace)) return []
  const message = `\`${namespace}\` is no DNS label`
  const hint = 'lower case letters, digits and `-`, as in `kube-system`'
  return [blocking({ code: 'bad-name', at: `target.${field}.namespace`, message, hint })]
}

function badPort(port: number): Problem[] {
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return []
  return [blocking({ code: 'bad-port', at: 'target', message: `\`${port}\` is no port`, hint: 'a number, 1–65535' })]
}
