import { groupBy } from '../../../core/model/group'
import { cartLock, deployment, peerAuthentication, strict } from '../example-objects'
import { peerAuthentications, readPeerAuthentication, selects, type PeerAuthenticationFact } from '../facts/policies'
import { selectables, type Selectable } from '../facts/selectable'
import { at, finding, gather, given, judgeEach, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const permissive = { mode: 'PERMISSIVE' }
const ofCart = { selector: { matchLabels: { app: 'cart' } } }

/**
 * At each level, mesh, namespace and workload, one PeerAuthentication decides. Of several the oldest counts whole and the
 * others not at all, whatever it leaves open (istio pilot/pkg/security/authn/policy_applier.go ComposePeerAuthentication).
 */
export const peerAuthenticationUnambiguous = rule({
  id: 'peer-authentication-unambiguous',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/SC-8',
    'nist-800-53/CM-6',
    'nist-800-53/IA-9',
    'nist-800-204/SM-DR6',
    'nist-800-207/tenet-2',
    'pci-dss/4.2.1',
    'iso-27001/A.8.9',
  ],
  why: 'of two PeerAuthentications for the same workload the older wins, which no manifest tells, and that may be the one that takes plaintext',
  fix: 'keep one without a selector in each namespace, and one for each workload that needs another; write ports beside a selector',
  limits:
    'policies of other stacks are not seen, nor is that two selectors meet at a workload that neither the stack nor the intent has',
  config: ['lock'],
  examples: {
    pass: [
      {
        title: 'one for the namespace, and one for each of two workloads',
        objects: [
          strict,
          peerAuthentication('cart', { ...ofCart, portLevelMtls: { 9090: permissive } }),
          peerAuthentication('frontend', {
            selector: { matchLabels: { app: 'frontend' } },
            mtls: { mode: 'STRICT' },
          }),
          deployment('cart'),
        ],
      },
      {
        title: 'one for each of two namespaces',
        objects: [strict, peerAuthentication('default', { mtls: permissive }, 'legacy')],
      },
    ],
    fail: [
      {
        title: 'two for one namespace, one of them with a selector that is empty',
        objects: [strict, peerAuthentication('lenient', { selector: {}, mtls: permissive })],
      },
      {
        title: 'two for one workload, of which one is for more',
        objects: [
          peerAuthentication('cart', { ...ofCart, mtls: { mode: 'STRICT' } }),
          peerAuthentication('cart-v2', {
            selector: { matchLabels: { app: 'cart', version: 'v2' } },
            mtls: permissive,
          }),
        ],
      },
      {
        title: 'two selectors that meet at a workload',
        objects: [
          deployment('cart', { labels: { app: 'cart', tier: 'backend' } }),
          peerAuthentication('cart', { ...ofCart, mtls: { mode: 'STRICT' } }),
          peerAuthentication('backend', { selector: { matchLabels: { tier: 'backend' } }, mtls: permissive }),
        ],
        intent: cartLock,
      },
      {
        title: 'ports without a selector, of which Istio takes no notice',
        objects: [peerAuthentication('default', { mtls: { mode: 'STRICT' }, portLevelMtls: { 7070: permissive } })],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const policies = gather(peerAuthentications(context), readPeerAuthentication)
  const [whole, selecting] = [policies.facts.filter(isWhole), policies.facts.filter(one => !isWhole(one))]
  const ports = judgeEach(
    whole.map(({ field }) => field),
    portsOfNobody,
  )
  const wholes = groupBy(whole, ({ namespace }) => namespace)
  const rivals = [...wholes.values()].flatMap(some => some.flatMap(one => rivalry(one, some, () => true)))
  return [...policies.findings, ...ports, ...rivals, ...selectingTwice(selecting, context)]
}

/** Whether it is for all of its namespace: for Envoy an empty selector is as good as none. */
function isWhole({ selector }: PeerAuthenticationFact): boolean {
  return Object.keys(selector ?? {}).length === 0
}

function portsOfNobody(policy: Field): readonly Finding[] {
  const ports = at(policy, 'spec', 'portLevelMtls')
  return given(ports) ? [finding(ports, 'counts for nothing: ports are heeded beside a selector only')] : []
}

function rivalry(
  one: PeerAuthenticationFact,
  all: readonly PeerAuthenticationFact[],
  meets: (other: PeerAuthenticationFact) => boolean,
): readonly Finding[] {
  const rival = all.find(other => other !== one && meets(other))
  if (rival === undefined) return []
  const { label } = rival.field.of
  return [
    finding(
      one.field,
      `is for the same as ${label}: the older of them wins whole, and no manifest tells which that is`,
    ),
  ]
}

function selectingTwice(policies: readonly PeerAuthenticationFact[], context: Context): readonly Finding[] {
  const groups = [...groupBy(policies, ({ namespace }) => namespace)].filter(([, some]) => some.length > 1)
  if (groups.length === 0) return []
  const pods = selectables(context)
  const byNamespace = groupBy(pods.facts, ({ namespace }) => namespace)
  return [
    ...pods.findings,
    ...groups.flatMap(([namespace, some]) =>
      some.flatMap(one => rivalry(one, some, other => meet(one, other, byNamespace.get(namespace) ?? []))),
    ),
  ]
}

/** Whether some Pod may have both selectors' labels, as far as the Pods that are known tell. */
function meet(
  { selector: a = {} }: PeerAuthenticationFact,
  { selector: b = {} }: PeerAuthenticationFact,
  pods: readonly Selectable[],
): boolean {
  if (Object.entries(a).some(([key, value]) => (b[key] ?? value) !== value)) return false
  return selects(a, b) || selects(b, a) || pods.some(({ labels }) => selects({ ...a, ...b }, labels))
}
