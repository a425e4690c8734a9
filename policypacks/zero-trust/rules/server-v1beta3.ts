import { cartServer, server, serverOf } from '../example-linkerd'
import { policyGroup, servers } from '../facts/linkerd/objects'
import { protocolOf } from '../facts/linkerd/servers'
import { at, finding, given, judgeEach, type Field } from '../field'
import { rule, type Finding } from '../rule'

const current = `${policyGroup}/v1beta3`

/**
 * Every Server is of the version that has `accessPolicy`, and says what it says in words that the policy controller reads. Older versions are served without a
 * conversion, so that an API server drops the field; a `proxyProtocol` that is none makes the controller pass over the Server, which leaves the port to the
 * default (linkerd2 `charts/linkerd-crds/templates/policy/server.yaml`, `policy-controller/k8s/api/src/policy/server.rs`).
 */
export const serverV1beta3 = rule({
  id: 'server-v1beta3',
  severity: 'medium',
  scope: 'object',
  controls: ['nist-800-53/AC-3', 'nist-800-53/CM-6', 'nist-800-207/tenet-5', 'soc-2/CC8.1', 'iso-27001/A.8.9'],
  why: 'a Server of an older version loses its `accessPolicy` without a word, and one with a word that nobody knows is no Server at all, so that its port is left to the default',
  fix: 'write `apiVersion: policy.linkerd.io/v1beta3`, and a `proxyProtocol` of `unknown`, `HTTP/1`, `HTTP/2`, `gRPC`, `opaque` or `TLS`',
  config: [],
  examples: {
    pass: [{ title: 'the version that has all fields', objects: [cartServer] }],
    fail: [
      { title: 'an older version', objects: [{ ...cartServer, apiVersion: 'policy.linkerd.io/v1beta1' }] },
      {
        title: 'an older version that says nothing of whom it admits',
        objects: [
          {
            ...server('cart.port', { podSelector: {}, port: 7070 }),
            apiVersion: 'policy.linkerd.io/v1beta2',
          },
        ],
      },
      { title: 'a protocol that is none', objects: [serverOf('web', 8080, { proxyProtocol: 'http/1' })] },
    ],
  },
  check: context => judgeEach(servers(context), judge),
})

function judge(server: Field): readonly Finding[] {
  protocolOf(server)
  if (server.of.apiVersion === current) return []
  return given(at(server, 'spec', 'accessPolicy'))
    ? [finding(at(server, 'spec', 'accessPolicy'), 'is dropped: the version of this Server has no such field')]
    : [finding(server, `is of an older version than ${current}`)]
}
