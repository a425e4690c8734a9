import { authorizationPolicy, denyAll, peerAuthentication, requestAuthentication } from '../example-objects'
import {
  authorizationPolicies,
  namespaceOf,
  peerAuthentications,
  readAuthorization,
  requestAuthentications,
  selectorOf,
} from '../facts/policies'
import { onZtunnel } from '../facts/ztunnel-targets'
import { at, finding, gather, guard, required, type Field, type Gathered } from '../field'
import { unknownSetting } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

const mesh = { kind: 'istio-sidecar', rootNamespace: 'istio-system' }
const selector = { matchLabels: { app: 'cart' } }

/**
 * No selector means something else than it seems to. In the root namespace one makes a PeerAuthentication void (istio
 * pilot/pkg/security/authn/policy_applier.go ComposePeerAuthentication), and the other policies' selects in every
 * namespace (pilot/pkg/model/policyattachment.go). An empty one is as good as none for an Envoy, and for ztunnel makes an
 * AuthorizationPolicy void anywhere, a PeerAuthentication in the root namespace (pilot/pkg/serviceregistry/ambient).
 */
export const rootNamespacePolicyHasNoSelectorTrap = rule({
  id: 'root-namespace-policy-has-no-selector-trap',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/SC-8',
    'nist-800-53/CM-6',
    'nist-800-204/SM-DR1',
    'nist-800-207/tenet-6',
    'iso-27001/A.8.9',
  ],
  why: 'in the root namespace a selector makes one policy void and lets another reach into every namespace, and an empty one depends on the data plane',
  fix: 'put a policy for some workloads into their namespace, leave an empty selector out, and name a policy that is meant for all namespaces in `reviewed`',
  config: ['exempt', 'mesh', 'reviewed', 'lock'],
  examples: {
    pass: [
      {
        title: 'the policies of the root namespace have no selector, those of others do',
        objects: [
          peerAuthentication('default', { mtls: { mode: 'STRICT' } }, 'istio-system'),
          authorizationPolicy('default-deny', {}, 'istio-system'),
          authorizationPolicy('cart', { selector, rules: [] }),
        ],
        config: { mesh },
      },
      {
        title: 'one that is meant for every namespace',
        objects: [authorizationPolicy('carts', { selector }, 'istio-system')],
        config: { mesh, reviewed: ['istio-system/carts'] },
      },
      {
        title: 'an empty selector where there are sidecars only',
        objects: [authorizationPolicy('default-deny', { selector: {} })],
        config: { mesh },
      },
    ],
    fail: [
      {
        title: 'mutual TLS for one workload, which nobody heeds',
        objects: [peerAuthentication('cart', { selector, mtls: { mode: 'STRICT' } }, 'istio-system')],
        config: { mesh },
      },
      {
        title: 'mutual TLS for the mesh, of which ztunnel takes no notice',
        objects: [peerAuthentication('default', { selector: {}, mtls: { mode: 'STRICT' } }, 'istio-system')],
        config: { mesh },
      },
      {
        title: 'tokens for the carts of all namespaces',
        objects: [requestAuthentication('cart', { selector }, 'istio-system')],
        config: { mesh },
      },
      {
        title: 'a default deny that for ztunnel is for nobody',
        objects: [authorizationPolicy('default-deny', { selector: {} })],
        config: { mesh: { kind: 'istio-ambient', rootNamespace: 'istio-system' } },
      },
      {
        title: 'which namespace is the root is not known',
        objects: [denyAll, authorizationPolicy('cart', { selector })],
      },
    ],
  },
  check,
})

/** A policy that has a selector, be it an empty one. */
interface Selecting {
  readonly field: Field
  readonly namespace: string
  readonly empty: boolean
}

function check(context: Context): readonly Finding[] {
  const peers = selecting(peerAuthentications(context))
  const access = selecting(authorizationPolicies(context))
  const tokens = selecting(requestAuthentications(context))
  const all = [...peers.facts, ...access.facts, ...tokens.facts]
  const findings = [...peers.findings, ...access.findings, ...tokens.findings]
  const [first] = all
  if (first === undefined) return findings
  const root = context.mesh('rootNamespace')
  const inRoot = ({ namespace }: Selecting) => root.kind === 'known' && namespace === root.value
  return [
    ...findings,
    ...(root.kind === 'unknown' ? unknownSetting(root, first.field) : []),
    ...peers.facts.filter(inRoot).map(unheeded),
    ...[...access.facts, ...tokens.facts]
      .filter(inRoot)
      .flatMap(one => guard(one.field, () => everywhere(one, context))),
    ...access.facts.filter(({ empty }) => empty).flatMap(({ field }) => guard(field, () => ofNobody(field, context))),
  ]
}

function selecting(policies: readonly Field[]): Gathered<Selecting> {
  const { facts, findings } = gather(policies, field => {
    const selector = selectorOf(field)
    return selector === undefined
      ? []
      : [{ field, namespace: namespaceOf(field), empty: Object.keys(selector).length === 0 }]
  })
  return { facts: facts.flat(), findings }
}

function unheeded({ field, empty }: Selecting): Finding {
  return finding(
    at(field, 'spec', 'selector'),
    empty
      ? 'is empty, which is the whole mesh for a sidecar and nobody for ztunnel; leave it out'
      : 'makes the policy void: in the root namespace a PeerAuthentication with a selector is heeded by nobody',
  )
}

function everywhere({ field, namespace, empty }: Selecting, { config }: Context): readonly Finding[] {
  if (empty) return []
  const isMeant =
    config.reviewed.length > 0 && config.reviewed.includes(`${namespace}/${required(at(field, 'metadata', 'name'))}`)
  return isMeant
    ? []
    : [finding(at(field, 'spec', 'selector'), 'selects in every namespace, as the policy lies in the root namespace')]
}

function ofNobody(policy: Field, context: Context): readonly Finding[] {
  const selector = at(policy, 'spec', 'selector')
  return onZtunnel(context)(readAuthorization(policy), [
    finding(selector, 'is empty, which for ztunnel selects nobody; leave it out to select all'),
  ])
}
