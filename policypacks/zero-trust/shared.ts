import type { Judged } from './judged'
import { judgedResource, type Resource } from './resource'
import type { Unwrapped } from './wire'

/** A resource as a rule is given it, and what was read of its properties. */
export interface Read extends Resource {
  readonly properties: Unwrapped
}

/** What rules are given, made once for all that are asked about the same. */
export interface Shared {
  /** What is judged of a resource. */
  of(resource: Read): readonly Judged[]
  /** What is judged of a stack, in the order given. Facts that rules share are kept by this very list. */
  all(resources: readonly Read[]): readonly Judged[]
}

/**
 * A new memory. The policy server gives each rule a copy of its own of everything; what was read of the same wire is the same object
 * (`rememberSecrets`), and by that a copy is known. Of stacks the last one is kept: rules are asked one after the other.
 */
export function sharedReading(): Shared {
  const known = new WeakMap<Unwrapped, { readonly resource: Read; readonly judged: readonly Judged[] }>()
  let last: readonly Judged[] = []
  const of = (resource: Read): readonly Judged[] => {
    const kept = known.get(resource.properties)
    if (kept && isSame(kept.resource, resource)) return kept.judged
    const judged = judgedResource(resource, resource.properties)
    known.set(resource.properties, { resource, judged })
    return judged
  }
  const all = (resources: readonly Read[]): readonly Judged[] => {
    const judged = resources.flatMap(of)
    if (judged.length !== last.length || judged.some((one, i) => one !== last[i])) last = judged
    return last
  }
  return { of, all }
}

function isSame(one: Resource, other: Resource): boolean {
  return (
    one.urn === other.urn &&
    one.type === other.type &&
    one.name === other.name &&
    one.protect === other.protect &&
    JSON.stringify(one.sources) === JSON.stringify(other.sources)
  )
}
