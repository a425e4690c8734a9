import { covers, entries } from '../graph/entries'
import type { External, Graph, Service } from '../graph/graph'
import { gatewayOf } from '../graph/resolve'
import type { IntendedEntry } from '../model/intent'
import { Language } from '../model/language'
import type { Move, Placed } from './moves'

/*
 * What has to be taken in steps of the objects by which calls find their way. An update writes before it deletes: where a way has two objects, and the
 * one that led there is to be deleted, what it leads to is changed before it is gone.
 */

/**
 * Sidecars are told where versions are by one object and how calls are spread by another: the first loses a version before the second stops naming it, and
 * calls that it would get are answered 503 (istio `pilot/pkg/networking/core/cluster_builder.go`: no cluster for a subset that no DestinationRule has). A
 * version of weight 0 is named by nobody (`pilot/pkg/networking/core/route/route.go` translateRoute). Before waypoints versions are Services, which stay.
 */
export function versionMoves(name: string, [old, service]: readonly [Service, Service], { planeOf }: Placed): Move[] {
  if (planeOf(service.namespace) === 'ambient') return []
  const [before, after] = [old, service].map(({ traffic }) => Object.entries(traffic?.versions ?? {}))
  if (!before || !after || before.length === 0) return []
  const at = `${service.namespace}/${name}`
  const path = `services.${name}.traffic`
  if (after.length === 0) {
    if (!service.traffic?.outlierDetection) return []
    const why = 'calls would be led to versions that are no longer described'
    const steps = [`\`${path}\` without \`versions\` and without \`outlierDetection\``, 'the latter again']
    return [{ kind: 'versions', at, why, steps }]
  }
  const kept = new Set(after.map(([version]) => version))
  const leaving = before.filter(([version, { weight }]) => weight > 0 && !kept.has(version)).map(([version]) => version)
  if (leaving.length === 0) return []
  const listed = leaving.map(version => `\`${version}\``).join(', ')
  return [
    {
      kind: 'versions',
      at,
      why: `calls would still be led to ${listed}, which nothing describes any more`,
      steps: [
        ...leaving.map(version => `\`${path}.versions.${version}.weight: 0\`, and its share to the others`),
        `take ${listed} out, then the workloads`,
      ],
    },
  ]
}

/**
 * On the way back from a gateway, callers' Sidecars and what the gateway lets out lose the host before that which leads callers there is deleted. At
 * stage `strict` there are no Sidecars; and a gateway that serves no host any more is deleted after what leads to it.
 */
export function exitMoves(before: Placed, after: Placed): Move[] {
  return Object.entries(after.graph.external).flatMap(([name, external]): Move[] => {
    const via = exitOf(before.graph.external[name])
    const callers = callersOf(name, after).filter(caller => callersOf(name, before).includes(caller))
    if (via === undefined || via === exitOf(external) || callers.length === 0) return []
    const others = Object.keys(after.graph.external).filter(
      other => exitOf(after.graph.external[other]) === via && callersOf(other, after).length > 0,
    )
    const enforced = callers.filter(namespace => after.stageOf(namespace) === 'enforce')
    if (others.length === 0 && enforced.length === 0) return []
    const all = [name, ...others].map(each => `\`external.${each}.gateway\``).join(', ')
    const again = others.map(each => `\`external.${each}.gateway\``).join(', ')
    return [
      {
        kind: 'exit',
        at: name,
        why: `callers would still be led to ${via}, which they no longer know or which no longer lets them out`,
        steps: [
          ...enforced.map(namespace => `\`stages.${namespace}: strict\``),
          `take ${all} out, while no NetworkPolicy keeps the callers in`,
          ...enforced.map(namespace => `\`stages.${namespace}: enforce\``),
          ...(again === '' ? [] : [`${again} again`]),
          ...(exitOf(external) === undefined ? [] : [`\`external.${name}.gateway\` with the new one`]),
        ],
      },
    ]
  })
}

