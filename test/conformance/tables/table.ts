import assert from 'node:assert/strict'
import { parseAllDocuments } from 'yaml'
import { decide } from '../../../core/analyze/decide'
import { presented } from '../../../core/analyze/istio/client-tls'
import { injectionOf } from '../../../core/analyze/istio/injection'
import { normalise } from '../../../core/analyze/istio/match-path'
import type { Layer } from '../../../core/analyze/layer'
import { reach, type Reach } from '../../../core/analyze/reach'
import { read } from '../../../core/analyze/read-istio'
import { pointOf } from '../../../core/analyze/regions/point'
import { parseRequest, type Request } from '../../../core/analyze/request'
import { printProblem } from '../../../core/model/problem'
import { portAsked, wayTaken } from '../../support/way'

/** What a line of an upstream table asks. */
export interface Ask {
  /** A SPIFFE id without its scheme, `cluster.local/ns/foo/sa/curl`, or `plaintext`. */
  readonly from: string
  /** `namespace/workload`. */
  readonly to: string
  /** The container port. */
  readonly port: number
  /** The Service, and its port, that the call is addressed to: `name:port`. Only waypoints care. */
  readonly via?: string
  /** `METHOD /path`; without it the request is a TCP connection. */
  readonly http?: string
  readonly host?: string
  readonly headers?: Readonly<Record<string, string>>
  /** As in docs/verdicts.md. */
  readonly jwt?: Readonly<Record<string, unknown>>
  readonly sni?: string
  /** The address the caller has. */
  readonly ip?: string
}

/** A line of an upstream table: its answer, and its request; `unknown` where upstream has an external authorizer, or a setting of istiod, answer. */
export type Row = readonly ['allow' | 'deny' | 'unknown', Ask]

/** A call between two workloads of the objects, each under a ServiceAccount of its own name. */
export interface Call {
  /** `namespace/workload`. */
  readonly from: string
  readonly to: string
  /** The container port. */
  readonly port: number
  /** The Service, and its port, that it is addressed to: `name:port`. */
  readonly via: string
  readonly http?: string
}

/** A line of an upstream table about clients: what the server meets, or that the call fails. */
export type Arrival = readonly ['mtls' | 'plaintext' | 'fails', Call]

/** The objects of a table and who can reach whom through them, read and computed once, when the first row asks. */
export interface World {
  readonly layer: Layer
  readonly reach: Reach
}

/** Objects as YAML, several documents a text; they must read without a problem. */
export function world(...manifests: readonly string[]): () => World {
  let made: World | undefined
  return () => (made ??= makeWorld(manifests))
}

function makeWorld(manifests: readonly string[]): World {
  const objects = manifests.flatMap(text => parseAllDocuments(text, { prettyErrors: false })) as { toJS(): unknown }[]
  const written = objects.map(document => document.toJS()).filter(object => object !== null)
  const { layer, problems } = read(written.map((object, i) => ({ object, at: `object ${i}` })))
  assert.deepEqual(problems.map(printProblem), [])
  return { layer, reach: reach(layer) }
}

/** One test a row: `decide` gives upstream's answer, and so does `reach`. */
export function holds(manifests: readonly string[], rows: readonly Row[]): void {
  const made = world(...manifests)
  for (const [expected, ask] of rows) {
    it(`${verbs[expected]} ${printAsk(ask)}`, () => {
      const { verdict, because } = answer(made(), ask)
      assert.equal(verdict, expected, because)
    })
  }
}

const verbs = { allow: 'allows', deny: 'denies', unknown: 'leaves open' } as const

/**
 * One test a row: the client's proxy, if it has one, speaks as upstream says; what it sends is let in or refused by `decide`; and
 * `reach` is certain of exactly the calls that succeed.
 */
export function arrives(manifests: readonly string[], rows: readonly Arrival[]): void {
  const made = world(...manifests)
  for (const [expected, call] of rows) {
    it(`${printCall(call)}: ${expected}`, () => {
      const [namespace, name] = call.from.split('/')
      const identity = `cluster.local/ns/${namespace}/sa/${name}`
      const { to, port, http } = call
      const ask = { to, port, ...(http !== undefined && { http }) }
      const spoken = spokenBy(made(), call)
      const allowed = spoken.map(
        tls => answer(made(), { ...ask, from: tls === 'mtls' ? identity : 'plaintext' }).verdict,
      )
      if (expected !== 'fails') {
        assert.deepEqual([spoken, allowed], [[expected], ['allow']])
      }
      assert.equal(certain(made(), { ...ask, from: identity }), expected !== 'fails', `spoken: ${spoken.join(', ')}`)
    })
  }
}

