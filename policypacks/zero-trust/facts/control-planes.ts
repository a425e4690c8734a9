import { at, gather, labels, text, texts, type Field, type Gathered } from '../field'
import { ofKind, type Context } from '../rule'
import { chartName, releases } from './charts'

/**
 * The revisions and tags that Pods are injected by, of the control planes that a stack installs; `undefined` where it
 * installs none, and they are somebody else's to know. `default` is what `istio-injection: enabled` stands for: a control
 * plane without a revision, or the tag of that name (istio
 * manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml, revision-tags-mwc.yaml).
 */
export function followable(context: Context): Gathered<string> | undefined {
  const installed = gather(releases(context), readRelease)
  const webhooks = gather(ofKind(context, 'admissionregistration.k8s.io', 'MutatingWebhookConfiguration'), readTag)
  const revisions = installed.facts.flatMap(one => one ?? [])
  if (revisions.length === 0 && installed.findings.length === 0) return undefined
  return {
    facts: [...revisions, ...webhooks.facts.flatMap(one => one ?? [])],
    findings: [...installed.findings, ...webhooks.findings],
  }
}

function readRelease(field: Field): readonly string[] | undefined {
  if (chartName(field) !== 'istiod') return undefined
  const values = at(field, 'values')
  return [text(at(values, 'revision')) ?? 'default', ...texts(at(values, 'revisionTags'))]
}

function readTag(field: Field): string | undefined {
  return labels(at(field, 'metadata', 'labels'))['istio.io/tag']
}
