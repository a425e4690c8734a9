import { parse } from 'yaml'
import type { MeshKey } from '../../config'
import { at, given, portOf, text, texts, type Field } from '../../field'
import { chartName } from '../charts'

/** The ConfigMap in which an installation keeps the values it was made with (linkerd2 charts/linkerd-control-plane/templates/config.yaml). */
export const linkerdConfigMap = 'linkerd-config'

/** The chart that installs Linkerd's control plane. */
export const controlPlaneChart = 'linkerd-control-plane'

/** The settings of a mesh that only Linkerd has. */
type LinkerdKey = Exclude<MeshKey, 'kind' | 'version' | 'trustDomain' | 'rootNamespace' | 'pathNormalization'>

/** Where the values of an installation say each of them; nothing that the chart would fill in is taken for said. */
const ofValues: Readonly<Record<LinkerdKey, (values: Field) => string | undefined>> = {
  // An empty trust domain is the cluster's (linkerd2 charts/linkerd-control-plane/templates/config.yaml).
  linkerdTrustDomain: values => filled(at(values, 'identityTrustDomain')) ?? filled(at(values, 'clusterDomain')),
  linkerdVersion: () => undefined,
  linkerdNamespaces: () => undefined,
  podNetworks: () => undefined,
  controlPlaneNamespace: () => undefined,
  clusterNetworks: values => text(at(values, 'clusterNetworks')),
  probeNetworks: values => joined(at(values, 'policyController', 'probeNetworks')),
  defaultInboundPolicy: values => text(at(values, 'proxy', 'defaultInboundPolicy')),
  skipInboundPorts: values => portList(at(values, 'proxyInit', 'ignoreInboundPorts')),
  skipOutboundPorts: values => portList(at(values, 'proxyInit', 'ignoreOutboundPorts')),
  egressNamespace: values => text(at(values, 'egress', 'globalEgressNetworkNamespace')),
  opaquePorts: values => portList(at(values, 'proxy', 'opaquePorts')),
}

/** Lists of which only the elements count. */
const networks: readonly MeshKey[] = ['clusterNetworks', 'probeNetworks', 'podNetworks', 'linkerdNamespaces']

/** What the setting `mesh` of a rule says. What it says of the trust domain is said of Linkerd's, where the mesh is Linkerd. */
export function ofConfig(configured: Partial<Record<MeshKey, string>>, key: MeshKey): string | undefined {
  const isLinkerd = key === 'linkerdTrustDomain' && configured.kind === 'linkerd'
  return spelt(key, configured[key] ?? (isLinkerd ? configured.trustDomain : undefined))
}

/** What the ConfigMap of a stack says of what it was compiled for. One of the kind `linkerd` speaks of no other mesh. */
export function ofStatement(map: Field, key: MeshKey): string | undefined {
  const own = text(at(map, 'data', key))
  if (key !== 'trustDomain' && key !== 'linkerdTrustDomain') return spelt(key, own)
  const isLinkerd = text(at(map, 'data', 'kind')) === 'linkerd'
  if (key === 'trustDomain') return isLinkerd ? undefined : own
  return own ?? (isLinkerd ? text(at(map, 'data', 'trustDomain')) : undefined)
}

/** What a Release of the control plane's chart, or the ConfigMap that the chart writes, says; nothing for another chart. */
export function ofInstallation(source: Field, key: MeshKey): string | undefined {
  if (!isLinkerdKey(key)) return undefined
  const isRelease = source.of.kind !== 'ConfigMap'
  if (isRelease && chartName(source) !== controlPlaneChart) return undefined
  if (key === 'controlPlaneNamespace')
    return text(isRelease ? at(source, 'namespace') : at(source, 'metadata', 'namespace'))
  return spelt(key, ofValues[key](isRelease ? at(source, 'values') : embedded(at(source, 'data', 'values'))))
}

function isLinkerdKey(key: MeshKey): key is LinkerdKey {
  return Object.hasOwn(ofValues, key)
}

/** YAML inside a field, as if it were the field's own content. */
export function embedded(field: Field): Field {
  return { ...field, value: parse(text(field) ?? '', { logLevel: 'error' }) as unknown }
}

function filled(field: Field): string | undefined {
  const value = text(field)
  return value === '' ? undefined : value
}

function joined(list: Field): string | undefined {
  return given(list) ? texts(list).join() : undefined
}

/** A single port may be a number. */
function portList(field: Field): string | undefined {
  return portOf(field)?.toString()
}

function spelt(key: MeshKey, value: string | undefined): string | undefined {
  if (value === undefined || !networks.includes(key)) return value
  return [...new Set(value.split(',').map(one => one.trim()))].filter(Boolean).sort().join()
}