/** How the call arrives; without a proxy, in plaintext. */
function spokenBy({ layer }: World, { from, to, via }: Call): readonly string[] {
  const workload = (id: string) => {
    const found = layer.workloads.find(({ namespace, name }) => `${namespace}/${name}` === id)
    assert.ok(found, id)
    return found
  }
  const callee = workload(to)
  const [named, port] = via.split(':')
  const service = layer.services.find(({ namespace, name }) => namespace === callee.namespace && name === named)
  assert.ok(service, via)
  const caller = workload(from)
  if (injectionOf(layer, caller).proxied === 'no') return ['plaintext']
  return presented(layer, caller, { service, port: Number(port), callee })
}

function printCall({ from, to, port, http = 'tcp' }: Call): string {
  return `${from} → ${to}:${port} ${http}`
}

/** What `decide` says, which `reach` must say too. */
export function answer(made: World, ask: Ask): { readonly verdict: string; readonly because: string } {
  const request = requestOf(ask)
  const { verdict, because } = decide(made.layer, request)
  assert.equal(reached(made, request), verdict, `reach does not agree with decide: ${because.join('; ')}`)
  return { verdict, because: because.join('; ') }
}

export function requestOf({ from, to, port, via, http, host, headers, jwt, sni, ip }: Ask): Request {
  const [namespace, workload] = to.split('/')
  const [service, servicePort] = via?.split(':') ?? []
  const [method, path] = http?.split(' ') ?? []
  const line = {
    id: 'row',
    from: { ...callerOf(from), ...(ip && { ip }) },
    to: { namespace, workload, port, ...(via && { viaService: service, servicePort: Number(servicePort) }) },
    ...(http && { http: { method, path, ...(host && { host }), ...(headers && { headers }) } }),
    ...(jwt && { jwt }),
    ...(sni && { sni }),
  }
  const { request, problems } = parseRequest(line, 'row')
  assert.ok(request, problems.map(printProblem).join('\n'))
  return request
}

function callerOf(from: string): object {
  if (from === 'plaintext') return { plaintext: true }
  const [trustDomain, , namespace, , serviceAccount] = from.split('/')
  return { trustDomain, namespace, serviceAccount }
}

/** The verdict as `reach` has it: certain, possible, or neither. Proxies cut a fragment off (istio `pkg/bootstrap/config.go` extractRuntimeFlags). */
function reached(made: World, request: Request): string {
  const { reach: all, layer } = made
  const sent = request.http?.path.split('#')[0] ?? ''
  const path = normalise(sent, layer.mesh.pathNormalization ?? 'BASE')
  if (path === undefined) return 'deny'
  const point = pointOf({ request, path: path.split('?')[0] ?? '', questions: all.questions })
  const { must, may } = wayTaken(portAsked(all, request), layer, request)
  return must.contains(point) ? 'allow' : may.contains(point) ? 'unknown' : 'deny'
}

/** Whether a well-behaved client is certain of a request, its own proxy's configuration taken in. */
export function certain(made: World, ask: Ask): boolean {
  const request = requestOf(ask)
  const path = request.http?.path ?? ''
  return portAsked(made.reach, request).bounds.must.contains(
    pointOf({ request, path, questions: made.reach.questions }),
  )
}

/** A request in one line, for a title. */
export function printAsk({ from, to, port, via, http, host, headers = {}, jwt, sni, ip }: Ask): string {
  const parts = [
    `${from}${ip === undefined ? '' : ` at ${ip}`} → ${to}:${port}`,
    ...(via === undefined ? [] : [`via ${via}`]),
    http ?? 'tcp',
    ...(host === undefined ? [] : [`host ${host}`]),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(jwt ? [`token ${JSON.stringify(jwt)}`] : []),
    ...(sni === undefined ? [] : [`sni ${sni}`]),
  ]
  return parts.join(' ')
}
