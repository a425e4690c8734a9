import { isRecord } from './judged'

/** What may be configured. Each rule says which of it it takes; Pulumi hands a rule nothing but its own part. */
export interface Config {
  /** Path of `intent.lock.json`. Relative, it is looked for in the pack's folder, then in each folder above. */
  readonly lock?: string
  /** Stage per namespace. @default 'enforce' */
  readonly stages: Readonly<Record<string, 'strict' | 'enforce'>>
  /** Gateways, `namespace/serviceAccount`, that another stack routes for: only what they let in is judged. */
  readonly unrouted: readonly string[]
  /** Namespaces that are no part of the mesh. */
  readonly exempt: readonly string[]
  /** Namespaces of the mesh that another stack sets up, and another run of these rules guards. */
  readonly elsewhere: readonly string[]
  /** Settings of a mesh that this stack does not install. */
  readonly mesh: Partial<Record<MeshKey, string>>
  /** `namespace/name` of policies whose callers may stay anonymous: those of an ingress gateway. */
  readonly open: readonly string[]
  /** `namespace/name:port` of PeerAuthentications' and Gateways' ports that may accept plaintext. */
  readonly plaintext: readonly string[]
  /** `namespace/name` of ServiceAccounts that several services are known to share. */
  readonly shared: readonly string[]
  /** Hosts outside the mesh that another stack declares. */
  readonly external: readonly string[]
  /**
   * `namespace/name` of what somebody has looked at and found right: Helm Releases in governed namespaces that bring no
   * policies and no workloads of their own, policies of the root namespace that are meant to select in every namespace, and
   * policies of Linkerd for a whole namespace. Calls that cross from mesh to mesh in plaintext: `namespace/caller → namespace/callee`.
   */
  readonly reviewed: readonly string[]
  /** `namespace/name` of Servers that may audit: the last day, `2026-09-30`, and why. */
  readonly audits: Readonly<Record<string, string>>
  /** By mesh, `istio` or `linkerd`: the anchors that all its proxies are known to have, in PEM. What a stack wants is held against what there is. */
  readonly anchors: Readonly<Record<string, string>>
  /** The trust domains that all proxies of Istio are known to take for their own, aliases included. */
  readonly trustDomains: readonly string[]
  /** The day it is, `2026-09-30`: rules have no clock. */
  readonly today?: string
}

export type ConfigKey = keyof Config
/**
 * The settings of a mesh: `kind` is `istio-sidecar`, `istio-ambient`, `linkerd` or `hybrid`; the next four are Istio's, but for `version` and `trustDomain` of a mesh
 * that is Linkerd; all others are Linkerd's, but for `podNetworks`, from which calls come across the border of two meshes. Lists have commas between.
 */
export const meshKeys = [
  'kind',
  'version',
  'trustDomain',
  'rootNamespace',
  'pathNormalization',
  'linkerdVersion',
  'linkerdTrustDomain',
  'linkerdNamespaces',
  'controlPlaneNamespace',
  'clusterNetworks',
  'probeNetworks',
  'podNetworks',
  'defaultInboundPolicy',
  'skipInboundPorts',
  'skipOutboundPorts',
  'opaquePorts',
  'egressNamespace',
] as const
export type MeshKey = (typeof meshKeys)[number]

/** The JSON Schema of one setting, as Pulumi checks and shows it. */
export interface ConfigSchema {
  readonly type: 'string' | 'array' | 'object'
  readonly description: string
  readonly items?: { readonly type: 'string' }
  readonly properties?: Readonly<Record<string, { readonly type: 'string' }>>
  readonly additionalProperties?: boolean | { readonly type: 'string'; readonly enum?: readonly string[] }
  readonly default?: readonly string[] | Readonly<Record<string, string>>
}

const strings = (description: string, values: readonly string[] = []): ConfigSchema => ({
  type: 'array',
  items: { type: 'string' },
  description,
  default: values,
})

