import type { LabelExpression, LabelSelector } from '../../../core/analyze/linkerd/layer-linkerd'
import { at, given, items, labels, required, texts, Unproven, word, type Field } from '../field'

/** Reads a label selector of Kubernetes: all its labels and all its expressions hold; an empty one is for everything. */
export function readLabelSelector(field: Field): LabelSelector {
  return { labels: labels(at(field, 'matchLabels')), expressions: items(at(field, 'matchExpressions')).map(expression) }
}

const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const

function expression(field: Field): LabelExpression {
  const operator = word(at(field, 'operator'), operators)
  const values = at(field, 'values')
  if (operator === undefined) throw new Unproven(at(field, 'operator'), 'is not given')
  return { key: required(at(field, 'key')), operator, ...(given(values) ? { values: texts(values) } : {}) }
}
