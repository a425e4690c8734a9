import { configMap } from '../example-objects'
import { anchorMaps, comesFromAws, isAnchorMap, isPending } from '../facts/anchors'
import { at, entries, finding, isUnknown, judgeEach, text, type Field } from '../field'
import { rule, type Finding } from '../rule'

/** What Pulumi writes for a value that is not known yet. */
const unknown = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'
const anchor = '-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n'

/**
 * Whom the mesh will trust is known before anything is deployed. The one exception is an anchor whose authority of AWS Private CA this update makes: it
 * is pending, which is told and refuses nothing, as there would be no first update otherwise. That it is a new one, and takes the place of none, is
 * known by its protection: Pulumi replaces nothing that is protected and was so before (pulumi/pulumi `pkg/resource/deploy/step_generator.go`).
 */
export const anchorKnownAtPreview = rule({
  id: 'anchor-known-at-preview',
  severity: 'high',
  scope: 'stack',
  controls: ['nist-800-53/SC-12', 'nist-800-53/SC-17', 'nist-800-53/CM-3', 'iso-27001/A.8.24'],
  why: 'nobody can review an anchor that is not known, and one that quietly takes the place of another cuts off all that runs',
  fix: 'give the anchor in `trust.bundle`, or make its authority in the same stack by `trust.pca`, protected; for one that is pending run `pulumi up`, then `pulumi preview` again',
  limits:
    'it sees anchors that pass through the stack in a ConfigMap: those in a Secret that is only named, and those that trust-manager copies, are known to the cluster alone; an authority that is replaced in the very update that first protects it is taken for a new one',
  config: [],
  examples: {
    pass: [
      { title: 'an anchor that is known', objects: [configMap('zero-trust-mesh-anchors', { 'ca.pem': anchor })] },
      {
        title: 'an anchor of Linkerd',
        objects: [configMap('linkerd-identity-trust-roots', { 'ca-bundle.crt': anchor })],
      },
    ],
    fail: [
      {
        title: 'an anchor that only the deployment will tell, by whatever makes it',
        objects: [configMap('linkerd-identity-trust-roots', { 'ca-bundle.crt': unknown })],
      },
      { title: 'no anchor at all', objects: [configMap('zero-trust-mesh-anchors', { 'ca.pem': '' })] },
    ],
  },
  check: context => judgeEach(anchorMaps(context), ofMap),
})

function ofMap(field: Field): readonly Finding[] {
  if (!isAnchorMap(field)) return []
  const data = at(field, 'data')
  return isUnknown(data)
    ? notKnown(data)
    : judgeEach(
        entries(data).map(([, entry]) => entry),
        ofEntry,
      )
}

function ofEntry(entry: Field): readonly Finding[] {
  if (isUnknown(entry)) return notKnown(entry)
  return text(entry)?.includes('-----BEGIN CERTIFICATE-----') === true
    ? []
    : [finding(entry, 'has no certificate in it, so that nobody is trusted')]
}

function notKnown(field: Field): readonly Finding[] {
  if (!comesFromAws(field)) {
    return [finding(field, 'cannot be proven at preview: the anchor is not known before deployment')]
  }
  if (!isPending(field)) {
    const message =
      'is not known before deployment, and its authority is not protected, so that it may be one that takes the place of another'
    return [finding(field, message)]
  }
  const message =
    'its authority is made by this update; which certificate it is, how long it lasts and that it vouches for the issuers below it cannot be judged before'
  return [
    { ...finding(field, message), pending: 'next: run `pulumi up`, then `pulumi preview` again, which judges it' },
  ]
}
