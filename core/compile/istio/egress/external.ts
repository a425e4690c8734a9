import { own } from '../../../graph/plain'
import type { Manifest } from '../../../model/manifest'
import type { Problem } from '../../../model/problem'
import { fitName } from '../../names'
import { sorted, sortedGroups } from '../../order'
import type { Context } from '../context'
import { manifest } from '../../objects'
import { siftExits } from './exits'
import type { Entry, Exits } from './gateway'
import { exitHost, exits } from './gateway'
import type { Use, Wire } from '../../outside'
import { isOutside, usesOf, wireOf } from '../../outside'
import { narrowed } from './use'
import type { Namespaces } from '../labels'
import { originates, originPort } from './origination'

/** What is outside the mesh and how to reach it. */
export interface Externals extends Exits {
  /** A host as a Sidecar of `namespace` names it, and the gateway on the way; nothing where it cannot be reached. */
  hostFor(namespace: string, host: string): readonly string[]
}

/**
 * A ServiceEntry per calling namespace and host, visible there only, so that none outlives its callers and no namespace
 * owns another's. One host each: two hosts of a plain TCP port must not share an object.
 *
 * Where a namespace's label puts all that is there behind a waypoint, its hosts are left out of that, since nobody is admitted
 * to them there (istio `pilot/pkg/serviceregistry/ambient/waypoints.go` GetUseWaypoint).
 *
 * Where calls leave through a gateway, it is the gateway that knows where the host is and speaks TLS to it, and callers only know its name.
 */
export function externals(context: Context, namespaces: Namespaces): Externals {
  const uses = context.lines.flatMap(line => usesOf(line, context.graph))
  const { clusterDomain } = context.settings
  const named = new Set(uses.filter(({ host }) => isOutside(host, clusterDomain)))
  const sifted = siftExits([...named], context)
  const kept = tellApart(sifted.kept, context)
  const entry: Entry = (namespace, same) => [
    ...serviceEntry(namespace, same, namespaces),
    ...originates(namespace, same),
  ]
  const entries = sortedGroups(kept, ({ namespace, host }) => `${namespace} ${host}`)
  const left = exits([...kept], entry, context)
  return {
    manifests: [...[...entries.values()].flatMap(same => entry(same[0]?.namespace ?? '', same)), ...left.manifests],
    assumptions: left.assumptions,
    problems: [
      ...uses.filter(use => !named.has(use)).map(nameless),
      ...sifted.problems,
      ...sifted.kept.filter(use => !kept.has(use)).map(crowded),
      ...[...kept].flatMap(unenforced),
      ...left.problems,
    ],
    hostFor: (namespace, name) => {
      const host = name.toLowerCase()
      const via = entries.get(`${namespace} ${host}`)?.map(use => use.via)
      if (!via) return []
      return [
        `./${host}`,
        ...via.flatMap(exit => (exit ? [`${exit.namespace}/${exitHost(exit, context.settings)}`] : [])),
      ]
    },
  }
}

function serviceEntry(namespace: string, uses: readonly Use[], namespaces: Namespaces): Manifest[] {
  const [first] = uses
  if (!first) return []
  // Also where no waypoint stands yet: once one does, calls to a host that it does not know would end there.
  const ambient = own(namespaces, namespace)?.['istio.io/dataplane-mode'] === 'ambient'
  const byPort = sortedGroups(uses, ({ port }) => String(port).padStart(5, '0'))
  const ports = [...byPort.values()].flatMap(([use]) => (use ? [portOf(use)] : []))
  return [
    manifest({
      kind: 'ServiceEntry',
      namespace,
      name: fitName(first.host),
      ...(ambient && { labels: { 'istio.io/use-waypoint': 'none' } }),
      spec: { hosts: [first.host], exportTo: ['.'], location: 'MESH_EXTERNAL', ports, resolution: 'DNS' },
      because: sorted(uses.map(({ line }) => line.text)),
    }),
  ]
}

/**
 * Also where a gateway speaks TLS for the caller: what the caller's own proxy sends there goes nowhere, and the entry stays the same while the host is
 * moved behind the gateway, by which time calls still need it.
 */
function portOf(use: Use): Readonly<Record<string, string | number>> {
  const { port, protocol } = use
  const wire = wireOf(use)
  const spoken = wire === 'http' ? protocol : wire
  return {
    number: port,
    name: `${spoken}-${port}`,
    protocol: spoken.toUpperCase(),
    ...originPort(use),
  }
}

/**
 * The uses that a sidecar can tell apart. Without addresses of their own, all hosts of a port share one outbound listener:
 * there HTTP tells hosts apart by name and TLS by SNI, plain TCP by nothing, and only one of the three fits.
 */
function tellApart(uses: readonly Use[], context: Context): ReadonlySet<Use> {
  const byPort = sortedGroups(uses, ({ namespace, port }) => `${namespace} ${port}`)
  return new Set(
    [...byPort.values()].flatMap(same => {
      const wire = winner(same, context)
      return same.filter(use => wireOf(use) === wire)
    }),
  )
}

function winner(same: readonly Use[], context: Context): Wire | undefined {
  const found = new Set(same.map(wireOf))
  if (found.has('http') || same.slice(0, 1).some(use => servesHttp(use, context))) return 'http'
  if (found.has('tls')) return 'tls'
  return new Set(same.map(({ host }) => host)).size === 1 ? 'tcp' : undefined
}

/** Whether somebody in the namespace calls a service of ours over HTTP on the same port number. */
function servesHttp({ namespace, port }: Use, { workloads, into }: Context): boolean {
  return workloads.some(({ name, servicePorts }) => {
    const same = servicePorts.filter(each => each.port === port && ['http', 'grpc'].includes(each.protocol))
    const called = (target: number) =>
      into.get(name)?.some(({ flow: { from, to } }) => {
        return to.port === target && from.kind === 'workload' && from.namespace === namespace
      })
    return same.some(({ targetPort }) => called(targetPort))
  })
}

function nameless(use: Use): Problem {
  const why = `\`${use.host}\` is no name outside the cluster that DNS could answer`
  return narrowed(use, why, 'write a whole host name, without wildcards')
}

function crowded(use: Use): Problem {
  const why = `\`${use.namespace}\` calls other hosts on port ${use.port}, which the sidecar could not tell from it`
  return narrowed(use, why, 'use another port, or TLS for all of them')
}

/** A request to a host outside meets no proxy of ours that would judge it, but a gateway's. */
function unenforced({ line, namespace, host, via }: Use): Problem[] {
  const { kind } = line.flow.route
  if (kind === 'tcp' || kind === 'tls' || via) return []
  const at = `ServiceEntry ${namespace}/${host}`
  const message = `the route of \`${line.text}\` is not enforced: the caller may ask the host anything`
  return [{ code: 'unenforced-route', severity: 'delegated', at, message }]
}
