import { groupBy } from '../core/model/group'
import type { Sourced } from '../core/model/manifest'
import { isMapping } from './shape'
import { identity } from './unite'

/** What is left of the objects that lie in the cluster already once `given` are applied: whatever has the same name is replaced. */
export function beneath(given: readonly Sourced[], base: readonly Sourced[]): readonly Sourced[] {
  const replaced = new Set(given.map(({ object }) => identity(object)))
  return base.filter(({ object }) => {
    const own = identity(object)
    return own === undefined || !replaced.has(own)
  })
}

/** What a finding is about. */
interface About {
  readonly at: string
  readonly resource: string
}

/**
 * Tells whether a finding is about one of these objects, or about a namespace because of one of them. What is about a service of the intent, or about everything at
 * once, is never theirs, though one of them may be why: a policy that is there already can void what the given ones say.
 */
export function aboutBase(base: readonly Sourced[]): (finding: About) => boolean {
  const byPlace = groupBy(base, ({ at }) => at)
  return ({ at, resource }) =>
    byPlace.get(at)?.some(({ object }) => labelOf(object) === resource || resource.startsWith('Namespace ')) ?? false
}

/** As the rules name an object. */
function labelOf(object: unknown): string | undefined {
  if (!isMapping(object) || !isMapping(object.metadata)) return undefined
  const { name, namespace } = object.metadata
  return `${String(object.kind)} ${typeof namespace === 'string' ? `${namespace}/` : ''}${String(name)}`
}
