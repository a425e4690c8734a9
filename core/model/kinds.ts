/** A kind as an API server knows it. */
export interface KindInfo {
  /** Empty for the core group. */
  readonly group: string
  /** Served versions that mean the same, newest first; the first is the one to write. */
  readonly versions: readonly string[]
  readonly scope: 'namespace' | 'cluster'
  /** What an object says as its `kind`, where another group has one of that name. @default the name it goes by here */
  readonly kind?: string
}

const security = { group: 'security.istio.io', versions: ['v1', 'v1beta1'], scope: 'namespace' } as const
const networking = {
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  scope: 'namespace',
} as const
const gateways = { group: 'gateway.networking.k8s.io', versions: ['v1', 'v1beta1'], scope: 'namespace' } as const
const linkerd = { group: 'policy.linkerd.io', versions: ['v1alpha1'], scope: 'namespace' } as const
const core = { group: '', versions: ['v1'], scope: 'namespace' } as const
const apps = { group: 'apps', versions: ['v1'], scope: 'namespace' } as const
const batch = { group: 'batch', versions: ['v1', 'v1beta1'], scope: 'namespace' } as const

/** The kinds that are read or written. Their names alone are not unique: other groups have an AuthorizationPolicy too. */
export const kinds = {
  Namespace: { ...core, scope: 'cluster' },
  ConfigMap: core,
  ServiceAccount: core,
  Service: core,
  Pod: core,
  Deployment: apps,
  StatefulSet: apps,
  DaemonSet: apps,
  ReplicaSet: apps,
  Job: batch,
  CronJob: batch,
  NetworkPolicy: { group: 'networking.k8s.io', versions: ['v1'], scope: 'namespace' },
  MutatingWebhookConfiguration: { group: 'admissionregistration.k8s.io', versions: ['v1'], scope: 'cluster' },
  AuthorizationPolicy: security,
  PeerAuthentication: security,
  RequestAuthentication: security,
  Sidecar: networking,
  ServiceEntry: networking,
  DestinationRule: networking,
  IstioGateway: { ...networking, kind: 'Gateway' },
  VirtualService: networking,
  Gateway: gateways,
  HTTPRoute: gateways,
  GRPCRoute: { ...gateways, versions: ['v1', 'v1alpha2'] },
  // Of the experimental channel; Linkerd 2.20 reads this version of it and no other.
  TLSRoute: { ...gateways, versions: ['v1alpha2', 'v1', 'v1alpha3'] },
  TCPRoute: { ...gateways, versions: ['v1alpha2', 'v1'] },
  ReferenceGrant: { ...gateways, versions: ['v1', 'v1beta1', 'v1alpha2'] },
  Server: { ...linkerd, versions: ['v1beta3', 'v1beta2', 'v1beta1', 'v1alpha1'] },
  ServerAuthorization: { ...linkerd, versions: ['v1beta1', 'v1alpha1'] },
  LinkerdAuthorizationPolicy: { ...linkerd, kind: 'AuthorizationPolicy' },
  MeshTLSAuthentication: linkerd,
  NetworkAuthentication: linkerd,
  LinkerdHTTPRoute: { ...linkerd, versions: ['v1beta3', 'v1beta2', 'v1beta1', 'v1alpha1'], kind: 'HTTPRoute' },
  HTTPLocalRateLimitPolicy: linkerd,
  EgressNetwork: linkerd,
  EnvoyFilter: { ...networking, versions: ['v1alpha3'] },
} as const satisfies Readonly<Record<string, KindInfo>>

export type Kind = keyof typeof kinds

/** The kind of this name in this group, if it is one of those above. */
export function kindOf(name: string, group: string): Kind | undefined {
  return byName.get(`${name} ${group}`)
}

/** What objects of a kind say as their `kind`. */
export function writtenKind(kind: Kind): string {
  const info: KindInfo = kinds[kind]
  return info.kind ?? kind
}

const byName: ReadonlyMap<string, Kind> = new Map(
  // Object.keys forgets which keys these are.
  (Object.keys(kinds) as Kind[]).map(kind => [`${writtenKind(kind)} ${kinds[kind].group}`, kind]),
)

/** `security.istio.io/v1`: what to write as `apiVersion`. */
export function apiVersionOf(kind: Kind): string {
  const { group, versions } = kinds[kind]
  return group === '' ? versions[0] : `${group}/${versions[0]}`
}

/** What selects workloads in a policy. */
export interface WorkloadSelector {
  readonly matchLabels: Readonly<Record<string, string>>
}

export interface AuthorizationPolicySpec {
  /** Absent: every workload of the namespace, or of the mesh in the root namespace. */
  readonly selector?: WorkloadSelector
  /** @default 'ALLOW' */
  readonly action?: 'ALLOW' | 'DENY' | 'CUSTOM' | 'AUDIT'
  /** Absent or empty: matches nothing. */
  readonly rules?: readonly RuleSpec[]
}

/** One of `from`, one of `to`, all of `when`; what is absent asks nothing. */
export interface RuleSpec {
  readonly from?: readonly { readonly source: SourceSpec }[]
  readonly to?: readonly { readonly operation: OperationSpec }[]
  readonly when?: readonly ConditionSpec[]
}

type Lists<K extends string> = Readonly<Partial<Record<K | `not${Capitalize<K>}`, readonly string[]>>>

export type SourceSpec = Lists<
  'principals' | 'requestPrincipals' | 'namespaces' | 'serviceAccounts' | 'trustDomains' | 'ipBlocks' | 'remoteIpBlocks'
>
export type OperationSpec = Lists<'hosts' | 'ports' | 'methods' | 'paths'>

export interface ConditionSpec {
  readonly key: string
  readonly values?: readonly string[]
  readonly notValues?: readonly string[]
}

export interface PeerAuthenticationSpec {
  readonly selector?: WorkloadSelector
  readonly mtls?: MtlsSpec
  /** By container port; only beside a selector. */
  readonly portLevelMtls?: Readonly<Record<string, MtlsSpec>>
}

export interface MtlsSpec {
  /** @default 'UNSET' */
  readonly mode?: 'UNSET' | 'DISABLE' | 'PERMISSIVE' | 'STRICT'
}

export interface SidecarSpec {
  readonly workloadSelector?: { readonly labels: Readonly<Record<string, string>> }
  /** `namespace/host`, with `.` for the own namespace. */
  readonly egress?: readonly { readonly hosts: readonly string[] }[]
  readonly outboundTrafficPolicy?: { readonly mode: 'ALLOW_ANY' | 'REGISTRY_ONLY' }
}

export interface ServiceEntrySpec {
  readonly hosts: readonly string[]
  readonly ports: readonly { readonly number: number; readonly name: string; readonly protocol: string }[]
  readonly location: 'MESH_EXTERNAL' | 'MESH_INTERNAL'
  readonly resolution: 'NONE' | 'STATIC' | 'DNS' | 'DNS_ROUND_ROBIN' | 'DYNAMIC_DNS'
  readonly exportTo?: readonly string[]
}
