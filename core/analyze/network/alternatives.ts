import type { LabelSelector } from '../linkerd/layer-linkerd'
import { mayCome } from './pods'

/** Each list of labels of which a selector asks for one; of keys that may come later there is no telling. */
export function alternativesIn(selector: LabelSelector | undefined): readonly (readonly string[])[] {
  const exact = Object.entries(selector?.labels ?? {}).map(([key, value]) => ({ key, values: [value] }))
  const listed = (selector?.expressions ?? []).flatMap(({ key, operator, values = [] }) =>
    operator === 'In' ? [{ key, values }] : [],
  )
  return [...exact, ...listed]
    .filter(({ key }) => !mayCome(key))
    .map(({ key, values }) => [...new Set(values)].map(value => `${key}=${value}`))
}
