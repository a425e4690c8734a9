import type { Problem } from '../../model/problem'
import { semanticProblems } from '../checks/all'
import { wholeOf } from '../checks/context'
import type { External, Graph, Service } from '../graph'
import { defect, listing, place } from '../place'
import { mapValues, pickNames } from '../plain'
import type { Fragment } from './fragment'
import { declares } from './fragment'
import { parseFragment } from './schema'

/** What a fragment is judged by. */
export interface Ground {
  readonly graph: Graph
  /** The namespaces that it was given. */
  readonly namespaces: readonly string[]
  /** Who has a name or a place outside already, under {@link claimsOf}; himself included. */
  readonly claimed: ReadonlyMap<string, string>
  /** Under which name the fragment is configured. */
  readonly owner: string
}

/** A fragment that may be merged, or why not. */
export type Candidate =
  | { readonly fragment: Fragment; readonly problems: readonly [] }
  | { readonly fragment?: never; readonly problems: readonly Problem[] }

/**
 * Reads what a team offers. All of it is refused where anything in it is wrong: half a team's services mean something that nobody wrote.
 *
 * Only what lies in its own hands is judged: calls to others wait where these do not know them, since another team's change must not make this one's
 * fragment a wrong one.
 */
export function candidate(value: unknown, ground: Ground): Candidate {
  const { fragment, problems } = parseFragment(value)
  if (!fragment) return { problems }
  const all = [...foreignNamespaces(fragment, ground), ...claimProblems(fragment, ground), ...within(fragment, ground)]
  const [first, ...more] = [...all, ...throughGateways(fragment)].filter(({ severity }) => severity === 'error')
  return first ? { problems: [first, ...more] } : { fragment, problems: [] }
}

/** By which key a callee's name is claimed. */
export function nameClaim(name: string): string {
  return `name ${name}`
}

/** What nobody else may have: names of callees, and host and port of each place outside. */
export function claimsOf({ services, external }: Pick<Graph, 'services' | 'external'>): readonly Claim[] {
  const named = (section: 'services' | 'external', all: Readonly<Record<string, Service | External>>) =>
    Object.keys(all).map(name => ({ key: nameClaim(name), at: place(section, name), what: `the name \`${name}\`` }))
  const places = Object.entries(external).flatMap(([name, { hosts, ports }]) =>
    Object.values(ports).flatMap(({ port }) =>
      hosts.map(host => ({
        key: `place ${host}:${port}`,
        at: place('external', name),
        what: `\`${host}:${port}\``,
      })),
    ),
  )
  return [...named('services', services), ...named('external', external), ...places]
}

/** Something that only one part of a graph may have. */
export interface Claim {
  readonly key: string
  readonly at: string
  readonly what: string
}

function claimProblems(fragment: Fragment, { claimed, owner }: Ground): readonly Problem[] {
  return claimsOf(fragment).flatMap(({ key, at, what }) => {
    const holder = claimed.get(key)
    if (holder === undefined || holder === owner) return []
    const message = `${what} is taken by ${holder === '' ? 'the graph' : `the fragment \`${holder}\``}`
    const hint = key.startsWith('name')
      ? 'names hold in the whole mesh: take another'
      : 'call theirs, and have them accept it'
    return [defect({ code: 'name-taken', at, message, hint })]
  })
}

function foreignNamespaces({ services }: Fragment, { namespaces }: Ground): readonly Problem[] {
  const own = namespaces.length === 0 ? 'it was given none' : `its namespaces: ${listing(namespaces)}`
  return Object.entries(services).flatMap(([name, { namespace }]) => {
    if (namespaces.includes(namespace)) return []
    const message = `\`${namespace}\` is not this fragment's namespace`
    return [defect({ code: 'foreign-namespace', at: place('services', name, 'namespace'), message, hint: own })]
  })
}

/** A gateway is the mesh's, and so is what passes it. */
function throughGateways({ external }: Fragment): readonly Problem[] {
  const hint = 'have it declared in the graph, and call it there'
  return Object.entries(external).flatMap(([name, { gateway }]) =>
    gateway === undefined
      ? []
      : [
          defect({
            code: 'foreign-gateway',
            at: place('external', name, 'gateway'),
            message: 'a fragment has no gateways',
            hint,
          }),
        ],
  )
}

/** What is wrong with a fragment by itself, calls to others left out. */
function within(fragment: Fragment, { graph: { jwt, scraper } }: Ground): readonly Problem[] {
  const { services, external, calls, accepts } = fragment
  const graph: Graph = {
    ...{ services, external, accepts, ingress: {}, outside: {} },
    ...(jwt && { jwt }),
    ...(scraper && { scraper }),
    calls: mapValues(calls, callees => pickNames(callees, name => declares(fragment, name))),
  }
  const all = semanticProblems(wholeOf(graph))
  // Issuers and the scraper are the graph's, and told there.
  return all.filter(({ at }) => !/^(jwt|scraper)\b/.test(at))
}
