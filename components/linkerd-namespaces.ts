import { Namespace, NamespacePatch } from '@pulumi/kubernetes/core/v1'
import type * as pulumi from '@pulumi/pulumi'
import { managed } from '../core/model/managed'
import type { Extension } from './linkerd-extensions'
import { controlPlaneNamespace } from './linkerd-values'
import type { LinkerdSettings } from './settings'

/** A namespace of Linkerd's own, which its charts leave to be made. */
export interface SystemNamespace {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** Of the control plane: without its webhooks, which could not start where they have to admit themselves. */
export function controlPlane(settings: LinkerdSettings): SystemNamespace {
  const name = controlPlaneNamespace(settings)
  return {
    name,
    labels: {
      'linkerd.io/is-control-plane': 'true',
      'config.linkerd.io/admission-webhooks': 'disabled',
      'linkerd.io/control-plane-ns': name,
      ...podSecurity(settings),
    },
    annotations: { 'linkerd.io/inject': 'disabled' },
  }
}

/** Of the agents on the nodes. */
export function cniNamespace({ cni }: LinkerdSettings): SystemNamespace {
  return {
    name: cni?.namespace ?? 'linkerd-cni',
    labels: {
      'linkerd.io/cni-resource': 'true',
      'config.linkerd.io/admission-webhooks': 'disabled',
      'pod-security.kubernetes.io/enforce': 'privileged',
    },
  }
}

/** Of an extension: what its chart's Job would have it say. */
export function extensionNamespace(
  settings: LinkerdSettings,
  { namespace: name, id, annotations }: Extension,
): SystemNamespace {
  return { name, labels: { 'linkerd.io/extension': id, ...podSecurity(settings) }, annotations }
}

/** An init container that redirects takes `NET_ADMIN` (linkerd2 `charts/linkerd-control-plane/templates/namespace.yaml`). */
function podSecurity({ cni }: LinkerdSettings): Readonly<Record<string, string>> {
  return { 'pod-security.kubernetes.io/enforce': cni === undefined ? 'privileged' : 'restricted' }
}

/** Makes a namespace, or labels one that is there already. */
export function registerNamespace(
  id: string,
  { name, labels, annotations = {}, existing = [] }: SystemNamespace & { readonly existing?: readonly string[] },
  options: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const Kind = existing.includes(name) ? NamespacePatch : Namespace
  const more = Object.keys(annotations).length > 0 ? { annotations } : {}
  return new Kind(id, { metadata: { name, labels: { ...managed, ...labels }, ...more } }, options)
}
