import type { KubernetesObject } from '../../core/model/manifest'

/** What Pulumi puts in the place of a string that is not known yet. */
export const sentinel = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'

type Step = string | number

/** A place inside an object, as the pack's messages write it, and the steps that lead there. */
export interface Place {
  readonly path: string
  readonly steps: readonly Step[]
}

/**
 * Every place inside an object, branches and leaves. Not its apiVersion and kind, which Pulumi tells by the type of the
 * resource and which are therefore always known.
 */
export function places(object: KubernetesObject): readonly Place[] {
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = object
  return inside(rest, { path: '', steps: [] })
}

function inside(value: unknown, place: Place): readonly Place[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => withInside(item, step(place, i)))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => withInside(item, step(place, key)))
}

function withInside(value: unknown, place: Place): readonly Place[] {
  return [place, ...inside(value, place)]
}

function step({ path, steps }: Place, next: Step): Place {
  const text =
    typeof next === 'number' ? `[${next}]` : /^[A-Za-z_][\w-]*$/.test(next) ? `.${next}` : `[${JSON.stringify(next)}]`
  return { path: (path + text).replace(/^\./, ''), steps: [...steps, next] }
}

/** The same object, with an unknown value at one place. */
export function withUnknown(object: KubernetesObject, { steps }: Place): KubernetesObject {
  return replaced(object, steps) as KubernetesObject
}

/** The value with the sentinel where the steps lead. What was an object stays one, so that the cast above holds. */
function replaced(value: unknown, [first, ...rest]: readonly Step[]): unknown {
  if (first === undefined) return sentinel
  if (Array.isArray(value)) return value.map((item, i) => (i === first ? replaced(item, rest) : item))
  return Object.fromEntries(
    Object.entries(value as object).map(([key, item]) => [key, key === first ? replaced(item, rest) : item]),
  )
}
