import { identityOf } from '../core/analyze/explain/access-log'
import { addressesTo } from '../core/analyze/istio/addresses'
import { planesOf } from '../core/analyze/istio/data-plane'
import { targetPort } from '../core/analyze/istio/protocol'
import { isWaypoint } from '../core/analyze/istio/waypoints'
import { containsLabels } from '../core/analyze/istio/attachment'
import type { Layer, Service, Workload } from '../core/analyze/layer'
import type { Request, RequestSource, RequestTarget } from '../core/analyze/request'
import { nearest } from '../core/model/problem'
import { count } from '../core/report/words'
import { badInput } from './bad-input'

/** What was understood of a name on the command line, and what is worth saying of it. */
export interface Understood<T> {
  readonly value: T
  readonly notes: readonly string[]
}

/** What is known of who calls, beside the name. */
export interface Circumstances {
  readonly plaintext?: true
  readonly ip?: string
}

/**
 * Reads FROM: `plaintext`, a SPIFFE id, or `namespace/name` of a ServiceAccount, else of a workload. One whose workloads have no proxy shows no identity.
 * Throws BadInput, with the near name where one is.
 */
export function callerNamed(text: string, layer: Layer, { plaintext, ip }: Circumstances): Understood<RequestSource> {
  const at = ip === undefined ? {} : { ip }
  if (text === 'plaintext') return { value: { kind: 'plaintext', ...at }, notes: [] }
  const identity = identityOf(text)
  if (identity) return { value: { kind: 'identity', identity, ...at }, notes: [] }
  const [, namespace, name] = /^([^/:\s]+)\/([^/:\s]+)$/.exec(text) ?? []
  if (namespace === undefined || name === undefined)
    throw badInput(
      'FROM',
      `expected \`namespace/name\`, \`plaintext\` or a SPIFFE id, got \`${text}\``,
      'write for instance `boutique/frontend`',
    )
  const there = layer.workloads.filter(workload => workload.namespace === namespace)
  const running = there.filter(({ serviceAccount }) => serviceAccount === name)
  const named = there.filter(({ names }) => names.includes(name))
  const workloads = running.length > 0 ? running : named
  checkNear(text, layer, workloads)
  const [only, ...others] = workloads
  const account = running.length > 0 || !only ? name : only.serviceAccount
  const pod = only && others.length === 0 ? { workload: only.name } : {}
  const notes = notesOn(text, { running, named, account })
  const silent =
    workloads.length > 0 && workloads.every(one => planesOf(layer, one).every(({ plane }) => plane === 'none'))
  if (plaintext || silent) {
    const why = silent && !plaintext ? [`${text} has no proxy: it shows no identity`] : []
    return { value: { kind: 'plaintext', namespace, ...pod, ...at }, notes: [...notes, ...why] }
  }
  const trustDomain = domainFor(layer, workloads)
  if (trustDomain === undefined)
    throw badInput(
      'FROM',
      "the mesh's trust domain is not among the objects",
      `write \`spiffe://TRUST-DOMAIN/ns/${namespace}/sa/${account}\`, or give the ConfigMap with the mesh's settings`,
    )
  return {
    value: { kind: 'identity', identity: { trustDomain, namespace, serviceAccount: account }, ...pod, ...at },
    notes,
  }
}

function domainFor(layer: Layer, workloads: readonly Workload[]): string | undefined {
  const linkerd = workloads.some(one => planesOf(layer, one).some(({ plane }) => plane === 'linkerd'))
  const { mesh, linkerd: other } = layer
  return linkerd ? (other.mesh.trustDomain ?? mesh.trustDomain) : (mesh.trustDomain ?? other.mesh.trustDomain)
}

/** A name that nobody has, but nearly somebody does, is a slip. */
function checkNear(text: string, layer: Layer, found: readonly Workload[]): void {
  if (found.length > 0) return
  const near = nearest(text, callersIn(layer))
  if (near === undefined) return
  throw badInput(
    'FROM',
    `no ServiceAccount and no workload \`${text}\` is among the objects`,
    `did you mean \`${near}\`? to ask of one that nobody has read, write it as \`spiffe://…\``,
  )
}

/** All ServiceAccounts that workloads run under, and all workloads, as FROM has them. */
function callersIn({ workloads }: Layer): ReadonlySet<string> {
  return new Set(
    workloads.flatMap(({ namespace, serviceAccount, names }) =>
      [serviceAccount, ...names].map(name => `${namespace}/${name}`),
    ),
  )
}

interface Choice {
  readonly running: readonly Workload[]
  readonly named: readonly Workload[]
  readonly account: string
}

function notesOn(text: string, { running, named, account }: Choice): readonly string[] {
  if (running.length === 0 && named.length === 0)
    return [`nothing among the objects runs as ${text}: it is taken for a ServiceAccount that nobody has read`]
  if (running.length === 0)
    return [`${text} is a workload; it calls as ServiceAccount ${text.replace(/\/.*/, '')}/${account}`]
  const strangers = named.filter(({ serviceAccount }) => serviceAccount !== account)
  return [
    ...(running.length > 1 ? [`${count(running.length, 'workload')} run under ServiceAccount ${text}`] : []),
    ...strangers.map(
      ({ kind, serviceAccount }) =>
        `${text} is taken for the ServiceAccount; the ${kind} of that name runs under ${serviceAccount}`,
    ),
  ]
}

