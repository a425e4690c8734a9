import { Release } from '@pulumi/kubernetes/helm/v3'
import * as pulumi from '@pulumi/pulumi'
import type { AnchorSource } from './anchor-source'
import { anchorSource } from './anchor-source'
import type { LinkerdChart } from './charts'
import { chartOf, linkerdChartVersion, linkerdCharts } from './charts'
import { GatewayApi } from './gateway-api'
import type { Values } from './istio-values'
import type { Signing } from './linkerd-certificates'
import { registerIdentityIssuer, registerTrustRoots, registerWebhooks } from './linkerd-certificates'
import type { Extension } from './linkerd-extensions'
import { extensionsOf, tighten } from './linkerd-extensions'
import type { SystemNamespace } from './linkerd-namespaces'
import { cniNamespace, controlPlane, extensionNamespace, registerNamespace } from './linkerd-namespaces'
import { linkerdProblems } from './linkerd-problems'
import { controlPlaneValues, controlPlaneWebhooks, crdValues, linkerdCniValues } from './linkerd-values'
import { readAnchors } from './pem'
import { refuse } from './refused'
import type { LinkerdMeshSettings, LinkerdSettings } from './settings'

/** What a control plane is made from. */
export interface LinkerdArgs extends Pick<LinkerdMeshSettings, 'linkerd' | 'trust' | 'namespaces'> {
  /** What else has to be there first, as the CRDs of Gateway API that another mesh brings. @default [] */
  readonly after?: readonly pulumi.Resource[]
  /** Where it has its trust from, shared with another mesh. @default as `linkerd` and `trust` say, by itself */
  readonly source?: AnchorSource
}

/** A chart to install, and what must be there before. */
interface Installation {
  readonly chart: LinkerdChart
  readonly release: string
  readonly namespace: string
  readonly values: Values
  readonly after: readonly pulumi.Resource[]
}

/**
 * Linkerd by its own Helm charts: namespace, CRDs, anchors and certificates, control plane, extensions, each after the one before; the CNI plugin where
 * Pods are to do without `NET_ADMIN`, and the CRDs of Gateway API where a file of them is given.
 *
 * Cert-manager has to be there, and makes all keys; none passes through here, nor through a chart, which would make one anew with every update.
 * With `install: false` only those CRDs are here, and nothing of Linkerd's is touched.
 */
export class Linkerd extends pulumi.ComponentResource {
  /** The anchors, each in PEM; empty where trust-manager has them. */
  readonly anchors: pulumi.Output<readonly string[]>
  /** What must be there before a Pod can join the mesh or an object of Linkerd's kinds be written; empty where we do not install. */
  readonly ready: readonly pulumi.Resource[]
  /** What must be there before an object of Gateway API can be written; empty where somebody else installs the CRDs. */
  readonly gatewayApi: readonly pulumi.Resource[]
  private readonly source: AnchorSource | undefined

  /** @throws Refused where the settings contradict each other */
  constructor(
    private readonly prefix: string,
    private readonly args: LinkerdArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    refuse('Linkerd is not installed', linkerdProblems(args))
    super('zero-trust-mesh:index:Linkerd', prefix, {}, opts)
    const { linkerd, trust } = args
    this.source = linkerd.install === false ? undefined : (args.source ?? anchorSource(prefix, args, this))
    const bundle = this.source ? this.source.anchors : trust.bundle
    this.anchors = pulumi.output(bundle).apply(known => (known === undefined ? [] : anchorsOf(known)))
    this.gatewayApi = this.gatewayDefinitions()
    this.ready = linkerd.install === false ? [] : this.controlPlane()
    if (linkerd.install !== false) this.installExtensions()
    this.registerOutputs({ version: linkerd.version, trustDomain: linkerd.trustDomain })
  }

  private gatewayDefinitions(): readonly pulumi.Resource[] {
    const { gatewayApi = 'existing' } = this.args.linkerd
    if (gatewayApi === 'existing') return []
    return new GatewayApi(`${this.prefix}-gateway-api`, gatewayApi, { parent: this }).definitions
  }

