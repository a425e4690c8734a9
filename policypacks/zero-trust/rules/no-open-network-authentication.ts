import {
  byMesh,
  byNetwork,
  getting,
  linkerdPolicy,
  networkAuthentication,
  routeOn,
  toRoute,
  toServer,
  web,
  webLock,
  webServer,
} from '../example-linkerd'
import { isDeclaredOpen, type OpenWorld } from '../facts/linkerd/declared-open'
import { namedIn, podsOf } from '../facts/linkerd/lookup'
import { linkerdPolicies, networkAuthentications, routes, servers } from '../facts/linkerd/objects'
import { linkerdPods } from '../facts/linkerd/pods'
import { readNetworks } from '../facts/linkerd/open-networks'
import {
  asksIdentity,
  authenticationKind,
  readLinkerdPolicy,
  type LinkerdPolicyFact,
  type Ref,
} from '../facts/linkerd/refs'
import { readRoute } from '../facts/linkerd/routes'
import { readServer } from '../facts/linkerd/servers'
import { at, finding, gather, guard } from '../field'
import { rule, type Context, type Finding } from '../rule'

const everywhere = networkAuthentication('everywhere', ['0.0.0.0/0', '::/0'])
const toWeb = linkerdPolicy('web', toServer('web.port'), [byNetwork('everywhere')])
const probes = routeOn('web.port', 'probes', [getting('/ready')])
const toProbes = linkerdPolicy('probes', toRoute('probes'), [byNetwork('everywhere')])

/**
 * No policy of Linkerd is content with any address: a NetworkAuthentication that has all of them, be it by halves, is met by everybody, callers without identity
 * included (linkerd2-proxy `linkerd/proxy/server-policy/src/authz/network.rs`). Callers whom the intent declares to come from anywhere may, and so may whoever asks
 * what probes ask, which the proxy lets everybody do unless it is told the nodes' networks (linkerd2 `policy-controller/runtime/src/args.rs` probe_networks).
 */
export const noOpenNetworkAuthentication = rule({
  id: 'no-open-network-authentication',
  severity: 'critical',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-4',
    'nist-800-53/SC-7',
    'nist-800-53/SC-7(5)',
    'nist-800-204/SAUZ-SR-1',
    'nist-800-207/tenet-2',
    'nist-800-207/tenet-6',
    'pci-dss/1.4.4',
    'pci-dss/7.3.3',
    'soc-2/CC6.6',
    'iso-27001/A.8.20',
  ],
  why: 'a policy that any address meets admits everybody who reaches the Pod, and looks as if it restricted somebody',
  fix: 'name the networks of the callers, or an identity beside them; declare callers outside the mesh under `outside` in the graph; name the policy of an ingress gateway in `open`',
  limits:
    'exceptions from a block are not counted, so that everything but something is everything; whether a large network is too large is not judged',
  config: ['lock', 'open', 'exempt', 'elsewhere'],
  examples: {
    pass: [
      {
        title: 'some addresses',
        objects: [
          networkAuthentication('office', ['192.0.2.0/24']),
          linkerdPolicy('web', toServer('web.port'), [byNetwork('office')]),
        ],
      },
      {
        title: 'an identity beside any address',
        objects: [
          everywhere,
          linkerdPolicy('web', toServer('web.port'), [byNetwork('everywhere'), byMesh('frontend')]),
        ],
      },
      { title: 'a policy that is meant to be open', objects: [everywhere, toWeb], config: { open: ['shop/web'] } },
      {
        title: 'callers from anywhere, whom the intent declares',
        objects: [everywhere, webServer, toWeb],
        intent: webLock(),
      },
      { title: 'what the probes of the Pods ask', objects: [everywhere, web, webServer, probes, toProbes] },
      {
        title: 'a route for probes of the intent',
        objects: [everywhere, webServer, probes, toProbes],
        intent: webLock(text => text.startsWith('kubelet')),
      },
    ],
    fail: [
      { title: 'any address', objects: [everywhere, toWeb] },
      {
        title: 'any address by halves',
        objects: [networkAuthentication('everywhere', ['0.0.0.0/1', '128.0.0.0/1']), toWeb],
      },
      {
        title: 'callers from anywhere, whom the intent does not declare',
        objects: [everywhere, webServer, toWeb],
        intent: webLock(text => text.startsWith('kubelet')),
      },
      {
        title: 'a path that no probe asks',
        objects: [
          everywhere,
          web,
          webServer,
          routeOn('web.port', 'probes', [getting('/ready'), getting('/admin')]),
          toProbes,
        ],
      },
      {
        title: 'a whole namespace, whatever the intent declares of its services',
        objects: [
          everywhere,
          webServer,
          linkerdPolicy('all', { kind: 'Namespace', name: 'shop' }, [byNetwork('everywhere')]),
        ],
        intent: webLock(),
      },
      { title: 'nothing in the stack says what it is for', objects: [everywhere] },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const networks = gather(networkAuthentications(context), readNetworks)
  const open = networks.facts.filter(({ isOpen }) => isOpen)
  if (open.length === 0) return networks.findings
  const policies = gather(linkerdPolicies(context), readLinkerdPolicy)
  const keys = new Set(open.map(({ key }) => key))
  const using = policies.facts.flatMap(policy => refsTo(policy, keys).map(ref => ({ policy, ref })))
  const used = new Set(using.map(({ ref }) => keyOf(ref)))
  const admitting = using.filter(({ policy }) => !asksIdentity(policy) && !isMeant(policy, context))
  return [
    ...networks.findings,
    ...policies.findings,
    ...open
      .filter(({ key }) => !used.has(key) && !isSparedKey(key, context))
      .map(({ field }) =>
        finding(at(field, 'spec', 'networks'), 'is every address, and no policy of the stack says what for'),
      ),
    ...judged(admitting, context),
  ]
}

interface Admitting {
  readonly policy: LinkerdPolicyFact
  readonly ref: Ref
}

/** What a policy is for is looked up only where the verdict hangs on it. */
function judged(admitting: readonly Admitting[], context: Context): readonly Finding[] {
  if (admitting.length === 0) return []
  const hung = gather(routes(context), readRoute)
  const all = gather(servers(context), readServer)
  const pods = linkerdPods(context)
  const world: OpenWorld = {
    routes: namedIn(hung.facts.flatMap(route => route ?? [])),
    servers: namedIn(all.facts),
    podsOf: podsOf(pods.facts),
  }
  return [
    ...hung.findings,
    ...all.findings,
    ...pods.findings,
    ...admitting.flatMap(({ policy, ref }) =>
      guard(policy.field, () =>
        isDeclaredOpen(policy, world)
          ? []
          : [finding(ref.field, 'is met from any address, so the policy admits everybody')],
      ),
    ),
  ]
}

function refsTo({ authentications }: LinkerdPolicyFact, keys: ReadonlySet<string>): readonly Ref[] {
  return authentications.filter(ref => authenticationKind(ref) === 'network' && keys.has(keyOf(ref)))
}

function keyOf({ namespace, name }: Ref): string {
  return `${namespace}/${name}`
}

function isMeant({ namespace, name }: LinkerdPolicyFact, { config }: Context): boolean {
  const { open, exempt, elsewhere } = config
  return open.includes(`${namespace}/${name}`) || exempt.includes(namespace) || elsewhere.includes(namespace)
}

function isSparedKey(key: string, { config: { exempt, elsewhere } }: Context): boolean {
  return [...exempt, ...elsewhere].some(namespace => key.startsWith(`${namespace}/`))
}
