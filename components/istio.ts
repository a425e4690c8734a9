import type { ReleaseArgs } from '@pulumi/kubernetes/helm/v3'
import { Release } from '@pulumi/kubernetes/helm/v3'
import * as pulumi from '@pulumi/pulumi'
import type { Compiled } from '../core/compile/target'
import type { AnchorSource } from './anchor-source'
import { anchorSource } from './anchor-source'
import type { IstioChart } from './charts'
import { chartOf } from './charts'
import { controlPlanes, versionOfBase, versionOfNodes } from './control-planes'
import { isEastWest, registerEastWest } from './east-west'
import { GatewayApi } from './gateway-api'
import { registerSigning } from './istio-certificates'
import { registerIstioCsr } from './istio-csr'
import { meshNamespaces, systemNamespaces } from './istio-namespaces'
import type { Values } from './istio-values'
import { nodeNamespace, rootNamespace, signingSecret, systemNamespace } from './istio-names'
import { baseValues, gatewayValues, istiodValues } from './istio-values'
import type { MeshNamespace } from './mesh-namespace'
import { cniValues, ztunnelValues } from './node-values'
import { planesOf } from './planes'
import { refuse } from './refused'
import { registerTag } from './revision-tag'
import type { IstioMeshSettings, IstioSettings } from './settings'
import { istioProblems } from './settings-problems'
import { registerTelemetry } from './telemetry'
import { TrustAnchor } from './trust-anchor'

/** What a control plane is made from. */
export interface IstioArgs extends Pick<
  IstioMeshSettings,
  'istio' | 'trust' | 'gateways' | 'namespaces' | 'dataPlanes'
> {
  /** How namespaces are labelled that have more to them than a gateway, by name. @default as a gateway's own */
  readonly labels?: Compiled['namespaces']
  /** Where it has its trust from, shared with another mesh. @default as `trust` says, by itself */
  readonly source?: AnchorSource
}

/** A chart to install, and what must be there before. */
interface Installation {
  readonly chart: IstioChart
  /** The end of the resource's name. */
  readonly id: string
  readonly release: string
  readonly namespace: string
  readonly values: Values
  /** The version, and where its charts come from. */
  readonly from: Pick<IstioSettings, 'version' | 'charts'>
  readonly after: readonly pulumi.Resource[]
}

/**
 * Istio by its own Helm charts: namespaces, trust anchor, base, istiod, cni, ztunnel, gateways, each after the one before.
 * Ztunnel comes where any namespace is ambient, and the CRDs of Gateway API where a file of them is given.
 *
 * With `install: false` only the trust anchor and those CRDs are here, and nothing of Istio's is touched.
 */
export class Istio extends pulumi.ComponentResource {
  readonly trust: TrustAnchor
  /** What must be there before a Pod can join the mesh or an object of Istio's kinds be written; empty where we do not install. */
  readonly ready: readonly pulumi.Resource[]
  /** What must be there before an object of Gateway API can be written; empty where somebody else installs the CRDs. */
  readonly gatewayApi: readonly pulumi.Resource[]
  /** The namespaces that are made here, by name: those of gateways, and the mesh's root. */
  readonly namespaces: ReadonlyMap<string, MeshNamespace>

  /** @throws Refused where the settings contradict each other */
  constructor(
    private readonly prefix: string,
    private readonly args: IstioArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    refuse('Istio is not installed', istioProblems(args))
    super('zero-trust-mesh:index:Istio', prefix, {}, opts)
    const { istio } = args
    const installed = istio.install ?? true
    this.gatewayApi = this.gatewayDefinitions()
    const system = installed ? systemNamespaces(args, { prefix, parent: this }) : []
    const source = installed ? (args.source ?? anchorSource(prefix, args, this)) : undefined
    this.trust = this.anchor(source, system)
    // An istiod that starts before its certificate is there would make a root of its own.
    const signing = installed ? this.signing(source, system) : []
    // Istiod makes the GatewayClasses it knows where it finds the CRDs.
    this.ready = installed ? this.controlPlane([...system, this.trust, ...signing, ...this.gatewayApi]) : []
    const place = { prefix, parent: this, dependsOn: [...this.ready] }
    this.namespaces = installed ? meshNamespaces(args, place) : new Map()
    this.installGateways()
    this.logAccess()
    this.registerOutputs({ version: istio.version, trustDomain: istio.trustDomain })
  }

  private anchor(source: AnchorSource | undefined, system: pulumi.Resource[]): TrustAnchor {
    const { pca: _, certManager: __, ...given } = this.args.trust
    const { anchors: bundle } = source ?? {}
    const trust = source ? { secret: signingSecret, ...(bundle !== undefined && { bundle }) } : given
    const namespace = systemNamespace(this.args.istio)
    return new TrustAnchor(`${this.prefix}-trust`, { ...trust, namespace }, { parent: this, dependsOn: system })
  }

