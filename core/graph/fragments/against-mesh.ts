import type { Problem } from '../../model/problem'
import { didYouMean } from '../../model/problem'
import { calleeProblems } from '../checks/callees'
import { wholeOf } from '../checks/context'
import type { Graph } from '../graph'
import { mapValues, own, pickNames } from '../plain'
import { candidate, nameClaim } from './candidate'
import type { Fragment } from './fragment'
import { declares } from './fragment'
import type { MeshOutput } from './mesh-output'
import { waitingProblems } from './waiting'

/** A fragment, and the mesh it is to be a part of. */
export interface Held {
  readonly fragment: Fragment
  readonly mesh: MeshOutput
  /** Under which name the mesh's stack lists the fragment. */
  readonly name: string
  /** Services that the mesh does not have yet and that calls may name all the same. @default [] */
  readonly expected?: readonly string[]
}

/**
 * What is wrong with a fragment in the eyes of a mesh: names that are taken, namespaces that it was not given, calls to what the mesh does not have.
 * What only waits is `delegated`. The mesh's stack judges anew; this is for the team to know before it does.
 */
export function fragmentProblems({ fragment, mesh, name, expected = [] }: Held): readonly Problem[] {
  const listed = own(mesh.fragments, name)
  const callable = graphOf(mesh)
  const claimed = new Map(
    (['services', 'external'] as const).flatMap(section =>
      Object.entries(mesh[section]).map(([key, { fragment: owner = '' }]) => [nameClaim(key), owner] as const),
    ),
  )
  // Where the mesh does not know the fragment, nobody can say which namespaces it will be given.
  const namespaces = listed?.namespaces ?? Object.values(fragment.services).map(({ namespace }) => namespace)
  const { problems } = candidate(fragment, { graph: callable, namespaces, claimed, owner: name })
  return [
    ...(listed ? [] : [unlisted(name, Object.keys(mesh.fragments))]),
    ...problems.filter(({ code }) => code !== 'unknown-issuer'),
    ...calls(fragment, callable, expected),
    ...waits(fragment, mesh),
  ]
}

/** As much of the mesh's graph as its output tells. */
function graphOf({ services, external }: MeshOutput): Graph {
  const portsOf = (ports: MeshOutput['external'][string]['ports']) =>
    mapValues(ports, ({ protocol, port }) => ({ protocol, port }))
  return {
    services: mapValues(services, ({ namespace, ports }) => ({ namespace, ports: portsOf(ports) })),
    external: mapValues(external, ({ hosts, ports }) => ({ hosts, ports: portsOf(ports) })),
    ...{ ingress: {}, outside: {}, calls: {} },
  }
}

function unlisted(name: string, known: readonly string[]): Problem {
  const { hint = 'have its stack list this one under `fragments`' } = didYouMean(name, known)
  const message = 'the mesh knows no such fragment yet, so that nothing of it is let through'
  return { code: 'unlisted-fragment', severity: 'delegated', at: `fragment \`${name}\``, message, hint }
}

/** Tokens are left out: who signs them, the mesh's stack knows. */
function calls(
  fragment: Fragment,
  { services, external, ...rest }: Graph,
  expected: readonly string[],
): readonly Problem[] {
  const known = { services: { ...services, ...fragment.services }, external: { ...external, ...fragment.external } }
  const context = wholeOf({ ...rest, ...known })
  return Object.entries(fragment.calls).flatMap(([caller, callees]) => {
    const others = pickNames(callees, name => !declares(fragment, name) && !expected.includes(name))
    const all = calleeProblems(context, { callees: others, path: ['calls', caller], among: 'services and externals' })
    return all.filter(({ code }) => code !== 'unknown-issuer')
  })
}

/** What of it waits, and what waits for it. */
function waits(fragment: Fragment, { waiting }: MeshOutput): readonly Problem[] {
  const callers = new Set(Object.entries(fragment.services).map(([name, { namespace }]) => `${namespace}/${name}`))
  return waitingProblems(waiting.filter(({ caller, callee }) => callers.has(caller) || declares(fragment, callee)))
}