function exitOf(external: External | undefined): string | undefined {
  if (external?.gateway === undefined) return undefined
  const { namespace, serviceAccount } = gatewayOf({ gateway: external.gateway })
  return `${namespace}/${serviceAccount}`
}

/** The namespaces on sidecars that call a host outside. */
function callersOf(external: string, { graph: { calls, services }, planeOf }: Placed): string[] {
  const callers = Object.entries(calls).filter(([, callees]) => Object.hasOwn(callees, external))
  const namespaces = callers.flatMap(([name]) => services[name]?.namespace ?? [])
  return [...new Set(namespaces)].filter(namespace => planeOf(namespace) === 'sidecar').sort()
}

/** Which port TLS is spoken on stands in one object, and that it is spoken in another: between two writes the host hears what it does not expect. */
export function originationMoves(before: Placed, after: Placed): Move[] {
  return Object.entries(after.graph.external).flatMap(([name, { tls }]): Move[] => {
    const old = before.graph.external[name]
    if (!old || (old.tls === undefined) === (tls === undefined)) return []
    if ([before, after].some(placed => callersOf(name, placed).length === 0)) return []
    const how = tls ? 'with `tls`' : 'without `tls`'
    return [
      {
        kind: 'origination',
        at: name,
        why: 'between two writes TLS would go to a port of plaintext, or the other way round',
        steps: [
          `declare the hosts as another external ${how}, by another port, with the same calls`,
          `take \`${name}\` out once nobody calls its port`,
        ],
      },
    ]
  })
}

/**
 * A request that goes to another callee than before: the old one's policy is written without it before the gateway's routes are. As long as some entry
 * of the gateway leads it there, whatever its host, the old callee admits it.
 */
export function entryMoves({ graph: before }: Placed, { graph: after }: Placed): Move[] {
  const [old, wanted] = [entries(before), entries(after)]
  const moved = old.filter(entry => {
    const here = wanted.filter(({ gateway }) => nameOf(gateway) === nameOf(entry.gateway))
    const stays = here.some(other => calleeOf(other) === calleeOf(entry) && includes(other, entry))
    return !stays && here.some(other => calleeOf(other) !== calleeOf(entry) && overlap(other, entry))
  })
  return moved.map((entry): Move => {
    const { gateway, host, to, http } = entry
    const route = `the routes of \`${host}\` to \`${to.service}\``
    return {
      kind: 'entry',
      at: `${nameOf(gateway)} ${host} ${http.methods.join()} ${to.namespace}/${to.service}:${to.port}`,
      why: `\`${to.service}\` would refuse requests that the gateway still sends it`,
      steps: [`with the change, ${route} for a host of the same gateway that nobody asks for`, 'take that host out'],
    }
  })
}

function nameOf({ namespace, serviceAccount }: IntendedEntry['gateway']): string {
  return `${namespace}/${serviceAccount}`
}

function calleeOf({ to: { namespace, service, port } }: IntendedEntry): string {
  return `${namespace}/${service}:${port}`
}

function includes(one: IntendedEntry, other: IntendedEntry): boolean {
  return sharesMethod(one, other) && pathsOf(other).minus(pathsOf(one)).isEmpty
}

function overlap(one: IntendedEntry, other: IntendedEntry): boolean {
  if (!covers(one.host, other.host) && !covers(other.host, one.host)) return false
  return sharesMethod(one, other) && !pathsOf(one).intersect(pathsOf(other)).isEmpty
}

function pathsOf({ http }: IntendedEntry): Language {
  return Language.of(http.path)
}

/** An entry has one method. */
function sharesMethod(one: IntendedEntry, other: IntendedEntry): boolean {
  return one.http.methods.some(method => other.http.methods.includes(method))
}

/**
 * A host's routes stand in an object for all hosts that the same ingresses declare: in one that it leaves and one that it comes to, and neither is
 * written first for certain.
 */
