import { TooComplex } from '../../model/automaton'
import { limits } from '../limits'
import { sortedGroups } from '../order'
import type { Branch, Matched } from './branch'
import { branches } from './branch'
import type { Grant } from './grant'
import type { PathGrant } from './split'
import { splitPaths } from './split'

/** What routes a port needs, and the flows among them that no route could be made for. */
export interface Routed {
  readonly branches: readonly Branch[]
  readonly unsaid: readonly { readonly because: string; readonly why: string }[]
}

/** Routes for what is granted on an http port. */
export function httpBranches(grants: readonly Grant[]): Routed {
  const granted = grants.flatMap(grant => {
    const { asked } = grant
    return asked.kind === 'http' ? [{ method: asked.method, pair: [asked.path, grant] as const }] : []
  })
  const methods = [...sortedGroups(granted, ({ method }) => method)].map(([method, list]) =>
    ofMethod(
      method,
      list.map(({ pair }) => pair),
    ),
  )
  return {
    branches: branches(methods.flatMap(({ parts }) => parts)),
    unsaid: methods.flatMap(({ unsaid }) => unsaid),
  }
}

interface OfMethod extends Pick<Routed, 'unsaid'> {
  readonly parts: readonly Matched[]
}

function ofMethod(method: string, granted: readonly PathGrant[]): OfMethod {
  const split = splitWhole(granted)
  if (split === undefined) return { parts: [], unsaid: unsaidOf(granted.map(([, grant]) => grant)) }
  const fitting = split.filter(({ matches }) => matches.every(isShort))
  const others = split.filter(part => !fitting.includes(part))
  return {
    parts: fitting.map(({ grants, matches }) => ({ grants, matches: matches.map(path => ({ path, method })) })),
    unsaid: others.flatMap(({ grants }) => unsaidOf(grants)),
  }
}

/** Nothing where the paths would have to be told apart too finely. */
function splitWhole(granted: readonly PathGrant[]): ReturnType<typeof splitPaths> | undefined {
  try {
    return splitPaths(granted)
  } catch (error) {
    if (error instanceof TooComplex) return undefined
    throw error
  }
}

/** Whether a route holds it; an ellipsis stands for what was too complex to be written. */
function isShort({ value }: { readonly value: string }): boolean {
  return value.length <= limits.routePath && !value.includes('…')
}

function unsaidOf(grants: readonly Grant[]): Routed['unsaid'] {
  const why = 'its paths overlap with those of other callers in a way that no expression tells apart'
  return grants.map(({ because }) => ({ because, why }))
}

/** Routes for what is granted on a grpc port, where every method is named. */
export function grpcBranches(grants: readonly Grant[]): Routed {
  const named = grants.flatMap(grant => (grant.asked.kind === 'grpc' ? [{ grant, asked: grant.asked }] : []))
  const groups = sortedGroups(named, ({ asked }) => `${asked.service}/${asked.method}`)
  const parts = [...groups.values()].flatMap((group): readonly Matched[] => {
    const [first] = group
    if (!first) return []
    const { service, method } = first.asked
    return [{ grants: group.map(({ grant }) => grant), matches: [{ method: { type: 'Exact', service, method } }] }]
  })
  return { branches: branches(parts), unsaid: [] }
}
