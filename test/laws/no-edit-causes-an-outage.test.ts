import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compile } from '../../core/compile/compile'
import type { IstioTarget } from '../../core/compile/target'
import { mapValues } from '../../core/graph/plain'
import type { Callees, External, Graph, Service } from '../../core/graph/graph'
import { intentOf } from '../../core/graph/intent'
import type { Placed } from '../../core/rollout/moves'
import { plannedSteps } from '../../core/rollout/moves'
import { entering } from '../support/arbitrary/entries'
import { graph } from '../support/arbitrary/graph'
import { graphOf, service } from '../support/compiled'
import { target } from '../support/prove'
import { withoutTokens } from '../support/tokens'
import type { Edit } from '../support/updates'
import { deployed, holds, named, objectsOf, shuffled, sound, stepsOf } from '../support/updates'

/*
 * An update writes objects one by one: each once those it depends on are written, in an order that nobody can foresee beyond that, and
 * deletes at the end what is no longer there, dependents first. Whatever it has done so far, calls that were and stay declared work, and
 * nothing is let in that neither side declares.
 */

/** A graph with some of its calls left out, as the dice say. */
function thinned(whole: Graph, keep: () => boolean): Graph {
  const fewer = (callees: Callees): Callees => Object.fromEntries(Object.entries(callees).filter(() => keep()))
  return {
    ...whole,
    calls: mapValues(whole.calls, fewer),
    ingress: mapValues(whole.ingress, entry => ({ ...entry, routes: fewer(entry.routes) })),
    outside: mapValues(whole.outside, entry => ({ ...entry, routes: fewer(entry.routes) })),
  }
}

type Roll = () => number

interface Checked {
  readonly to: IstioTarget
  readonly numRuns: number
  /** @default the same */
  readonly was?: IstioTarget
  readonly graphs?: fc.Arbitrary<Graph>
  /** One side of an edit, as the dice say. @default some of its calls */
  readonly side?: (whole: Graph, roll: Roll) => Graph
}

/** Edits that are not to be taken in steps, and of the target where `was` is another. */
function check({ to, numRuns, was = to, graphs = graph, side = fewerCalls }: Checked): void {
  let states = 0
  const dice = fc.infiniteStream(fc.integer({ min: 0, max: 1_000_000 }))
  fc.assert(
    fc.property(graphs.map(withoutTokens), dice, (whole, numbers) => {
      const roll = (): number => numbers.next().value ?? 0
      const [from, into] = [0, 1].map(() => side(whole, roll))
      assert.ok(from && into)
      fc.pre(plannedSteps(placed(from, was), placed(into, to)).length === 0)
      const [before, after] = [compile(from, was), compile(into, to)]
      fc.pre(sound(before) && sound(after))
      const rendered = [...objectsOf(before), ...objectsOf(after)]
      // What the earlier stage lets in may still be let in.
      const edit: Edit = { intents: [intentOf(from), intentOf(into)], rendered, to: was }
      const state = named(objectsOf(before))
      for (const step of shuffled(stepsOf(before, after), limit => roll() % limit)) {
        step.apply(state)
        states++
        assert.deepEqual(holds([...deployed(before, after), ...state.values()], edit), [], `after ${step.name}`)
      }
    }),
    { numRuns, endOnFailure: true },
  )
  assert.ok(states > numRuns / 2, `only ${states} states were seen`)
}

function placed(whole: Graph, { kind, stages = {} }: IstioTarget): Placed {
  const plane = kind === 'istio-ambient' ? 'ambient' : 'sidecar'
  return { graph: whole, planeOf: () => plane, stageOf: namespace => stages[namespace] ?? 'enforce' }
}

const fewerCalls = (whole: Graph, roll: Roll): Graph => thinned(whole, () => roll() % 3 > 0)

/** Entries come and go, whole ones too, with whatever hosts and routes they share. */
function fewerEntries(whole: Graph, roll: Roll): Graph {
  const { ingress } = thinned(whole, () => roll() % 8 > 0)
  return { ...whole, ingress: Object.fromEntries(Object.entries(ingress).filter(() => roll() % 5 > 0)) }
}

/** Calls between services, and through a gateway, that are spread, timed and given up. */
const spread: fc.Arbitrary<Graph> = fc.constantFrom('shop', 'data').map((namespace): Graph => {
  const traffic = {}
  return graphOf({
    services: {
      a: service('http', 8080, { traffic }),
      b: service('grpc', 9090, { traffic, namespace }),
      c: service('http', 8080, { traffic, namespace: 'data' }),
    },
    ingress: { web: { gateway: 'istio-ingress', hosts: ['w.example.com'], routes: { c: { http: ['GET /**'] } } } },
    calls: {
      a: { b: { grpc: ['shop.Cart/Get'] }, c: { http: ['GET /', 'POST /cart'] } },
      b: { c: { http: ['GET /**'] } },
    },
  })
})

/** Weights that add up to 100, of versions of which the last may not be there. */
const shares = [{ v0: 100 }, { v0: 100, v1: 0 }, { v0: 70, v1: 30 }, { v0: 20, v1: 30, v2: 50 }, { v0: 0, v1: 100 }, {}]

/** Versions come, take over and go, and so does what else is said of the calls to a service. */
function otherTraffic(whole: Graph, roll: Roll): Graph {
  const services = mapValues(whole.services, (service): Service => {
    const { traffic, ...rest } = service
    if (!traffic || roll() % 5 === 0) return rest
    const chosen = Object.entries(shares[roll() % shares.length] ?? {})
    const versions = Object.fromEntries(chosen.map(([name, weight]) => [name, { weight }]))
    return {
      ...rest,
      traffic: {
        ...(chosen.length > 0 && { versions }),
        ...(roll() % 2 > 0 && { timeout: '10s' }),
        ...(roll() % 2 > 0 && { outlierDetection: {} }),
      },
    }
  })
  return { ...whole, services }
}

