import type { Comparison } from '../core/analyze/compare'
import { compareOn } from '../core/analyze/compare-meshes'
import { compareNetwork } from '../core/analyze/compare-network'
import type { Difference } from '../core/analyze/difference'
import { printFloor } from '../core/analyze/floor'
import { reach, type Reach } from '../core/analyze/reach'
import { read } from '../core/analyze/read-istio'
import { trustedCallers } from '../core/analyze/regions/callers'
import { shownPort } from '../core/analyze/shown'
import { stagesOf, termsOf } from '../core/compile/terms'
import type { Intent } from '../core/model/intent'
import type { Sourced } from '../core/model/manifest'
import type { Problem } from '../core/model/problem'
import type { ReachView } from '../core/report/reach'
import { viewOf } from '../core/report/reach-view'
import type { Meant } from './meant'
import { deployed, type RegisteredObject } from './objects'
import { unknownValue } from './wire'

/** What is rendered, held against what is meant. */
export interface Proof {
  /** Who can really call whom. */
  readonly reach: ReachView
  /** Absent where the project has no graph: there is nothing to hold it against. */
  readonly comparison?: Comparison
  /** Whom the network alone lets in beyond what is meant, where the graph has NetworkPolicies: the mesh refuses them, as long as nobody goes round it. */
  readonly onNetwork: readonly Difference[]
  /** Stage of each namespace the graph governs, or has a gateway in. */
  readonly stages: Readonly<Record<string, 'strict' | 'enforce'>>
  /** What could not be read, so that it is unknown. */
  readonly problems: readonly Problem[]
  /** Kinds that say nothing about who may call whom, and how many of each. */
  readonly skipped: Readonly<Record<string, number>>
  readonly numbers: { readonly services: number; readonly flows: number; readonly entries: number }
}

/** What there is to prove with. */
export interface Evidence {
  readonly registered: readonly RegisteredObject[]
  readonly base: readonly Sourced[]
  readonly installs: boolean
  readonly meant: Meant | undefined
}

/**
 * Computes effective reach from what the program registers, on what is assumed or known to be there, and compares it
 * with what the graph means at each namespace's stage.
 */
export function prove({ meant, ...scene }: Evidence): Proof {
  const { inputs, base } = deployed({ ...scene, assumptions: meant?.assumptions ?? [] })
  const understood = read(inputs, { base, isUnknown: value => value === unknownValue })
  const reached = reach(understood.layer)
  return {
    reach: view(reached),
    ...(meant && {
      comparison: compareOn(reached, meant.intent, termsOf(meant.target)),
    }),
    onNetwork: meant ? beyondOnNetwork(reached, meant) : [],
    stages: stagesIn(meant),
    problems: [...understood.problems, ...reached.problems],
    skipped: understood.skipped,
    numbers: numbersOf(meant?.intent),
  }
}

/** What is cut there is cut in all, which the comparison says. */
function beyondOnNetwork(reached: Reach, { intent, target, manifests }: Meant): readonly Difference[] {
  if (!manifests.some(({ object }) => object.kind === 'NetworkPolicy')) return []
  return compareNetwork(reached, intent, termsOf(target)).filter(({ kind }) => kind === 'admitted')
}

function numbersOf(intent: Intent | undefined): Proof['numbers'] {
  const { governed = [], flows = [], entries = [] } = intent ?? {}
  return { services: governed.length, flows: flows.length, entries: entries.length }
}

function stagesIn(meant: Meant | undefined): Readonly<Record<string, 'strict' | 'enforce'>> {
  const { governed = [], entries = [] } = meant?.intent ?? {}
  const owners = [...governed, ...entries.map(({ gateway }) => gateway)]
  const namespaces = [...new Set(owners.map(({ namespace }) => namespace))].sort()
  const stages = meant ? stagesOf(meant.target) : {}
  return Object.fromEntries(namespaces.map(name => [name, stages[name] ?? 'enforce']))
}

/** Reach in words. */
function view(reached: Reach): ReachView {
  const { domains, questions, ports, gateways, floor } = reached
  return viewOf({
    ...{ domains, questions, gateways },
    ports: ports.map(port => shownPort(port, reached)),
    trusted: trustedCallers(domains),
    floor: printFloor(floor),
  })
}

/** Whether reach is exactly what is meant. */
export function holds({ comparison }: Proof): boolean {
  return comparison?.differences.length === 0
}
