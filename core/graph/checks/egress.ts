import type { Problem } from '../../model/problem'
import type { External, Graph, Origination } from '../graph'
import { nameProblems } from '../names'
import { defect, place } from '../place'
import { accountOf, gatewayOf } from '../resolve'
import { gatewayProblems } from './ingress'

/** What is wrong with how calls leave the cluster: the gateways they go through, and the TLS that is spoken for callers. */
export function leavingProblems(graph: Graph): readonly Problem[] {
  const externals = Object.entries(graph.external)
  const taken = takenIdentities(graph)
  return [
    ...externals.flatMap(([name, external]) => [
      ...exitProblems(name, external, taken),
      ...originationProblems(name, external),
    ]),
    ...divided(externals),
  ]
}

/** Who a gateway for calls that leave cannot be, by identity, and why. */
function takenIdentities({ services, ingress }: Graph): ReadonlyMap<string, Taken> {
  const entered = Object.values(ingress).map((one): readonly [string, Taken] => [
    identityOf(one),
    { code: 'gateway-both-ways', why: 'lets calls in, from anybody: what leaves there would leave with them' },
  ])
  const own = Object.entries(services).map(([name, service]): readonly [string, Taken] => [
    `${service.namespace}/${accountOf(name, service)}`,
    { code: 'gateway-is-service', why: `is the service \`${name}\`, whose callers could leave there too` },
  ])
  return new Map([...entered, ...own])
}

interface Taken {
  readonly code: string
  readonly why: string
}

function identityOf(of: { readonly gateway: string }): string {
  const { namespace, serviceAccount } = gatewayOf(of)
  return `${namespace}/${serviceAccount}`
}

function exitProblems(name: string, { gateway }: External, taken: ReadonlyMap<string, Taken>): readonly Problem[] {
  if (gateway === undefined) return []
  const at = place('external', name, 'gateway')
  const malformed = gatewayProblems({ gateway }, at)
  if (malformed.length > 0) return malformed
  const found = taken.get(identityOf({ gateway }))
  if (!found) return []
  const hint = 'let calls leave through a gateway of their own'
  return [defect({ code: found.code, at, message: `\`${gateway}\` ${found.why}`, hint })]
}

function originationProblems(name: string, { ports, tls }: External): readonly Problem[] {
  if (!tls) return []
  const unread = Object.entries(ports).filter(([, { protocol }]) => protocol !== 'http' && protocol !== 'grpc')
  return [
    ...unread.map(([port, { protocol }]) => {
      const message = `nobody speaks TLS for callers of a ${protocol} port, whose bytes go out as they are`
      const hint = 'leave `tls` out, or declare the port in an external of its own'
      return defect({ code: 'origination-protocol', at: place('external', name, 'ports', port), message, hint })
    }),
    ...trustProblems(tls, name),
  ]
}

function trustProblems({ caCertificates, subjectAltNames }: Origination, name: string): readonly Problem[] {
  const names = subjectAltNames ?? []
  return [
    ...(caCertificates === undefined || isTrustFile(caCertificates) ? [] : [noFile(caCertificates, name)]),
    ...(subjectAltNames?.length === 0 ? [noNames(name)] : []),
    ...names.flatMap((host, index) =>
      nameProblems('host', host, place('external', name, 'tls', 'subjectAltNames', index)),
    ),
  ]
}

function isTrustFile(path: string): boolean {
  return path === 'system' || (/^(\/[\w.-]+)+$/.test(path) && !path.split('/').includes('..'))
}

function noFile(path: string, name: string): Problem {
  const message = `\`${path}\` is not a file in the proxy`
  const hint = 'write an absolute path, or `system` for the authorities of its image'
  return defect({ code: 'malformed-path', at: place('external', name, 'tls', 'caCertificates'), message, hint })
}

function noNames(name: string): Problem {
  const message = 'no name is taken, so that no certificate would do'
  const hint = 'leave the list out for the host itself'
  return defect({ code: 'empty-names', at: place('external', name, 'tls', 'subjectAltNames'), message, hint })
}

/** A proxy sends all calls to a host the same way, whatever their port. */
function divided(externals: readonly (readonly [string, External])[]): readonly Problem[] {
  const first = new Map<string, { readonly name: string; readonly exit: string | undefined }>()
  return externals.flatMap(([name, external]) => {
    const exit = external.gateway === undefined ? undefined : identityOf({ gateway: external.gateway })
    return [...new Set(external.hosts)].flatMap((host, index) => {
      const known = first.get(host)
      if (!known) first.set(host, { name, exit })
      if (!known || known.exit === exit) return []
      const message = `\`${host}\` leaves another way at \`${place('external', known.name)}\``
      const at = place('external', name, 'hosts', index)
      return [defect({ code: 'divided-host', at, message, hint: 'give both the same `gateway`, or none' })]
    })
  })
}
