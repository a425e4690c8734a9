import { z } from 'zod'
import type { AuthorityTarget, DnsTarget } from '../core/compile/target'
import type { Fields } from './config-words'
import { label, networks, text } from './config-words'
import type { NetworkPolicySettings } from './settings'

/*
 * The shape of what a stack's configuration says of the network below the mesh.
 */

const ports = z.array(z.int().min(1).max(65535))

const labels = z.record(text, z.string())

const dns = z.strictObject({
  namespace: label.exactOptional(),
  labels: labels.exactOptional(),
  ports: ports.exactOptional(),
  cidrs: networks.exactOptional(),
} satisfies Fields<DnsTarget>)

const certificateAuthority = z.strictObject({
  namespace: label,
  labels,
  ports,
} satisfies Fields<AuthorityTarget>)

export const networkPolicy = z.strictObject({
  enabled: z.boolean(),
  nodeNetworks: networks.exactOptional(),
  apiServer: z.strictObject({ cidrs: networks }).exactOptional(),
  clusterNetworks: networks.exactOptional(),
  dns: dns.exactOptional(),
  certificateAuthority: certificateAuthority.exactOptional(),
  externals: z.record(text, networks).exactOptional(),
  callers: z.record(text, labels).exactOptional(),
  gatewayPorts: z.record(text, ports).exactOptional(),
} satisfies Fields<NetworkPolicySettings>)
