import type { LinkerdFacts } from '../../assumptions-linkerd'
import type { MeshKey } from '../../config'
import { at, gather, text, type Field } from '../../field'
import { unreadable } from '../../mesh'
import { ofKind, type Context, type Finding } from '../../rule'
import { linkerdConfigMap } from './settings'

/** An installation of Linkerd as far as the stack says it. */
export interface ReadInstallation {
  /** Absent where the stack registers the chart's own ConfigMap, which says it all. */
  readonly facts: LinkerdFacts | undefined
  readonly findings: readonly Finding[]
}

const told = [
  'linkerdTrustDomain',
  'clusterNetworks',
  'probeNetworks',
  'defaultInboundPolicy',
  'opaquePorts',
  'skipInboundPorts',
  'skipOutboundPorts',
  'egressNamespace',
  'controlPlaneNamespace',
] as const satisfies readonly MeshKey[]

/** The settings that are known, as values of the chart; with a finding where one cannot be read or is stated in two ways. */
export function readInstallation(context: Context): ReadInstallation {
  const maps = gather(ofKind(context, '', 'ConfigMap'), isConfig)
  const settings = told.map(key => [key, context.mesh(key)] as const)
  const findings = [...maps.findings, ...settings.flatMap(([, setting]) => unreadable(setting))]
  if (maps.facts.includes(true)) return { facts: undefined, findings }
  const known = new Map(settings.flatMap(([key, setting]) => (setting.kind === 'known' ? [[key, setting.value]] : [])))
  return { facts: { namespace: known.get('controlPlaneNamespace'), values: valuesOf(known) }, findings }
}

function isConfig(map: Field): boolean {
  return text(at(map, 'metadata', 'name')) === linkerdConfigMap
}

function valuesOf(known: ReadonlyMap<string, string>): LinkerdFacts['values'] {
  const value = (name: string, key: (typeof told)[number]) => (known.has(key) ? { [name]: known.get(key) } : {})
  const probes = known.get('probeNetworks')
  return {
    ...value('identityTrustDomain', 'linkerdTrustDomain'),
    ...value('clusterNetworks', 'clusterNetworks'),
    ...(probes === undefined ? {} : { policyController: { probeNetworks: blocksOf(probes) } }),
    proxy: { ...value('defaultInboundPolicy', 'defaultInboundPolicy'), ...value('opaquePorts', 'opaquePorts') },
    proxyInit: {
      ...value('ignoreInboundPorts', 'skipInboundPorts'),
      ...value('ignoreOutboundPorts', 'skipOutboundPorts'),
    },
    egress: value('globalEgressNetworkNamespace', 'egressNamespace'),
  }
}

/** Blocks with commas between them. */
export function blocksOf(list: string): readonly string[] {
  return list.split(',').filter(Boolean)
}
