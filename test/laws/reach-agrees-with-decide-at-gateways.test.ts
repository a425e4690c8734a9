import assert from 'node:assert/strict'
import fc from 'fast-check'
import { decide } from '../../core/analyze/decide'
import type { GatewayReach } from '../../core/analyze/gateway/gateway-reach'
import { listenersOf } from '../../core/analyze/gateway/listeners'
import { routeOf } from '../../core/analyze/gateway/route'
import { normalise } from '../../core/analyze/istio/match-path'
import type { Layer } from '../../core/analyze/layer'
import type { Reach } from '../../core/analyze/reach'
import { reach } from '../../core/analyze/reach'
import { read } from '../../core/analyze/read-istio'
import { pointOf } from '../../core/analyze/regions/point'
import type { Request } from '../../core/analyze/request'
import { parseRequest } from '../../core/analyze/request'
import type { Point } from '../../core/model/region'
import { gatewayRequest } from '../support/arbitrary/gateway-request'
import { gatewayWorld } from '../support/arbitrary/gateway-world'
import type { Json } from '../support/arbitrary/json'
import { least, runs } from '../support/runs'

interface Case {
  readonly layer: Layer
  readonly asked: Request
  readonly reached: GatewayReach
  readonly point: Point
}

/** The request as it comes in whatever server name its handshake has: as its host, and as each listener of the port wants it. */
function handshakes({ layer, asked }: Case): readonly Request[] {
  const workload = layer.workloads.find(one => one.name === asked.to.workload)
  assert.ok(workload)
  const listeners = listenersOf(layer, workload).filter(({ port }) => port === asked.to.port)
  const names = listeners.flatMap(({ serverNames = [] }) => serverNames)
  return [asked, ...names.map(name => ({ ...asked, sni: name.replace('*', 'unheard-of') }))]
}

/** Where requests that one at a time say `unknown` go, nobody can say. */
function compareEntered(one: Case): 'known' | 'unknown' {
  const { entered } = one.reached
  const { verdict, because } = decide(one.layer, one.asked)
  const verdicts = handshakes(one).map(request => decide(one.layer, request).verdict)
  const text = `${JSON.stringify(one.asked)} ${because.join('; ')}`
  assert.equal(entered.must.contains(one.point), verdict === 'allow', text)
  assert.equal(entered.may.contains(one.point), !verdicts.every(answer => answer === 'deny'), text)
  return verdict === 'unknown' ? 'unknown' : 'known'
}

function compareRouted(one: Case): 'known' | 'unknown' {
  const { layer, asked, reached, point } = one
  const let_in = handshakes(one).filter(request => decide(layer, request).verdict !== 'deny')
  const answers = let_in.map(request => routeOf(layer, request))
  const ways = new Set(answers.flatMap(answer => (answer.kind === 'to' ? answer.destinations.map(nameOf) : [])))
  const known = answers.every(({ kind }) => kind !== 'unknown')
  const text = `${JSON.stringify(asked)} ${JSON.stringify(answers)}`
  for (const { bounds, ...to } of reached.routed) {
    if (known) assert.equal(bounds.may.contains(point), ways.has(nameOf(to)), `${nameOf(to)} ${text}`)
    if (!bounds.must.contains(point)) continue
    const certain = routeOf(layer, asked)
    assert.ok(certain.kind === 'to' && certain.destinations.map(nameOf).includes(nameOf(to)), `${nameOf(to)} ${text}`)
  }
  const may = reached.routed.filter(({ bounds }) => bounds.may.contains(point)).map(nameOf)
  assert.deepEqual(
    [...ways].filter(way => !may.includes(way)),
    [],
    text,
  )
  if (known) assert.ok(!reached.astray.contains(point), text)
  return known && ways.size > 0 ? 'known' : 'unknown'
}

function nameOf({ host, port }: { readonly host: string; readonly port?: number }): string {
  return `${host}:${port ?? ''}`
}

function casesOf(objects: readonly Json[], drawn: readonly Json[]): readonly Case[] {
  const { layer, problems } = read(objects.map((object, i) => ({ object, at: `object ${i}` })))
  assert.deepEqual(problems, [])
  const all = reach(layer)
  return drawn.flatMap(json => {
    const { request: asked, problems: wrong } = parseRequest(json, 'request')
    assert.ok(asked, JSON.stringify(wrong))
    const path = asked.http ? normalise(asked.http.path, layer.mesh.pathNormalization ?? 'BASE') : ''
    if (path === undefined) return []
    const point = pointOf({ request: asked, path: path.split('?')[0] ?? '', questions: all.questions })
    return [{ layer, asked, reached: portOf(all, asked), point }]
  })
}

function portOf({ gateways }: Reach, { to }: Request): GatewayReach {
  const mine = gateways.filter(({ workload }) => workload.name === to.workload)
  const found = mine.find(({ port }) => port === to.port) ?? mine.find(({ port }) => port === 'other')
  assert.ok(found, `no port ${to.port} of ${to.workload}`)
  return found
}

function check(compare: (one: Case) => 'known' | 'unknown', enough: number): void {
  let known = 0
  fc.assert(
    fc.property(gatewayWorld, fc.array(gatewayRequest, { minLength: 12, maxLength: 24 }), (objects, drawn) => {
      for (const one of casesOf(objects, drawn)) if (compare(one) === 'known') known++
    }),
    { numRuns: runs(80) },
  )
  assert.ok(known > least(enough), `only ${known} answers were known`)
}

describe('law: reach agrees with decide at gateways', () => {
  it('on what is let in, whatever name the handshake has', () => {
    check(compareEntered, 400)
  })

  it('on where that goes', () => {
    check(compareRouted, 8)
  })
})
