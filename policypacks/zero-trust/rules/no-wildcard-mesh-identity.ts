import { targetsKind } from '../../../core/analyze/linkerd/target-kind'
import { frontend, meshAuthentication } from '../example-linkerd'
import { meshAuthentications } from '../facts/linkerd/objects'
import { at, finding, items, judgeEach, required, text, type Field } from '../field'
import { rule, type Finding } from '../rule'

/**
 * No MeshTLSAuthentication names callers by a pattern: `*` is every identity of every trust domain that the anchors verify, `*.` and its last labels is
 * whatever ends with them, and a Namespace by reference is all of its ServiceAccounts (linkerd2 `policy-controller/core/src/identity_match.rs`,
 * `policy-controller/k8s/index/src/inbound/meshtls_authentication.rs`; recorded).
 */
export const noWildcardMeshIdentity = rule({
  id: 'no-wildcard-mesh-identity',
  severity: 'high',
  scope: 'object',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-6',
    'nist-800-204/SAUZ-SR-1',
    'nist-800-207/tenet-6',
    'pci-dss/7.2.2',
    'pci-dss/7.2.5',
    'soc-2/CC6.3',
    'iso-27001/A.5.15',
  ],
  why: 'a pattern admits identities that do not exist yet, and whoever may create a namespace or a ServiceAccount may become one',
  fix: 'name each caller, by a ServiceAccount in `identityRefs` or by its whole identity in `identities`',
  config: [],
  examples: {
    pass: [
      { title: 'one identity, in full', objects: [frontend] },
      {
        title: 'one ServiceAccount',
        objects: [meshAuthentication('frontend', { identityRefs: [{ kind: 'ServiceAccount', name: 'frontend' }] })],
      },
    ],
    fail: [
      { title: 'every identity', objects: [meshAuthentication('all', { identities: ['*'] })] },
      {
        title: 'every identity of a namespace, by how they end',
        objects: [meshAuthentication('shop', { identities: ['*.shop.serviceaccount.identity.linkerd.mesh.example'] })],
      },
      {
        title: 'every ServiceAccount of a namespace',
        objects: [meshAuthentication('shop', { identityRefs: [{ kind: 'Namespace', name: 'shop' }] })],
      },
    ],
  },
  check: context => judgeEach(meshAuthentications(context), judge),
})

function judge(authentication: Field): readonly Finding[] {
  const spec = at(authentication, 'spec')
  return [...items(at(spec, 'identities')).flatMap(byText), ...items(at(spec, 'identityRefs')).flatMap(byReference)]
}

/** A star elsewhere than at the beginning is a star, which no identity has: whoever wrote it meant more. */
function byText(identity: Field): readonly Finding[] {
  return required(identity).includes('*') ? [finding(identity, 'names callers by a pattern')] : []
}

function byReference(ref: Field): readonly Finding[] {
  const isNamespace = targetsKind(
    { group: text(at(ref, 'group')) ?? '', kind: required(at(ref, 'kind')) },
    'core',
    'Namespace',
  )
  return isNamespace ? [finding(ref, 'names every ServiceAccount of a namespace, those to come included')] : []
}
