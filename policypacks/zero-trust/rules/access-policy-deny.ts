import { defaultPolicies } from '../../../core/analyze/linkerd/layer-linkerd'
import { cartServer, server, serverOf } from '../example-linkerd'
import { isSpared, servers } from '../facts/linkerd/objects'
import { namespaceOf } from '../facts/policies'
import { at, finding, judgeEach, word, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const unsaid = server('web.port', { podSelector: { matchLabels: { app: 'web' } }, port: 8080 })
const strict = { stages: { shop: 'strict' } } as const

/**
 * A Server's own `accessPolicy` admits nobody: it is `deny`, or not there, which is the same. Every other one is a grant to all of the port and all its routes
 * that no policy takes back (linkerd2 `policy-controller/k8s/index/src/defaults.rs`, `inbound/index.rs` client_authzs; recorded). `audit` is
 * `audit-expires`'s. At stage `strict` it may ask for an identity and no more.
 */
export const accessPolicyDeny = rule({
  id: 'access-policy-deny',
  severity: 'critical',
  scope: 'object',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-6',
    'nist-800-53/SC-7(5)',
    'nist-800-204/APE-SR-3',
    'nist-800-204/SAUZ-SR-1',
    'nist-800-207/tenet-6',
    'pci-dss/7.3.3',
    'soc-2/CC6.1',
    'iso-27001/A.8.3',
  ],
  why: 'what the Server itself admits is admitted whatever its policies say, and `all-authenticated` is every identity of every trust domain that the anchors verify, `cluster-*` every address that counts as the cluster’s, by default all private ones',
  fix: 'write `accessPolicy: deny` and admit callers by AuthorizationPolicies; while a namespace is being moved, set its stage to `strict` for `all-authenticated`',
  limits:
    'who is admitted to ports without a Server is up to the default of the namespace, which another rule looks at',
  config: ['stages', 'exempt', 'elsewhere'],
  examples: {
    pass: [
      { title: 'nobody', objects: [cartServer] },
      { title: 'not said, which is nobody', objects: [unsaid] },
      {
        title: 'whoever shows an identity, while the namespace is not yet enforced',
        objects: [serverOf('web', 8080, { accessPolicy: 'all-authenticated' })],
        config: strict,
      },
      {
        title: 'a namespace that is left out',
        objects: [serverOf('web', 8080, { accessPolicy: 'all-unauthenticated' })],
        config: { exempt: ['shop'] },
      },
    ],
    fail: [
      { title: 'everybody', objects: [serverOf('web', 8080, { accessPolicy: 'all-unauthenticated' })] },
      {
        title: 'every identity, where the namespace is enforced',
        objects: [serverOf('web', 8080, { accessPolicy: 'all-authenticated' })],
      },
      {
        title: 'every address of the cluster',
        objects: [serverOf('web', 8080, { accessPolicy: 'cluster-unauthenticated' })],
      },
      {
        title: 'less than an identity, while the namespace is not yet enforced',
        objects: [serverOf('web', 8080, { accessPolicy: 'cluster-unauthenticated' })],
        config: strict,
      },
      { title: 'a word that is none', objects: [serverOf('web', 8080, { accessPolicy: 'Deny' })] },
    ],
  },
  check: context => judgeEach(servers(context), server => judge(server, context)),
})

function judge(server: Field, context: Context): readonly Finding[] {
  const field = at(server, 'spec', 'accessPolicy')
  const policy = word(field, defaultPolicies) ?? 'deny'
  if (policy === 'deny' || policy === 'audit') return []
  const namespace = namespaceOf(server)
  const isStrict = context.config.stages[namespace] === 'strict'
  if (isSpared(context, namespace) || (isStrict && policy === 'all-authenticated')) return []
  return [finding(field, `admits ${audiences[policy]}, whatever policies say`)]
}

const audiences = {
  'all-unauthenticated': 'everybody',
  'all-authenticated': 'every identity',
  'cluster-unauthenticated': 'everybody from the addresses of the cluster',
  'cluster-authenticated': 'every identity from the addresses of the cluster',
} as const
