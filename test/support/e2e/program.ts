import type { KubernetesObject } from '../../../core/model/manifest'

/** Source of the project's program with one object more, at the cluster of the others. */
export function withResource(program: string, name: string, object: KubernetesObject): string {
  const made = `  new CustomResource('${name}', ${JSON.stringify(object)}, { provider: kubernetes })\n`
  const changed = program.replace(/^ {2}return \{$/mu, `${made}$&`)
  return `${changed}import { CustomResource } from '@pulumi/kubernetes/apiextensions'\n`
}
