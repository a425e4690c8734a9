import * as pulumi from '@pulumi/pulumi'
import type { AnchorsPlace } from './certificates'
import { anchorsMap } from './certificates'
import { dependenciesOf } from './dependencies'
import { readAnchors } from './pem'
import { refuse } from './refused'
import type { TrustSettings } from './settings'
import { trustProblems } from './trust-problems'

/** The ConfigMap that anchors are published in. */
export function publishedIn(namespace: string): AnchorsPlace {
  return { name: 'zero-trust-mesh-anchors', namespace, key: 'ca.pem' }
}

/** What a trust anchor is made from. */
export interface TrustAnchorArgs extends Omit<TrustSettings, 'pca' | 'certManager'> {
  /** Where istiod runs and the anchors are published. */
  readonly namespace: string
}

/**
 * Whom the mesh trusts: the anchors, as public certificates, and where istiod finds what it signs with.
 *
 * The anchors are published in the ConfigMap `zero-trust-mesh-anchors`, for those who verify the mesh from outside. No
 * private key passes through here: the bundle is refused if it holds one, and the Secret is only named, never read, since
 * Pulumi would keep in the stack's state what it reads.
 */
export class TrustAnchor extends pulumi.ComponentResource {
  /** The anchors, each in PEM; empty where none were given. */
  readonly anchors: pulumi.Output<readonly string[]>

  /** @throws Refused where the bundle holds a private key, is no bundle of certificate authorities, or the settings contradict each other */
  constructor(name: string, args: TrustAnchorArgs, opts?: pulumi.ComponentResourceOptions) {
    // Before anything is registered. The arguments stay out of the component's inputs, which go into the stack's state.
    refuse('the trust anchor is not used', trustProblems(args))
    super('zero-trust-mesh:index:TrustAnchor', name, {}, opts)
    this.anchors = pulumi.output(args.bundle).apply(bundle => (bundle === undefined ? [] : anchorsOf(bundle)))
    if (args.bundle !== undefined) {
      const options = { parent: this, ...dependenciesOf(opts) }
      anchorsMap(`${name}-anchors`, this.anchors, { place: publishedIn(args.namespace), options })
    }
    this.registerOutputs({ anchors: this.anchors })
  }
}

/** Again for a bundle that became known only now; for one that was known from the start there is nothing left to refuse. */
function anchorsOf(bundle: string): readonly string[] {
  const { anchors, problems } = readAnchors(bundle, 'trust.bundle')
  refuse('the trust anchor is not used', problems)
  return anchors
}
