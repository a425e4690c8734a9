import type { Command } from 'commander'
import { Option } from 'commander'
import type {
  HybridTarget,
  IstioTarget,
  LinkerdTarget,
  Mesh,
  MeshTarget,
  NetworkSettings,
  Target,
} from '../core/compile/target'
import { badInput } from './bad-input'
import { collect } from './command'
import type { NamespaceOptions } from './stages'

/** What the command line says of the mesh that is compiled for. */
export interface TargetOptions extends NamespaceOptions {
  readonly target: Exclude<Target['kind'], 'hybrid'>
  readonly trustDomainAlias?: readonly string[]
  readonly istioVersion: string
  readonly linkerdVersion: string
  readonly nodeNetwork?: readonly string[]
  readonly podNetwork?: readonly string[]
  readonly networkPolicy?: true
  readonly clusterNetwork?: readonly string[]
  readonly apiServer?: readonly string[]
  readonly gatewayApiChannel?: NonNullable<LinkerdTarget['gatewayApi']>
  readonly systemNamespace?: string
  readonly revision?: string
  readonly tag?: string
}

const targets: readonly TargetOptions['target'][] = ['istio-sidecar', 'istio-ambient', 'linkerd', 'network-policy']

/** The options of a command that say which mesh. */
export function meshOptions(command: Command): Command {
  return networkOptions(twoMeshOptions(oneMeshOptions(command)))
}

function oneMeshOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--target <target>', 'the mesh, or network-policy for a cluster without one')
        .choices(targets)
        .default('istio-sidecar'),
    )
    .option('--trust-domain <domain>', "the mesh's trust domain, such as cluster.local; never assumed")
    .option(
      '--trust-domain-alias <domain>',
      'on istio: what else identities are of, while that changes; may be repeated',
      collect,
    )
    .option('--istio-version <version>', "Istio's version", '1.30.3')
    .option('--linkerd-version <version>', "Linkerd's version, or edge release", '2.20')
    .option('--system-namespace <namespace>', 'where the control plane runs (default: istio-system, or linkerd)')
    .option('--revision <revision>', "the control plane's revision, which the namespaces follow")
    .option('--tag <tag>', 'a tag that points at the revision, and that the namespaces follow instead')
    .option('--stage <namespace=stage>', 'strict or enforce (the default) for a namespace; may be repeated', collect)
    .option(
      '--data-plane <namespace=plane>',
      "sidecar or ambient, where it is not the target's; may be repeated",
      collect,
    )
    .option(
      '--waypoint <namespace=scope>',
      "an ambient namespace's waypoint: namespace (the default), service, or another's as other-namespace/name; may be repeated",
      collect,
    )
    .option(
      '--gateway <gateway=routing>',
      'who routes at a gateway, namespace/account: istio (the default), gateway-api or elsewhere; may be repeated',
      collect,
    )
    .option(
      '--node-network <cidr>',
      'on linkerd, and with network policies: where kubelets probe from (default: anywhere); may be repeated',
      collect,
    )
    .addOption(
      new Option('--gateway-api-channel <channel>', 'on linkerd: the channel of the CRDs that are there').choices([
        'standard',
        'experimental',
      ]),
    )
}

function twoMeshOptions(command: Command): Command {
  return command
    .option('--mesh <namespace=mesh>', 'linkerd, for a namespace beside Istio in one cluster; may be repeated', collect)
    .option(
      '--pod-network <cidr>',
      'beside --mesh: where calls from mesh to mesh come from (default: anywhere); may be repeated',
      collect,
    )
}

/** Of the network below. */
function networkOptions(command: Command): Command {
  return command
    .option('--network-policy', 'add the NetworkPolicies of the network below the mesh')
    .option(
      '--cluster-network <cidr>',
      'with network policies: Pods and Services at public addresses, which calls to hosts outside do not get to; may be repeated',
      collect,
    )
    .option(
      '--api-server <cidr>',
      'with network policies: where webhooks are called from (default: anywhere); may be repeated',
      collect,
    )
}

/** The options, what they say of single namespaces read, and the trust domain. */
export interface TargetSettings
  extends TargetOptions, Pick<IstioTarget, 'stages' | 'dataPlanes' | 'waypoints' | 'gateways'> {
  readonly trustDomain: string
  readonly meshes: Readonly<Record<string, Mesh>>
}

/** The target that options describe: one mesh, or both where some namespaces are on Linkerd and the others are not. */
export function targetOf(settings: TargetSettings): MeshTarget {
  if (settings.target === 'linkerd') return linkerdOf(settings)
  return isHybrid(settings) ? hybridOf(settings) : istioOf(settings, kindOf(settings))
}