  private controlPlane(): readonly pulumi.Resource[] {
    const { linkerd, after = [] } = this.args
    const own = controlPlane(linkerd)
    const namespace = this.namespace('namespace', own)
    const signing = this.signing(own.name, namespace)
    const trusted = this.trusted()
    const signed = { ...signing, options: { parent: this, dependsOn: [namespace, ...(this.source?.ready ?? [])] } }
    const there = [
      namespace,
      // The policy controller looks once, when it starts, for the routes it is to read.
      ...after,
      ...this.gatewayApi,
      registerTrustRoots(trusted, this.anchors, signed),
      registerIdentityIssuer(trusted, signed),
      ...registerWebhooks(controlPlaneWebhooks, signing),
    ]
    const crds = this.install({
      chart: 'linkerd-crds',
      release: 'linkerd-crds',
      namespace: own.name,
      values: crdValues,
      after: [namespace],
    })
    const cni = this.cni()
    const installed = this.install({
      chart: 'linkerd-control-plane',
      release: 'linkerd-control-plane',
      namespace: own.name,
      values: controlPlaneValues(linkerd),
      after: [...there, crds, ...cni],
    })
    return [crds, ...cni, installed]
  }

  /** With who signs, and whom it trusts, where that is not its own to say. */
  private trusted(): LinkerdSettings {
    const { linkerd } = this.args
    const { issuer, trustManager } = this.source ?? linkerd
    return { ...linkerd, ...(issuer && { issuer }), ...(trustManager && { trustManager }) }
  }

  /** Before the control plane, whose Pods are redirected by it already. */
  private cni(): readonly pulumi.Resource[] {
    const { linkerd } = this.args
    if (linkerd.cni === undefined) return []
    const own = cniNamespace(linkerd)
    const after = [this.namespace('cni-namespace', own)]
    const values = linkerdCniValues(linkerd)
    return [this.install({ chart: 'linkerd2-cni', release: 'linkerd-cni', namespace: own.name, values, after })]
  }

  private installExtensions(): void {
    for (const extension of extensionsOf(this.args.linkerd)) this.installExtension(extension)
  }

  private installExtension(extension: Extension): void {
    const { chart, id, values, webhooks } = extension
    const own = extensionNamespace(this.args.linkerd, extension)
    const namespace = this.namespace(`${id}-namespace`, own)
    const certificates = registerWebhooks(webhooks, {
      ...this.signing(own.name, namespace),
      prefix: `${this.prefix}-${id}`,
    })
    const after = [...this.ready, namespace, ...certificates]
    const release = this.install({ chart, release: chart, namespace: own.name, values, after })
    tighten(this.prefix, extension, { parent: this, dependsOn: [release] })
  }

  private namespace(id: string, own: SystemNamespace): pulumi.Resource {
    const existing = this.args.namespaces?.existing ?? []
    return registerNamespace(`${this.prefix}-${id}`, { ...own, existing }, { parent: this })
  }

  private signing(name: string, namespace: pulumi.Resource): Signing {
    return { prefix: this.prefix, namespace: name, options: { parent: this, dependsOn: [namespace] } }
  }

  private install({ chart, release, namespace, values, after }: Installation): Release {
    const { version, charts = linkerdCharts } = this.args.linkerd
    const args = {
      ...chartOf(chart, linkerdChartVersion(version), charts),
      name: release,
      namespace,
      values,
      // A release that does not come up is taken back, rather than left half there for the next update to trip over.
      atomic: true,
      // Seconds.
      timeout: 600,
    }
    return new Release(`${this.prefix}-${release.replace(/^linkerd-/, '')}`, args, {
      parent: this,
      dependsOn: [...after],
    })
  }
}

/** Again for a bundle that became known only now; for one that was known from the start there is nothing left to refuse. */
function anchorsOf(bundle: string): readonly string[] {
  const { anchors, problems } = readAnchors(bundle, 'trust.bundle')
  refuse('Linkerd is not installed', problems)
  return anchors
}
