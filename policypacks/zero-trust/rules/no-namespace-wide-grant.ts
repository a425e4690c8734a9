import { targetsKind } from '../../../core/analyze/linkerd/target-kind'
import { byMesh, cartCallers, linkerdPolicy } from '../example-linkerd'
import { linkerdPolicies, nameOf } from '../facts/linkerd/objects'
import { namespaceOf } from '../facts/policies'
import { at, finding, judgeEach, required, text, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const wide = linkerdPolicy('metrics', { kind: 'Namespace', name: 'shop' }, [byMesh('prometheus')])

/**
 * No AuthorizationPolicy of Linkerd is for a Namespace: it admits to every Server there and to all their routes, also to those that are still to come, and no
 * other policy takes that back (linkerd2 `policy-controller/k8s/index/src/inbound/index.rs` client_authzs; recorded).
 */
export const noNamespaceWideGrant = rule({
  id: 'no-namespace-wide-grant',
  severity: 'high',
  scope: 'object',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-6',
    'nist-800-204/SAUZ-SR-1',
    'nist-800-207/tenet-3',
    'pci-dss/7.2.2',
    'pci-dss/7.2.5',
    'soc-2/CC6.3',
    'iso-27001/A.8.3',
  ],
  why: 'policies of Linkerd only add up, so that callers admitted to a namespace are admitted to every Server in it, whatever the policies of these Servers say',
  fix: 'write a policy for each Server or route that the callers need; name one that was looked at in `reviewed`',
  config: ['reviewed'],
  examples: {
    pass: [
      { title: 'a policy for one Server', objects: [cartCallers] },
      { title: 'one that somebody has looked at', objects: [wide], config: { reviewed: ['shop/metrics'] } },
    ],
    fail: [
      { title: 'every Server of the namespace', objects: [wide] },
      {
        title: 'the same, with its group and in other letters',
        objects: [linkerdPolicy('metrics', { group: 'core', kind: 'namespace', name: 'shop' }, [byMesh('prometheus')])],
      },
    ],
  },
  check: context => judgeEach(linkerdPolicies(context), policy => judge(policy, context)),
})

function judge(policy: Field, { config: { reviewed } }: Context): readonly Finding[] {
  const target = at(policy, 'spec', 'targetRef')
  const ref = { group: text(at(target, 'group')) ?? '', kind: required(at(target, 'kind')) }
  if (!targetsKind(ref, 'core', 'Namespace')) return []
  const isReviewed = reviewed.length > 0 && reviewed.includes(`${namespaceOf(policy)}/${nameOf(policy)}`)
  return isReviewed ? [] : [finding(target, 'is a whole namespace, so it admits to every Server there is in it')]
}