/** Hosts that requests go to in the mesh's own TLS or in plaintext, straight or through a gateway. */
const leaving: fc.Arbitrary<Graph> = fc
  .array(fc.record({ tls: fc.boolean(), callers: fc.subarray(['a', 'b', 'c']) }), { minLength: 1, maxLength: 3 })
  .map((drawn): Graph => {
    const externals = drawn.map(({ tls }, i): [string, External] => [
      `host${i}`,
      {
        hosts: [`h${i}.example.com`],
        ports: { http: { protocol: 'http', port: 80 } },
        gateway: 'out',
        ...(tls && { tls: {} }),
      },
    ])
    const callsOf = (caller: string): Callees =>
      Object.fromEntries(
        drawn.flatMap(({ callers }, i) => (callers.includes(caller) ? [[`host${i}`, { http: ['GET /**'] }]] : [])),
      )
    return graphOf({
      services: {
        a: service('http', 8080),
        b: service('http', 8080),
        c: service('http', 8080, { namespace: 'data' }),
      },
      external: Object.fromEntries(externals),
      calls: Object.fromEntries(['a', 'b', 'c'].map(caller => [caller, callsOf(caller)])),
    })
  })

/** Each host straight or through one of two gateways. */
function otherExits(whole: Graph, roll: Roll): Graph {
  const external = mapValues(whole.external, ({ gateway: _, ...host }): External => {
    const gateway = [undefined, 'out', 'edge/out'][roll() % 3]
    return gateway === undefined ? host : { ...host, gateway }
  })
  return fewerCalls({ ...whole, external }, roll)
}

/** A graph whose calls ask for tokens, and the same where they do not, in either order. */
function checkTokens(to: IstioTarget, numRuns: number): void {
  let states = 0
  const dice = fc.infiniteStream(fc.integer({ min: 0, max: 1_000_000 }))
  const asking = graph
    .map((whole): Graph => ({ ...whole, ingress: {} }))
    .filter(({ calls, outside }) => JSON.stringify([calls, outside]).includes('"jwt"'))
  fc.assert(
    fc.property(asking, fc.boolean(), dice, (whole, added, numbers) => {
      const roll = (): number => numbers.next().value ?? 0
      const bare = withoutTokens(whole)
      const [from, into] = added ? [bare, whole] : [whole, bare]
      const [before, after] = [compile(from, to), compile(into, to)]
      fc.pre(sound(before) && sound(after))
      const rendered = [...objectsOf(before), ...objectsOf(after)]
      // Who shows the token that is asked for is let through by both.
      const edit: Edit = { intents: [intentOf(from), intentOf(into)], rendered, to, kept: intentOf(whole) }
      const state = named(objectsOf(before))
      for (const step of shuffled(stepsOf(before, after), limit => roll() % limit)) {
        step.apply(state)
        states++
        assert.deepEqual(holds([...deployed(before, after), ...state.values()], edit), [], `after ${step.name}`)
      }
    }),
    { numRuns, endOnFailure: true },
  )
  assert.ok(states > numRuns, `only ${states} states were seen`)
}

describe('law: no edit causes an outage', () => {
  it('of calls on sidecars, after every prefix of an order in which the engine may write', () => {
    check({ to: target, numRuns: 25 })
  })

  it('of calls on ambient, also where a Service gets its first waypoint or loses its last', () => {
    check({ to: { ...target, kind: 'istio-ambient' }, numRuns: 25 })
  })

  it('of calls under a waypoint that stands already, also of the first service of a namespace that needs it', () => {
    const shared = { namespace: 'waypoints', name: 'shared' } as const
    const waypoints = { shop: shared, pay: shared, data: shared }
    check({ to: { ...target, kind: 'istio-ambient', waypoints }, numRuns: 25 })
  })

  it('of what enters through gateways, whoever routes and whichever hosts and routes overlap', () => {
    const to: IstioTarget = { ...target, gateways: { 'edge/edge-istio': { routing: 'gateway-api' } } }
    check({ to, numRuns: 15, graphs: entering, side: fewerEntries })
  })

  it('of the versions of services, on either plane', () => {
    for (const kind of ['istio-sidecar', 'istio-ambient'] as const)
      check({ to: { ...target, kind }, numRuns: 20, graphs: spread, side: otherTraffic })
  })

  it('of the way that calls leave, straight or through gateways, at either stage', () => {
    const stages = { shop: 'strict', data: 'strict' } as const
    check({ to: target, numRuns: 20, graphs: leaving, side: otherExits })
    check({ to: { ...target, stages }, numRuns: 20, graphs: leaving, side: otherExits })
  })

  it('of the tokens that calls ask for, where they are asked for first and where they no longer are', () => {
    for (const kind of ['istio-sidecar', 'istio-ambient'] as const) checkTokens({ ...target, kind }, 10)
  })

  it('of the stage, from strict to enforce, on either plane', () => {
    const stages = { shop: 'strict', pay: 'strict', data: 'strict' } as const
    check({ to: target, numRuns: 15, was: { ...target, stages } })
    const ambient = { ...target, kind: 'istio-ambient' } as const
    check({ to: ambient, numRuns: 20, was: { ...ambient, stages } })
  })
})
