import type { Verdict } from '../core/analyze/decide'
import { decide } from '../core/analyze/decide'
import type { LoggedRequest } from '../core/analyze/explain/access-log'
import { addressOf, parseAccessLog } from '../core/analyze/explain/access-log'
import type { Layer } from '../core/analyze/layer'
import type { HttpRequest, Request, RequestSource } from '../core/analyze/request'
import { groupBy } from '../core/model/group'
import { few } from '../core/report/words'
import type { Understood } from './asked-request'
import { callerNamed, calleeNamed } from './asked-request'
import { badInput } from './bad-input'

/** What is said beside the line: who called whom, where it does not tell. */
export interface Beside {
  readonly from?: string
  readonly to?: string
}

/** The request that a line of an access log is about. Throws BadInput where it cannot be read, or whom it is about cannot be told. */
export function loggedRequest(line: string, layer: Layer, { from, to }: Beside): Understood<Request> {
  const logged = parseAccessLog(line)
  if (!logged)
    throw badInput(
      '--log',
      'this is no access log of Istio, Envoy or Linkerd, in their default formats',
      'give one line, as text or JSON',
    )
  const callee = to === undefined ? calleeOf(logged, layer) : calleeNamed(to, layer)
  const http = httpOf(logged)
  const rest = { id: 'log', to: callee.value, ...(http && { http }) }
  const told = [...callee.notes, ...saidOf(logged)]
  const known = from === undefined ? callerOf(logged, layer) : callerNamed(from, layer, {})
  if (known) return { value: { ...rest, from: known.value }, notes: [...told, ...known.notes] }
  const { value, notes } = mostLikely(rest, logged, layer)
  return { value: { ...rest, from: value }, notes: [...told, ...notes] }
}

function httpOf({ method, path, host, userAgent }: LoggedRequest): HttpRequest | undefined {
  if (method === undefined || path?.startsWith('/') !== true) return undefined
  const headers = userAgent === undefined ? {} : { 'user-agent': userAgent }
  return { method, path, ...(host !== undefined && { host }), headers }
}

const flagsOf: Readonly<Record<string, string>> = {
  UAEX: 'an external authorizer refused it',
  NR: 'no route was found for it',
  NC: 'the cluster it was routed to was not found',
  UH: 'no healthy endpoint was found',
  UF: 'the connection to the endpoint failed',
  DC: 'the caller hung up',
  RL: 'a rate limit refused it',
}

/** What the line says of the answer. */
function saidOf({ status, details, flags }: LoggedRequest): readonly string[] {
  const [, namespace, policy, rule] = /ns\[([^\]]+)\]-policy\[([^\]]+)\]-rule\[(\d+)\]/.exec(details ?? '') ?? []
  const named = rule !== undefined ? `AuthorizationPolicy ${namespace ?? ''}/${policy ?? ''} rules[${rule}]` : undefined
  const none =
    details?.includes('matched_policy[none]') === true ? 'no rule matched, and some policy is ALLOW' : undefined
  const by = named
    ? `the proxy says that ${named} refused it`
    : none && `the proxy says that policies refused it: ${none}`
  const flag = flagsOf[flags ?? '']
  return [
    ...(status === undefined || status === 0 ? [] : [`the line says that it was answered with ${status}`]),
    ...(by === undefined ? [] : [by]),
    ...(flag === undefined ? [] : [`the line says that ${flag} (${flags ?? ''})`]),
  ]
}

/** The callee by the Pod's address, by the Service that was called, or by the host that was asked for. */
function calleeOf(logged: LoggedRequest, layer: Layer): ReturnType<typeof calleeNamed> {
  const [, inbound] = /^inbound\|(\d+)\|/.exec(logged.cluster ?? '') ?? []
  const port = inbound ?? portOf(logged.local)
  const ips = [logged.local, logged.upstreamHost].map(addressOf)
  const pod = layer.workloads.find(one => one.ips.some(ip => ips.includes(ip)))
  if (pod && port !== undefined) return calleeNamed(`${pod.namespace}/${pod.name}:${port}`, layer)
  const service = serviceOf(logged)
  const name = service && placed(service, layer)
  if (!name)
    throw badInput(
      '--log',
      'the line does not tell which workload was called',
      'give FROM and TO beside it: `ztm explain plaintext shop/cart:7070 --log -`',
    )
  const at = service.port ?? port
  if (at === undefined)
    throw badInput('--log', `the line does not tell which port of \`${name}\` was called`, 'give FROM and TO beside it')
  return calleeNamed(`${name}:${at}`, layer)
}

function portOf(address: string | undefined): string | undefined {
  return /:(\d+)$/.exec(address ?? '')?.[1]
}

interface ServiceName {
  readonly host: string
  readonly port?: string
}

