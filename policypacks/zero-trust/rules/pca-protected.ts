import { authorityType, certificateType, installedType } from '../facts/anchors'
import { at, finding, flag, judgeEach, number, required, type Field } from '../field'
import { rule, type Finding } from '../rule'

/** As it is for a stack: properties of the resource, and beside them whether Pulumi protects it. */
function resource(kind: string, properties: object) {
  return { apiVersion: '', kind, metadata: { name: 'anchor' }, ...properties }
}

const authority = (change: object) =>
  resource(authorityType, { type: 'ROOT', permanentDeletionTimeInDays: 30, protect: true, ...change })
const template = 'arn:aws:acm-pca:::template/RootCACertificate/V1'

/**
 * Authorities of AWS Private CA are not deleted by an update, and can be had back if somebody does. Their certificates neither: the provider revokes one that
 * it deletes (Terraform’s `aws_acmpca_certificate`, by which it works).
 */
export const pcaProtected = rule({
  id: 'pca-protected',
  severity: 'critical',
  scope: 'object',
  controls: ['nist-800-53/SC-12', 'nist-800-53/CM-3', 'iso-27001/A.8.24'],
  why: 'with its authority goes every identity of the mesh: nobody can issue another under the anchor that all trust',
  fix: 'leave `trust.pca.protect` and `permanentDeletionTimeInDays` as they are; for resources of your own set `protect: true`, `enabled: true` and 7 to 30 days',
  limits:
    'it sees what Pulumi would do; who may delete an authority by other means is up to the permissions of the account, and the key of one is never exported by AWS',
  config: [],
  examples: {
    pass: [
      { title: 'a root that is protected', objects: [authority({})] },
      { title: 'its certificate', objects: [resource(certificateType, { templateArn: template, protect: true })] },
      {
        title: 'a certificate of a server',
        objects: [
          resource(certificateType, {
            templateArn: 'arn:aws:acm-pca:::template/EndEntityCertificate/V1',
            protect: false,
          }),
        ],
      },
    ],
    fail: [
      { title: 'an authority that an update may delete', objects: [authority({ protect: false })] },
      { title: 'one that could not be had back for long', objects: [authority({ permanentDeletionTimeInDays: 1 })] },
      { title: 'one that is switched off, so that nothing is renewed', objects: [authority({ enabled: false })] },
      {
        title: 'a certificate of a root that an update may delete',
        objects: [resource(certificateType, { templateArn: template, protect: false })],
      },
      {
        title: 'an authority whose certificate may be taken away',
        objects: [resource(installedType, { protect: false })],
      },
    ],
  },
  check: ({ objects }) => judgeEach(objects, judge),
})

function judge(field: Field): readonly Finding[] {
  switch (field.of.kind) {
    case authorityType:
      return [...protection(field), ...ofAuthority(field)]
    case certificateType:
      return /\/[A-Za-z]*CACertificate/.test(required(at(field, 'templateArn'))) ? protection(field) : []
    case installedType:
      return protection(field)
    default:
      return []
  }
}

function protection(field: Field): readonly Finding[] {
  const place = at(field, 'protect')
  return flag(place) === true
    ? []
    : [finding(place, 'is not set, so that an update may delete or replace what the mesh rests on')]
}

/** Without a number AWS takes 30 days, and without a word the authority is switched on. */
function ofAuthority(field: Field): readonly Finding[] {
  const days = at(field, 'permanentDeletionTimeInDays')
  const enabled = at(field, 'enabled')
  const left = number(days) ?? 30
  return [
    ...(left >= 7 && left <= 30 ? [] : [finding(days, 'is not 7 to 30 days, in which a deletion can be undone')]),
    ...(flag(enabled) === false ? [finding(enabled, 'is `false`, so that no issuer of the mesh is renewed')] : []),
  ]
}