/** What options say of the network below the mesh, or of a cluster without one. */
export function networkOf({ nodeNetwork, clusterNetwork, apiServer }: TargetOptions): NetworkSettings {
  return {
    ...(nodeNetwork && { nodeNetworks: nodeNetwork }),
    ...(clusterNetwork && { clusterNetworks: clusterNetwork }),
    ...(apiServer && { apiServer: { cidrs: apiServer } }),
  }
}

/** Which of Istio's data planes is the usual one; of a mesh of its own only where there is another. */
function kindOf({ target }: TargetOptions): IstioTarget['kind'] {
  return target === 'istio-ambient' ? target : 'istio-sidecar'
}

/** What one mesh knows of and the other does not: were it passed over, something else would be compiled than was meant. Throws BadInput. */
export function checkMesh(options: TargetOptions): void {
  const { target } = options
  const unknown = strange(options)
  const [given] = Object.entries(unknown).filter(([, value]) => value !== undefined)
  if (given) throw badInput(given[0], `\`${target}\` knows nothing of it`, 'leave it out, or choose another `--target`')
}

/** The options, by flag, that mean nothing for what is compiled. */
function strange(options: TargetOptions): Readonly<Record<string, unknown>> {
  const { target, revision, tag, trustDomainAlias, dataPlane, waypoint, gateway, mesh, systemNamespace } = options
  const { nodeNetwork, podNetwork, gatewayApiChannel, networkPolicy, clusterNetwork, apiServer } = options
  const control = { '--trust-domain-alias': trustDomainAlias, '--revision': revision, '--tag': tag }
  const istio = { ...control, '--data-plane': dataPlane, '--waypoint': waypoint }
  const channel = { '--gateway-api-channel': gatewayApiChannel }
  const nodes = networkPolicy ? {} : { '--node-network': nodeNetwork }
  const both = { '--mesh': mesh, '--pod-network': podNetwork }
  const below = networkPolicy ? {} : { '--cluster-network': clusterNetwork, '--api-server': apiServer }
  switch (target) {
    case 'network-policy':
      return { ...istio, ...both, ...channel, '--gateway': gateway, '--system-namespace': systemNamespace }
    case 'linkerd':
      return { ...istio, ...both, ...below, '--gateway': gateway }
    case 'istio-sidecar':
    case 'istio-ambient': {
      const named = mesh?.some(text => text.endsWith('=linkerd')) === true
      return named ? below : { ...nodes, ...channel, ...below, '--pod-network': podNetwork }
    }
  }
}

function isHybrid({ meshes }: TargetSettings): boolean {
  return Object.values(meshes).includes('linkerd')
}

function istioOf(settings: TargetSettings, kind: IstioTarget['kind']): IstioTarget {
  const { trustDomain, trustDomainAlias, istioVersion, systemNamespace, revision, tag } = settings
  const { stages, dataPlanes, waypoints, gateways } = settings
  return {
    kind,
    version: istioVersion,
    trustDomain,
    ...(trustDomainAlias && { trustDomainAliases: trustDomainAlias }),
    ...(stages && { stages }),
    ...(dataPlanes && { dataPlanes }),
    ...(waypoints && { waypoints }),
    ...(gateways && { gateways }),
    ...(systemNamespace === undefined ? {} : { systemNamespace }),
    ...(revision === undefined ? {} : { revision }),
    ...(tag === undefined ? {} : { tag }),
  }
}

function linkerdOf(settings: TargetSettings): LinkerdTarget {
  const { trustDomain, linkerdVersion, stages, nodeNetwork, gatewayApiChannel } = settings
  const { systemNamespace } = settings
  const own = settings.target === 'linkerd' && systemNamespace !== undefined
  return {
    kind: 'linkerd',
    version: linkerdVersion,
    trustDomain,
    ...(stages && { stages }),
    ...(own && { controlPlaneNamespace: systemNamespace }),
    ...(nodeNetwork && { nodeNetworks: nodeNetwork }),
    ...(gatewayApiChannel && { gatewayApi: gatewayApiChannel }),
  }
}

/** Both under one trust domain; Linkerd's control plane in `linkerd`. */
function hybridOf(settings: TargetSettings): HybridTarget {
  const { meshes, podNetwork } = settings
  return {
    kind: 'hybrid',
    istio: istioOf(settings, kindOf(settings)),
    linkerd: linkerdOf(settings),
    namespaces: meshes,
    ...(podNetwork && { podNetworks: podNetwork }),
  }
}
