import { CustomResource } from '@pulumi/kubernetes/apiextensions'
import * as pulumi from '@pulumi/pulumi'
import type { KubernetesObject } from '../core/model/manifest'
import { dependenciesOf } from './dependencies'
import { readGatewayApi } from './gateway-api-file'
import { refuse } from './refused'

/** What Gateway API is installed from. */
export interface GatewayApiArgs {
  /** The project's release file `standard-install.yaml`, 1.5 or newer; the path is relative to the project. */
  readonly file: string
}

/**
 * The CRDs of Gateway API, from its release file, which waypoints and other Gateways are written in.
 *
 * They outlive the component: with a CRD go all objects of its kind, those of other owners too.
 */
export class GatewayApi extends pulumi.ComponentResource {
  /** What to depend on for whatever is written in Gateway API. */
  readonly definitions: readonly pulumi.Resource[]

  /** @throws Refused where the file cannot be read or holds something else */
  constructor(name: string, { file }: GatewayApiArgs, opts?: pulumi.ComponentResourceOptions) {
    const { definitions, guards, problems } = readGatewayApi(file)
    refuse('Gateway API is not installed', problems)
    super('zero-trust-mesh:index:GatewayApi', name, {}, opts)
    const options = { parent: this, retainOnDelete: true, ...dependenciesOf(opts) }
    this.definitions = definitions.map(object => register(name, object, options))
    // The policy before its binding, and both after the CRDs they guard, as in the file.
    let before = this.definitions
    for (const guard of guards) before = [...before, register(name, guard, { ...options, dependsOn: [...before] })]
    this.registerOutputs({})
  }
}

/** Without its status, which is the server's to write. */
function register(
  prefix: string,
  { apiVersion, kind, metadata, spec }: KubernetesObject,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource {
  return new CustomResource(`${prefix}-${metadata.name}`, { apiVersion, kind, metadata, spec }, options)
}
