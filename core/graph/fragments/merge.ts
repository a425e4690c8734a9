import type { Problem } from '../../model/problem'
import { defect, listing, place, within } from '../place'
import { isPlain } from '../plain'
import { byText, gatewayOf } from '../resolve'
import type { Graph } from '../graph'
import { candidate, claimsOf, nameClaim } from './candidate'
import type { Ground } from './candidate'
import type { Fragment } from './fragment'
import { together } from './together'
import type { Waiting } from './together'

/** What there is of a fragment: whatever was found, or why nothing was. */
export type Offered =
  { readonly kind: 'found'; readonly value: unknown } | { readonly kind: 'missing'; readonly why: string }

/** A fragment as it is configured. */
export interface FragmentSource {
  /** Where its services may be, and nobody else's. */
  readonly namespaces: readonly string[]
  readonly offered: Offered
}

/** A graph and what is to be merged into it, by name. */
export interface Merging {
  readonly graph: Graph
  readonly sources: Readonly<Record<string, FragmentSource>>
  /** What was last accepted of each, as the reviewed lock has it. */
  readonly locked: Readonly<Record<string, unknown>>
}

/**
 * What became of a fragment: `current`, as it is offered; `kept`, as it was last accepted, since what is offered cannot be had or is wrong; `absent`,
 * since nothing of it was ever accepted.
 */
export type MergedFragment =
  | { readonly state: 'current' | 'kept'; readonly namespaces: readonly string[]; readonly fragment: Fragment }
  | { readonly state: 'absent'; readonly namespaces: readonly string[]; readonly fragment?: never }

/** What was last accepted of each fragment, by the text of a lock file; nothing where there is none yet, or it is none: whoever judges it says so. */
export function lockedFragments(lock: string | undefined): Merging['locked'] {
  try {
    const value: unknown = JSON.parse(lock ?? '{}')
    return isPlain(value) && isPlain(value.fragments) ? value.fragments : {}
  } catch {
    return {}
  }
}

/** One graph of many parts. */
export interface Merged {
  /** With all that stands, and nothing that waits. */
  readonly graph: Graph
  readonly fragments: Readonly<Record<string, MergedFragment>>
  /** Calls that only one side declares; sorted. */
  readonly waiting: readonly Waiting[]
  /** `error` where the configuration contradicts itself; what is wrong with a fragment is told and never blocks. */
  readonly problems: readonly Problem[]
}

/**
 * Merges fragments into a graph. A call between two parts stands when the caller's declares it and the callee's accepts it; within one part it stands by
 * itself. A fragment that is missing or wrong keeps what was last accepted of it, gains nothing, and is reported.
 *
 * Deterministic: the order of `sources` means nothing. Of two that want one name, it is whose it was in the lock; of two new ones, the first by name.
 */
export function mergeFragments({ graph, sources, locked }: Merging): Merged {
  const names = Object.keys(sources).sort(byText)
  const conflicts = grantProblems(graph, sources)
  const claimed = new Map(claimsOf(graph).map(({ key }) => [key, '']))
  const grounds = new Map(
    names.map(owner => [owner, { graph, claimed, owner, namespaces: sources[owner]?.namespaces ?? [] }]),
  )
  const kept = new Map<string, Fragment>()
  for (const [owner, ground] of grounds) {
    const { fragment } = candidate(locked[owner], ground)
    if (!fragment) continue
    kept.set(owner, fragment)
    for (const { key } of claimsOf(fragment)) if (!claimed.has(key)) claimed.set(key, owner)
  }
  const judged = [...grounds].map(([owner, ground]) => {
    const one = judge(sources[owner]?.offered ?? notThere, { ground, kept: kept.get(owner) })
    for (const { key } of one.merged.fragment ? claimsOf(one.merged.fragment) : []) claimed.set(key, owner)
    return [owner, one] as const
  })
  const fragments = Object.fromEntries(judged.map(([owner, { merged }]) => [owner, merged]))
  const { graph: whole, waiting } = together(graph, fragments)
  return {
    graph: whole,
    fragments,
    waiting,
    problems: [...conflicts, ...foreignCallers(graph, claimed), ...judged.flatMap(([, { problems }]) => problems)],
  }
}

