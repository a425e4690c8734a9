import { parse } from 'yaml'
import type { Problem } from '../../model/problem'
import { Cursor, watched } from '../istio/cursor'
import type { RawObject } from '../istio/read-object'
import type { LinkerdMesh } from './layer-linkerd'
import { defaultPolicies } from './layer-linkerd'
import { readCidr } from './read-authentication'

/** The settings as one installation tells them. */
export type MeshPart = LinkerdMesh & { readonly at: string }

/** Where an installation keeps the values it was made with (`charts/linkerd-control-plane/templates/config.yaml`). */
export function isLinkerdConfig({ name, body }: RawObject): boolean {
  return name === 'linkerd-config' && !body.get('data').get('values').absent
}

/**
 * The settings in ConfigMap `linkerd-config`. The chart writes its values whole, defaults included; what is missing is not known. The trust domain is the cluster's
 * where it is empty (`charts/linkerd-control-plane/templates/destination.yaml`); without `probeNetworks` nobody may probe (`policy-controller/runtime/src/args.rs`).
 */
export function readLinkerdConfig(object: RawObject): MeshPart {
  const values = embedded(object.body.get('data').get('values'))
  if (!values) return { at: object.at }
  const proxy = values.get('proxy')
  const trustDomain = known(values.get('identityTrustDomain'), text) ?? known(values.get('clusterDomain'), text)
  const clusterNetworks = known(values.get('clusterNetworks'), readNetworkList)
  const probeNetworks = known(values.get('policyController').get('probeNetworks'), networks =>
    networks.items().flatMap(item => readCidr(item.required()) ?? []),
  )
  const defaultPolicy = known(proxy.get('defaultInboundPolicy'), field => field.oneOf(...defaultPolicies))
  const skipInboundPorts = known(values.get('proxyInit').get('ignoreInboundPorts'), portList)
  const skipOutboundPorts = known(values.get('proxyInit').get('ignoreOutboundPorts'), portList)
  const opaquePorts = known(proxy.get('opaquePorts'), portList)
  const egressNamespace = known(values.get('egress').get('globalEgressNetworkNamespace'), text)
  return {
    at: object.at,
    ...(object.namespace === undefined ? {} : { namespace: object.namespace }),
    ...(trustDomain === undefined ? {} : { trustDomain }),
    ...(clusterNetworks === undefined ? {} : { clusterNetworks }),
    ...(probeNetworks === undefined ? {} : { probeNetworks }),
    ...(defaultPolicy === undefined ? {} : { defaultPolicy }),
    ...(skipInboundPorts === undefined ? {} : { skipInboundPorts }),
    ...(skipOutboundPorts === undefined ? {} : { skipOutboundPorts }),
    ...(opaquePorts === undefined ? {} : { opaquePorts }),
    ...(egressNamespace === undefined ? {} : { egressNamespace }),
  }
}

function embedded(field: Cursor): Cursor | undefined {
  const written = field.string()
  if (written === undefined) return undefined
  try {
    const config = new Cursor(parse(written, { logLevel: 'error' }), field.path, field.log)
    return config.required()?.object() && config
  } catch (error) {
    return field.wrong(`YAML (${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)})`)
  }
}

/** What `read` makes of a field that is there; nothing where it could not be read in full. */
function known<T>(field: Cursor, read: (field: Cursor) => T | undefined): T | undefined {
  if (field.absent) return undefined
  const { value, damaged } = watched(field.log, () => read(field))
  return damaged ? undefined : value
}

function text(field: Cursor): string | undefined {
  const value = field.string()
  return value === '' ? undefined : value
}

/** A single port may be a number. */
function portList(field: Cursor): string | undefined {
  return typeof field.value === 'number' ? String(field.value) : field.string()
}

/** Blocks with commas between them. */
function readNetworkList(field: Cursor): readonly string[] | undefined {
  return field
    .string()
    ?.split(',')
    .flatMap(block => readCidr(new Cursor(block, field.path, field.log)) ?? [])
}

const settings = [
  'namespace',
  'trustDomain',
  'clusterNetworks',
  'probeNetworks',
  'defaultPolicy',
  'skipInboundPorts',
  'skipOutboundPorts',
  'opaquePorts',
  'egressNamespace',
] as const satisfies readonly (keyof LinkerdMesh)[]

/** One mesh out of what its installations say; where they disagree, nothing is known. */
export function uniteLinkerdMesh(parts: readonly MeshPart[], problems: Problem[]): LinkerdMesh {
  const disputed = settings.filter(setting => new Set(parts.flatMap(part => said(part, setting))).size > 1)
  for (const setting of disputed) {
    problems.push({
      code: 'disputed-setting',
      severity: 'narrowed',
      message: `Linkerd's control planes disagree on \`${setting}\`, so it counts as unknown`,
      at: parts.map(part => part.at).join(', '),
      hint: 'read the objects of one control plane at a time',
    })
  }
  const united = Object.assign({}, ...parts) as Partial<MeshPart> // the parts, the last of which goes first
  return Object.fromEntries(
    Object.entries(united).filter(([key]) => key !== 'at' && !disputed.some(setting => setting === key)),
  )
}

function said(part: MeshPart, setting: (typeof settings)[number]): readonly string[] {
  return part[setting] === undefined ? [] : [JSON.stringify(part[setting])]
}
