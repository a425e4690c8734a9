import { MutatingWebhookConfiguration } from '@pulumi/kubernetes/admissionregistration/v1'
import type * as pulumi from '@pulumi/pulumi'
import { managed } from '../core/model/managed'
import { systemNamespace } from './istio-names'
import type { IstioSettings } from './settings'

/**
 * The tag: the webhook that injects who follows it, by the control plane it points at. Nothing where there is none.
 *
 * It is an object of our own, and not the charts' (`revisionTags`), since two Helm releases cannot hand one over. The new
 * one would refuse to install over the old one's object; were it removed from the old one first, or taken over and then
 * dropped by the old one's next update, which deletes what it no longer renders, there would be a time without it: who
 * starts then gets no sidecar, and no policy holds for it. Moved here, it is one object that changes in one request.
 *
 * Istiod of the revision in its label enters its certificate, whoever wrote the object (istio
 * `pkg/webhooks/webhookpatch.go`), and makes the waypoints that follow it its own (`pkg/revisions/tag_watcher.go`). The
 * Service that the charts have beside it is for other clusters' proxies, and not needed for either.
 */
export function registerTag(
  name: string,
  istio: IstioSettings,
  options: pulumi.CustomResourceOptions,
): readonly MutatingWebhookConfiguration[] {
  const { tag, next } = istio
  const revision = next?.tagged === true ? next.revision : istio.revision
  if (tag === undefined || revision === undefined) return []
  const namespace = systemNamespace(istio)
  const suffix = namespace === 'istio-system' ? '' : `-${namespace}`
  const metadata = {
    name: `istio-revision-tag-${tag}${suffix}`,
    labels: { ...managed, app: 'sidecar-injector', 'istio.io/tag': tag, 'istio.io/rev': revision },
  }
  const webhooks = [...selections(tag), ...(tag === 'default' ? selectionsOfDefault : [])].map(
    ({ prefix, ...selectors }) => ({
      name: `${prefix}.sidecar-injector.istio.io`,
      clientConfig: { service: { name: `istiod-${revision}`, namespace, path: '/inject', port: 443 } },
      sideEffects: 'None',
      rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
      // Without an istiod no Pod starts, rather than one without a sidecar.
      failurePolicy: 'Fail',
      reinvocationPolicy: 'Never',
      admissionReviewVersions: ['v1'],
      ...selectors,
    }),
  )
  return [new MutatingWebhookConfiguration(name, { metadata, webhooks }, options)]
}

type Expression = { readonly key: string; readonly operator: string; readonly values?: string[] }
const absent = (key: string): Expression => ({ key, operator: 'DoesNotExist' })
const is = (key: string, value: string): Expression => ({ key, operator: 'In', values: [value] })
const all = (...matchExpressions: Expression[]): { matchExpressions: Expression[] } => ({ matchExpressions })

const inject = 'sidecar.istio.io/inject'
const notRefused: Expression = { key: inject, operator: 'NotIn', values: ['false'] }

/** Who follows a tag: a namespace, or a Pod of one that follows nothing (istio `manifests/…/templates/revision-tags-mwc.yaml`). */
function selections(tag: string) {
  const [injection, revision] = ['istio-injection', 'istio.io/rev']
  return [
    {
      prefix: 'rev.namespace',
      namespaceSelector: all(is(revision, tag), absent(injection)),
      objectSelector: all(notRefused),
    },
    {
      prefix: 'rev.object',
      namespaceSelector: all(absent(revision), absent(injection)),
      objectSelector: all(notRefused, is(revision, tag)),
    },
  ]
}

/** The tag `default` is also followed by the labels that name no revision. */
const selectionsOfDefault = [
  {
    prefix: 'namespace',
    namespaceSelector: all(is('istio-injection', 'enabled')),
    objectSelector: all(notRefused),
  },
  {
    prefix: 'object',
    namespaceSelector: all(absent('istio-injection'), absent('istio.io/rev')),
    objectSelector: all(is(inject, 'true'), absent('istio.io/rev')),
  },
]
