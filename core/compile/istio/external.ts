import type { Protocol } from '../../graph/graph'
import { own } from '../../graph/plain'
import type { Manifest } from '../../model/manifest'
import type { Problem } from '../../model/problem'
import { fitName } from '../names'
import { sorted, sortedGroups } from '../order'
import type { Context, Line } from './context'
import { manifest } from './context'
import type { Namespaces } from './labels'
import { isName } from './settings'

/** What is outside the mesh and how to reach it. */
export interface Externals {
  readonly manifests: readonly Manifest[]
  readonly problems: readonly Problem[]
  /** A host as a Sidecar of `namespace` names it, or nothing where it cannot be reached. */
  hostFor(namespace: string, host: string): readonly string[]
}

/** One namespace's use of one port of one host. */
interface Use {
  readonly namespace: string
  readonly host: string
  readonly port: number
  readonly protocol: Protocol
  readonly line: Line
}

/**
 * A ServiceEntry per calling namespace and host, visible there only, so that none outlives its callers and no namespace
 * owns another's. One host each: two hosts of a plain TCP port must not share an object.
 *
 * Where a namespace's label puts all that is there behind a waypoint, its hosts are left out of that, since nobody is admitted
 * to them there (istio `pilot/pkg/serviceregistry/ambient/waypoints.go` GetUseWaypoint).
 */
export function externals(context: Context, namespaces: Namespaces): Externals {
  const uses = context.lines.flatMap(line => useOf(line, context))
  const named = uses.filter(({ host }) => isOutside(host, context))
  const kept = tellApart(named, context)
  const entries = sortedGroups(kept, ({ namespace, host }) => `${namespace} ${host}`)
  return {
    manifests: [...entries.values()].flatMap(uses => serviceEntry(uses, namespaces)),
    problems: [
      ...uses.filter(({ host }) => !isOutside(host, context)).map(nameless),
      ...named.filter(use => !kept.has(use)).map(crowded),
      ...uses.flatMap(unenforced),
    ],
    hostFor: (namespace, name) => {
      const host = name.toLowerCase()
      return entries.has(`${namespace} ${host}`) ? [`./${host}`] : []
    },
  }
}

function useOf(line: Line, { graph }: Context): Use[] {
  const { from, to } = line.flow
  if (from.kind !== 'workload' || to.kind !== 'external') return []
  const ports = Object.values(own(graph.external, to.name)?.ports ?? {})
  return ports
    .filter(({ port }) => port === to.port)
    .map(({ protocol, port }) => ({ namespace: from.namespace, host: to.host.toLowerCase(), port, protocol, line }))
}

/**
 * Whether DNS can say where a host is, and it is none of the cluster's Services: an entry would hide the real one, and
 * with it the mTLS that callers use there.
 */
function isOutside(host: string, { settings }: Context): boolean {
  return isName(host) && host.includes('.') && /[a-z]/.test(host) && !host.endsWith(`.svc.${settings.clusterDomain}`)
}

function serviceEntry(uses: readonly Use[], namespaces: Namespaces): Manifest[] {
  const [first] = uses
  if (!first) return []
  // Also where no waypoint stands yet: once one does, calls to a host that it does not know would end there.
  const ambient = own(namespaces, first.namespace)?.['istio.io/dataplane-mode'] === 'ambient'
  const byPort = sortedGroups(uses, ({ port }) => String(port).padStart(5, '0'))
  const ports = [...byPort.values()].flatMap(([use]) => (use ? [portOf(use)] : []))
  return [
    manifest({
      kind: 'ServiceEntry',
      namespace: first.namespace,
      name: fitName(first.host),
      ...(ambient && { labels: { 'istio.io/use-waypoint': 'none' } }),
      spec: { hosts: [first.host], exportTo: ['.'], location: 'MESH_EXTERNAL', ports, resolution: 'DNS' },
      because: sorted(uses.map(({ line }) => line.text)),
    }),
  ]
}

function portOf({ port, protocol }: Use): Record<'name' | 'protocol', string> & { readonly number: number } {
  const wire = wires[protocol]
  return { number: port, name: `${wire}-${port}`, protocol: wire.toUpperCase() }
}

type Wire = 'http' | 'tls' | 'tcp'

/** What the caller's sidecar sees: gRPC to a host outside comes in TLS of the caller's own, and plain gRPC is declared as TCP. */
const wires: Readonly<Record<Protocol, Wire>> = { http: 'http', grpc: 'tls', tls: 'tls', tcp: 'tcp' }

/**
 * The uses that a sidecar can tell apart. Without addresses of their own, all hosts of a port share one outbound listener:
 * there HTTP tells hosts apart by name and TLS by SNI, plain TCP by nothing, and only one of the three fits.
 */
function tellApart(uses: readonly Use[], context: Context): ReadonlySet<Use> {
  const byPort = sortedGroups(uses, ({ namespace, port }) => `${namespace} ${port}`)
  return new Set(
    [...byPort.values()].flatMap(same => {
      const wire = winner(same, context)
      return same.filter(({ protocol }) => wires[protocol] === wire)
    }),
  )
}

function winner(same: readonly Use[], context: Context): Wire | undefined {
  const found = new Set(same.map(({ protocol }) => wires[protocol]))
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

function narrowed({ line, namespace, host }: Use, why: string, hint: string): Problem {
  const at = `ServiceEntry ${namespace}/${host}`
  const message = `Istio cannot express \`${line.text}\`: ${why}`
  return { code: 'inexpressible', severity: 'narrowed', at, message, hint }
}

/** A request to a host outside meets no proxy of ours that would read it. */
function unenforced({ line, namespace, host }: Use): Problem[] {
  const { kind } = line.flow.route
  if (kind === 'tcp' || kind === 'tls') return []
  const at = `ServiceEntry ${namespace}/${host}`
  const message = `the route of \`${line.text}\` is not enforced: the caller may ask the host anything`
  return [{ code: 'unenforced-route', severity: 'delegated', at, message }]
}