const notThere: Offered = { kind: 'missing', why: 'nothing was found' }

interface Judging {
  readonly ground: Ground
  readonly kept: Fragment | undefined
}

function judge(offered: Offered, { ground, kept }: Judging) {
  const { owner, namespaces } = ground
  const found = offered.kind === 'found' ? candidate(offered.value, ground) : undefined
  if (found?.fragment)
    return { merged: { state: 'current', namespaces, fragment: found.fragment } as const, problems: [] }
  const why = offered.kind === 'missing' ? [missing(owner, offered.why)] : (found?.problems ?? []).map(under(owner))
  const outcome = kept
    ? { code: 'fragment-kept', message: 'what was last accepted of it is kept, and it gains nothing' }
    : { code: 'fragment-absent', message: 'nothing was ever accepted of it, so nothing of it is in the mesh' }
  const merged: MergedFragment = kept ? { state: 'kept', namespaces, fragment: kept } : { state: 'absent', namespaces }
  return { merged, problems: [...why, { ...outcome, severity: 'delegated' as const, at: placeOf(owner) }] }
}

function missing(owner: string, why: string): Problem {
  return { code: 'fragment-missing', severity: 'delegated', at: placeOf(owner), message: `it cannot be read: ${why}` }
}

/** What is wrong in a team's part is the team's to mend, and never stops the others. */
function under(owner: string): (problem: Problem) => Problem {
  return problem => ({ ...within(placeOf(owner), problem), severity: 'delegated' })
}

function placeOf(owner: string): string {
  return `fragment \`${owner}\``
}

/** Two parts with one namespace: each could then run Pods under the other's identities. */
function grantProblems(graph: Graph, sources: Merging['sources']): readonly Problem[] {
  const holders = new Map(namespacesOf(graph).map(namespace => [namespace, 'the graph']))
  return Object.entries(sources)
    .sort(([a], [b]) => byText(a, b))
    .flatMap(([owner, { namespaces }]) => {
      const taken = namespaces.filter(namespace => holders.has(namespace))
      const whose = [...new Set(taken.map(namespace => holders.get(namespace) ?? ''))]
      for (const namespace of namespaces) holders.set(namespace, placeOf(owner))
      if (taken.length === 0) return []
      const message = `${listing(taken)} ${taken.length > 1 ? 'are' : 'is'} also of ${whose.join(' and ')}`
      const hint = 'a namespace has one owner: whoever runs Pods in it can take on each of its identities'
      return [defect({ code: 'shared-namespace', at: `fragments.${owner}.namespaces`, message, hint })]
    })
}

/** What the graph declares for a fragment's service, which only its own part may. */
function foreignCallers({ calls }: Graph, claimed: ReadonlyMap<string, string>): readonly Problem[] {
  return Object.keys(calls).flatMap(caller => {
    const owner = claimed.get(nameClaim(caller)) ?? ''
    if (owner === '') return []
    const message = `\`${caller}\` is of ${placeOf(owner)}, which alone declares whom it calls`
    return [defect({ code: 'foreign-caller', at: place('calls', caller), message, hint: 'have it declared there' })]
  })
}

function namespacesOf({ services, ingress, external, scraper }: Graph): readonly string[] {
  const gateways = [...Object.values(ingress), ...Object.values(external)].flatMap(({ gateway }) =>
    gateway === undefined ? [] : [gatewayOf({ gateway }).namespace],
  )
  return [
    ...Object.values(services).map(({ namespace }) => namespace),
    ...gateways,
    ...(scraper ? [scraper.namespace] : []),
  ]
}
