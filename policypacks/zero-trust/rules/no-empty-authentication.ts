import { byMesh, cartCallers, linkerdPolicy, toServer } from '../example-linkerd'
import { linkerdPolicies } from '../facts/linkerd/objects'
import { authenticationRefs } from '../facts/linkerd/refs'
import { finding, items, judgeEach, type Field } from '../field'
import { rule, type Finding } from '../rule'

const cart = toServer('cart.port')

/**
 * Every AuthorizationPolicy of Linkerd names what callers have to show. All that it names must be met, so that one that names nothing is met by everybody,
 * callers without identity from anywhere included (linkerd2 `policy-controller/k8s/index/src/inbound/index.rs` policy_client_authz; recorded).
 */
export const noEmptyAuthentication = rule({
  id: 'no-empty-authentication',
  severity: 'critical',
  scope: 'object',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-6',
    'nist-800-53/SC-7(5)',
    'nist-800-204/SAUZ-SR-1',
    'nist-800-207/tenet-6',
    'pci-dss/7.2.2',
    'pci-dss/7.3.3',
    'soc-2/CC6.1',
    'iso-27001/A.5.15',
  ],
  why: 'a Linkerd policy without a required authentication looks as if it admitted nobody, and admits everybody',
  fix: 'name a MeshTLSAuthentication or a ServiceAccount in `requiredAuthenticationRefs`; to admit nobody, take the policy away; for callers without identity name a NetworkAuthentication with their addresses',
  config: [],
  examples: {
    pass: [{ title: 'an identity has to be shown', objects: [cartCallers] }],
    fail: [
      { title: 'an empty list', objects: [linkerdPolicy('callers-of-cart', cart, [])] },
      { title: 'no list at all', objects: [linkerdPolicy('callers-of-cart', cart)] },
      {
        title: 'one of two policies',
        objects: [linkerdPolicy('callers-of-cart', cart, [byMesh('frontend')]), linkerdPolicy('others', cart, [])],
      },
    ],
  },
  check: context => judgeEach(linkerdPolicies(context), judge),
})

function judge(policy: Field): readonly Finding[] {
  const list = authenticationRefs(policy)
  return items(list).length === 0 ? [finding(list, 'asks callers for nothing, so it admits everybody')] : []
}
