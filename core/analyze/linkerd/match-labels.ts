import type { Labels } from '../layer'
import type { LabelExpression, LabelSelector } from './layer-linkerd'

/** Whether labels meet a selector: all expressions, and all labels (`policy-controller/k8s/api/src/labels.rs` Selector::matches). */
export function matchLabels({ labels, expressions }: LabelSelector, found: Labels): boolean {
  return (
    expressions.every(expression => holds(expression, found)) &&
    Object.entries(labels).every(([key, value]) => found[key] === value)
  )
}

/** `In` and `NotIn` without values, and the others with some, even none of them, hold for nobody (`labels.rs` Expression::matches). */
function holds({ key, operator, values }: LabelExpression, found: Labels): boolean {
  const value = found[key]
  switch (operator) {
    case 'In':
      return values !== undefined && value !== undefined && values.includes(value)
    case 'NotIn':
      return values !== undefined && (value === undefined || !values.includes(value))
    case 'Exists':
      return values === undefined && value !== undefined
    case 'DoesNotExist':
      return values === undefined && value === undefined
  }
}
