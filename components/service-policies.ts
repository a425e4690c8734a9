import { ConfigMap } from '@pulumi/kubernetes/core/v1'
import * as pulumi from '@pulumi/pulumi'
import { managed } from '../core/model/managed'
import type { Manifest } from '../core/model/manifest'
import type { Problem } from '../core/model/problem'
import { printProblem } from '../core/model/problem'
import { gatewayGroup } from './gateway-api-file'
import type { Told } from './intent-settings'
import { intentNamespace, intentSettings } from './intent-settings'
import type { Judged, Question } from './judged'
import { judge } from './judged'
import { refuse } from './refused'
import { register } from './register'

/** What policies are made from. */
export interface ServicePoliciesArgs extends Question, Told {
  /** What `judge` said of the same graph and target. @default asked here */
  readonly judged?: Judged
  /** What must be there before any policy is written: the control plane, whose webhook validates them. @default [] */
  readonly after?: readonly pulumi.Resource[]
  /** The namespaces policies are written into, by name. @default they are there */
  readonly namespaces?: ReadonlyMap<string, pulumi.Resource>
  /** The CRDs of Gateway API, where a waypoint or a route is written. @default they are there */
  readonly gatewayApi?: readonly pulumi.Resource[]
}

/**
 * The policies that let exactly the graph's calls through.
 *
 * The ConfigMap `zero-trust-mesh-intent` says what they were compiled from and for: the digest of the intent, and the
 * settings of the mesh. A guard holds it against the reviewed intent; it does not take its word.
 */
export class ServicePolicies extends pulumi.ComponentResource {
  /** `sha256:…` over the canonical JSON of what the graph means. */
  readonly digest: pulumi.Output<string>
  /** What was registered, with the flows that justify it. */
  readonly manifests: readonly Manifest[]

  /** @throws Refused with every problem that blocks, before anything is registered */
  constructor(name: string, args: ServicePoliciesArgs, opts?: pulumi.ComponentResourceOptions) {
    const { manifests, digest = '', blocking, told } = args.judged ?? judge(args)
    refuse('the graph is not deployed', blocking)
    super('zero-trust-mesh:index:ServicePolicies', name, {}, opts)
    this.manifests = manifests
    this.digest = pulumi.output(digest)
    const { after = [], namespaces = new Map<string, pulumi.Resource>(), gatewayApi = [] } = args
    const groups = new Map([[gatewayGroup, gatewayApi]])
    register(manifests, { prefix: name, parent: this, after, namespaces, groups })
    const metadata = { name: 'zero-trust-mesh-intent', namespace: intentNamespace(args.target), labels: managed }
    const data = { digest, ...intentSettings(args.target, args) }
    new ConfigMap(`${name}-intent`, { metadata, data }, { parent: this, dependsOn: [...after] })
    tell(told, this)
    this.registerOutputs({ digest })
  }
}

/** In one message: a large graph has hundreds of them. */
function tell(problems: readonly Problem[], resource: pulumi.Resource): void {
  if (problems.length === 0) return
  void pulumi.log.warn(`for your attention:\n${problems.map(printProblem).join('\n')}`, resource)
}
