import type { Cursor } from '../istio/cursor'
import type { LabelExpression, LabelSelector } from './layer-linkerd'

const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const

/** Labels and expressions, of which an absent one asks nothing (`policy-controller/k8s/api/src/labels.rs` Selector). `readOne` reads each expression. */
export function readLabelSelector(selector: Cursor, readOne = readLabelExpression): LabelSelector {
  selector.only(['matchLabels', 'matchExpressions'])
  return {
    labels: selector.get('matchLabels').labels(),
    expressions: selector
      .get('matchExpressions')
      .items()
      .flatMap(expression => readOne(expression)),
  }
}

/** One expression, or none where it cannot be read. Whether its operator goes with `values` nobody asks: Linkerd's CRDs do not. */
export function readLabelExpression(expression: Cursor): readonly LabelExpression[] {
  expression.required()?.only(['key', 'operator', 'values'])
  const key = expression.get('key').required()?.string()
  const operator = expression
    .get('operator')
    .required()
    ?.oneOf(...operators)
  if (key === undefined || operator === undefined) return []
  const values = expression.get('values')
  return [{ key, operator, ...(values.absent ? {} : { values: values.strings() }) }]
}
