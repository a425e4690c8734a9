import { at, given, items, Unproven, type Field } from '../../field'

/**
 * A value that a chart is given; absent where the chart's own default holds. Where some values come from files, what is not among those that are seen may be in
 * these.
 */
export function valueOf(chart: Field, ...path: readonly string[]): Field {
  const field = at(chart, 'values', ...path)
  const files = at(chart, 'valueYamlFiles')
  if (!given(field) && items(files).length > 0) throw new Unproven(files, 'names files, whose values are not seen')
  return field
}
