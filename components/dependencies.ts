import type * as pulumi from '@pulumi/pulumi'

/**
 * What a component depends on, for its children: they wait for it anyway, but only what they say themselves is kept in
 * the stack's state, which decides the order in which things are deleted.
 */
export function dependenciesOf(opts?: pulumi.ComponentResourceOptions): Pick<pulumi.ResourceOptions, 'dependsOn'> {
  return opts?.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }
}
