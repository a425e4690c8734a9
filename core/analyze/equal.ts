import { groupBy } from '../model/group'
import type { Problem } from '../model/problem'
import type { SameDomain } from './equal-callers'
import { ordinary, renaming } from './equal-callers'
import type { Side, ToldApart, Unequal } from './equal-difference'
import { apartReasons } from './equal-difference'
import type { Compared, Terms } from './equal-port'
import { comparePorts } from './equal-port'
import { pairsOf, portPairs } from './equal-ports'
import type { Workload } from './layer'
import type { Reach } from './reach'

export type { SameDomain } from './equal-callers'
export type { Side, ToldApart, Unequal } from './equal-difference'

/** Whether two meshes let the same through. */
export interface Equality {
  /** Nothing differs but what is told apart, and nothing is unknown. */
  readonly equal: boolean
  readonly differences: readonly Unequal[]
  /** What is let in only because a mesh is made so: for the reader, no difference. */
  readonly toldApart: readonly ToldApart[]
  /** Gateways that are known to route: what enters by them is not compared. */
  readonly gateways: readonly string[]
  /** Trust domains of the first mesh, and what was taken for the same in the second. */
  readonly sameDomains: readonly SameDomain[]
  /** How many workloads both have. */
  readonly workloads: number
  /** Why something is not known; no meshes are equal then. */
  readonly problems: readonly Problem[]
}

export interface EqualOptions {
  /** Trust domains of the first mesh, and what each is called in the second; none: each is itself. @default the meshes' own are the same */
  readonly sameDomains?: readonly SameDomain[]
}

/**
 * Whether two meshes, or two states of one, let the same requests into the same workloads: over canonical paths, and but for what their data planes leave open
 * by themselves ({@link PortReach.floor}, the kubelet's probes). Compared is what somebody could do, whatever certificate they show or leave at home,
 * and what a well-behaved client is certain to get.
 *
 * Where NetworkPolicies tell from which Pod a call comes, callers that have an identity call from where they run in each; those without are compared Pod by Pod, by name: ask of
 * both at once what they reach (`reachBoth`), so that Pods nobody has read have the same names in both.
 *
 * What enters through gateways and what leaves the mesh is not compared. What is unknown is never equal: where neither mesh's answer can be known, that is a difference.
 */
export function equal(a: Reach, b: Reach, options: EqualOptions = {}): Equality {
  const { sameDomains = ownDomains(a, b) } = options
  const { pairs, onlyA, onlyB } = pairsOf(a, b)
  const gateways = new Set([...a.gateways, ...b.gateways].map(({ workload }) => workload))
  const isJudged = (workload: Workload): boolean => !gateways.has(workload)
  const judged = pairs.filter(pair => [...pair.a, ...pair.b].every(({ workload }) => isJudged(workload)))
  const terms = termsOf(a, b, sameDomains)
  const found = judged.flatMap(pair => portPairs(pair).map(ports => comparePorts(ports, terms)))
  const differences = [
    ...onlyA.filter(isJudged).map(workload => unpaired(workload, 'a')),
    ...onlyB.filter(isJudged).map(workload => unpaired(workload, 'b')),
    ...found.flatMap(each => each.differences),
  ]
  const problems = [...doubts(a, 'the first'), ...doubts(b, 'the second')]
  return {
    equal: differences.length === 0 && problems.length === 0,
    differences,
    toldApart: grouped(found),
    gateways: [...new Set([...gateways].map(nameOf))].sort(),
    sameDomains,
    workloads: judged.length,
    problems,
  }
}

function ownDomains({ domains: [a] = [] }: Reach, { domains: [b] = [] }: Reach): readonly SameDomain[] {
  return a === undefined || b === undefined || a === b ? [] : [[a, b]]
}

function termsOf(a: Reach, b: Reach, sameDomains: readonly SameDomain[]): Terms {
  return {
    rename: { a: region => region, b: renaming(sameDomains) },
    domains: { a: a.domains, b: b.domains },
    homes: { a: a.homes, b: b.homes },
    ordinary: ordinary(a.domains),
    words: { domains: a.domains, questions: new Map([...a.questions, ...b.questions]) },
  }
}

function unpaired(workload: Workload, only: Side): Unequal {
  const text = `${workload.kind} ${nameOf(workload)} has no counterpart`
  return { only, bound: 'certain', callee: nameOf(workload), text, because: { a: [], b: [] } }
}

/** What keeps an answer from being one. */
function doubts({ domains, ports, problems }: Reach, which: string): readonly Problem[] {
  const own: Problem[] = []
  if (ports.length === 0) {
    const message = `${which} has no workloads`
    own.push({ code: 'nothing-to-compare', severity: 'error', at: which, message })
  } else if (!domains) {
    const message = `the trust domain of ${which} is not among the objects, so that nobody can tell its callers from others`
    const hint = 'give the mesh’s settings with the manifests: ConfigMap `istio` or `linkerd-config`'
    own.push({ code: 'unknown-trust-domain', severity: 'error', at: which, message, hint })
  }
  return [...own, ...problems]
}

function grouped(found: readonly Compared[]): readonly ToldApart[] {
  const apart = found.flatMap(each => each.apart)
  return [...groupBy(apart, ({ kind, only }) => `${kind} ${only}`).values()].flatMap(group =>
    group
      .slice(0, 1)
      .map(({ kind, only }) => ({ kind, only, why: apartReasons[kind], texts: group.map(({ text }) => text) })),
  )
}

function nameOf({ namespace, name }: Workload): string {
  return `${namespace}/${name}`
}
