import { Namespace } from '@pulumi/kubernetes/core/v1'
import type { ReleaseArgs } from '@pulumi/kubernetes/helm/v3'
import { Release } from '@pulumi/kubernetes/helm/v3'
import * as pulumi from '@pulumi/pulumi'
import type { ChartName } from './charts'
import { chartOf } from './charts'
import type { Values } from './istio-values'
import { baseValues, cniValues, gatewayValues, istiodValues, systemNamespace } from './istio-values'
import { MeshNamespace } from './mesh-namespace'
import { refuse } from './refused'
import type { MeshSettings } from './settings'
import { settingsProblems } from './settings-problems'
import { TrustAnchor } from './trust-anchor'

/** What a control plane is made from. */
export type IstioArgs = Pick<MeshSettings, 'istio' | 'trust' | 'gateways' | 'namespaces'>

/** A chart to install, and what must be there before. */
interface Installation {
  readonly chart: ChartName
  /** The end of the resource's name. */
  readonly id: string
  readonly release: string
  readonly namespace: string
  readonly values: Values
  readonly after: readonly pulumi.Resource[]
}

/**
 * Istio by its own Helm charts: namespace, trust anchor, base, istiod, cni, gateways, each after the one before.
 *
 * With `install: false` only the trust anchor is here, and nothing of Istio's is touched.
 */
export class Istio extends pulumi.ComponentResource {
  readonly trust: TrustAnchor
  /** What must be there before a Pod can get a sidecar or an object of Istio's kinds be written; empty where we do not install. */
  readonly ready: readonly pulumi.Resource[]
  /** The namespaces of the gateways, by name. */
  readonly gatewayNamespaces: ReadonlyMap<string, MeshNamespace>

  /** @throws Refused where the settings contradict each other */
  constructor(
    private readonly prefix: string,
    private readonly args: IstioArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    refuse('Istio is not installed', settingsProblems(args))
    super('zero-trust-mesh:index:Istio', prefix, {}, opts)
    const { istio } = args
    const installed = istio.install ?? true
    const system = installed ? this.systemNamespace() : []
    const trust = { ...args.trust, namespace: systemNamespace(istio) }
    this.trust = new TrustAnchor(`${prefix}-trust`, trust, { parent: this, dependsOn: system })
    this.ready = installed ? this.controlPlane([...system, this.trust]) : []
    this.gatewayNamespaces = this.namespacesOfGateways()
    this.installGateways()
    this.registerOutputs({ version: istio.version, trustDomain: istio.trustDomain })
  }

  private systemNamespace(): pulumi.Resource[] {
    const name = systemNamespace(this.args.istio)
    if (this.args.namespaces?.existing?.includes(name)) return []
    const metadata = { name, labels: { 'app.kubernetes.io/managed-by': 'zero-trust-mesh' } }
    return [new Namespace(`${this.prefix}-namespace`, { metadata }, { parent: this })]
  }

  private controlPlane(after: readonly pulumi.Resource[]): readonly Release[] {
    const { istio } = this.args
    const namespace = systemNamespace(istio)
    const istiodName = istio.revision === undefined ? 'istiod' : `istiod-${istio.revision}`
    const base = this.install({
      chart: 'base',
      id: 'base',
      release: 'istio-base',
      namespace,
      values: baseValues(istio),
      after,
    })
    const istiod = this.install({
      chart: 'istiod',
      id: istiodName,
      release: istiodName,
      namespace,
      values: istiodValues(istio, this.trust),
      after: [...after, base],
    })
    const cni = this.install({
      chart: 'cni',
      id: 'cni',
      release: 'istio-cni',
      namespace,
      values: cniValues(istio),
      after: [istiod],
    })
    return [istiod, cni]
  }

  private namespacesOfGateways(): ReadonlyMap<string, MeshNamespace> {
    const names = new Set(Object.entries(this.args.gateways ?? {}).map(([name, { namespace = name }]) => namespace))
    const existing = this.args.namespaces?.existing ?? []
    return new Map(
      [...names].map(name => {
        const args = { name, follows: this.args.istio, existing: existing.includes(name) }
        const opts = { parent: this, dependsOn: [...this.ready] }
        return [name, new MeshNamespace(`${this.prefix}-${name}`, args, opts)]
      }),
    )
  }

  private installGateways(): void {
    for (const [name, gateway] of Object.entries(this.args.gateways ?? {})) {
      const namespace = gateway.namespace ?? name
      const own = this.gatewayNamespaces.get(namespace)
      const after = [...this.ready, ...(own ? [own] : [])]
      const values = gatewayValues(name, gateway, this.args.istio)
      this.install({ chart: 'gateway', id: `gateway-${name}`, release: name, namespace, values, after })
    }
  }

  private install({ chart, id, release, namespace, values, after }: Installation): Release {
    const { version, charts } = this.args.istio
    const args: ReleaseArgs = {
      ...chartOf(chart, version, charts),
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
