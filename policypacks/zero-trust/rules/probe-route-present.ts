import { defaultPolicies } from '../../../core/analyze/linkerd/layer-linkerd'
import { groupBy } from '../../../core/model/group'
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
import { isForRoute, isForServer, isNamespace } from '../facts/linkerd/grants'
import { podsOf, targetedIn, type NamedIn, type PodsOf } from '../facts/linkerd/lookup'
import { linkerdPolicies, routes, servers } from '../facts/linkerd/objects'
import { linkerdPods, probesOf, type LinkerdPodFact, type ProbeFact } from '../facts/linkerd/pods'
import { asksIdentity, readLinkerdPolicy, type LinkerdPolicyFact } from '../facts/linkerd/refs'
import { readRequests, routesForGet, type Routed } from '../facts/linkerd/requests'
import { readRoute, type RouteFact } from '../facts/linkerd/routes'
import { portsOf, readServer, type ServerFact } from '../facts/linkerd/servers'
import { at, finding, gather, guard, word } from '../field'
import { rule, type Context, type Finding } from '../rule'

const probed = routeOn('web.port', 'probes', [getting('/ready')])
const kubelet = networkAuthentication('kubelet', ['10.0.0.0/16'])
const admitted = linkerdPolicy('probes', toRoute('probes'), [byNetwork('kubelet')])
const pages = routeOn('web.port', 'pages', [getting('/', 'PathPrefix')])
const readers = linkerdPolicy('pages', toRoute('pages'), [byMesh('frontend')])

/**
 * Where a Server has routes, one of them lets the kubelet ask what `httpGet` probes ask. Without any route the proxy admits probes by itself, and with one no
 * longer: a request that no route takes is not found, and one that asks for an identity refuses the kubelet, which has none (linkerd2
 * `policy-controller/k8s/index/src/inbound/index.rs` default_inbound_http_routes; recorded).
 */
