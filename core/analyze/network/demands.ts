import { Language } from '../../model/language'
import { absent } from '../../model/region'
import type { Ternary } from '../istio/kleene'
import type { LabelSelector } from '../linkerd/layer-linkerd'
import type { Seen } from './pods'

/** For each key the values that will do, a missing label ({@link absent}) among them; of keys that are not here any will. */
export type Demands = ReadonlyMap<string, Language>

const read = new WeakMap<LabelSelector, Demands>()

/** What a selector asks of labels (kubernetes `apimachinery/pkg/labels/selector.go` Requirement.Matches). Sets of words, or all but some. */
export function demandsOf(selector: LabelSelector): Demands {
  const known = read.get(selector)
  if (known) return known
  const wanted = new Map<string, Language>()
  const ask = (key: string, values: Language): void => {
    wanted.set(key, (wanted.get(key) ?? Language.all).intersect(values))
  }
  for (const [key, value] of Object.entries(selector.labels)) ask(key, Language.literal(value))
  for (const { key, operator, values = [] } of selector.expressions) {
    const listed = Language.literals(operator === 'In' || operator === 'NotIn' ? values : [absent])
    ask(key, operator === 'In' || operator === 'DoesNotExist' ? listed : listed.complement())
  }
  read.set(selector, wanted)
  return wanted
}

/** Whether labels are as is asked. */
export function fits(demands: Demands, seen: Seen): Ternary {
  let doubt = false
  for (const [key, values] of demands) {
    const value = seen.labels[key]
    if (value === undefined && seen.unsure(key)) doubt ||= true
    else if (!values.contains(value ?? absent)) return 'no'
  }
  return doubt ? 'unknown' : 'yes'
}
