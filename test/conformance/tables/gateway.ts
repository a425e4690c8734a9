import assert from 'node:assert/strict'
import { decide } from '../../../core/analyze/decide'
import { routeOf } from '../../../core/analyze/gateway/route'
import { pointOf } from '../../../core/analyze/regions/point'
import type { Request } from '../../../core/analyze/request'
import { requestOf, world, type Ask, type World } from './table'

/** A gateway's Pods, `namespace/workload`, and one of their ports. */
export type Front = Pick<Ask, 'to' | 'port'>

/** What a client sends to a gateway, in plaintext. */
export interface Sent {
  readonly host: string
  /** `/path`, or `METHOD /path`. */
  readonly path: string
  readonly headers?: Ask['headers']
}

/** A line of an upstream table of routes: where the request ends, `service.namespace:port`, or that it is answered with 404 or 500. */
export type RouteRow = readonly [string, Sent]

/** What `RouteRow` says of a request that no backend sees. */
export const nobody = 'nobody'

/** One test a row: the gateway sends the request where upstream says, and sets of requests say the same. */
export function leads(manifests: readonly string[], front: Front, rows: readonly RouteRow[]): void {
  const made = world(...manifests)
  for (const [expected, sent] of rows) {
    it(`${expected} gets ${printSent(sent)}`, () => {
      const { host, path, headers } = sent
      const http = path.startsWith('/') ? `GET ${path}` : path
      const request = requestOf({ ...front, from: 'plaintext', host, http, ...(headers && { headers }) })
      assert.deepEqual(routedBy(made(), request), expected === nobody ? [] : [expected])
      agrees(made(), request)
    })
  }
}

function routedBy({ layer }: World, request: Request): readonly string[] {
  const onward = routeOf(layer, request)
  assert.notEqual(onward.kind, 'unknown', onward.because.join('; '))
  return onward.kind === 'to' ? onward.destinations.map(({ host, port }) => printTarget(host, port)) : []
}

function printTarget(host: string, port: number | undefined): string {
  return `${host.replace('.svc.cluster.local', '')}:${port ?? ''}`
}

/** What sets know of the request is just what the definition says of it. */
function agrees({ layer, reach }: World, request: Request): void {
  const gateways = reach.gateways.filter(
    ({ workload, port }) => workload.names.includes(request.to.workload) && port === request.to.port,
  )
  const [gateway, ...others] = gateways
  assert.ok(gateway && others.length === 0, 'one gateway has the port')
  const path = request.http?.path.split('?')[0] ?? ''
  const point = pointOf({ request, path, questions: reach.questions })
  const entered = gateway.entered.must.contains(point)
    ? 'allow'
    : gateway.entered.may.contains(point)
      ? 'unknown'
      : 'deny'
  assert.equal(entered, decide(layer, request).verdict, 'what enters')
  const targets = (side: 'must' | 'may') =>
    gateway.routed
      .filter(({ bounds }) => bounds[side].contains(point))
      .map(({ host, port }) => printTarget(host, port))
      .sort()
  const expected = [...routedBy({ layer, reach }, request)].sort()
  assert.deepEqual([targets('must'), targets('may')], [expected, expected], 'where it goes')
  assert.ok(!gateway.astray.contains(point), 'nothing goes astray')
}

function printSent({ host, path, headers = {} }: Sent): string {
  return [host, path, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join(' ')
}

/*
 * The cluster of the Gateway API's own conformance tests, as far as their tables of routes ask.
 * Source: gateway-api `conformance/base/manifests.yaml`.
 */

export const infra = 'gateway-conformance-infra'

const text = (object: object): string => JSON.stringify(object)

/** A Gateway of `infra`, with HTTP listeners on port 80, each for its hostname (`''`: for all) and its own namespace, unless `from` says otherwise. */
export function gateway(
  name: string,
  listeners: Readonly<Record<string, string>>,
  from: 'Same' | 'All' = 'Same',
): string {
  const spec = {
    gatewayClassName: 'istio',
    listeners: Object.entries(listeners).map(([listener, hostname]) => ({
      name: listener,
      port: 80,
      protocol: 'HTTP',
      ...(hostname === '' ? {} : { hostname }),
      allowedRoutes: { namespaces: { from } },
    })),
  }
  return text({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace: infra },
    spec,
  })
}

/** The Pods that istiod makes for it. */
export const frontOf = (name: string): Front => ({ to: `${infra}/${name}-istio`, port: 80 })

/** What an HTTPRoute hangs on, its hosts, and its rules. */
export interface RouteSpec {
  /** `name`, or `name/listener`. */
  readonly parent: string
  readonly hostnames?: readonly string[]
  readonly rules: readonly object[]
  readonly namespace?: string
  /** Order in which Routes were made. */
  readonly made?: number
}

export function httpRoute(
  name: string,
  { parent, hostnames = [], rules, namespace = infra, made = 1 }: RouteSpec,
): string {
  const [gatewayName, sectionName] = parent.split('/')
  const parentRefs = [{ name: gatewayName, namespace: infra, ...(sectionName === undefined ? {} : { sectionName }) }]
  const metadata = { name, namespace, creationTimestamp: `2026-01-01T00:00:0${made}Z` }
  const spec = { parentRefs, hostnames, rules }
  return text({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata, spec })
}

/** A rule that sends what any of the matches takes to one of the backends, `1`, `2` or `3`. */
export function toBackend(backend: number, ...matches: readonly object[]): object {
  return {
    ...(matches.length > 0 ? { matches } : {}),
    backendRefs: [{ name: `infra-backend-v${backend}`, port: 8080 }],
  }
}

export const backend = (number: number): string => `infra-backend-v${number}.${infra}:8080`

export const prefix = (value: string): object => ({ path: { type: 'PathPrefix', value } })
export const exact = (value: string): object => ({ path: { type: 'Exact', value } })
export const version = (value: string): object => ({ headers: [{ name: 'version', value }] })
