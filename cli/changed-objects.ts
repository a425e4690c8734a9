import { canonicalJson } from '../core/model/canonical'
import type { Sourced } from '../core/model/manifest'
import { isMapping } from './shape'

/** What became of objects between two states. */
export interface ChangedObjects {
  /** Says behind the name of an object, as it is told who decides, what became of it: `AuthorizationPolicy shop/cart (changed)`. What is the same in both is not marked. */
  readonly mark: (reason: string) => string
  /** Those that are not the same in both and may concern a namespace, marked: its own and itself; all there are where there are none of those. */
  near(namespace: string): readonly string[]
  /** The names of all that are not the same in both. */
  readonly names: Readonly<Record<'new' | 'changed' | 'removed', readonly string[]>>
}

/** Compares what was written of each object. */
export function changedObjects(old: readonly Sourced[], now: readonly Sourced[]): ChangedObjects {
  const [before, after] = [contents(old), contents(now)]
  const changed = [...new Set([...before.keys(), ...after.keys()])].flatMap(name => {
    const [a, b] = [before.get(name), after.get(name)]
    return a === b ? [] : [[name, whatBecame(a, b)] as const]
  })
  const marks = new Map<string, string>(changed)
  const mark = (reason: string): string => {
    const what = marks.get(reason.split(' ').slice(0, 2).join(' '))
    return what === undefined ? reason : `${reason} (${what})`
  }
  return {
    mark,
    names: {
      new: changed.flatMap(([name, what]) => (what === 'new' ? [name] : [])),
      changed: changed.flatMap(([name, what]) => (what === 'changed' ? [name] : [])),
      removed: changed.flatMap(([name, what]) => (what === 'removed' ? [name] : [])),
    },
    near: namespace => {
      const names = changed.map(([name]) => name)
      const own = names.filter(name => name.split(' ')[1]?.split('/')[0] === namespace)
      return (own.length > 0 ? own : names).map(mark)
    },
  }
}

function whatBecame(a: string | undefined, b: string | undefined): 'new' | 'removed' | 'changed' {
  return a === undefined ? 'new' : b === undefined ? 'removed' : 'changed'
}

/** What was written of each object, without what the API server writes itself. */
function contents(inputs: readonly Sourced[]): ReadonlyMap<string, string> {
  return new Map(
    inputs.flatMap(({ object }) => {
      if (!isMapping(object) || !isMapping(object.metadata)) return []
      const { kind, metadata, status: _, ...rest } = object
      const { name, namespace, labels, annotations } = metadata
      const place = typeof namespace === 'string' ? `${namespace}/` : ''
      return [[`${String(kind)} ${place}${String(name)}`, canonicalJson({ ...rest, labels, annotations })] as const]
    }),
  )
}
