import type { Problem } from '../../model/problem'
import { defect, listing, place } from '../place'
import { groupBy } from '../../model/group'
import { byText, labelsOf } from '../resolve'
import type { Context } from './context'

interface Selector {
  readonly name: string
  /** `namespace key=value`, one for each label. */
  readonly pairs: readonly string[]
}

/**
 * Services whose labels select the Pods of others too: what is admitted to the one would be admitted to the other.
 * Only certain cases: labels that are all among another service's, in the same namespace.
 */
export function selectorProblems({ graph }: Context): readonly Problem[] {
  const selectors = Object.entries(graph.services).map(([name, service]): Selector => {
    const labels = Object.entries(labelsOf(name, service))
    return { name, pairs: labels.map(([key, value]) => `${service.namespace} ${key}=${value}`) }
  })
  const carriers = groupBy(
    selectors.flatMap(selector => selector.pairs.map(pair => ({ pair, selector }))),
    ({ pair }) => pair,
  )
  return selectors.flatMap(selector => {
    const [fewest = []] = selector.pairs.map(pair => carriers.get(pair) ?? []).sort((a, b) => a.length - b.length)
    const caught = fewest.map(entry => entry.selector).filter(other => catches(selector, other))
    return caught.length === 0 ? [] : [overlap(selector.name, caught.map(({ name }) => name).sort(byText))]
  })
}

/** Of two with the same labels only the later one is told. */
function catches(one: Selector, other: Selector): boolean {
  if (one.name === other.name || !one.pairs.every(pair => other.pairs.includes(pair))) return false
  return one.pairs.length < other.pairs.length || byText(other.name, one.name) < 0
}

function overlap(name: string, others: readonly string[]): Problem {
  return defect({
    code: 'overlapping-labels',
    at: place('services', name, 'labels'),
    message: `the labels of \`${name}\` select the Pods of ${listing(others)} too`,
    hint: 'give it a label that the others do not carry',
  })
}