/** The schema of every setting. */
export const configSchemas: Readonly<Record<ConfigKey, ConfigSchema>> = {
  lock: {
    type: 'string',
    description:
      'path of `intent.lock.json`; relative, it is looked for in the folder of the pack, then in each folder above',
  },
  stages: {
    type: 'object',
    description: 'stage per namespace, `strict` or `enforce`; a namespace that is not named is at `enforce`',
    additionalProperties: { type: 'string', enum: ['strict', 'enforce'] },
    default: {},
  },
  unrouted: strings(
    'gateways, `namespace/serviceAccount`, that another stack routes for, so that only what they let in is judged',
  ),
  // Istio injects nothing there, whatever the labels say (istio pkg/kube/inject/inject.go IgnoredNamespaces).
  exempt: strings('namespaces that are no part of the mesh', ['kube-node-lease', 'kube-public', 'kube-system']),
  elsewhere: strings('namespaces of the mesh that another stack sets up, and another run of these rules guards'),
  mesh: {
    type: 'object',
    description: 'settings of a mesh that this stack does not install',
    properties: Object.fromEntries(meshKeys.map(key => [key, { type: 'string' }])),
    additionalProperties: false,
    default: {},
  },
  open: strings(
    '`namespace/name` of AuthorizationPolicies whose callers may stay anonymous, such as those of an ingress gateway',
  ),
  plaintext: strings('`namespace/name:port` of ports of PeerAuthentications and Gateways that may accept plaintext'),
  shared: strings('`namespace/name` of ServiceAccounts that several services are known to share'),
  external: strings('hosts outside the mesh that another stack declares'),
  reviewed: strings(
    '`namespace/name` of what was looked at and found right: Helm Releases in governed namespaces that bring no policies and no workloads of their own; policies of the root namespace that are meant to select in every namespace; policies of Linkerd for a whole namespace; and calls that cross from mesh to mesh in plaintext, `namespace/caller → namespace/callee`',
  ),
  audits: {
    type: 'object',
    description: '`namespace/name` of Servers of Linkerd that may audit, each with the last day, `2026-09-30`, and why',
    additionalProperties: { type: 'string' },
    default: {},
  },
  anchors: {
    type: 'object',
    description:
      'by mesh, `istio` or `linkerd`: the anchors that all its proxies are known to have now, in PEM; brought up to date once that was observed',
    properties: { istio: { type: 'string' }, linkerd: { type: 'string' } },
    additionalProperties: false,
    default: {},
  },
  trustDomains: strings(
    'trust domains that all proxies of Istio are known to take for their own now, aliases included; brought up to date once that was observed',
  ),
  today: { type: 'string', description: 'the day it is, `2026-09-30`, by which audits end: rules have no clock' },
}

/** What holds where nothing is configured. */
export const defaultConfig: Config = {
  stages: {},
  unrouted: [],
  exempt: ['kube-node-lease', 'kube-public', 'kube-system'],
  elsewhere: [],
  mesh: {},
  open: [],
  plaintext: [],
  shared: [],
  external: [],
  reviewed: [],
  audits: {},
  anchors: {},
  trustDomains: [],
}

/** Configuration as received, and what is wrong with it: a misspelt setting must not quietly mean its default. */
export interface ParsedConfig {
  readonly config: Config
  readonly problems: readonly string[]
}

/** Reads the configuration of a rule that takes `keys`. */
export function parseConfig(given: Readonly<Record<string, unknown>>, keys: readonly ConfigKey[]): ParsedConfig {
  const problems: string[] = []
  const accepted: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    const key = keys.find(candidate => candidate === name)
    if (key === undefined) problems.push(`the rule takes no setting \`${name}\``)
    else if (!fits(value, configSchemas[key])) problems.push(`the setting \`${name}\` is not ${shapes[key]}`)
    else accepted[key] = value
  }
  return { config: { ...defaultConfig, ...accepted }, problems }
}

const shapes: Readonly<Record<ConfigKey, string>> = {
  lock: 'a path',
  stages: 'an object of `strict` and `enforce`',
  unrouted: 'a list of names',
  exempt: 'a list of names',
  elsewhere: 'a list of names',
  mesh: `an object of ${meshKeys.join(', ')}`,
  open: 'a list of names',
  plaintext: 'a list of names',
  shared: 'a list of names',
  external: 'a list of hosts',
  reviewed: 'a list of names',
  audits: 'an object of names, each with a day and a reason',
  anchors: 'an object of istio, linkerd',
  trustDomains: 'a list of names',
  today: 'a day',
}

function fits(value: unknown, schema: ConfigSchema): boolean {
  if (schema.type === 'string') return typeof value === 'string'
  if (schema.type === 'array') return Array.isArray(value) && value.every(item => typeof item === 'string')
  if (!isRecord(value)) return false
  return Object.entries(value).every(([key, entry]) => typeof entry === 'string' && allowed(key, entry, schema))
}

function allowed(key: string, entry: string, { properties, additionalProperties }: ConfigSchema): boolean {
  if (properties !== undefined && Object.hasOwn(properties, key)) return true
  if (typeof additionalProperties !== 'object') return additionalProperties !== false
  return additionalProperties.enum?.includes(entry) ?? true
}
