import { CustomResource } from '@pulumi/kubernetes/apiextensions'
import { ConfigMap } from '@pulumi/kubernetes/core/v1'
import type * as pulumi from '@pulumi/pulumi'
import { managed } from '../core/model/managed'
import type { IssuerReference } from './settings'

/*
 * The objects of cert-manager. All keys are made in the cluster, and pass through nothing of ours.
 */

const certManager = 'cert-manager.io'

/** ECDSA on P-256, which every mesh takes, and another one with every renewal: cert-manager before 1.18 would keep it. */
export const key = { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' }

/** Who signs, as objects of cert-manager name it. */
export function issuerOf({
  name,
  kind = 'ClusterIssuer',
  group = certManager,
}: IssuerReference): Required<IssuerReference> {
  return { name, kind, group }
}

/** In hours, as the API server writes durations. */
export function lifetime(duration: number, renewBefore: number) {
  return { duration: `${duration}h0m0s`, renewBefore: `${renewBefore}h0m0s` }
}

/** An object of cert-manager’s, or of a signer’s beside it. */
export interface Signer {
  /** @default 'cert-manager.io/v1' */
  readonly apiVersion?: string
  readonly kind: string
  readonly name: string
  /** @default none, as it is the cluster’s */
  readonly namespace?: string
  readonly spec: object
}

/** A certificate: where it is, and what is asked for. */
export interface Wanted {
  readonly place: { readonly name: string; readonly namespace: string }
  readonly spec: object
}

/** Is there once its Secret is: what mounts it would otherwise wait, and its release be taken back. */
export function certificate(
  id: string,
  { place, spec }: Wanted,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const metadata = { ...place, labels: managed, annotations: { 'pulumi.com/waitFor': 'condition=Ready' } }
  return new CustomResource(id, { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata, spec }, options)
}

/** Who signs. Is there at once, as it may wait for a Secret that comes later. */
export function signer(
  id: string,
  { apiVersion = 'cert-manager.io/v1', kind, name, namespace, spec }: Signer,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const metadata = { name, ...(namespace !== undefined && { namespace }), labels: managed }
  return new CustomResource(id, { apiVersion, kind, metadata, spec }, options)
}

/** A ConfigMap of anchors, and the key under which they are. */
export interface AnchorsPlace {
  readonly name: string
  readonly namespace: pulumi.Input<string>
  readonly key: string
}

/** The ConfigMap of anchors that are given, in PEM. */
export function anchorsMap(
  id: string,
  anchors: pulumi.Output<readonly string[]>,
  {
    place: { name, namespace, key },
    options,
  }: { readonly place: AnchorsPlace; readonly options: pulumi.CustomResourceOptions },
): ConfigMap {
  const data = { [key]: anchors.apply(all => all.join('')) }
  return new ConfigMap(id, { metadata: { name, namespace, labels: managed }, data }, options)
}

/** Anchors that trust-manager copies from Secrets of its own namespace into a ConfigMap of the same name as its Bundle. */
export interface Copied {
  readonly place: AnchorsPlace
  readonly from: { readonly secrets: readonly string[]; readonly key: string }
}

/** Is there once trust-manager has written the ConfigMap. */
export function bundle(
  id: string,
  { place: { name, namespace, key }, from }: Copied,
  options: pulumi.CustomResourceOptions,
) {
  const spec = {
    sources: from.secrets.map(secret => ({ secret: { name: secret, key: from.key } })),
    target: {
      configMap: { key },
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    },
  }
  const metadata = { name, labels: managed, annotations: { 'pulumi.com/waitFor': 'condition=Synced' } }
  const apiVersion = 'trust.cert-manager.io/v1alpha1'
  return new CustomResource(id, { apiVersion, kind: 'Bundle', metadata, spec }, options)
}
