import { parse } from 'yaml'
import type { Problem } from '../../model/problem'
import type { Mesh } from '../layer'
import { Cursor, watched } from './cursor'
import { readBool } from './go-bool'
import { readOutbound } from './read-client'
import { readLabels, type RawObject } from './read-object'

/** The mesh as one object tells it; several control planes may each tell. */
export type MeshPart = Partial<Omit<Mesh, 'exportTo' | 'revisions'>> &
  Partial<Pick<Mesh, 'exportTo'>> & { readonly at: string }

/** `istio`, or `istio-<revision>`: where an installation keeps its mesh config. */
export function isMeshConfig({ name, body }: RawObject): boolean {
  return (name === 'istio' || name.startsWith('istio-')) && !body.get('data').get('mesh').absent
}

/** `istio-sidecar-injector`, or with a revision: where the injector keeps the values it was installed with. */
export function isInjectorConfig({ name, body }: RawObject): boolean {
  return name.startsWith('istio-sidecar-injector') && !body.get('data').get('values').absent
}

/** A revision's name from that of its ConfigMap. */
export function revisionOf(object: RawObject): string {
  return object.name === 'istio' ? 'default' : object.name.slice('istio-'.length)
}

/**
 * Names under which a webhook configuration injects: its revision, or its tag where it is one. Nothing for other webhooks
 * (istio `manifests/…/templates/mutatingwebhook.yaml`, `revision-tags-mwc.yaml`).
 */
export function webhookRevisions(object: RawObject): readonly string[] {
  const labels = readLabels(object).value
  const tag = labels['istio.io/tag']
  const revision = labels['istio.io/rev']
  if (tag !== undefined) return [tag]
  const injects = object.body
    .get('webhooks')
    .items()
    .some(webhook => webhook.get('name').string()?.endsWith('sidecar-injector.istio.io') === true)
  return revision === undefined || !injects ? [] : [revision]
}

/**
 * The mesh config of one control plane. Istiod applies it over its own defaults, so that what it leaves out is known too
 * (istio `pkg/config/mesh/mesh.go` DefaultMeshConfig, ApplyMeshConfig) - but for the trust domain and the root namespace,
 * which every installation writes: where they are missing, this is no whole mesh config, and they stay unknown.
 */
export function readMeshConfig(object: RawObject): MeshPart {
  const config = embedded(object.body.get('data').get('mesh'))
  if (!config) return { at: object.at }
  const trustDomain = known(config.get('trustDomain'), field => field.string())
  const rootNamespace = known(config.get('rootNamespace'), field => field.string())
  const aliases = known(config.get('trustDomainAliases'), field => field.strings())
  const foreign = known(config.get('caCertificates'), readForeign)
  const autoMtls = known(config.get('enableAutoMtls'), field => field.boolean() ?? true)
  const hbone = known(config.get('defaultConfig').get('proxyMetadata'), readHbone)
  const authorizers = known(config.get('extensionProviders'), readAuthorizers)
  const outbound = known(config.get('outboundTrafficPolicy'), policy => readOutbound(policy) ?? 'ALLOW_ANY')
  const pathNormalization = known(config.get('pathNormalization'), readNormalization)
  const trustedProxies = known(config.get('defaultConfig').get('gatewayTopology'), readTrusted)
  const interception = known(config.get('defaultConfig').get('interceptionMode'), field => field.string() ?? 'REDIRECT')
  return {
    at: object.at,
    ...(trustDomain === undefined ? {} : { trustDomain }),
    ...(rootNamespace === undefined ? {} : { rootNamespace }),
    ...(aliases === undefined ? {} : { trustDomainAliases: aliases }),
    ...(foreign === undefined ? {} : { foreignTrustDomains: foreign }),
    ...(autoMtls === undefined ? {} : { autoMtls }),
    ...(hbone === undefined ? {} : { hbone }),
    ...(authorizers === undefined ? {} : { authorizers }),
    ...(outbound === undefined ? {} : { outbound }),
    ...(trustedProxies === undefined ? {} : { trustedProxies }),
    ...(pathNormalization === undefined ? {} : { pathNormalization }),
    ...(interception === undefined ? {} : { interception }),
    exportTo: {
      service: listOr(config.get('defaultServiceExportTo'), ['*']),
      destinationRule: listOr(config.get('defaultDestinationRuleExportTo'), ['*']),
      virtualService: listOr(config.get('defaultVirtualServiceExportTo'), ['*']),
    },
  }
}

/** YAML (or JSON) kept as text inside a ConfigMap; a Problem where it is none. */
function embedded(field: Cursor): Cursor | undefined {
  const text = field.string()
  if (text === undefined) return undefined
  try {
    const config = new Cursor(parse(text, { logLevel: 'error' }), field.path, field.log)
    return config.required()?.object() && config
  } catch (error) {
    return field.wrong(`YAML (${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)})`)
  }
}

