import { renewalProblems } from '../../../core/trust/renewal'
import { intermediate, rootCertificate, rootInCluster } from '../example-trust'
import { isOfLinkerd, lifeOf, readAuthorities, type Authority } from '../facts/authorities'
import { at, finding, guard, word, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

/**
 * Every authority that cert-manager keeps says what becomes of its key, and is renewed when whoever wrote the dates would think so. Which is the default has changed:
 * up to 1.17 the key was kept for ever, since 1.18 each renewal makes a new one (cert-manager pkg/apis/certmanager/v1/types_certificate.go). A root may keep its key, so
 * that what it signed stays good, or change it by a plan; it has to say which. `renewBefore` counts from the end: written as if it counted from the beginning, a root
 * of a year is another one every other month.
 */
export const certManagerRotationPolicy = rule({
  id: 'cert-manager-rotation-policy',
  severity: 'high',
  scope: 'stack',
  controls: ['nist-800-53/IA-5(2)', 'nist-800-53/SC-12', 'nist-800-53/SC-17', 'pci-dss/4.2.1.1', 'iso-27001/A.8.24'],
  why: 'an update of cert-manager changes by itself whether the key of an authority is kept for ever or replaced at night, and a root that is replaced unasked cuts off all that trusts the old one',
  fix: 'give the Certificate `privateKey: { rotationPolicy: Always }`, or for a root `Never` if its key is to stay; and a `renewBefore` that is more than a day, and less than half of a long `duration`',
  limits:
    'the issuer of Linkerd is judged by `issuer-rotation-policy`; a Certificate whose issuer is not in the stack is taken to be no root; certificates that sign nothing are not judged',
  config: [],
  examples: {
    pass: [
      {
        title: 'a root that keeps its key, and what it signs',
        objects: [...rootInCluster, rootCertificate(), intermediate()],
      },
      {
        title: 'a root that changes it',
        objects: [...rootInCluster, rootCertificate({ privateKey: { rotationPolicy: 'Always' } })],
      },
    ],
    fail: [
      {
        title: 'it hangs on the version of cert-manager whether the key is kept',
        objects: [...rootInCluster, rootCertificate({ privateKey: { algorithm: 'ECDSA', size: 256 } })],
      },
      {
        title: 'an intermediate that keeps its key for ever',
        objects: [intermediate({ privateKey: { rotationPolicy: 'Never' } })],
      },
      {
        title: 'a root of a year that is another one every other month',
        objects: [...rootInCluster, rootCertificate({ duration: '8760h', renewBefore: '7320h' })],
      },
      {
        title: 'renewed when certificates that it signed have outlived it',
        objects: [intermediate({ renewBefore: '1h' })],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const { all, findings } = readAuthorities(context)
  const judged = all.filter(authority => !isOfLinkerd(authority))
  return [...findings, ...judged.flatMap(authority => guard(authority.field, () => judge(authority)))]
}

function judge({ field, isRoot }: Authority): readonly Finding[] {
  return [...ofKey(at(field, 'spec', 'privateKey', 'rotationPolicy'), { isRoot }), ...ofLife(field, { isRoot })]
}

type Kind = Pick<Authority, 'isRoot'>

function ofKey(policy: Field, { isRoot }: Kind): readonly Finding[] {
  const said = word(policy, ['Always', 'Never'])
  if (said === undefined)
    return [finding(policy, 'is not said, so that it hangs on the version of cert-manager whether the key is kept')]
  return said === 'Always' || isRoot ? [] : [finding(policy, 'is not `Always`, so that the key outlives every renewal')]
}

/** Held against the leaves of Istio, whose clocks may differ more than Linkerd's. */
function ofLife(field: Field, { isRoot }: Kind): readonly Finding[] {
  const life = lifeOf(field)
  if (life === undefined)
    return [finding(at(field, 'spec', 'duration'), 'cannot be proven: it is not written as hours, minutes and seconds')]
  const role = isRoot ? 'anchor' : 'issuer'
  const problems = renewalProblems({ at: field.of.at, ...life, role }, { mesh: 'istio', at: 0 })
  return problems.map(() =>
    finding(
      at(field, 'spec', 'renewBefore'),
      isRoot
        ? 'counts from the end, so that the root is another one in less than half of its life'
        : 'counts from the end, and is not more than a day before it, nor less than half of a long life',
    ),
  )
}
