import { linkerdShop } from '../example-linkerd'
import { deployment, namespace, peerAuthentication, strict } from '../example-objects'
import { dataPlanes } from '../facts/data-plane'
import { aboutNamespace, meshNamespaces, type Needed } from '../facts/namespaces'
import { peerAuthentications, readPeerAuthentication, type PeerAuthenticationFact } from '../facts/policies'
import { ownProxies } from '../facts/own-proxies'
import { at, finding, gather } from '../field'
import { unknownSetting } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

/**
 * Every namespace of the mesh refuses plaintext, and no workload in it takes it back. A workload's mode beats its
 * namespace's, that beats the mesh's, an unset one inherits, and without any plaintext is taken; of several at one level
 * the oldest wins whole (istio pilot/pkg/security/authn/policy_applier.go ComposePeerAuthentication). Exceptions for
 * single ports are `no-plaintext-port-exception`'s. On Linkerd plaintext is taken where a policy or the default admits callers without identity
 * (linkerd2-proxy linkerd/app/inbound/src/policy.rs is_authorized), which is `linkerd-default-deny`'s and the rules' about its policies.
 */
export const strictMtls = rule({
  id: 'strict-mtls',
  severity: 'critical',
  scope: 'stack',
  controls: [
    'nist-800-53/SC-8',
    'nist-800-53/SC-8(1)',
    'nist-800-53/SC-23',
    'nist-800-53/CM-6',
    'nist-800-53/IA-9',
    'nist-800-204/MS-SS-4',
    'nist-800-204/SM-DR6',
    'nist-800-207/tenet-2',
    'nsa-hardening/network-separation',
    'pci-dss/4.2.1',
    'soc-2/CC6.7',
    'iso-27001/A.8.24',
    'dod-zero-trust/5.4.4',
  ],
  why: 'what takes plaintext lets in callers without any identity, whom no rule about identities can bind',
  fix: 'give the namespace one PeerAuthentication without a selector and with `mtls.mode: STRICT`, and take away those that weaken it',
  limits: 'namespaces on Linkerd, and those whose Pods are all on it by themselves, are left to `linkerd-default-deny`',
  config: ['exempt', 'elsewhere', 'mesh', 'lock'],
  examples: {
    pass: [
      { title: 'the namespace itself is strict', objects: [namespace('shop'), strict] },
      {
        title: 'the mesh is strict, and the namespace inherits',
        objects: [namespace('shop'), peerAuthentication('default', { mtls: { mode: 'STRICT' } }, 'istio-system')],
        config: { mesh: { rootNamespace: 'istio-system' } },
      },
      { title: 'a namespace on Linkerd, whose proxies heed no PeerAuthentication', objects: [linkerdShop] },
      {
        title: 'a namespace on no mesh, all of whose Pods ask for Linkerd by themselves',
        objects: [namespace('shop', {}), deployment('cart', { annotations: { 'linkerd.io/inject': 'enabled' } })],
      },
    ],
    fail: [
      {
        title: 'nothing says how the namespace is called',
        objects: [namespace('shop')],
        config: { mesh: { rootNamespace: 'istio-system' } },
      },
      {
        title: 'a namespace on no mesh, one of whose Pods does not ask for Linkerd',
        objects: [
          namespace('shop', {}),
          deployment('cart', { annotations: { 'linkerd.io/inject': 'enabled' } }),
          deployment('web'),
        ],
        config: { mesh: { rootNamespace: 'istio-system' } },
      },
      {
        title: 'the namespace takes both',
        objects: [namespace('shop'), peerAuthentication('default', { mtls: { mode: 'PERMISSIVE' } })],
      },
      {
        title: 'one workload of a strict namespace takes plaintext',
        objects: [
          namespace('shop'),
          strict,
          peerAuthentication('cart', { selector: { matchLabels: { app: 'cart' } }, mtls: { mode: 'DISABLE' } }),
        ],
      },
      {
        title: 'two for one namespace, of which the older wins, and nobody knows which that is',
        objects: [namespace('shop'), strict, peerAuthentication('later', { mtls: {} })],
        config: { mesh: { rootNamespace: 'istio-system' } },
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const { needed, findings } = meshNamespaces(context)
  const policies = gather(peerAuthentications(context), readPeerAuthentication)
  const planes = dataPlanes(context)
  const own = ownProxies(context, planes)
  const found = needed
    .filter(one => planes(one.namespace).kind !== 'linkerd')
    .map(one => ({ name: one.namespace, open: lacking(one, policies.facts, context) }))
  return [
    ...findings,
    ...policies.findings,
    ...policies.facts.flatMap(weak),
    ...found.flatMap(({ name, open }) => (open.length > 0 && !own.ofNamespace(name) ? open : [])),
    ...own.findings(),
  ]
}

function weak({ field, mode }: PeerAuthenticationFact): readonly Finding[] {
  if (mode !== 'PERMISSIVE' && mode !== 'DISABLE') return []
  return [finding(at(field, 'spec', 'mtls', 'mode'), `takes plaintext: its mode is \`${mode}\``)]
}

function lacking(needed: Needed, policies: readonly PeerAuthenticationFact[], context: Context): readonly Finding[] {
  const own = policies.filter(({ namespace, selector }) => namespace === needed.namespace && isEmpty(selector))
  const inherits = own.length === 0 || own.some(({ mode }) => mode === 'UNSET')
  if (!inherits) return []
  const root = context.mesh('rootNamespace')
  if (root.kind === 'unknown') return unknownSetting(root, needed.because)
  // `selector: {}` there is mesh-wide for a sidecar and nothing for ztunnel (pilot/pkg/serviceregistry/ambient), so it proves nothing.
  const mesh = policies.filter(({ namespace, selector }) => namespace === root.value && selector === undefined)
  if (needed.namespace !== root.value && mesh.length > 0 && mesh.every(({ mode }) => mode === 'STRICT')) return []
  return [
    aboutNamespace(
      needed,
      own.length > 1 ? several : 'takes plaintext: no PeerAuthentication of the namespace or the mesh says `STRICT`',
    ),
  ]
}

const several =
  'may take plaintext: of its PeerAuthentications without a selector the oldest wins, and not all of them say `STRICT`'

function isEmpty(selector: PeerAuthenticationFact['selector']): boolean {
  return Object.keys(selector ?? {}).length === 0
}