/**
 * Reads TO: `namespace/name:port` of a workload and its container port, or of a Service and its port. Throws BadInput, with the near name where one is.
 */
export function calleeNamed(text: string, layer: Layer, via?: string): Understood<RequestTarget> {
  const [, namespace, name, digits] = /^([^/:\s]+)\/([^/:\s]+):(\d{1,5})$/.exec(text) ?? []
  if (namespace === undefined || name === undefined)
    throw badInput(
      'TO',
      `expected \`namespace/workload:port\`, got \`${text}\``,
      'write for instance `boutique/cartservice:7070`',
    )
  const port = Number(digits)
  const workload = layer.workloads.find(one => one.namespace === namespace && one.names.includes(name))
  const service = layer.services.find(
    one => one.name === (isNamed(via) ? via : name) && (one.namespace ?? namespace) === namespace,
  )
  if (isNamed(via) && !service)
    throw badInput('--via-service', `no Service \`${namespace}/${via}\` is among the objects`)
  if (workload)
    return atWorkload(layer, {
      workload,
      name,
      port,
      ...(service && { service }),
      isVia: isNamed(via) ? 'yes' : via === 'none' ? 'no' : 'perhaps',
    })
  if (service) return atService(layer, service, { namespace, port })
  const known = new Set([...layer.workloads, ...layer.services].map(one => `${one.namespace ?? ''}/${one.name}`))
  const near = nearest(`${namespace}/${name}`, known)
  throw badInput(
    'TO',
    `no workload and no Service \`${namespace}/${name}\` is among the objects`,
    near === undefined ? undefined : `did you mean \`${near}:${port}\`?`,
  )
}

function isNamed(via: string | undefined): via is string {
  return via !== undefined && via !== 'none'
}

interface Wanted {
  readonly workload: Workload
  /** As it was asked for. */
  readonly name: string
  readonly port: number
  readonly service?: Service
  /** Whether the Service was asked for; `perhaps`: it was not said. */
  readonly isVia: 'yes' | 'no' | 'perhaps'
}

/** A number that is no port of the workload, but one of a Service of that name, is meant as that. */
function atWorkload(layer: Layer, { workload, name, port, service, isVia }: Wanted): Understood<RequestTarget> {
  const { namespace } = workload
  const target: RequestTarget = { namespace, workload: name, port }
  const called = service && addressesTo(layer, workload, port).some(one => one.service === service)
  if (isVia === 'yes' && called) return { value: { ...target, viaService: service.name }, notes: [] }
  const entry = service?.ports.find(one => one.port === port)
  const container = entry && targetPort(entry, workload)
  const isOwn = workload.ports.some(one => one.port === port) || called
  if (service && container !== undefined && (isVia === 'yes' || (!isOwn && container !== port)))
    return {
      value: { ...target, port: container, viaService: service.name, servicePort: port },
      notes: [`port ${port} is one of Service ${namespace}/${service.name}, which leads to port ${container}`],
    }
  if (isVia === 'perhaps' && layer.gateways.some(isWaypoint)) return bySoleService(layer, workload, target)
  return { value: target, notes: [] }
}

/** Whoever calls a Pod does so by its Service, which is what waypoints go by. */
function bySoleService(layer: Layer, workload: Workload, target: RequestTarget): Understood<RequestTarget> {
  const [only, ...others] = addressesTo(layer, workload, target.port).map(({ service }) => service)
  if (!only || others.length > 0) return { value: target, notes: [] }
  const { namespace } = target
  const note = `it is taken to be called by Service ${namespace}/${only.name}; by its own address with \`--via-service none\``
  return { value: { ...target, viaService: only.name }, notes: [note] }
}

function atService(
  layer: Layer,
  service: Service,
  { namespace, port }: { readonly namespace: string; readonly port: number },
): Understood<RequestTarget> {
  const { selector, name } = service
  const behind = layer.workloads.filter(
    one => one.namespace === namespace && Object.keys(selector).length > 0 && containsLabels(one.labels, selector),
  )
  const [workload, ...others] = behind
  const text = `Service ${namespace}/${name}`
  if (!workload) throw badInput('TO', `${text} leads to no workload among the objects`)
  if (others.length > 0)
    throw badInput(
      'TO',
      `${text} leads to ${behind.map(one => `\`${namespace}/${one.name}\``).join(', ')}`,
      `name one of them, with \`--via-service ${name}\``,
    )
  const entry = service.ports.find(one => one.port === port)
  const container = entry ? targetPort(entry, workload) : undefined
  if (container === undefined)
    throw badInput(
      'TO',
      `${text} has no port \`${port}\``,
      `its ports are ${service.ports.map(one => one.port).join(', ')}`,
    )
  const value = { namespace, workload: workload.name, port: container, viaService: name, servicePort: port }
  return {
    value,
    notes: [`${text}, port ${port}, leads to port ${container} of ${workload.kind} ${namespace}/${workload.name}`],
  }
}

/** Who asks whom, in one line. */
export function printRequest({ from, to, http }: Request): string {
  const caller =
    from.kind === 'identity'
      ? `${from.identity.namespace}/${from.identity.serviceAccount}`
      : `${from.workload === undefined ? (from.namespace ?? from.ip ?? 'anybody') : `${from.namespace ?? ''}/${from.workload}`} without identity`
  return `${caller} → ${to.namespace}/${to.workload}:${to.port} ${http ? `${http.method} ${http.path}` : 'raw tcp'}`
}
