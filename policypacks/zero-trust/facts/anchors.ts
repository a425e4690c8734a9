import { at, isUnknown, root, text, type Field } from '../field'
import type { Judged } from '../judged'
import { ofKind, type Context } from '../rule'

/** ConfigMaps that tell whom the mesh trusts: for those outside it, and for Linkerd, whose chart knows no other name (linkerd2 charts/linkerd-control-plane/templates/identity.yaml). */
const names = ['zero-trust-mesh-anchors', 'linkerd-identity-trust-roots']

/** The ConfigMaps of anchors, with those whose name cannot be read. */
export function anchorMaps(context: Pick<Context, 'objects'>): readonly Field[] {
  return ofKind(context, '', 'ConfigMap')
}

/** Whether it is one of them. */
export function isAnchorMap(field: Field): boolean {
  return names.includes(text(at(field, 'metadata', 'name')) ?? '')
}

/** The same of an object as a whole, whose name is no secret and no reason to look further. */
export function isNamedForAnchors(of: Judged): boolean {
  return isAnchorMap(root(of))
}

/** What AWS Private CA is made of, by the types of its resources. */
export const authorityType = 'aws:acmpca/certificateAuthority:CertificateAuthority'
export const certificateType = 'aws:acmpca/certificate:Certificate'
export const installedType = 'aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate'

/** Whether a value is not known, and comes from nothing but certificates of authorities that AWS is to issue. */
export function comesFromAws(field: Field): boolean {
  const { sources = [] } = field.of
  return isUnknown(field) && sources.length > 0 && sources.every(({ type }) => type === certificateType)
}

/**
 * Whether an anchor is one that this update makes: Pulumi replaces nothing that is protected, so that it takes the place of none. Rules on what it is have nothing to
 * look at before; `anchor-known-at-preview` tells that it is pending.
 */
export function isPending(field: Field): boolean {
  return comesFromAws(field) && (field.of.sources ?? []).every(({ protect }) => protect)
}