export function entryHostMoves({ graph: before }: Placed, { graph: after }: Placed): Move[] {
  const [old, wanted] = [declarers(before), declarers(after)]
  return [...wanted].flatMap(([at, names]): Move[] => {
    const earlier = old.get(at)
    if (earlier === undefined || earlier === names) return []
    return [
      {
        kind: 'entry-host',
        at,
        why: `between two writes nobody may serve it, which \`ingress\` ${earlier} declares and from then on ${names}`,
        steps: [
          `change the routes where the host is declared, in ${earlier}, or let clients go to another host meanwhile`,
        ],
      },
    ]
  })
}

/** The ingresses that declare routes of a host, by gateway and host. */
function declarers({ ingress }: Graph): ReadonlyMap<string, string> {
  const all = Object.entries(ingress)
    .filter(([, { routes }]) => Object.keys(routes).length > 0)
    .flatMap(([name, entry]) =>
      entry.hosts.map(host => ({ name, gateway: nameOf(gatewayOf(entry)), host: host.toLowerCase() })),
    )
  return new Map(
    all.map(({ gateway, host }) => {
      const own = all.filter(other => other.gateway === gateway && covers(other.host, host))
      return [`${gateway} ${host}`, [...new Set(own.map(({ name }) => `\`${name}\``))].sort().join(', ')] as const
    }),
  )
}

/** Whoever knows a host by one scheme is sent away or finds nobody there; there is no stage at which a gateway serves both. */
export function entryTlsMoves({ graph: before }: Placed, { graph: after }: Placed): Move[] {
  const old = schemes(before)
  return [...schemes(after)].flatMap(([at, secure]): Move[] => {
    if (old.get(at) === undefined || old.get(at) === secure) return []
    const how = secure ? 'with `tls`' : 'without `tls`'
    return [
      {
        kind: 'entry-tls',
        at,
        why: secure
          ? 'clients that ask in plaintext are told to come back in TLS, and not all can'
          : 'clients that ask in TLS find nobody there',
        steps: [
          `declare the routes for another host ${how}, beside this one`,
          'let the clients go there',
          `declare this host ${how} once nobody asks for it any more`,
        ],
      },
    ]
  })
}

/** Whether a host is served in TLS, by gateway and host. */
function schemes({ ingress }: Graph): ReadonlyMap<string, boolean> {
  return new Map(
    Object.values(ingress).flatMap(entry => {
      const { namespace, serviceAccount } = gatewayOf(entry)
      return entry.hosts.map(host => [`${namespace}/${serviceAccount} ${host}`, entry.tls !== undefined] as const)
    }),
  )
}

/**
 * A gateway that goes to another namespace under its name: while both are there, each Gateway selects the Pods of the other too, and of two that serve one host in TLS none may
 * (istio `pilot/pkg/model/gateway.go` CheckDuplicates).
 */
export function twinMoves({ graph: before }: Placed, { graph: after }: Placed): readonly Move[] {
  const [old, wanted] = [gatewaysIn(before), gatewaysIn(after)]
  const moved = [...wanted].flatMap(([key, { namespace, serviceAccount }]) => {
    const twin = [...old.values()].find(one => one.serviceAccount === serviceAccount && one.namespace !== namespace)
    return twin && !old.has(key) ? [{ key, twin }] : []
  })
  return moved.map(({ key, twin }) => ({
    kind: 'gateway',
    at: key,
    why: `\`${twin.namespace}/${twin.serviceAccount}\` has the same name, and Gateways select Pods in every namespace`,
    steps: ['the gateway in the other namespace under a name that no gateway has', 'what goes through the old one'],
  }))
}

function gatewaysIn({ ingress, external }: Graph): ReadonlyMap<string, ReturnType<typeof gatewayOf>> {
  const named = [...Object.values(ingress), ...Object.values(external)].flatMap(({ gateway }) =>
    gateway === undefined ? [] : [gatewayOf({ gateway })],
  )
  return new Map(named.map(one => [nameOf(one), one]))
}