  private signing(source: AnchorSource | undefined, system: readonly pulumi.Resource[]): readonly pulumi.Resource[] {
    const { istio, dataPlanes, trust } = this.args
    const { istioCsr } = trust
    if (istioCsr) {
      const { anchors } = this.trust
      const what = { istio, istioCsr, anchors, ...(dataPlanes && { dataPlanes }), ...(source && { source }) }
      return [registerIstioCsr(this.prefix, what, { parent: this, dependsOn: [...system, this.trust] })]
    }
    if (!source) return []
    const options = { parent: this, dependsOn: [...system, ...source.ready] }
    return [registerSigning(this.prefix, istio, { source, options })]
  }

  private gatewayDefinitions(): readonly pulumi.Resource[] {
    const { gatewayApi = 'existing' } = this.args.istio
    if (gatewayApi === 'existing') return []
    return new GatewayApi(`${this.prefix}-gateway-api`, gatewayApi, { parent: this }).definitions
  }

  private controlPlane(after: readonly pulumi.Resource[]): readonly pulumi.Resource[] {
    const { istio, trust } = this.args
    const circumstances = { trust, planes: planesOf(this.args) }
    const system = { namespace: systemNamespace(istio) }
    const nodes = { namespace: nodeNamespace(istio) }
    const base = this.install({
      ...system,
      chart: 'base',
      id: 'base',
      release: 'istio-base',
      values: baseValues(istio),
      from: versionOfBase(istio),
      after,
    })
    const istiods = controlPlanes(istio).map(each => {
      const name = each.revision === undefined ? 'istiod' : `istiod-${each.revision}`
      const values = istiodValues(each, circumstances)
      return this.install({
        ...system,
        chart: 'istiod',
        id: name,
        release: name,
        values,
        from: each,
        after: [...after, base],
      })
    })
    const tag = registerTag(`${this.prefix}-tag`, istio, { parent: this, dependsOn: istiods })
    const cni = this.install({
      ...nodes,
      chart: 'cni',
      id: 'cni',
      release: 'istio-cni',
      values: cniValues(istio, circumstances),
      from: versionOfNodes(istio),
      after: istiods,
    })
    if (!circumstances.planes.has('ambient')) return [...istiods, ...tag, cni]
    const values = ztunnelValues(istio, trust)
    const ztunnel = this.install({
      ...nodes,
      chart: 'ztunnel',
      id: 'ztunnel',
      release: 'ztunnel',
      values,
      from: versionOfNodes(istio),
      after: [cni],
    })
    return [...istiods, ...tag, cni, ztunnel]
  }

  private installGateways(): void {
    const installed = this.args.istio.install ?? true
    for (const [name, gateway] of Object.entries(this.args.gateways ?? {})) {
      // Those of the Gateway API istiod makes itself, from what the graph says they serve.
      if (gateway.routing === 'gateway-api' || !installed) continue
      const namespace = gateway.namespace ?? name
      const own = this.namespaces.get(namespace)
      const after = [...this.ready, ...(own ? [own] : [])]
      if (isEastWest(gateway)) this.connect(name, namespace, after)
      if (isEastWest(gateway) && !planesOf(this.args).has('sidecar')) continue
      const values = gatewayValues(name, gateway, this.args.istio)
      const from = this.args.istio
      this.install({ chart: 'gateway', id: `gateway-${name}`, release: name, namespace, values, from, after })
    }
  }

  private connect(name: string, namespace: string, after: readonly pulumi.Resource[]): void {
    const network = this.args.istio.multiCluster?.network ?? ''
    const what = { name, namespace, network, planes: planesOf(this.args) }
    const dependsOn = [...after, ...this.gatewayApi]
    registerEastWest(`${this.prefix}-${name}`, what, { parent: this, dependsOn })
  }

  private logAccess(): void {
    const { istio } = this.args
    const namespace = rootNamespace(istio)
    const own = this.namespaces.get(namespace)
    const dependsOn = [...this.ready, ...(own ? [own] : [])]
    const what = { level: istio.telemetry ?? 'off', namespace }
    registerTelemetry(`${this.prefix}-telemetry`, what, { parent: this, dependsOn })
  }

  private install({ chart, id, release, namespace, values, from, after }: Installation): Release {
    const args: ReleaseArgs = {
      ...chartOf(chart, from.version, from.charts),
      name: release,
      namespace,
      values,
      // A release that does not come up is taken back, rather than left half there for the next update to trip over.
      atomic: true,
      // Seconds. Istiod may have to wait for its Secret, and a gateway for its load balancer.
      timeout: 600,
    }
    return new Release(`${this.prefix}-${id}`, args, { parent: this, dependsOn: [...after] })
  }
}
