import type { KubernetesObject } from '../../../core/model/manifest'
import { cartCallers, frontendIdentity } from '../example-linkerd'
import { object } from '../example-objects'
import { isSpared, serverAuthorizations } from '../facts/linkerd/objects'
import { namespaceOf } from '../facts/policies'
import { finding, judgeEach, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const cart = { server: { name: 'cart.port' }, client: { meshTLS: { identities: [frontendIdentity] } } }
const authorization = (inNamespace: string): KubernetesObject =>
  object(['policy.linkerd.io/v1beta1', 'ServerAuthorization'], [inNamespace, 'cart'], { spec: cart })

/**
 * Nothing is admitted by a ServerAuthorization, the form of old. It counts beside AuthorizationPolicies, for whole Servers alone; without networks it means the
 * addresses that Linkerd was told are the cluster's, which by default are all private ones (linkerd2 `policy-controller/grpc/src/inbound.rs` to_authz,
 * `charts/linkerd-control-plane/values.yaml` clusterNetworks; recorded).
 */
export const noLegacyServerAuthorization = rule({
  id: 'no-legacy-server-authorization',
  severity: 'medium',
  scope: 'object',
  controls: ['nist-800-53/AC-3', 'nist-800-53/CM-6', 'nist-800-53/CM-7', 'soc-2/CC6.1', 'iso-27001/A.8.9'],
  why: 'a ServerAuthorization admits beside all AuthorizationPolicies, to whole Servers only, and by selectors that also take Servers to come; whoever reads the policies overlooks it',
  fix: 'write an AuthorizationPolicy with a MeshTLSAuthentication or a NetworkAuthentication for the Server or its route',
  config: ['exempt', 'elsewhere'],
  examples: {
    pass: [
      { title: 'an AuthorizationPolicy', objects: [cartCallers] },
      {
        title: 'a namespace that is left out',
        objects: [authorization('linkerd-viz')],
        config: { exempt: ['linkerd-viz'] },
      },
    ],
    fail: [{ title: 'the form of old', objects: [authorization('shop')] }],
  },
  check: context => judgeEach(serverAuthorizations(context), field => judge(field, context)),
})

function judge(field: Field, context: Context): readonly Finding[] {
  return isSpared(context, namespaceOf(field))
    ? []
    : [finding(field, 'admits by the form of old, beside all AuthorizationPolicies')]
}