/** Istio names what is called `outbound|80||host`, and in the handshake `outbound_.80_._.host` (istio `pilot/pkg/model/context.go` BuildSubsetKey, BuildDNSSrvSubsetKey). */
function serviceOf({ cluster = '', serverName = '', host }: LoggedRequest): ServiceName | undefined {
  const [, port, name] =
    /^outbound\|(\d+)\|[^|]*\|(.+)$/.exec(cluster) ?? /^outbound_\.(\d+)_\.[^_]*_\.(.+)$/.exec(serverName) ?? []
  if (name !== undefined && port !== undefined) return { host: name, port }
  if (host === undefined) return undefined
  const asked = portOf(host)
  return { host: host.replace(/:\d+$/, ''), ...(asked !== undefined && { port: asked }) }
}

/** `namespace/name` of a Service by its host; one without a namespace where only one has the name. */
function placed({ host }: ServiceName, { services }: Layer): string | undefined {
  const [name = '', namespace] = host.split('.')
  const found = services.filter(one => one.name === name && (namespace === undefined || one.namespace === namespace))
  const [only, ...others] = found
  return only && others.length === 0 ? `${only.namespace ?? namespace ?? ''}/${only.name}` : undefined
}

/** By the certificate, or by the Pod that has the address. */
function callerOf({ identity, anonymous, ip }: LoggedRequest, layer: Layer): Understood<RequestSource> | undefined {
  const at = ip === undefined ? {} : { ip }
  if (identity) return { value: { kind: 'identity', identity, ...at }, notes: [] }
  if (anonymous)
    return { value: { kind: 'plaintext', ...at }, notes: ['the line says that the caller showed no identity'] }
  const [pod, ...others] = ip === undefined ? [] : layer.workloads.filter(one => one.ips.includes(ip))
  if (!pod || others.length > 0) return undefined
  const caller = callerNamed(`${pod.namespace}/${pod.serviceAccount}`, layer, at)
  return {
    ...caller,
    notes: [
      `the line does not say who called; ${ip ?? ''} is the address of ${pod.kind} ${pod.namespace}/${pod.name}`,
      ...caller.notes,
    ],
  }
}

/** More candidates than this take too long to judge. */
const mostCandidates = 500

/** Of the callers among the objects, and of nobody, those for whom the answer would be the one in the line. */
function mostLikely(rest: Omit<Request, 'from'>, logged: LoggedRequest, layer: Layer): Understood<RequestSource> {
  const at = logged.ip === undefined ? {} : { ip: logged.ip }
  const accounts = [...new Set(layer.workloads.map(one => `${one.namespace}/${one.serviceAccount}`))].slice(
    0,
    mostCandidates,
  )
  const candidates = ['plaintext', ...accounts].map(name => {
    const { value } = callerNamed(name, layer, at)
    return { name, value, verdict: decide(layer, { ...rest, from: value }).verdict }
  })
  const wanted = answerIn(logged)
  const groups = groupBy(candidates, ({ verdict }) => verdict)
  const listed = (['allow', 'deny', 'unknown'] as const).flatMap(verdict => {
    const names = (groups.get(verdict) ?? []).map(({ name }) =>
      name === 'plaintext' ? 'callers without identity' : name,
    )
    return names.length === 0 ? [] : [`${told[verdict]}: ${few(names).join(', ')}`]
  })
  const fitting = candidates.filter(({ verdict }) => verdict === wanted)
  // Policies are asked after the handshake, which a server name is part of: who got there did show an identity, if one is asked for.
  const shown = logged.details?.startsWith('rbac_') === true || logged.serverName !== undefined
  const chosen =
    (shown ? fitting.find(({ value }) => value.kind === 'identity') : undefined) ?? fitting[0] ?? candidates[0]
  const from = logged.ip === undefined ? '' : `, but that it was ${logged.ip}, which is no Pod's among the objects`
  const notes = [
    `the line does not say who called${from}`,
    ...listed,
    ...(chosen
      ? [
          `explained is what becomes of ${chosen.name === 'plaintext' ? 'callers without identity' : chosen.name}; to ask of another, give FROM and TO`,
        ]
      : []),
  ]
  return { value: chosen?.value ?? { kind: 'plaintext', ...at }, notes }
}

const told: Readonly<Record<Verdict['verdict'], string>> = {
  allow: 'would be let in',
  deny: 'would be refused',
  unknown: 'may be either',
}

/** Proxies answer 403 to what policies refuse; Linkerd 404 to what no route is for. */
function answerIn({ status, proxy, details = '' }: LoggedRequest): Verdict['verdict'] {
  const refused = details.startsWith('rbac_') || status === 403 || (proxy === 'linkerd' && status === 404)
  return refused ? 'deny' : 'allow'
}