/** What `read` makes of a field, or nothing where it could not be read in full. */
function known<T>(field: Cursor, read: (field: Cursor) => T): T | undefined {
  const { value, damaged } = watched(field.log, () => read(field))
  return damaged ? undefined : value
}

/** Source: istio/api `mesh/v1alpha1/proxy.proto` Topology. */
function readTrusted(topology: Cursor): number | undefined {
  const { value } = topology.get('numTrustedProxies')
  if (value === undefined || value === null) return 0
  return typeof value === 'number' ? value : topology.get('numTrustedProxies').wrong('a number')
}

function listOr(field: Cursor, otherwise: readonly string[]): readonly string[] {
  const values = field.strings()
  return values.length === 0 ? otherwise : values
}

/** The profile `ambient` switches it on (istio `manifests/helm-profiles/ambient.yaml`); any true of Go's will do. */
function readHbone(metadata: Cursor): boolean {
  return readBool(metadata.get('ISTIO_META_ENABLE_HBONE').string() ?? 'false')
}

/** Providers of any other kind, such as tracing, are no authorizers (istio `pilot/pkg/security/authz/builder/extauthz.go` processExtensionProvider). */
function readAuthorizers(providers: Cursor): readonly string[] {
  return providers.items().flatMap(provider => {
    const authorizes = authorizerKinds.some(kind => !provider.get(kind).absent)
    return authorizes ? (provider.get('name').string() ?? []) : []
  })
}

/** Both spellings of protobuf's JSON. */
const authorizerKinds = [
  'envoyExtAuthzHttp',
  'envoyExtAuthzGrpc',
  'envoy_ext_authz_http',
  'envoy_ext_authz_grpc',
] as const

function readForeign(certificates: Cursor): readonly string[] {
  return certificates.items().flatMap(certificate => certificate.get('trustDomains').strings())
}

/** DEFAULT is BASE (istio `pilot/pkg/networking/core/listener_builder.go`). */
function readNormalization(policy: Cursor): Mesh['pathNormalization'] {
  const mode = policy.get('normalization').oneOf('DEFAULT', 'NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES')
  return mode === undefined || mode === 'DEFAULT' ? 'BASE' : mode
}

/** What the injector captures by default, and the cluster's domain (istio `manifests/…/files/injection-template.yaml`). */
export function readInjectorConfig(object: RawObject): MeshPart {
  const proxy = embedded(object.body.get('data').get('values'))?.get('global').get('proxy')
  if (!proxy) return { at: object.at }
  const capture = known(proxy, () => ({
    include: proxy.get('includeInboundPorts').string() ?? '*',
    exclude: proxy.get('excludeInboundPorts').string() ?? '',
    outbound: readOutboundCapture(proxy),
  }))
  const clusterDomain = known(proxy.get('clusterDomain'), field => field.string())
  return {
    at: object.at,
    ...(capture === undefined ? {} : { capture }),
    ...(clusterDomain === undefined ? {} : { clusterDomain }),
  }
}

function readOutboundCapture(proxy: Cursor): 'all' | 'some' {
  const ranges = proxy.get('includeIPRanges').string() ?? '*'
  const others = ['excludeIPRanges', 'includeOutboundPorts', 'excludeOutboundPorts'] as const
  return ranges === '*' && others.every(name => (proxy.get(name).string() ?? '') === '') ? 'all' : 'some'
}

type Setting = Exclude<keyof MeshPart, 'at'>
const settings: readonly Setting[] = [
  'trustDomain',
  'trustDomainAliases',
  'rootNamespace',
  'pathNormalization',
  'outbound',
  'autoMtls',
  'hbone',
  'authorizers',
  'foreignTrustDomains',
  'capture',
  'clusterDomain',
  'trustedProxies',
  'interception',
  'exportTo',
]

/** One mesh out of what its control planes say; where they disagree, nothing is known. */
export function uniteMesh(parts: readonly MeshPart[], revisions: ReadonlySet<string>, problems: Problem[]): Mesh {
  const united = parts.reduce<Partial<MeshPart>>((mesh, part) => ({ ...mesh, ...part }), {})
  const disputed = settings.filter(setting => dispute(setting, parts))
  for (const setting of disputed) {
    problems.push({
      code: 'disputed-setting',
      severity: 'narrowed',
      message: `control planes disagree on \`${setting}\`, so it counts as unknown`,
      at: parts.map(part => part.at).join(', '),
      hint: 'read the objects of one control plane at a time',
    })
  }
  const { at: _at, ...agreed } = Object.fromEntries(
    Object.entries(united).filter(([setting]) => !disputed.some(known => known === setting)),
  ) as Partial<MeshPart> // the entries of one, less some
  return { exportTo: { service: ['*'], destinationRule: ['*'] }, ...agreed, revisions }
}

function dispute(setting: Setting, parts: readonly MeshPart[]): boolean {
  const said = parts.flatMap(part => (part[setting] === undefined ? [] : [JSON.stringify(part[setting])]))
  return new Set(said).size > 1
}