export const probeRoutePresent = rule({
  id: 'probe-route-present',
  severity: 'medium',
  scope: 'stack',
  controls: ['nist-800-53/AC-3', 'nist-800-53/CM-6', 'nist-800-53/SC-7(5)', 'iso-27001/A.8.9'],
  why: 'the first route on a Server takes away what admits probes, so that Pods never become ready, and whoever is in a hurry then opens the whole Server',
  fix: 'add an HTTPRoute for GET of the exact path of each probe, and an AuthorizationPolicy for it with a NetworkAuthentication of the nodes',
  limits:
    'whether the networks are those of the nodes is not known; probes by TLS, TCP and gRPC are not looked at, nor are those of Pods that a chart brings',
  config: ['lock'],
  examples: {
    pass: [
      { title: 'no route, so that the proxy admits probes', objects: [web, webServer] },
      { title: 'a route for the probe', objects: [web, webServer, pages, readers, probed, admitted, kubelet] },
      {
        title: 'the whole Server is for the networks of the nodes',
        objects: [web, webServer, pages, linkerdPolicy('nodes', toServer('web.port'), [byNetwork('kubelet')])],
      },
      { title: 'a probe of the intent', objects: [webServer, probed, admitted], intent: webLock() },
    ],
    fail: [
      {
        title: 'no route takes the probe',
        objects: [web, webServer, routeOn('web.port', 'cart', [getting('/cart')]), readers],
      },
      { title: 'the route that takes it asks for an identity', objects: [web, webServer, pages, readers] },
      { title: 'nobody is admitted to the route', objects: [web, webServer, probed] },
      {
        title: 'a longer path goes before that of the probe',
        objects: [
          web,
          webServer,
          routeOn('web.port', 'probes', [getting('/', 'PathPrefix')]),
          admitted,
          routeOn('web.port', 'pages', [getting('/ready', 'PathPrefix')]),
          readers,
        ],
      },
      {
        title: 'a probe of the intent that no route takes',
        objects: [webServer, routeOn('web.port', 'cart', [getting('/cart')])],
        intent: webLock(),
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const read = gather(routes(context), field => {
    const route = readRoute(field)
    return route?.kind === 'HTTPRoute' ? [readRequests(route)] : []
  })
  const routed = read.facts.flat().filter(({ route }) => route.parents.every(({ flaws }) => flaws.length === 0))
  if (routed.length === 0) return read.findings
  const all = gather(servers(context), readServer)
  const policies = gather(linkerdPolicies(context), readLinkerdPolicy)
  const pods = linkerdPods(context)
  const admitting = policies.facts.filter(policy => !asksIdentity(policy))
  const world: World = {
    routed: groupBy(routed.flatMap(onServers), ({ server }) => server),
    admitting: targetedIn(admitting),
    wide: new Set(admitting.flatMap(({ namespace, target }) => (isNamespace(target) ? [namespace] : []))),
    podsOf: podsOf(pods.facts),
  }
  return [
    ...read.findings,
    ...all.findings,
    ...policies.findings,
    ...pods.findings,
    ...all.facts.flatMap(server => guard(server.field, () => judge(server, world))),
  ]
}

interface World {
  /** By the Server, `namespace/name`. */
  readonly routed: ReadonlyMap<string, readonly OnServer[]>
  /** Policies that a caller without identity can meet. */
  readonly admitting: NamedIn<LinkerdPolicyFact>
  /** Namespaces that such a policy is for as a whole. */
  readonly wide: ReadonlySet<string>
  readonly podsOf: PodsOf
}

interface OnServer {
  readonly server: string
  readonly routed: Routed
}

function onServers(routed: Routed): readonly OnServer[] {
  const { namespace, parents } = routed.route
  const names = new Set(parents.flatMap(parent => (parent.namespace === namespace ? [parent.name] : [])))
  return [...names].map(name => ({ server: `${namespace}/${name}`, routed }))
}

function judge(server: ServerFact, world: World): readonly Finding[] {
  const { admitting } = world
  const own = world.routed.get(`${server.namespace}/${server.name}`)?.map(({ routed }) => routed) ?? []
  const reads = server.protocol === 'unknown' || server.protocol.startsWith('HTTP/')
  if (own.length === 0 || !reads) return []
  const isOpen = isOpenServer(server, world)
  const isAdmitted = (route: RouteFact) =>
    isOpen || admitting(route.namespace, route.name).some(policy => isForRoute(policy, route))
  return world.podsOf(server).flatMap(pod => {
    const ports = portsOf(server, pod)
    return proved(pod, () =>
      probesOf(pod)
        .filter(({ port, path }) => ports.includes(port) && !isLetThrough(path, own, isAdmitted))
        .map(probe => about(pod, probe)),
    )
  })
}

function isOpenServer(server: ServerFact, { admitting, wide }: World): boolean {
  if (wide.has(server.namespace) || admitsAnybody(server)) return true
  return admitting(server.namespace, server.name).some(policy => isForServer(policy, server))
}

/** With a finding at what makes the Pods, where that cannot be read. */
function proved({ maker }: LinkerdPodFact, findings: () => readonly Finding[]): readonly Finding[] {
  return maker ? guard(maker, findings) : findings()
}

function isLetThrough(path: string, routed: readonly Routed[], isAdmitted: (route: RouteFact) => boolean): boolean {
  const { taken, missed } = routesForGet(routed, path)
  return !missed && taken.every(isAdmitted)
}

/** What `access-policy-deny` and `audit-expires` are about, and what lets probes through all the same. */
function admitsAnybody({ field }: ServerFact): boolean {
  const policy = word(at(field, 'spec', 'accessPolicy'), defaultPolicies)
  return policy === 'audit' || (policy?.endsWith('-unauthenticated') ?? false)
}

function about({ maker, name }: LinkerdPodFact, { field, path }: ProbeFact): Finding {
  const place = field ?? maker
  const message = 'is refused: the Server has routes, and none of them lets the kubelet ask this'
  return place && field
    ? finding(field, message)
    : { at: place?.of.at ?? '', resource: name, path: '', message: `the probe GET ${path} ${message}` }
}
