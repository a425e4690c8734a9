import type { Problem } from '../../model/problem'
import { canonical, isNamed, type RawObject } from './read-object'

/** What makes two manifests the same object; without a name they never are. */
function objectKey(object: RawObject, index: number): string {
  const { group, kind, namespace = '', name } = object
  const key = `${group}/${kind} ${namespace}/${name}`
  return isNamed(object) ? key : `${key} ${index}`
}

/**
 * Each object once. What is given replaces what lies there already (`base`), as applying it would; an object given twice,
 * differently, is a Problem, and the later one is kept.
 */
export function resolveDuplicates(
  base: readonly RawObject[],
  given: readonly RawObject[],
  problems: Problem[],
): readonly RawObject[] {
  const objects = new Map(base.map((object, index) => [objectKey(object, index), object]))
  const seen = new Map<string, RawObject>()
  given.forEach((object, index) => {
    const key = objectKey(object, base.length + index)
    const earlier = seen.get(key)
    if (earlier && !same(earlier, object)) problems.push(twice(earlier, object))
    seen.set(key, object)
    objects.set(key, object)
  })
  return [...objects.values()]
}

function same(a: RawObject, b: RawObject): boolean {
  const text = canonical(a.body.value)
  return text !== undefined && text === canonical(b.body.value)
}

function twice(earlier: RawObject, later: RawObject): Problem {
  return {
    code: 'duplicate-object',
    severity: 'error',
    message: `\`${later.body.log.subject}\` is given twice, differently; the other one is at ${earlier.at}`,
    at: later.at,
    hint: 'keep one of them',
  }
}
